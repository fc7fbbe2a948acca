"""Verdicts on constraints that do not exist: left out of every score, and told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from trace_builder.evaluate.items import EvalItem
from trace_builder.evaluate.lines import read_rows
from trace_builder.llm.structured import parse
from trace_builder.stages.common.answer_schemas import Verdicts

_SHOWN = 5


def tell_strangers(calls: Path, items: Iterable[EvalItem], say: Callable[[str], None]) -> int:
    """Looks through a judge's stored answers and says which scored a constraint that its instruction does not
    have: the first few with file and line, then how many in all. Returns how many answers do."""
    if not calls.is_file():
        return 0
    known = {item.id: {constraint.id for constraint in item.constraints} for item in items}
    count = 0
    for number, row in read_rows(calls):
        own = known.get(str(row.get("id")))
        strange = sorted(_named(str(row.get("text", ""))) - own) if own is not None else []
        if not strange:
            continue
        count += 1
        if count <= _SHOWN:
            names = ", ".join(json.dumps(name[:60], ensure_ascii=False) for name in strange[:_SHOWN])
            say(
                f"{calls}:{number}: the judge scored {names}, which the instruction {row['id']} "
                "does not have; left out"
            )
    if count > _SHOWN:
        say(f"{count} answers of the judge score constraints that do not exist; {_SHOWN} are named above")
    return count


def _named(text: str) -> set[str]:
    try:
        return {verdict.id for verdict in parse(text, Verdicts, "text").verdicts}
    except ValueError:
        return set()
