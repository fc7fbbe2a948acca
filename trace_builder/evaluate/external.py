"""Reads what was made elsewhere: responses of a model, and texts of a judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.evaluate.authors_judge import read_judge_text
from trace_builder.evaluate.dataset import EvalSet
from trace_builder.evaluate.stages import Generated, Judged
from trace_builder.records import Judgement, Score
from trace_builder.storage.jsonl import Row, rows

RESPONSE_FIELDS = ("response", "output", "answer", "prediction", "gen")
JUDGE_FIELDS = ("judgement", "judgment", "judge", "evaluation", "text", "output", "gen")

_SHOWN = 5

#: By id: the line it stands in, and the text.
_Texts = dict[str, tuple[int, str | None]]


def read_responses(path: Path, data: EvalSet, allow_missing: bool = False) -> tuple[Generated, ...]:
    """The response to each instruction, from rows of an id and a response.

    Args:
        allow_missing: an instruction without a response counts as not followed instead of stopping.

    Raises:
        InputError: an id twice, an id the evaluation file does not have, no response field, a missing id.
    """
    found = _by_id(path, data, RESPONSE_FIELDS, "response", allow_missing)
    made = []
    for item in data.items:
        _, response = found.get(item.id, (0, None))
        fault = "no_response" if response is None else "" if response.strip() else "empty_response"
        made.append(Generated.model_validate({**dict(item), "response": response, "fault": fault or None}))
    return tuple(made)


def read_judge_texts(
    path: Path, data: EvalSet, allow_missing: bool = False, say: Callable[[str], None] = lambda line: None
) -> tuple[Judged, ...]:
    """The authors' judge texts, read constraint by constraint; ``say`` is told of verdicts on constraints
    that do not exist. Errors as ``read_responses``."""
    found = _by_id(path, data, JUDGE_FIELDS, "judge text", allow_missing)
    judged = []
    for item in data.items:
        line, text = found.get(item.id, (0, None))
        read = read_judge_text(text or "", [c.text for c in item.constraints])
        if read.unknown:
            names = ", ".join(repr(name[:60]) for name in read.unknown[:_SHOWN])
            say(
                f"{path}:{line}: the judge scored {names}, which the instruction {item.id} does not have; "
                "left out"
            )
        scores = tuple(
            Score(constraint=c.id, score=s) for c, s in zip(item.constraints, read.scores, strict=True)
        )
        judgement = Judgement(scores=scores)
        judged.append(
            Judged(**dict(item), response=None, judgement=judgement, votes=(judgement,), overall=read.overall)
        )
    return tuple(judged)


def _by_id(path: Path, data: EvalSet, names: tuple[str, ...], what: str, allow_missing: bool) -> _Texts:
    found: _Texts = {}
    for number, row in rows(path):
        id_ = _id(f"{path}:{number}", row)
        if id_ not in data.ids:
            raise InputError(
                f"{path}:{number}: a {what} for {id_!r}, which the evaluation file does not have"
            )
        if id_ in found:
            raise InputError(f"{path}:{number}: a second {what} for {id_!r}, after line {found[id_][0]}")
        found[id_] = number, _text(f"{path}:{number}", row, names, what)
    if not found:
        raise InputError(f"{path}: no {what}s in this file")
    missing = [item.id for item in data.items if item.id not in found]
    if missing and not allow_missing:
        listed = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        raise InputError(
            f"{path}: no {what} for {len(missing)} instructions of the evaluation file ({listed}); "
            "--allow-missing counts them as not followed"
        )
    return found


def _id(where: str, row: Row) -> str:
    """A text, or a whole number."""
    value = row.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: 'id' must be a text or a whole number, not {str(value)[:60]!r}")
    return value


def _text(where: str, row: Row, names: tuple[str, ...], what: str) -> str | None:
    name = next((name for name in names if name in row), None)
    if name is None:
        raise InputError(f"{where}: no {what}; one of the fields {', '.join(names)} was expected")
    value = row[name]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is not None and not isinstance(value, str):
        raise InputError(f"{where}: {name!r} must be a text, not {type(value).__name__}")
    return value
