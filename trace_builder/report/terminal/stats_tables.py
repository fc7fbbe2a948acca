"""What ``trace-build stats`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from trace_builder.evaluate.terminal import print_evaluation
from trace_builder.report.stats.coverage_stats import CoverageStats
from trace_builder.report.stats.dataset_stats import DatasetStats, Statistics
from trace_builder.report.stats.judge_stats import GroupStats
from trace_builder.report.stats.release_stats import Release, ReleaseStats
from trace_builder.report.stats.run_stats import CallStats, RunStats
from trace_builder.report.stats.statistics import EvaluationStats
from trace_builder.report.terminal.tables import FUNNEL, TOKENS, Cell, Printer, shown_share
from trace_builder.support import paper
from trace_builder.support.certificates import certified_first

_JUDGED = (("response", "responses"), ("worse", "worse responses"), ("mismatch", "mismatch cells"))
_VERDICTS = ("full_marks", "fails", "disputed", "unscored", "not_judged")


def print_statistics(found: Statistics, printer: Printer) -> None:
    """Prints what ``statistics`` returns."""
    printer.line(f"{found.path} ({found.kind})", style="bold")
    if isinstance(found, RunStats):
        _print_run(found, printer)
    if isinstance(found, ReleaseStats):
        _print_release(found.release, printer)
    if isinstance(found, EvaluationStats):
        print_evaluation(found.results, printer)
    for name, dataset in found.sets.items():
        if dataset.records:
            _print_set(name, dataset, printer)


def _print_set(name: str, found: DatasetStats, printer: Printer) -> None:
    total = found.constraints
    printer.heading(f"{name}: {found.records:,} records, {total.total:,} constraints")
    printer.table(("", ""), list(_facts(found)), right=())
    printer.heading("Constraints an instruction (paper: Table 1)")
    printer.table(
        ("", "records", "min", "max", "mean"),
        [("this set", found.records, total.min, total.max, total.mean), *paper.TABLE_1],
    )
    printer.heading("Instructions by number of constraints (paper: Table 2)")
    printer.table(
        ("constraints", "records", "share", "paper train", "paper eval"),
        [
            (row.constraints, row.records, shown_share(row.share), row.paper_train, row.paper_eval)
            for row in found.counts
        ],
        right=range(5),
    )
    printer.heading("Constraints by type (paper: Figure 3)")
    printer.table(
        ("type", "constraints", "share", "paper"),
        [(t.name, t.count, shown_share(t.share), shown_share(t.paper)) for t in found.types],
    )
    printer.heading(f"Constraints by dimension: {found.dimensions_present} dimensions")
    printer.table(
        ("dimension", "type", "Chinese name", "constraints", "share"),
        [(d.name, d.type, d.name_zh, d.count, shown_share(d.share)) for d in found.dimensions],
        right=(3, 4),
    )
    _print_coverage(found.coverage, printer)
    printer.heading("Lengths in characters")
    printer.table(
        ("", "n", "min", "median", "mean", "p95", "max"),
        [(text, s.n, s.min, s.median, s.mean, s.p95, s.max) for text, s in found.lengths.items() if s.n],
    )
    printer.heading("Oddities")
    printer.table(("", "count", "where"), list(_oddities(found)), right=(1,))


def _print_coverage(found: CoverageStats, printer: Printer) -> None:
    printer.heading(f"Constraints that code can verify: {found.total.bound:,} of {found.total.constraints:,}")
    rows = {"all": found.total, **found.by_language, **found.by_dimension}
    printer.table(
        ("", "constraints", "bound", "wholly", "share"),
        [(name, row.constraints, row.bound, row.whole, shown_share(row.share)) for name, row in rows.items()],
    )
    if found.by_model:
        printer.line(f"{found.by_model:,} of them were bound by the model")
    if found.kinds:
        printer.table(("kind of check", "constraints"), list(found.kinds.items()))


def _facts(found: DatasetStats) -> Iterator[tuple[str, Cell]]:
    yield "records", found.records
    yield "ids", f"{found.ids.first} to {found.ids.last}, {found.ids.repeated} repeated"
    yield "constraints", found.constraints.total
    yield "languages", ", ".join(f"{name} {n:,}" for name, n in found.languages.items())
    yield "input", f"with {found.with_input:,}, without {found.records - found.with_input:,}"
    for name, check in found.checks.items():
        yield name, f"{check.kept:,} of {check.of:,}"


def _oddities(found: DatasetStats) -> Iterator[tuple[str, int, str]]:
    for stray in found.labels_outside:
        yield f"label outside the taxonomy: {stray.label}", stray.count, _ids(stray.ids)
    if found.unlabelled:
        yield "constraints without a label", found.unlabelled, ""
    groups = ", ".join(" = ".join(group) for group in found.duplicates.groups[:5])
    yield "records that repeat another's prompt", found.duplicates.extra_records, groups
    for oddity in found.oddities.values():
        yield oddity.what, oddity.count, _ids(oddity.ids)


def _ids(ids: tuple[str, ...], most: int = 5) -> str:
    distinct = list(dict.fromkeys(ids))
    return f"id {', '.join(distinct[:most])}{' ...' if len(distinct) > most else ''}" if ids else ""


def _print_run(found: RunStats, printer: Printer) -> None:
    run = found.run
    state = "finished" if run.finished else "not finished"
    models = ", ".join(run.models) or "-"
    printer.line(f"profile {run.profile}, models {models}, {run.seeds:,} seeds, {state}")
    printer.heading("Funnel")
    printer.table(
        ("stage", *FUNNEL, "kept"),
        [
            (row.stage, row.entered, row.accepted, row.rejected, row.failed, row.pending, kept)
            for row in found.funnel
            for kept in (shown_share(row.kept_share),)
        ],
    )
    reasons = [
        (row.stage, entry.reason, entry.status, entry.count, shown_share(entry.share))
        for row in found.funnel
        for entry in row.reasons
    ]
    if reasons:
        printer.heading("Reasons")
        printer.table(("stage", "reason", "status", "records", "of its input"), reasons, right=(3, 4))
    _print_judge(found, printer)
    _print_iopo(found.iopo, printer)
    _print_calls(found.calls, printer)


def _print_judge(found: RunStats, printer: Printer) -> None:
    judged = [(name, getattr(found.judge, key)) for key, name in _JUDGED]
    there = [(name, scores) for name, scores in judged if scores.responses]
    if there:
        printer.heading("Judge scores of single constraints")
        rows = [(n, *(scores.scores[n] for _, scores in there)) for n in found.judge.response.scores]
        rows.append(("unscored", *(scores.unscored for _, scores in there)))
        rows.append(("disputed", *(scores.disputed for _, scores in there)))
        printer.table(("score", *(name for name, _ in there)), rows)
        if found.judge.response.by_code:
            printer.line(f"{found.judge.response.by_code:,} responses were turned down by code alone")
    pairs = found.pairs
    if pairs.pairs:
        origins = ", ".join(f"{name} {n:,}" for name, n in pairs.origins.items())
        printer.heading(f"Preference pairs: {pairs.pairs:,}")
        printer.line(
            f"origin: {origins}; characters of chosen / rejected: {pairs.length_ratio}, "
            f"chosen is the longer one in {shown_share(pairs.chosen_longer_share)}"
        )


def _print_iopo(iopo: GroupStats, printer: Printer) -> None:
    if not iopo.operations:
        return
    counts = sum((Counter(row.certificates) for row in iopo.operations), Counter[str]())
    printer.heading(f"IOPO: {certified_first(counts)}")
    printer.table(
        ("operation", "tried", "full", "one_sided", "rationality", "yield", "lost to"),
        [
            (row.operation, row.tried, *row.certificates.values(), shown_share(row.share), lost)
            for row in iopo.operations
            for lost in (", ".join(f"{reason} {n:,}" for reason, n in row.lost.items()),)
        ],
        right=range(1, 6),
    )
    printer.table(
        ("cell", *(verdict.replace("_", " ") for verdict in _VERDICTS)),
        [(f"({c[:2]}, {c[2:]})", *(n.get(v, 0) for v in _VERDICTS)) for c, n in iopo.cells.items()],
    )


def _print_calls(calls: CallStats, printer: Printer) -> None:
    if not calls.total.calls:
        return
    printer.heading("Calls")
    printer.table(
        ("stage", *TOKENS, "asked again", "cached"),
        [
            (name, s.calls, s.prompt, s.cached, s.completion, s.retries, s.asked_again, share)
            for name, s in [*calls.stages.items(), ("total", calls.total)]
            for share in (shown_share(s.cached_share),)
        ],
    )
    seconds = calls.timeline.seconds
    if seconds:
        rate, tokens = calls.total.calls / seconds, calls.total.completion / seconds
        printer.line(f"{seconds:,} s of running, {rate:.1f} calls/s, {tokens:,.0f} completion tokens/s")
    for line in calls.cost.lines():
        printer.line(line)


def _print_release(release: Release, printer: Printer) -> None:
    printer.heading("Rows")
    splits = ("train", "validation", "test")
    printer.table(
        ("format", *splits),
        [(name, *(rows.get(split) for split in splits)) for name, rows in release.format_rows.items()],
    )
    printer.heading("Splits")
    printer.table(
        ("split", "instructions", "constraints", "input pairs"),
        [(name, s.instructions, s.constraints, s.input_pairs) for name, s in release.figures.items()],
    )
    removed = ", ".join(f"{kind.replace('_', ' ')} {n:,}" for kind, n in release.removed.items())
    printer.line(f"left out: {removed or 'nothing'}")
