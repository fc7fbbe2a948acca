"""From a path to the page: statistics, sections, and the records the page carries."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.records import TOP_SCORE
from trace_builder.report.detect import detect
from trace_builder.report.page.evaluation_page import evaluation_page
from trace_builder.report.page.html import Markup, number
from trace_builder.report.page.labels import TERMS
from trace_builder.report.page.payload import pack
from trace_builder.report.page.prompt_replay import PromptReplay
from trace_builder.report.page.record_entries import Entry, example_entry, run_entries
from trace_builder.report.page.release_rows import chat_files, row_entries
from trace_builder.report.page.sampling import order, run_strata
from trace_builder.report.page.sections.calls_section import calls_section
from trace_builder.report.page.sections.dataset_section import datasets_section
from trace_builder.report.page.sections.funnel_section import funnel_section
from trace_builder.report.page.sections.judge_section import iopo_section, judge_section
from trace_builder.report.page.sections.release_section import release_section
from trace_builder.report.page.shell import render
from trace_builder.report.stats.instructions import Example, examples
from trace_builder.report.stats.release_stats import release_files, release_stats
from trace_builder.report.stats.run_stats import RunFacts, run_stats
from trace_builder.report.stats.statistics import records_stats, run_taxonomy
from trace_builder.stages.reasons import labels
from trace_builder.stages.stage_registry import stage_classes
from trace_builder.storage.jsonl import write_text
from trace_builder.storage.run_folder import RunFolder
from trace_builder.taxonomy import Taxonomy, load_taxonomy

#: Records that are read as candidates; how many of them fit is found when they are packed.
CANDIDATES = 1200


def build_report(path: Path, *beside: Path, taxonomy: Taxonomy | None = None) -> str:
    """The page for a run, a release, an evaluation or a file of records, as one HTML text under 5 MB.

    Args:
        path: what is shown; beside: further evaluations of the same data, shown side by side with it.
        taxonomy: another one than the run's own or the shipped one.

    Raises:
        InputError: the path holds nothing that can be shown, or a file of it cannot be read.
    """
    source = detect(path)
    others = [detect(other) for other in beside]
    if others and any(one.kind != "evaluation" for one in [source, *others]):
        raise InputError("only evaluations can be shown side by side; give one path for anything else")
    if source.kind == "run":
        with RunFolder.open(source.path) as run:
            return _run_page(run, taxonomy or run_taxonomy(run))
    taxonomy = taxonomy or load_taxonomy()
    if source.kind == "evaluation":
        paths = [one.path for one in [source, *others]]
        return evaluation_page(paths, page_head(taxonomy), taxonomy, CANDIDATES)
    make = _release_page if source.kind == "release" else _file_page
    return make(source.path, taxonomy)


def default_target(path: Path) -> Path:
    """``report.html`` inside a run or evaluation; for a release or a file, which stay as they are,
    ``<name>.report.html`` in the current folder."""
    source = detect(path)
    if source.kind in ("run", "evaluation"):
        return (source.path if source.kind == "run" else source.path.parent) / "report.html"
    return Path(f"{path.resolve().stem if path.is_file() else path.resolve().name}.report.html")


def write_page(target: Path, page: str) -> None:
    """Replaces ``target``, whole or not at all.

    Raises:
        InputError: there can be no such file, or not for us.
        StoppedError: the disk did not take it.
    """
    try:
        trouble = "it is a folder" if target.is_dir() else ""
        if not os.access(target.parent, os.W_OK | os.X_OK):
            trouble = "its folder does not exist or is closed"
    except (OSError, ValueError) as exc:
        trouble = str(exc)
    if trouble:
        raise InputError(f"{target}: cannot be written, {trouble}")
    write_text(target, page)


def page_head(taxonomy: Taxonomy) -> dict[str, Any]:
    """The names that the browser shows for codes."""
    places = {t.id: place for place, t in enumerate(taxonomy.types)}
    return {
        "dimensions": {d.id: (d.name.en, d.name.zh, places[d.type]) for d in taxonomy.dimensions},
        "reasons": {reason: text.en for reason, text in labels().items()},
        "terms": TERMS,
        "top_score": TOP_SCORE,
        "products": {name: kind.product.label for name, kind in stage_classes().items() if kind.product},
    }


#: Title, facts under it, and sections by their name in the navigation.
Figures = tuple[str, list[str], list[tuple[str, Markup | None]]]


def _run_page(run: RunFolder, taxonomy: Taxonomy) -> str:
    title, facts, sections = run_figures(run, taxonomy)
    chosen = order(run_strata(run))[:CANDIDATES]
    entries = run_entries(run, set(chosen))
    replay = PromptReplay(run)
    replay.add(entries)
    head = {**page_head(taxonomy), "systems": replay.systems}
    payload, shown = pack(head, (entries[name] for name in chosen))
    return render(title, facts, sections, payload, shown, run.seed_count)


def run_figures(run: RunFolder, taxonomy: Taxonomy) -> Figures:
    """What the page says of a run besides its records."""
    found = run_stats(run, taxonomy)
    products = (kind.product for kind in stage_classes().values() if kind.product)
    titles = {product.name: f"{product.label} set" for product in products}
    sections: list[tuple[str, Markup | None]] = [
        ("Overview", funnel_section(found)),
        ("The sets", datasets_section({titles[name]: one for name, one in found.sets.items()})),
        ("Judge", judge_section(found)),
        ("IOPO", iopo_section(found)),
        ("Calls", calls_section(found)),
    ]
    return _title(run.path), _run_facts(found.run), sections


def _title(path: Path) -> str:
    """The last two parts of the path: a run is often called by its folder's name alone."""
    return "/".join(path.resolve().parts[-2:])


def _run_facts(run: RunFacts) -> list[str]:
    facts = [f"profile {run.profile}", f"model {', '.join(run.models) or '–'}"]
    if run.rehearsal:
        facts = ["a drill with the embedded model: not training data"]
    facts += [f"{number(run.seeds)} seeds", "finished" if run.finished else "not finished"]
    return [*facts, f"begun {run.created[:16].replace('T', ' ')}"] if run.created else facts


def _release_page(path: Path, taxonomy: Taxonomy) -> str:
    files = [file for group in release_files(path).values() for file in group]
    payload, shown, total = _sample(files, taxonomy, chat_files(path))
    return render(*release_figures(path, taxonomy), payload, shown, total)


def release_figures(path: Path, taxonomy: Taxonomy) -> Figures:
    """What the page says of a release besides its records."""
    found = release_stats(path, taxonomy)
    sections: list[tuple[str, Markup | None]] = [
        ("Overview", release_section(found.release)),
        ("The sets", datasets_section(found.sets)),
    ]
    facts = [found.release.made_by, f"profile {found.release.run.profile}"]
    return _title(path), facts, sections


def _file_page(path: Path, taxonomy: Taxonomy) -> str:
    payload, shown, total = _sample([path], taxonomy)
    return render(*file_figures(path, taxonomy), payload, shown, total)


def file_figures(path: Path, taxonomy: Taxonomy) -> Figures:
    """What the page says of a file of records besides them."""
    sets = records_stats(path, taxonomy).sets
    total = sum(dataset.records for dataset in sets.values())
    return path.name, [f"{number(total)} records", str(path.parent)], [("Overview", datasets_section(sets))]


def _sample(files: list[Path], taxonomy: Taxonomy, chats: Sequence[Path] = ()) -> tuple[str, int, int]:
    """A sample over files of records, by language and number of constraints, and over files of chat rows,
    packed; how many it holds, and of how many."""
    strata: dict[str, Hashable] = {
        name: (file, example.lang, len(example.constraints)) for name, file, example in _named(files)
    }
    strata |= {name: (file, entry.lang) for name, file, entry in _named_rows(chats)}
    chosen = order(strata)[:CANDIDATES]
    wanted = set(chosen)
    entries = {name: example_entry(e, taxonomy) for name, _, e in _named(files) if name in wanted}
    entries |= {name: entry for name, _, entry in _named_rows(chats) if name in wanted}
    return *pack(page_head(taxonomy), (entries[name] for name in chosen)), len(strata)


def _named(files: Iterable[Path]) -> Iterator[tuple[str, Path, Example]]:
    for place, file in enumerate(files):
        for number_, example in enumerate(examples(file)):
            yield f"{place}:{number_}", file, example


def _named_rows(files: Iterable[Path]) -> Iterator[tuple[str, Path, Entry]]:
    for place, file in enumerate(files):
        for number_, entry in enumerate(row_entries(file)):
            yield f"chat{place}:{number_}", file, entry
