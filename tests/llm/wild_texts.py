"""Texts that a model or a server writes when it is stuck, broken or hostile, in any size; and all that reads
them. One more text, or one more reader, is one line. The benchmark ``reading_model_text`` times each pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trace_builder.llm.codec import decode
from trace_builder.llm.structured import parse, strip_thinking
from trace_builder.stages.common.answer_schemas import Reply, Revisions, Structuring, Verdict


class VerdictRow(Verdict):
    id: str


class VerdictRows(Reply):
    """Scores in a list: the deepest shape that is read anywhere."""

    verdicts: list[VerdictRow]


_VERDICT = '{"id":"c1","reasoning":"because","score":7}'


def _repeated(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda size: before + unit * ((size - len(before) - len(after)) // len(unit)) + after


TEXTS: dict[str, Callable[[int], str]] = {
    "words": _repeated("word "),
    "thinking without end": _repeated("hm ", "<think>"),
    "thoughts opened": _repeated("<think>"),
    "thoughts opened, in prose": _repeated("<think>", "so "),
    "thoughts closed": _repeated("</think>"),
    "thoughts one in another": lambda size: (
        _repeated("<think>")(size // 2) + _repeated("</think>")(size // 2)
    ),
    "thoughts whole": _repeated("<think>a</think>b"),
    "objects opened": _repeated('{"a":'),
    "objects opened with space": _repeated('{ "a" : '),
    "objects opened in full width": _repeated('｛"a"：'),
    "objects opened, strings left open": _repeated('{"a'),
    "objects opened, then a long string": lambda size: '{"a":' * 900 + '"' + "x" * size,
    "objects opened, then a long list": lambda size: '{"a":' * 900 + "[" + "1," * (size // 2),
    "braces": _repeated("{"),
    "braces closed": _repeated("}"),
    "braces with space": _repeated("{   "),
    "braces and quotes": _repeated('{"'),
    "braces, quotes, commas": _repeated('{",'),
    "brackets": _repeated("["),
    "brackets in a field": _repeated("[", '{"verdicts":'),
    "quotes": _repeated('"'),
    "quotes escaped": _repeated('\\"', '{"a":"'),
    "backslashes": _repeated("\\"),
    "backslashes in a field": _repeated("\\\\", '{"a":"'),
    "objects, small": _repeated('{"a":1}'),
    "objects, empty": _repeated("{}"),
    "objects that almost fit": _repeated('{"verdicts":3}'),
    "objects that fit": _repeated(f'{{"verdicts":[{_VERDICT}]}}'),
    "objects with trailing commas": _repeated('{"a":1,}'),
    "objects broken at a full-width colon": _repeated('{"a"："b'),
    "commas, full width": _repeated("，", '{"a":1'),
    "commas and space": _repeated(",   ", '{"a":1'),
    "two readings of the quotes": _repeated('":1,{', '{"'),
    "verdicts that are numbers": _repeated("1,", '{"verdicts":[', "1]}"),
    "verdicts that are empty": _repeated("{},", '{"verdicts":[', "{}]}"),
    "verdicts, very many": _repeated(_VERDICT + ",", '{"verdicts":[', _VERDICT + "]}"),
    "verdicts cut off": _repeated(_VERDICT + ",", '{"verdicts":['),
    "keys, very many": _repeated('"a":1,', "{", '"a":1}'),
    "digits": _repeated("1", '{"verdicts":', "}"),
    "decimals": _repeated("1", '{"verdicts":0.', "}"),
    "exponents": _repeated("9", '{"verdicts":1e', "}"),
    "a score of many digits": _repeated("1", '{"verdicts":[{"id":"c1","reasoning":"","score":"', '"}]}'),
    "a score of many brackets": _repeated("[", '{"verdicts":[{"id":"c1","reasoning":"","score":', "7}]}"),
    "control characters": _repeated("\n\x01", '{"reasoning":"', '"}'),
    "surrogates, escaped": _repeated("\\ud83d", '{"reasoning":"', '"}'),
    "fences": _repeated("```json\n"),
    "fences with objects": _repeated('```json\n{"a": 1}\n```\n'),
    "white space": _repeated(" \n"),
    "white space in an object": _repeated(" ", '{"verdicts"', ":[]}"),
    "zeros": _repeated("\x00"),
    "Chinese": _repeated("约束：｛好｝，"),
}

READERS: dict[str, Callable[[str], Any]] = {
    "strip_thinking": strip_thinking,
    "json_schema": lambda text: parse(text, VerdictRows, "json_schema"),
    "json_object": lambda text: parse(text, Revisions, "json_object"),
    "text": lambda text: parse(text, VerdictRows, "text"),
    "text, other fields": lambda text: parse(text, Structuring, "text"),
    "body": lambda text: decode(text.encode()),
}


def read(reader: Callable[[str], Any], text: str) -> None:
    """Reads ``text``; no value in it is as good as one."""
    try:
        reader(text)
    except ValueError:
        return
