"""What ``trace-build stats`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_builder.report.stats.release_stats import format_rows
from trace_builder.report.terminal.tables import Cell, Printer, shown_share

_Stat = dict[str, Any]


def print_statistics(found: _Stat, printer: Printer) -> None:
    """Prints what ``statistics`` returns."""
    printer.line(f"{found['path']} ({found['kind']})", style="bold")
    if found["kind"] == "run":
        _print_run(found, printer)
    if found["kind"] == "release":
        _print_release(found["release"], printer)
    if found["kind"] == "evaluation":
        from trace_builder.report.terminal.evaluation_tables import print_results

        print_results(found["results"], printer)
    for name, summary in found["sets"].items():
        if summary["records"]:
            _print_set(name, summary, printer)


def _print_set(name: str, summary: _Stat, printer: Printer) -> None:
    total = summary["constraints"]
    printer.heading(f"{name}: {summary['records']:,} records, {total['total']:,} constraints")
    printer.facts(_facts(summary))
    printer.heading("Constraints an instruction (paper: Table 1)")
    printer.table(
        ("", "records", "min", "max", "mean"),
        [
            ("this set", summary["records"], total["min"], total["max"], total["mean"]),
            ("paper train", 119345, 1, 15, 4.36),
            ("paper eval", 1042, 1, 15, 4.89),
        ],
    )
    printer.heading("Instructions by number of constraints (paper: Table 2)")
    printer.table(
        ("constraints", "records", "share", "paper train", "paper eval"),
        [
            (
                row["constraints"],
                row["records"],
                shown_share(row["share"]),
                row["paper_train"],
                row["paper_eval"],
            )
            for row in summary["counts"]
        ],
        right=range(5),
    )
    printer.heading("Constraints by type (paper: Figure 3)")
    printer.table(
        ("type", "constraints", "share", "paper"),
        [(t["name"], t["count"], shown_share(t["share"]), shown_share(t["paper"])) for t in summary["types"]],
    )
    printer.heading(f"Constraints by dimension: {summary['dimensions_present']} dimensions")
    printer.table(
        ("dimension", "type", "Chinese name", "constraints", "share"),
        [
            (d["name"], d["type"], d["name_zh"], d["count"], shown_share(d["share"]))
            for d in summary["dimensions"]
        ],
        right=(3, 4),
    )
    _print_lengths(summary, printer)
    _print_oddities(summary, printer)


def _facts(summary: _Stat) -> Iterator[tuple[str, Cell]]:
    total, ids = summary["constraints"], summary["ids"]
    yield "records", summary["records"]
    yield "ids", f"{ids['first']} to {ids['last']}, {ids['repeated']} repeated"
    yield "constraints", total["total"]
    yield "languages", ", ".join(f"{name} {n:,}" for name, n in summary["languages"].items())
    yield "input", f"with {summary['input']['with']:,}, without {summary['input']['without']:,}"
    for name, check in summary["checks"].items():
        yield name, f"{check['kept']:,} of {check['of']:,}"


def _print_lengths(summary: _Stat, printer: Printer) -> None:
    columns = ("n", "min", "median", "mean", "p95", "max")
    printer.heading("Lengths in characters")
    printer.table(
        ("", *columns),
        [(name, *(s[c] for c in columns)) for name, s in summary["lengths"].items() if s["n"]],
    )


def _print_oddities(summary: _Stat, printer: Printer) -> None:
    printer.heading("Oddities")
    printer.table(("", "count", "where"), list(_oddities(summary)), right=(1,))


def _oddities(summary: _Stat) -> Iterator[tuple[str, int, str]]:
    for stray in summary["labels_outside"]:
        yield f"label outside the taxonomy: {stray['label']}", stray["count"], f"id {_ids(stray['ids'])}"
    if summary["unlabelled"]:
        yield "constraints without a label", summary["unlabelled"], ""
    duplicates = summary["duplicates"]
    groups = ", ".join(" = ".join(group) for group in duplicates["groups"][:5])
    yield "records that repeat another's prompt", duplicates["extra_records"], groups
    for oddity in summary["oddities"].values():
        places = [row["id"] for row in oddity["listed"]]
        yield oddity["what"], oddity["count"], f"id {_ids(places)}" if places else ""


def _ids(ids: list[str], most: int = 5) -> str:
    distinct = list(dict.fromkeys(ids))
    return ", ".join(distinct[:most]) + (" ..." if len(distinct) > most else "")


def _print_run(found: _Stat, printer: Printer) -> None:
    manifest = found["manifest"]
    state = "finished" if manifest["finished"] else "not finished"
    models = ", ".join(manifest["models"]) or "-"
    printer.line(f"profile {manifest['profile']}, models {models}, {manifest['seeds']:,} seeds, {state}")
    printer.heading("Funnel")
    columns = ("in", "accepted", "rejected", "failed", "pending")
    printer.table(
        ("stage", *columns, "kept"),
        [
            (row["stage"], *(row[c] for c in columns), shown_share(row["kept_share"]))
            for row in found["funnel"]
        ],
    )
    reasons = [
        (row["stage"], entry["reason"], entry["status"], entry["count"], shown_share(entry["share"]))
        for row in found["funnel"]
        for entry in row["reasons"]
    ]
    if reasons:
        printer.heading("Reasons")
        printer.table(("stage", "reason", "status", "records", "of its input"), reasons, right=(3, 4))
    _print_judge(found, printer)
    _print_iopo(found["iopo"], printer)
    _print_calls(found["calls"], printer)


def _print_judge(found: _Stat, printer: Printer) -> None:
    judged = {name: s for name, s in found["judge"].items() if s["responses"]}
    if judged:
        names = {"response": "responses", "worse": "worse responses", "mismatch": "mismatch cells"}
        printer.heading("Judge scores of single constraints")
        printer.table(
            ("", *(str(n) for n in range(11)), "unscored", "by code"),
            [
                (names[name], *(s["scores"][str(n)] for n in range(11)), s["unscored"], s["by_code"])
                for name, s in judged.items()
            ],
        )
    pairs = found["pairs"]
    if pairs["pairs"]:
        origins = ", ".join(f"{name} {n:,}" for name, n in pairs["origins"].items())
        printer.heading(f"Preference pairs: {pairs['pairs']:,}")
        printer.line(
            f"origin: {origins}; characters of chosen / rejected: {pairs['length_ratio']}, "
            f"chosen is the longer one in {shown_share(pairs['chosen_longer_share'])}"
        )


def _print_iopo(iopo: _Stat, printer: Printer) -> None:
    if not iopo["operations"]:
        return
    printer.heading("IOPO by operation")
    printer.table(
        ("operation", "tried", "full", "one_sided", "rationality", "yield", "lost to"),
        [
            (
                row["operation"],
                *(row[key] for key in ("tried", "full", "one_sided", "rationality")),
                shown_share(row["yield"]),
                ", ".join(f"{reason} {n:,}" for reason, n in row["lost"].items()),
            )
            for row in iopo["operations"]
        ],
        right=range(1, 6),
    )
    verdicts = ("full_marks", "fails", "unscored", "not_judged")
    printer.table(
        ("cell", *(verdict.replace("_", " ") for verdict in verdicts)),
        [(f"({c[:2]}, {c[2:]})", *(n.get(v, 0) for v in verdicts)) for c, n in iopo["cells"].items()],
    )


def _print_calls(calls: _Stat, printer: Printer) -> None:
    if not calls["total"]["calls"]:
        return
    printer.heading("Calls")
    columns = ("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "retries", "asked_again")
    body = [
        (stage, *(s[c] for c in columns), shown_share(s["cached_share"]))
        for stage, s in [*calls["stages"].items(), ("total", calls["total"])]
    ]
    printer.table(("stage", *(c.replace("_", " ") for c in columns), "cached"), body)
    line = calls["timeline"]
    if line["seconds"]:
        rate = calls["total"]["calls"] / line["seconds"]
        tokens = calls["total"]["completion_tokens"] / line["seconds"]
        printer.line(
            f"{line['seconds']:,} s of running, {rate:.1f} calls/s, {tokens:,.0f} completion tokens/s"
        )
    cost = calls["cost"]
    if "money" in cost:
        printer.line(f"cost: {cost['money']:,.2f} {cost['currency']}")
    if "gpu_hours" in cost:
        printer.line(f"GPU-hours: {cost['gpu_hours']:,.2f}")


def _print_release(mark: _Stat, printer: Printer) -> None:
    printer.heading("Rows")
    splits = ("train", "validation", "test")
    printer.table(
        ("format", *splits),
        [(name, *(counts.get(split) for split in splits)) for name, counts in format_rows(mark).items()],
    )
    printer.heading("Splits")
    columns = ("instructions", "constraints", "input_pairs")
    printer.table(
        ("split", *(column.replace("_", " ") for column in columns)),
        [(split, *(figures.get(c) for c in columns)) for split, figures in mark["figures"].items()],
    )
    removed = ", ".join(f"{kind.replace('_', ' ')} {n:,}" for kind, n in mark.get("removed", {}).items())
    printer.line(f"left out: {removed or 'nothing'}")
