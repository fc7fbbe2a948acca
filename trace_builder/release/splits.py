"""Which split each seed goes to; all that came from one seed stays together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from trace_builder.quotas import PAPER_QUOTAS, Quotas, fill, parse_quotas, scaled
from trace_builder.release.formats.release_format import Split
from trace_builder.support.randomness import derive_seed

#: The default evaluation set takes at most this share of the instructions.
EVALUATION_SHARE = 0.1


def evaluation_quotas(values: Sequence[str]) -> dict[int, int] | None:
    """``--eval-quota`` values: "3=10" asks for ten instructions with three constraints; "none" for no set.

    Returns:
        quotas by constraint count; None when nothing was given, which means the paper's row, scaled.

    Raises:
        InputError: a value that is neither.
    """
    if not values:
        return None
    return {} if list(values) == ["none"] else parse_quotas("--eval-quota", values)


def default_quotas(available: Mapping[int, int]) -> dict[int, int]:
    """The paper's Table 2 evaluation row, scaled down so that it takes at most a tenth of what there is; no
    count asks for more than there is."""
    whole = sum(PAPER_QUOTAS.values())
    quotas = scaled(PAPER_QUOTAS, min(whole, EVALUATION_SHARE * sum(available.values())))
    return {count: min(number, available.get(count, 0)) for count, number in quotas.items()}


def split_seeds(
    counts: Mapping[str, int],
    trainable: Collection[str],
    quotas: Quotas | None,
    validation: float,
    unlabelled: Collection[str] = (),
) -> tuple[dict[str, Split], dict[int, int]]:
    """Every seed's split, in the order of ``counts``; a seed without anything to train on can only be in the
    evaluation set.

    Args:
        counts: constraint count by id.
        trainable: ids that have a response or a group.
        quotas: of the evaluation set; None: the paper's row, scaled.
        validation: share of the trainable seeds that is held out.
        unlabelled: ids with a constraint of no known dimension, which an evaluation set does not take.

    Returns:
        the splits, and the quotas that were asked for.
    """
    offered = {id_: count for id_, count in counts.items() if id_ not in unlabelled}
    quotas = default_quotas(Counter(offered.values())) if quotas is None else dict(quotas)
    chosen = fill(quotas, offered, "release", "evaluation")
    rest = [id_ for id_ in counts if id_ in trainable and id_ not in chosen]
    held = held_out(rest, validation)
    splits: dict[str, Split] = {id_: "validation" if id_ in held else "train" for id_ in rest}
    splits |= dict.fromkeys(chosen, "evaluation")
    return {id_: splits[id_] for id_ in counts if id_ in splits}, quotas


def held_out(ids: Sequence[str], share: float) -> frozenset[str]:
    """The ids of the validation split: ``share`` of them, at least one where the share is not 0 and there are
    two or more."""
    if not share or len(ids) < 2:
        return frozenset()
    number = min(len(ids) - 1, max(1, round(share * len(ids))))
    order = sorted(ids, key=lambda id_: (derive_seed("release", "validation", id_), id_))
    return frozenset(order[:number])
