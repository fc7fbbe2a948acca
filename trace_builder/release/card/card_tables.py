"""The card's tables: this set beside the paper's, funnel, yields, lengths, tokens, what was removed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

from trace_builder.release.card.markdown import escaped, table
from trace_builder.release.formats.release_format import Split
from trace_builder.storage.cost import cost_of
from trace_builder.support.paper import EVAL_COUNTS, TRAIN_COUNTS, TYPE_SHARES

if TYPE_CHECKING:
    from trace_builder.release.builder import Release


def constraints(release: Release) -> str:
    """Tables 1 and 2 of the paper, with this set's columns beside them."""
    splits = [(name, release.figures[name]) for name in get_args(Split) if name in release.figures]
    paper: list[tuple[str, dict[int, Any]]] = [
        ("paper train", dict(enumerate(TRAIN_COUNTS, 1))),
        ("paper evaluation", dict(enumerate(EVAL_COUNTS, 1))),
    ]
    columns: list[tuple[str, dict[int, Any]]] = [(name, dict(f.counts)) for name, f in splits]
    every: list[tuple[str, dict[int, Any]]] = columns + paper
    first = table(
        ("", "instructions", "min", "max", "mean"),
        [(name, *_range(counts)) for name, counts in every],
    )
    most = max([15, *(count for _, counts in every for count in counts)])
    second = table(
        ("constraints", *(name for name, _ in every)),
        [(count, *(_int(counts.get(count, 0)) for _, counts in every)) for count in range(1, most + 1)],
    )
    return (
        "## Constraints an instruction (the paper's Tables 1 and 2)\n\n"
        f"{first}\n\n{second}\n\nThe evaluation quotas asked for: {_quotas(release.quotas)}."
    )


def dimensions(release: Release) -> str:
    """Shares by type beside the paper's Figure 3, and by dimension."""
    total: Counter[str | None] = Counter()
    for figures in release.figures.values():
        total.update(figures.dimensions)
    number = sum(total.values())
    groups, singles = [], []
    for type_ in release.setup.taxonomy.types:
        inside = [(d, total.pop(d.id, 0)) for d in type_.dimensions]
        count = sum(n for _, n in inside)
        paper = TYPE_SHARES.get(type_.id)
        groups.append((type_.name["en"], count, _percent(count, number), f"{paper}%" if paper else "-"))
        singles += [(f"{d.name['en']} ({d.name['zh']})", n, _percent(n, number)) for d, n in inside]
    outside = sum(total.values())
    if outside:
        singles.append(("outside the taxonomy", outside, _percent(outside, number)))
    return (
        "## Types and dimensions (the paper's Figure 3)\n\n"
        + table(("type", "constraints", "share", "paper"), groups)
        + "\n\n"
        + table(("dimension", "constraints", "share"), singles)
    )


def funnel(release: Release) -> str:
    """In = accepted + rejected + failed (+ pending, in an unfinished run), with the reasons."""
    stages = release.run.funnel()
    rows = [(s.name, s.entered, s.accepted, s.rejected, s.failed, s.pending) for s in stages]
    reasons = [(s.name, reason, number) for s in stages for (_, reason), number in s.reasons.items()]
    text = "## The funnel\n\n" + table(("stage", "in", "accepted", "rejected", "failed", "pending"), rows)
    if reasons:
        text += "\n\n" + table(("stage", "reason", "records"), reasons)
    return text


def yields(release: Release) -> str:
    """IOPO groups by operation: drawn, and what they became."""
    operations = release.inventory.groups
    if not operations:
        return ""
    names = ("full", "one_sided", "rationality", "rejected", "failed")
    rows = [
        (name, counts.total(), *(counts[n] for n in names), _percent(counts["full"], counts.total()))
        for name, counts in sorted(operations.items())
    ]
    return "## IOPO yield by operation\n\n" + table(("operation", "tried", *names, "full share"), rows)


def lengths(release: Release) -> str:
    """How long chosen responses are beside rejected ones."""
    rows = []
    for name, figures in sorted(release.figures.items()):
        for what, found in (("DPO", figures.lengths.figures()), ("IOPO", figures.group_lengths.figures())):
            if found:
                rows.append(
                    (
                        f"{what}, {name}",
                        int(found["pairs"]),
                        f"{found['chosen']:.0f}",
                        f"{found['rejected']:.0f}",
                        f"{found['median_ratio']:.2f}",
                        f"{100 * found['chosen_longer']:.1f}%",
                    )
                )
    if not rows:
        return ""
    heads = ("pairs", "number", "mean chosen", "mean rejected", "median chosen / rejected", "chosen longer")
    limit = release.options.max_length_ratio
    note = (
        f"Pairs whose lengths differ by more than a factor of {limit:g} are left out."
        if limit is not None
        else "No pair was left out for its lengths."
    )
    return (
        f"## Length bias\n\nLengths are in characters. {note} A whole IOPO group gives each of its two "
        "responses once as chosen and once as rejected, so its rows carry no length bias.\n\n"
        f"{table(heads, rows)}"
    )


def usage(release: Release) -> str:
    """Tokens by stage; money and GPU-hours where the run's config has prices."""
    names = ("calls", "prompt", "completion", "wasted")
    stages = release.equal_usage()
    total = {name: sum(used[name] for used in stages.values()) for name in names}
    rows = [(stage, *map(used.get, names)) for stage, used in {**stages, "all": total}.items()]
    text = "## Tokens and cost\n\n" + table(("stage", *names), rows)
    spent = cost_of(release.run.manifest, release.usage).lines()
    return "\n\n".join([text, *(escaped(f"{line[:1].upper()}{line[1:]}.") for line in spent)])


def removed(release: Release) -> str:
    """What was left out, by reason."""
    targets = ", ".join(f"{escaped(name)} ({number} texts)" for name, number in release.targets.items())
    near = release.options.near_duplicates
    text = (
        "## Duplicates and decontamination\n\n"
        + (
            f"Near duplicates have a Jaccard similarity of {near:g} or more over shingles of characters "
            "(Chinese) and words (other scripts). "
            if near is not None
            else "Only exact duplicates were looked for. "
        )
        + (f"Decontaminated against {targets}." if targets else "Not decontaminated against any benchmark.")
    )
    if release.removals.counts:
        rows = sorted((*key, number) for key, number in release.removals.counts.items())
        text += " Every hit is in removed.jsonl.\n\n" + table(("kind", "text", "measure", "hits"), rows)
    return text


def _range(counts: dict[int, Any]) -> tuple[str, int, int, str]:
    there = [count for count, number in counts.items() if number]
    number = sum(counts.values())
    mean = sum(count * n for count, n in counts.items()) / number if number else 0
    return _int(number), min(there, default=0), max(there, default=0), f"{mean:.2f}"


def _quotas(quotas: dict[int, int]) -> str:
    asked = [f"{number} with {count}" for count, number in sorted(quotas.items()) if number]
    return ", ".join(asked) or "none"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "-"


def _int(value: float) -> str:
    return f"{value:,.0f}"
