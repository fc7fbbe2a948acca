"""Makes a release of a run: takes stock, cleans, splits, writes, describes, and puts it in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder import __version__
from trace_builder.errors import InputError
from trace_builder.release.clean import Cleaned, clean, material
from trace_builder.release.figures import Figures
from trace_builder.release.formats_eval import evaluation
from trace_builder.release.layout import EVALUATION_FIELDS, EVALUATION_NAME, Format, choose
from trace_builder.release.lineage import lineage_row
from trace_builder.release.options import Options
from trace_builder.release.source import Run, open_run
from trace_builder.release.splits import Quotas, default_quotas, pick_evaluation, pick_validation
from trace_builder.release.stock import Stock, take_stock
from trace_builder.release.targets import read_targets
from trace_builder.release.write import MARK, Writer, checksums, replacing, write_json, write_text
from trace_builder.taxonomy import Taxonomy, load_taxonomy

#: Called with the release's folder before it is put in place; raises to keep it from that.
Verify = Callable[[Path], None]


@dataclass
class Release:
    """A release in the making, and what is known about it when it is done.

    Attributes:
        run, stock, cleaned: what there was, and what was left out.
        splits: the split of every seed that is released.
        quotas: instructions asked for in the evaluation set, by constraint count.
        counts: rows by file, as "<folder>/<split>.<suffix>".
        figures: statistics of what was written, by split.
        spent: what the run cost, a phrase each.
    """

    options: Options
    run: Run
    stock: Stock
    cleaned: Cleaned
    taxonomy: Taxonomy
    formats: tuple[Format, ...]
    parquet: bool
    targets: dict[str, int]
    splits: dict[str, str]
    quotas: dict[int, int]
    counts: dict[str, int] = field(default_factory=dict)
    figures: dict[str, Figures] = field(default_factory=dict)
    spent: tuple[str, ...] = ()

    def rows(self, folder: str, split: str, suffix: str = "jsonl") -> int:
        """Rows of one file; 0 where there is none."""
        return self.counts.get(f"{folder}/{split}.{suffix}", 0)


def build(
    folder: Path,
    out: Path,
    options: Options,
    *,
    force: bool,
    verify: Verify | None = None,
    spent: tuple[str, ...] = (),
) -> Release:
    """Writes the release of a run's folder to ``out``, whole or not at all.

    Args:
        folder: a run's folder.
        out: where the release goes.
        options: what it is asked to be.
        force: replace a release that is there.
        verify: looks at the finished folder before it is put in place.
        spent: what the run cost, a phrase each, for the card.

    Raises:
        InputError: bad input or options, nothing to release, or a missing extra; nothing is written then.
    """
    formats, parquet = choose(options.formats)
    if parquet:
        _needs_pyarrow()
    if out.resolve() == folder.resolve():
        raise InputError(f"{out}: a release cannot take the place of its run")
    with replacing(out, force=force) as temporary:
        release = prepare(folder, options, formats, parquet)
        release.spent = spent
        write(release, temporary)
        if verify is not None:
            verify(temporary)
    return release


def prepare(folder: Path, options: Options, formats: tuple[Format, ...], parquet: bool) -> Release:
    """Everything up to the decision which seed goes where."""
    targets = {spec: read_targets(spec) for spec in options.against}
    run = open_run(folder, partial=options.partial)
    taxonomy = load_taxonomy(_taxonomy_path(run))
    stock = take_stock(run)
    if not stock.counts:
        raise InputError(f"{folder}: nothing to release, no record has passed quality")
    cleaned = clean(
        run,
        stock,
        [target for some in targets.values() for target in some],
        near_duplicates=options.near_duplicates,
    )
    splits, quotas = _split(stock, cleaned, options)
    return Release(
        options=options,
        run=run,
        stock=stock,
        cleaned=cleaned,
        taxonomy=taxonomy,
        formats=formats,
        parquet=parquet,
        targets={Path(spec).name: len(some) for spec, some in targets.items()},
        splits=splits,
        quotas=quotas,
    )


def write(release: Release, folder: Path) -> None:
    """All files of a release, the card last."""
    from trace_builder.release.card import card, dataset_info, parquet_card

    with Writer(folder) as writer:
        for id_, split in release.splits.items():
            _write_seed(release, writer, id_, split)
        for removal in release.cleaned.removals:
            writer.line("removed.jsonl", removal.row())
        release.counts = writer.counts
    if not (folder / "removed.jsonl").exists():
        write_text(folder / "removed.jsonl", "")
    write_json(folder / "dataset_info.json", dataset_info(release))
    write_json(folder / MARK, _mark(release))
    if release.parquet:
        write_text(folder / "parquet" / "README.md", parquet_card(release))
    sums = checksums(folder)
    write_text(folder / "README.md", card(release, sums))
    sums = checksums(folder)
    write_text(folder / "SHA256SUMS", "".join(f"{digest}  {name}\n" for name, digest in sums.items()))


def _write_seed(release: Release, writer: Writer, id_: str, split: str) -> None:
    figures = release.figures.setdefault(split, Figures())
    writer.line("lineage.jsonl", lineage_row(release.run, id_, split))
    if split == "evaluation":
        checked = release.run.checked(id_)
        figures.add_instruction(checked.instruction, checked.lang, checked.source)
        row = evaluation(id_, checked.instruction, release.taxonomy)
        _write_row(release, writer, EVALUATION_NAME, "test", row, EVALUATION_FIELDS)
        return
    options = release.options
    item = material(
        release.run, id_, release.cleaned, max_ratio=options.max_length_ratio, uncertified=options.uncertified
    )
    figures.add_material(item)
    for format_ in release.formats:
        for row in format_.rows(item):
            if format_.array:
                writer.element(f"{format_.name}/{split}.json", row)
                writer.line(f"{format_.name}_ids/{split}.jsonl", {"id": id_})
                if release.parquet:
                    writer.table(f"parquet/{format_.name}/{split}.parquet", row, format_.fields)
            else:
                _write_row(release, writer, format_.name, split, row, format_.fields)


def _write_row(
    release: Release, writer: Writer, name: str, split: str, row: dict[str, Any], fields: dict[str, Any]
) -> None:
    writer.line(f"{name}/{split}.jsonl", row)
    if release.parquet:
        writer.table(f"parquet/{name}/{split}.parquet", row, fields)


def _split(stock: Stock, cleaned: Cleaned, options: Options) -> tuple[dict[str, str], dict[int, int]]:
    """Every seed's split, in the run's order; without a response a seed can only be in the evaluation set."""
    counts = {id_: count for id_, count in stock.counts.items() if id_ not in cleaned.seeds}
    available = Counter(counts.values())
    quotas: Quotas = default_quotas(available) if options.quotas is None else options.quotas
    chosen = pick_evaluation(counts, quotas)
    answered = [id_ for id_ in counts if id_ in stock.answered and id_ not in chosen]
    held = pick_validation(answered, options.validation)

    def split(id_: str) -> str | None:
        if id_ in chosen:
            return "evaluation"
        if id_ not in stock.answered:
            return None
        return "validation" if id_ in held else "train"

    pairs: Iterator[tuple[str, str | None]] = ((id_, split(id_)) for id_ in counts)
    return {id_: name for id_, name in pairs if name is not None}, dict(quotas)


def _mark(release: Release) -> dict[str, Any]:
    """release.json: what programs want to know about a release."""
    options, run = release.options, release.run
    removals = Counter(removal.kind for removal in release.cleaned.removals)
    stages = run.manifest.get("stages") or {}
    return {
        "version": 1,
        "made_by": f"trace_builder {__version__}",
        "run": {
            "profile": run.profile,
            "finished": not run.unfinished,
            "unfinished": list(run.unfinished),
            "seeds": run.manifest.get("seeds"),
            "taxonomy": run.manifest.get("taxonomy"),
            "fingerprints": {name: known.get("fingerprint") for name, known in stages.items()},
            "usage": run.manifest.get("usage"),
        },
        "options": {
            "formats": [format_.name for format_ in release.formats],
            "parquet": release.parquet,
            "against": release.targets,
            "near_duplicates": options.near_duplicates,
            "max_length_ratio": options.max_length_ratio,
            "validation": options.validation,
            "evaluation": {str(count): number for count, number in sorted(release.quotas.items())},
            "uncertified": options.uncertified,
        },
        "rows": dict(sorted(release.counts.items())),
        "removed": dict(sorted(removals.items())),
        "figures": {split: figures.summary() for split, figures in sorted(release.figures.items())},
    }


def _taxonomy_path(run: Run) -> Path | None:
    path = run.config.get("taxonomy")
    return Path(path) if isinstance(path, str) else None


def _needs_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InputError(
            "--format parquet needs pyarrow, which is not installed: pip install 'trace-builder[release]'"
        ) from None
