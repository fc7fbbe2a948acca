"""What a record can be filtered by besides its stages: what its groups are, and what its scores rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: The filters, in the page's order.
TAGS = ("certificate", "operation", "evidence")


def tags_of(data: Any) -> Iterator[tuple[str, str]]:
    """(filter, value) of all groups and judgements inside a record as JSON."""
    if isinstance(data, list):
        for item in data:
            yield from tags_of(item)
    if not isinstance(data, dict):
        return
    if "certificate" in data and "operation" in data:
        yield "certificate", str(data["certificate"])
        yield "operation", str(data["operation"])
    scores = data.get("scores")
    if isinstance(scores, list) and "votes" in data:
        task = [data["task"]] if isinstance(data.get("task"), dict) else []
        yield from (("evidence", _rests_on(score, data["votes"])) for score in [*task, *scores])
        return
    for value in data.values():
        yield from tags_of(value)


def _rests_on(score: Any, votes: Any) -> str:
    """What a score rests on: code, votes, single, or disputed."""
    if not isinstance(score, dict) or score.get("disputed"):
        return "disputed"
    if score.get("by") == "code" or score.get("found"):
        return "code"
    return "votes" if isinstance(votes, int) and votes > 1 else "single"
