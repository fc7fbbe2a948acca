"""What ``trace-build status`` prints."""

from __future__ import annotations

from trace_builder.report.stats.run_status import RunStatus
from trace_builder.report.terminal.tables import FUNNEL, TOKENS, Printer


def print_status(status: RunStatus, printer: Printer) -> None:
    """Prints what ``read_status`` returns."""
    printer.table(
        ("stage", *FUNNEL),
        [(s.name, s.entered, s.accepted, s.rejected, s.failed, s.pending) for s in status.funnel],
    )
    for row in status.funnel:
        if row.reasons:
            printer.line(f"{row.name}: " + ", ".join(f"{name} {n}" for (_, name), n in row.reasons.items()))
        if row.stale:
            printer.line(f"{row.name}: {row.stale} outcomes of earlier prompts, settings or input are stale")
    printer.heading("Calls")
    printer.table(
        ("stage", *TOKENS, "wasted"),
        [
            (name, c.calls, c.prompt, c.cached, c.completion, c.retries, c.wasted)
            for name, c in status.calls.items()
        ],
    )
    total = status.total
    printer.line(
        f"{total.calls} calls; prompt tokens {total.prompt:,} ({status.cached_share:.0%} from the cache), "
        f"completion tokens {total.completion:,} ({total.wasted:,} wasted), {total.retries} retries"
    )
    for fault in status.faults:
        printer.line(f"{fault.kind} {fault.count} times, the latest: {fault.latest}")
    for line in status.cost.lines():
        printer.line(line)
    printer.line("not finished: run the same command again to resume" if status.unfinished else "finished")
