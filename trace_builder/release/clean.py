"""Decides what a release leaves out: duplicates, benchmark texts, and pairs of too unlike lengths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trace_builder.release.decontaminate import DEFAULT, Decontaminator, Thresholds
from trace_builder.release.dedup import Text, duplicates
from trace_builder.release.lengths import ratio
from trace_builder.release.material import Material, Pair, input_pairs, output_pairs, preference_pair
from trace_builder.release.removed import Part, Removal
from trace_builder.release.source import Run
from trace_builder.release.stock import Stock
from trace_builder.release.targets import Target


@dataclass
class Cleaned:
    """What was left out. Ids in ``seeds`` are out altogether, in ``groups`` without their IOPO group."""

    removals: list[Removal] = field(default_factory=list)
    seeds: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    def add(self, removal: Removal) -> None:
        self.removals.append(removal)
        if removal.whole_seed:
            self.seeds.add(removal.id)
        elif removal.part == "x2":
            self.groups.add(removal.id)


def clean(
    run: Run,
    stock: Stock,
    targets: list[Target],
    *,
    near_duplicates: float | None,
    thresholds: Thresholds = DEFAULT,
) -> Cleaned:
    """Looks every text up: first among the targets, then among the others of the set.

    Args:
        run: the run.
        stock: what there is.
        targets: texts to keep out.
        near_duplicates: Jaccard similarity from which two instructions are near duplicates; None: exact
            duplicates only.
        thresholds: when a text counts as a target's.
    """
    cleaned = Cleaned()
    if targets:
        index = Decontaminator(targets, thresholds)
        for text in _compared(run, stock):
            if text.id in cleaned.seeds:
                continue
            hit = index.check(text)
            if hit is not None:
                cleaned.add(hit)
    for removal in duplicates(
        _kept(run, stock, cleaned), lambda id_, part: _reread(run, id_, part), threshold=near_duplicates
    ):
        cleaned.add(removal)
    return cleaned


def material(run: Run, id_: str, cleaned: Cleaned, *, max_ratio: float | None, uncertified: bool) -> Material:
    """What is released of one answered seed; pairs over ``max_ratio`` are noted in ``cleaned``."""
    answered = run.answered(id_)
    group = run.group(id_) if run.has("iopo", id_) and id_ not in cleaned.groups else None
    if group is not None and group.certificate == "rationality" and not uncertified:
        group = None
    pairs: list[Pair] = []
    if run.has("dpo", id_):
        pairs.append(preference_pair(run.preference(id_)))
    whole = group if group is not None and group.certificate != "one_sided" else None
    if group is not None and whole is None:
        pairs.extend(output_pairs(group))
    return Material(
        id=id_,
        answered=answered,
        group=whole,
        pairs=tuple(_within(id_, pairs, max_ratio, cleaned)),
        input_pairs=input_pairs(group) if group is not None else (),
        imperfect=tuple(a for a in answered.imperfect if a.judgement is not None and a.judgement.failed),
    )


def _within(id_: str, pairs: list[Pair], limit: float | None, cleaned: Cleaned) -> Iterator[Pair]:
    for pair in pairs:
        found = ratio(pair)
        if limit is not None and found > limit:
            cleaned.add(
                Removal(
                    id_,
                    "dpo",
                    "length_ratio",
                    "length",
                    found,
                    pair.chosen,
                    pair.id,
                    other_text=pair.rejected,
                )
            )
        else:
            yield pair


def _compared(run: Run, stock: Stock) -> Iterator[Text]:
    """Every text that could carry a benchmark's: the seed, the instruction, a group's second instruction."""
    for id_ in stock.counts:
        seed = run.seeds[id_]
        yield Text(
            id_, "seed", seed.instruction if seed.input is None else f"{seed.instruction}\n{seed.input}"
        )
        yield Text(id_, "x", run.checked(id_).instruction.render())
        if id_ in stock.groups:
            yield Text(id_, "x2", run.group(id_).x2.render())


def _kept(run: Run, stock: Stock, cleaned: Cleaned) -> Iterator[Text]:
    """Instructions, the richest seeds first, then the second instructions of the seeds that are still in."""
    order = sorted(stock.counts, key=lambda id_: (-stock.yields(id_), run.order[id_]))
    for id_ in order:
        if id_ not in cleaned.seeds:
            yield Text(id_, "x", run.checked(id_).instruction.render())
    for id_ in order:
        if id_ in stock.groups and id_ not in cleaned.seeds | cleaned.groups:
            yield Text(id_, "x2", run.group(id_).x2.render())


def _reread(run: Run, id_: str, part: Part) -> str:
    return run.group(id_).x2.render() if part == "x2" else run.checked(id_).instruction.render()
