"""From a path to the page: statistics, sections, and the records the page carries."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.report.detect import Source, detect
from trace_builder.report.lines import reading, rows
from trace_builder.report.page.html import Markup, el, number
from trace_builder.report.page.labels import PRODUCTS, REASONS, TERMS
from trace_builder.report.page.payload import pack
from trace_builder.report.page.prompt_replay import Rendering
from trace_builder.report.page.record_entries import Entry, example_entries, journeys
from trace_builder.report.page.sampling import order, run_strata
from trace_builder.report.page.sections.dataset_section import set_section
from trace_builder.report.page.sections.funnel_section import overview
from trace_builder.report.page.sections.release_section import release_overview
from trace_builder.report.page.sections.run_section import cost_section, iopo_section, judge_section
from trace_builder.report.page.shell import render
from trace_builder.report.runs import RunFolder
from trace_builder.report.stats.instructions import Example, examples, reader
from trace_builder.report.stats.release_stats import release_files
from trace_builder.report.stats.statistics import source_statistics, source_taxonomy
from trace_builder.taxonomy import Taxonomy

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
    taxonomy = taxonomy or source_taxonomy(source)
    if source.kind == "evaluation":
        from trace_builder.report.page.evaluation_page import evaluation_page

        paths = [one.path for one in [source, *others]]
        with reading(str(source.path)):
            return evaluation_page(paths, payload_head(taxonomy), taxonomy, CANDIDATES)
    found = source_statistics(source, taxonomy)
    with reading(str(source.path)):
        if source.kind == "run":
            return _run_page(source, found, taxonomy)
        return _records_page(source, found, taxonomy)


def payload_head(taxonomy: Taxonomy) -> dict[str, Any]:
    """The names that the browser shows for codes."""
    places = {t.id: place for place, t in enumerate(taxonomy.types)}
    names = {d.id: (d.name.en, d.name.zh, places[d.type]) for d in taxonomy.dimensions}
    return {"dimensions": names, "reasons": REASONS, "terms": TERMS}


def _run_page(source: Source, found: dict[str, Any], taxonomy: Taxonomy) -> str:
    run = RunFolder(source.path)
    chosen = order(run_strata(run))[:CANDIDATES]
    entries = journeys(run, set(chosen))
    rendering = Rendering(run, taxonomy)
    rendering.add(entries)
    head = {**payload_head(taxonomy), "systems": rendering.systems}
    payload, shown = pack(head, (entries[name] for name in chosen))
    titles = {name: f"{PRODUCTS[name][0]} set" for name in found["sets"]}
    sections = [
        ("Overview", overview(found)),
        ("The sets", sets_section(found["sets"], titles)),
        ("Judge", judge_section(found)),
        ("IOPO", iopo_section(found)),
        ("Calls", cost_section(found)),
    ]
    there = [(name, markup) for name, markup in sections if markup]
    return render(_title(source.path), _run_facts(found), there, payload, shown, run.seed_count)


def _title(path: Path) -> str:
    """The last two parts of the path: a run is often called by its folder's name alone."""
    return "/".join(path.resolve().parts[-2:]) if path.is_dir() else path.name


def _run_facts(found: dict[str, Any]) -> list[str]:
    manifest = found["manifest"]
    if manifest["rehearsal"]:
        facts = ["a drill with the embedded model: not training data"]
    else:
        facts = [f"profile {manifest['profile']}", f"model {', '.join(manifest['models']) or '–'}"]
    facts += [f"{number(manifest['seeds'])} seeds", "finished" if manifest["finished"] else "not finished"]
    if manifest["created"]:
        facts.append(f"begun {str(manifest['created'])[:16].replace('T', ' ')}")
    return facts


def sets_section(sets: dict[str, Any], titles: dict[str, str]) -> Markup | None:
    """The sets as tabs; one set needs none."""
    there = {name: summary for name, summary in sets.items() if summary["records"]}
    if not there:
        return None
    panels = [
        el(
            "div",
            set_section(_id(name), summary, titles.get(name, name)),
            id=f"panel-{_id(name)}",
            role="tabpanel" if len(there) > 1 else None,
            aria_labelledby=f"tab-{_id(name)}" if len(there) > 1 else None,
            hidden=bool(n),
        )
        for n, (name, summary) in enumerate(there.items())
    ]
    tabs = [
        el(
            "button",
            titles.get(name, name),
            type="button",
            role="tab",
            id=f"tab-{_id(name)}",
            aria_controls=f"panel-{_id(name)}",
            aria_selected="false" if n else "true",
            tabindex=-1 if n else 0,
        )
        for n, name in enumerate(there)
    ]
    bar = el("div", *tabs, class_="tabs", role="tablist", aria_label="Sets") if len(there) > 1 else None
    return el("section", el("h2", "What was made" if bar else "What it holds"), bar, *panels, id="sets")


def _id(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name)


def _records_page(source: Source, found: dict[str, Any], taxonomy: Taxonomy) -> str:
    files = {source.path.name: [source.path]} if source.kind == "records" else release_files(source.path)
    entries, total = _sampled([file for group in files.values() for file in group], taxonomy)
    payload, shown = pack(payload_head(taxonomy), entries)
    section = sets_section(found["sets"], {name: name for name in found["sets"]})
    sections = [("The sets" if source.kind == "release" else "Overview", section)]
    facts = [f"{number(total)} records", str(source.path.parent)]
    if source.kind == "release":
        mark = found["release"]
        sections.insert(0, ("Overview", release_overview(mark)))
        facts = [str(mark.get("made_by") or "release"), f"profile {mark.get('run', {}).get('profile')}"]
    there = [(name, markup) for name, markup in sections if markup]
    return render(_title(source.path), facts, there, payload, shown, total)


def _sampled(files: list[Path], taxonomy: Taxonomy) -> tuple[Iterable[Entry], int]:
    """Entries of a sample over files of records, by language and number of constraints."""
    strata: dict[str, Hashable] = {}
    for place, file in enumerate(files):
        for number_, example in enumerate(_examples(file)):
            strata[f"{place}:{number_}"] = (place, example.lang, len(example.constraints))
    chosen = order(strata)[:CANDIDATES]
    wanted = set(chosen)
    labels: dict[str | None, str | None] = {}
    entries: dict[str, Entry] = {}
    for place, file in enumerate(files):
        for number_, example in enumerate(_examples(file)):
            name = f"{place}:{number_}"
            if name in wanted:
                for _, label in example.constraints:
                    dimension = taxonomy.find(label) if label else None
                    labels.setdefault(label, dimension.id if dimension else None)
                entries[name] = example_entries([example], labels)[0]
    return (entries[name] for name in chosen), len(strata)


def _examples(file: Path) -> Iterable[Example]:
    first = next((row for _, row in rows(file)), None)
    read = reader(first) if first else None
    return examples(file, read) if read else ()
