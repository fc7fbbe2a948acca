"""Reads what was made elsewhere: responses of a model, and texts of a judge."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.evaluate.authors_judge import read_judge_text
from trace_builder.evaluate.items import EvalItem, Generated, Judged
from trace_builder.evaluate.lines import Row, read_rows, row_id
from trace_builder.records import Judgement, Score

RESPONSE_FIELDS = ("response", "output", "answer", "prediction", "gen")
JUDGE_FIELDS = ("judgement", "judgment", "judge", "evaluation", "text", "output", "gen")

_SHOWN = 5


def read_responses(
    path: Path, items: Iterable[EvalItem], known: Collection[str], allow_missing: bool = False
) -> list[Generated]:
    """The response to each item, from rows of an id and a response.

    Args:
        known: all ids of the evaluation file, also those that a limit leaves out.
        allow_missing: an item without a response counts as not followed instead of stopping.

    Raises:
        InputError: an id twice, an id the evaluation file does not have, no response field, a missing id.
    """
    found = _by_id(path, known, RESPONSE_FIELDS, "response")
    items = list(items)
    _check_missing(path, "response", [i.id for i in items if i.id not in found], allow_missing)
    return [_answered(item, found.get(item.id)) for item in items]


def read_judge_texts(
    path: Path,
    items: Iterable[EvalItem],
    known: Collection[str],
    allow_missing: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[Judged]:
    """The authors' judge texts, read constraint by constraint; ``say`` is told of verdicts on constraints
    that do not exist. Errors as ``read_responses``."""
    found = _by_id(path, known, JUDGE_FIELDS, "judge text")
    items = list(items)
    _check_missing(path, "judge text", [i.id for i in items if i.id not in found], allow_missing)
    lines = _line_of_ids(path)
    judged = []
    for item in items:
        read = read_judge_text(found.get(item.id) or "", [c.text for c in item.constraints])
        if read.unknown:
            names = ", ".join(repr(name[:60]) for name in read.unknown[:_SHOWN])
            say(
                f"{path}:{lines.get(item.id, 0)}: the judge scored {names}, which the instruction {item.id} "
                "does not have; left out"
            )
        scores = tuple(
            Score(constraint=c.id, score=s) for c, s in zip(item.constraints, read.scores, strict=True)
        )
        judged.append(
            Judged(
                **_fields(item),
                response=None,
                judgement=Judgement(scores=scores),
                votes=(Judgement(scores=scores),),
                overall=read.overall,
            )
        )
    return judged


def _by_id(path: Path, known: Collection[str], names: tuple[str, ...], what: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    lines: dict[str, int] = {}
    for number, row in read_rows(path):
        id_ = row_id(path, number, row)
        if id_ not in known:
            raise InputError(
                f"{path}:{number}: a {what} for {id_!r}, which the evaluation file does not have"
            )
        if id_ in found:
            raise InputError(f"{path}:{number}: a second {what} for {id_!r}, after line {lines[id_]}")
        found[id_] = _text(path, number, row, names, what)
        lines[id_] = number
    if not found:
        raise InputError(f"{path}: no {what}s in this file")
    return found


def _text(path: Path, number: int, row: Row, names: tuple[str, ...], what: str) -> str | None:
    name = next((name for name in names if name in row), None)
    if name is None:
        raise InputError(f"{path}:{number}: no {what}; one of the fields {', '.join(names)} was expected")
    value: Any = row[name]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is not None and not isinstance(value, str):
        raise InputError(f"{path}:{number}: {name!r} must be a text, not {type(value).__name__}")
    return value


def _line_of_ids(path: Path) -> dict[str, int]:
    return {row_id(path, number, row): number for number, row in read_rows(path)}


def _check_missing(path: Path, what: str, missing: list[str], allowed: bool) -> None:
    if missing and not allowed:
        names = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        raise InputError(
            f"{path}: no {what} for {len(missing)} instructions of the evaluation file ({names}); "
            "--allow-missing counts them as not followed"
        )


def _answered(item: EvalItem, response: str | None) -> Generated:
    if response is None:
        return Generated(**_fields(item), response=None, fault="no_response")
    empty = not response.strip()
    return Generated(**_fields(item), response=response, fault="empty_response" if empty else None)


def _fields(item: EvalItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in EvalItem.model_fields}
