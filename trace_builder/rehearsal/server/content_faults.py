"""Faults of content: what a good answer becomes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from trace_builder.support.text import detect_lang

REFUSALS = {"en": "I'm sorry, but I can't help with that.", "zh": "抱歉，我无法协助完成这个请求。"}
PREFACES = {"en": "Sure! Here is the result you asked for:", "zh": "好的，下面是您需要的结果："}
CLOSINGS = {"en": "Let me know if you need anything else.", "zh": "如有其他需要，请随时告诉我。"}


def apply_first(kinds: Iterable[str], text: str, choice: float) -> tuple[str, bool]:
    """Do to a good answer what the first of ``kinds`` that fits it says.

    Args:
        kinds: names from faults.CONTENT_FAULTS. Those about JSON fit an answer that is a JSON object, those
            about verdicts one that holds nothing but verdicts.
        text: the good answer.
        choice: in 0..1, decides where the fault lies.

    Returns:
        The answer as sent, unchanged where no kind fits, and whether it broke off for its length.
    """
    for kind in kinds:
        faulty = _apply(kind, text, choice)
        if faulty is not None:
            return faulty, kind == "length"
    return text, False


def _apply(kind: str, text: str, choice: float) -> str | None:
    if kind == "empty":
        return ""
    if kind == "refusal":
        return REFUSALS[detect_lang(text)]
    if kind == "length":
        return text[: int(len(text) * choice)]
    value = _object(text)
    if value is None:
        return None
    if kind == "truncated_json":
        return text.rstrip()[: max(1, int((len(text.rstrip()) - 1) * choice))]
    if kind == "prose":
        lang = detect_lang(text)
        return f"{PREFACES[lang]}\n\n```json\n{text}\n```\n\n{CLOSINGS[lang]}"
    if kind == "doubled_verdict":
        return _double_verdict(value, choice)
    changed = _CHANGES[kind](value, choice)
    return json.dumps(value, ensure_ascii=False) if changed else None


def _object(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) and value else None


def _places(value: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Every (object, key) of the answer, and of the objects in it and in its lists."""
    places = [(value, key) for key in value]
    for content in value.values():
        inner = content if isinstance(content, list) else [content]
        places += [(item, key) for item in inner if isinstance(item, dict) for key in item]
    return places


def _pick(count: int, choice: float) -> int:
    return min(int(count * choice), count - 1)


def _drop_field(value: dict[str, Any], choice: float) -> bool:
    places = _places(value)
    holder, key = places[_pick(len(places), choice)]
    del holder[key]
    return True


def _change_type(value: dict[str, Any], choice: float) -> bool:
    places = _places(value)
    holder, key = places[_pick(len(places), choice)]
    old = holder[key]
    # Nothing that a lenient reader could take for the right type: no "10" for 10.
    holder[key] = {"value": old} if isinstance(old, str) or old is None else "several"
    return True


def _verdicts(value: dict[str, Any]) -> list[str]:
    """The names under which verdicts stand; none where the answer is no judge's."""
    scored = [name for name, held in value.items() if isinstance(held, dict) and "score" in held]
    return scored if len(scored) == len(value) else []


def _drop_verdict(value: dict[str, Any], choice: float) -> bool:
    names = _verdicts(value)
    if names:
        del value[names[_pick(len(names), choice)]]
    return bool(names)


def _unscore_verdict(value: dict[str, Any], choice: float) -> bool:
    """A score that is none: prose in its place."""
    names = _verdicts(value)
    if names:
        value[names[_pick(len(names), choice)]]["score"] = "somewhere between 7 and 9"
    return bool(names)


def _double_verdict(value: dict[str, Any], choice: float) -> str | None:
    """The answer with one name given twice. The second verdict disagrees with the first, so taking either
    would be a guess."""
    names = _verdicts(value)
    if not names:
        return None
    name = names[_pick(len(names), choice)]
    again = {**value[name], "score": 10 if value[name]["score"] != 10 else 3}
    whole, twice = (json.dumps(part, ensure_ascii=False) for part in (value, {name: again}))
    return f"{whole[:-1]}, {twice[1:]}"


_CHANGES = {
    "schema_break": _drop_field,
    "wrong_types": _change_type,
    "missing_verdict": _drop_verdict,
    "unscored_verdict": _unscore_verdict,
}
