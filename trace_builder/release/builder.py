"""Makes a release of a run: certifies, cleans, splits, writes, describes, and puts it in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from trace_builder import __version__
from trace_builder.errors import InputError, did_you_mean
from trace_builder.records import Seed
from trace_builder.release.atomic_folder import MARK, SUMS, replacing
from trace_builder.release.certify import Certifier, RunSetup
from trace_builder.release.cleaning.benchmarks import Target, read_targets
from trace_builder.release.cleaning.decontaminate import Decontaminator
from trace_builder.release.cleaning.dedup import duplicates
from trace_builder.release.cleaning.removal import Removal, Removals, Text, group_of
from trace_builder.release.examples import Example, SeedRecords, training_example
from trace_builder.release.formats.release_format import PARQUET, ReleaseFormat, Split, choose
from trace_builder.release.inventory import Inventory, group_texts
from trace_builder.release.options import ReleaseOptions
from trace_builder.release.split_figures import NO_SOURCE, SplitFigures
from trace_builder.release.splits import split_seeds
from trace_builder.release.writer import Writer, checksums
from trace_builder.storage.calls import CallTotals
from trace_builder.storage.jsonl import write_json, write_text
from trace_builder.storage.run_folder import RunFolder

REMOVED = "removed.jsonl"
#: Sources that an error lists.
_LISTED = 20

#: Called with the release's folder and its formats before it is put in place; raises to keep it from that.
Verify = Callable[[Path, tuple[ReleaseFormat, ...]], None]


@dataclass
class Release:
    """A release in the making, and what is known about it when it is done.

    Attributes:
        targets: texts to keep out, by the name of their file.
        splits: the split of every seed that is released.
        quotas: instructions asked for in the evaluation set, by constraint count.
        figures: statistics of what was written, by split.
    """

    options: ReleaseOptions
    run: RunFolder
    setup: RunSetup
    formats: tuple[ReleaseFormat, ...]
    parquet: bool
    inventory: Inventory
    removals: Removals
    writer: Writer
    targets: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    splits: dict[str, Split] = field(default_factory=dict)
    quotas: dict[int, int] = field(default_factory=dict)
    figures: dict[Split, SplitFigures] = field(default_factory=lambda: defaultdict(SplitFigures))

    @property
    def counts(self) -> dict[str, int]:
        """Rows by file, as "<folder>/<split>.<suffix>"."""
        return self.writer.counts

    def rows_of(self, format_: ReleaseFormat) -> dict[Split, int]:
        """The splits for which a format has a file, with its rows."""
        counts = {split: self.counts.get(format_.path(split), 0) for split in format_.files}
        return {split: rows for split, rows in counts.items() if rows}

    @cached_property
    def usage(self) -> dict[str, dict[str, CallTotals]]:
        """What the run's calls add up to, by stage and model."""
        return self.run.usage()

    def equal_usage(self) -> dict[str, dict[str, int]]:
        """The same by stage alone, as far as two equal runs have it in common: what a cache served, the
        retries and the seconds are the servers'."""
        names = ("calls", "prompt", "completion", "wasted")
        return {
            stage: {name: sum(getattr(totals, name) for totals in by_model.values()) for name in names}
            for stage, by_model in self.usage.items()
        }

    @property
    def sources(self) -> dict[str, int]:
        """Instructions by the source of their seed."""
        counts: defaultdict[str, int] = defaultdict(int)
        for figures in self.figures.values():
            for source, number in figures.sources.items():
                counts[source] += number
        return dict(sorted(counts.items()))

    @property
    def instructions(self) -> int:
        return sum(figures.instructions for figures in self.figures.values())


def build(
    folder: Path, out: Path, options: ReleaseOptions, *, force: bool = False, verify: Verify | None = None
) -> Release:
    """Writes the release of a run's folder to ``out``, whole or not at all.

    Args:
        folder: a run's folder.
        out: where the release goes.
        options: what it is asked to be.
        force: replace a release that is there.
        verify: looks at the finished folder before it is put in place.

    Raises:
        InputError: bad input or options, nothing to release, or a missing extra; nothing is written then.
        StoppedError: the disk is full, or fails.
    """
    formats, parquet = choose(options.formats)
    if parquet:
        _needs_pyarrow()
    with replacing(out, folder, force=force) as temporary:
        targets = [(Path(spec).name, read_targets(spec)) for spec in options.against]
        with _open(folder, options) as run:
            setup = RunSetup.of(run)
            dimensions = frozenset(dimension.id for dimension in setup.taxonomy.dimensions)
            with Inventory(temporary, dimensions) as inventory, Writer(temporary) as writer:
                removals = Removals(lambda row: writer.line(REMOVED, row))
                release = Release(options, run, setup, formats, parquet, inventory, removals, writer)
                for name, some in targets:
                    release.targets[name] += len(some)
                _read(release, [target for _, some in targets for target in some])
                _decide(release)
                for id_, split in release.splits.items():
                    _write(release, id_, split)
            _describe(release, temporary)
        if verify is not None:
            verify(temporary, formats)
    return release


def _open(folder: Path, options: ReleaseOptions) -> RunFolder:
    run = RunFolder.open(folder)
    if run.unfinished and not options.partial:
        raise InputError(
            f"{folder}: {run.unfinished[-1]}; run `trace-build run --output {folder}` again to finish it, "
            "or release what there is with --partial"
        )
    return run


def _read(release: Release, targets: list[Target]) -> None:
    """Certifies every record, and looks it up among the texts to keep out."""
    benchmarks = Decontaminator(targets) if targets else None
    sources = set()
    for seed, records in Certifier(release.run, release.setup).records():
        sources.add(seed.source or NO_SOURCE)
        if records is None:
            continue
        release.inventory.add(records)
        hits = map(benchmarks.check, _compared(seed, records)) if benchmarks else ()
        for hit in filter(None, hits):
            release.removals.add(hit)
            if hit.whole_seed:
                break
    _check_licences(release.options.licences, sources)
    if not release.inventory.entries:
        raise InputError(f"{release.run.path}: nothing to release, no record has passed quality")


def _check_licences(licences: Mapping[str, str], sources: Collection[str]) -> None:
    for source in sorted(licences.keys() - sources):
        known = ", ".join(map(repr, sorted(sources)[:_LISTED]))
        meant = did_you_mean(source, sources)
        raise InputError(f"--seed-licence {source}: no seed has this source; there are {known}{meant}")


def _compared(seed: Seed, records: SeedRecords) -> Iterator[Text]:
    """Every text that could carry a benchmark's: the seed, the instruction, those of its groups."""
    yield Text(seed.id, "seed", "\n".join(filter(None, (seed.instruction, seed.input))))
    yield Text(seed.id, "x", records.checked.instruction.render())
    for part, text in group_texts(records).items():
        yield Text(seed.id, part, text)


def _decide(release: Release) -> None:
    """What repeats another text is out; the rest is split."""
    inventory, removals, options = release.inventory, release.removals, release.options
    texts = inventory.by_worth(removals.seeds, removals.groups)
    for removal in duplicates(texts, inventory.text, threshold=options.near_duplicates):
        removals.add(removal)
    left = {id_: entry for id_, entry in inventory.entries.items() if id_ not in removals.seeds}
    counts = {id_: entry.count for id_, entry in left.items()}
    trainable = {
        id_
        for id_, entry in left.items()
        if entry.answered or any(group_of(id_, part) not in removals.groups for part in entry.parts)
    }
    unlabelled = {id_ for id_, entry in left.items() if not entry.labelled}
    release.splits, release.quotas = split_seeds(
        counts, trainable, options.quotas, options.validation, unlabelled
    )


def _write(release: Release, id_: str, split: Split) -> None:
    """One seed's rows in every format."""
    records = release.inventory.records(id_)
    example = _example(release, records, split)
    release.figures[split].add(example)
    about = {"id": id_, "split": split, "lang": example.lang, "source": example.source}
    shown = {"status", "reason", "fingerprint", "calls"}
    stages = {name: outcome.model_dump(include=shown) for name, outcome in records.lineage.items()}
    release.writer.line("lineage.jsonl", {**about, "stages": stages})
    for format_ in release.formats:
        release.writer.example(format_, split, example, parquet=release.parquet)


def _example(release: Release, records: SeedRecords, split: Split) -> Example:
    if split == "evaluation":
        return Example(records.checked, release.setup.taxonomy)
    example = training_example(
        records,
        release.setup.taxonomy,
        without=release.removals.groups,
        uncertified=release.options.uncertified,
    )
    limit = release.options.max_length_ratio
    if limit is None:
        return example
    for pair in example.pairs:
        ratio = pair.length_ratio
        if ratio > limit:
            found = (pair.chosen, pair.id, "", pair.rejected)
            release.removals.add(Removal(example.id, "dpo", "length_ratio", "length", ratio, *found))
    return replace(example, pairs=tuple(pair for pair in example.pairs if pair.length_ratio <= limit))


def _describe(release: Release, folder: Path) -> None:
    """The files that say what is in the others, the card last."""
    from trace_builder.release.card.dataset_card import card, dataset_info, parquet_card

    if not (folder / REMOVED).exists():
        write_text(folder / REMOVED, "")
    write_json(folder / "dataset_info.json", dataset_info(release))
    write_json(folder / MARK, about(release))
    if release.parquet:
        write_text(folder / PARQUET / "README.md", parquet_card(release))
    sums = checksums(folder)
    write_text(folder / "README.md", card(release, sums))
    sums = checksums(folder)
    write_text(folder / SUMS, "".join(f"{digest}  {name}\n" for name, digest in sums.items()))


def about(release: Release) -> dict[str, Any]:
    """release.json: what programs want to know about a release. It tells nothing of the machine or the
    time."""
    options, manifest = release.options, release.run.manifest
    seeds, taxonomy = manifest.seeds, manifest.taxonomy
    return {
        "version": 1,
        "made_by": f"trace_builder {__version__}",
        "run": {
            "profile": release.run.profile,
            "finished": not release.run.unfinished,
            "unfinished": list(release.run.unfinished),
            "seeds": seeds and seeds.model_dump(include={"count", "bad", "digest", "sources", "langs"}),
            "taxonomy": taxonomy and {"name": Path(taxonomy.path).name, "digest": taxonomy.digest},
            "fingerprints": {name: entry.fingerprint for name, entry in manifest.stages.items()},
            "usage": release.equal_usage(),
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
        "removed": release.removals.by_kind(),
        "figures": {split: figures.summary() for split, figures in sorted(release.figures.items())},
    }


def _needs_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InputError(
            "--format parquet needs pyarrow, which is not installed: pip install 'trace-builder[release]'"
        ) from None
