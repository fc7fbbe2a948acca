"""Two evaluations of the same instructions, beside one another (paper 4.3; McNemar's test is exact)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.evaluate.metrics import percents
from trace_builder.evaluate.paired import compare
from trace_builder.evaluate.resample import Sampling
from trace_builder.evaluate.results import Read, read_evaluation

_SHOWN = 5


def compare_folders(a: Path, b: Path, sampling: Sampling) -> dict[str, Any]:
    """The paired comparison of two evaluation folders, JSON-able.

    Raises:
        InputError: a folder holds no evaluation, or the two are not over the same instructions.
    """
    first, second = read_evaluation(a), read_evaluation(b)
    _check_same(first, second)
    settled = {
        id_ for id_ in first.outcomes if _settled(first.outcomes[id_]) and _settled(second.outcomes[id_])
    }
    measures: dict[str, Callable[[str], bool]] = {
        "if": lambda id_: True,
        "if_s": lambda id_: first.counts[id_] == 1,
        "if_m": lambda id_: first.counts[id_] > 1,
    }
    return {
        "kind": "trace_builder.comparison",
        "version": 1,
        "a": _named(first),
        "b": _named(second),
        "measures": {
            name: {
                **_measure(first, second, [i for i in first.outcomes if wanted(i)], sampling, name),
                "scored_only": _measure(
                    first, second, [i for i in first.outcomes if wanted(i) and i in settled], sampling, name
                ),
            }
            for name, wanted in measures.items()
        },
        "interval": {
            "method": "percentile bootstrap over pairs",
            "level": sampling.level,
            "resamples": sampling.resamples,
            "seed": sampling.seed,
        },
        "test": "McNemar, exact, two-sided",
    }


def _settled(outcome: str) -> bool:
    return outcome in ("followed", "not_followed")


def _named(read: Read) -> dict[str, str]:
    return {
        "folder": str(read.folder),
        "name": read.name,
        "judge": str(read.results["models"]["judge"]["name"]),
    }


def _check_same(a: Read, b: Read) -> None:
    apart = sorted(set(a.outcomes) ^ set(b.outcomes))
    if apart:
        names = ", ".join(apart[:_SHOWN]) + (", ..." if len(apart) > _SHOWN else "")
        raise InputError(
            f"{a.folder} and {b.folder} are not over the same instructions: "
            f"{len(apart)} are in one alone ({names})"
        )
    for id_, count in a.counts.items():
        if b.counts[id_] != count:
            raise InputError(
                f"{a.folder} and {b.folder} are not over the same instructions: "
                f"{id_} has {count} constraints in one and {b.counts[id_]} in the other"
            )


def _measure(a: Read, b: Read, ids: list[str], sampling: Sampling, name: str) -> dict[str, Any]:
    pairs = [(a.outcomes[id_] == "followed", b.outcomes[id_] == "followed") for id_ in ids]
    found = compare(pairs, sampling, name)
    n = found.n or 1
    return {
        "n": found.n,
        "a_percent": round(100 * (found.both + found.only_a) / n, 4) if found.n else None,
        "b_percent": round(100 * (found.both + found.only_b) / n, 4) if found.n else None,
        "difference": percents(found.difference),
        "both": found.both,
        "only_a": found.only_a,
        "only_b": found.only_b,
        "neither": found.neither,
        "p_value": found.p_value,
    }
