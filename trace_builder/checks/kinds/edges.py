"""How a response begins and ends: openings, endings, quotation marks, postscripts, repeated requests."""

from __future__ import annotations

import re

from trace_builder.checks.claims import Bound, Finding, Parameters
from trace_builder.checks.kind import Bounds, Form, Kind
from trace_builder.checks.reading.counting import folded
from trace_builder.checks.reading.inline import plain
from trace_builder.checks.reading.response_layout import Layout

_DECORATION = "*_#>`~|-• \t\r\n\"'“”‘’「」『』《》[]()（）"
_CLOSING = "*_`~| \t\r\n\"'“”‘’「」『』》)）]】.。!！?？,，;；…"
_DOUBLE = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "«": "»", "„": "“"}


def _letters(text: str) -> str:
    """``text`` for comparing: in one case, with single spaces."""
    return " ".join(folded(text).split())


def begins(text: str, opening: str) -> bool:
    """Whether ``text`` opens with ``opening``; marks before it do not count."""
    opening = _letters(opening)
    text = _letters(text[: 3 * len(opening) + 400])
    return text.startswith(opening) or text.lstrip(_DECORATION).startswith(opening.lstrip(_DECORATION))


def ends(text: str, ending: str) -> bool:
    """Whether ``text`` ends with ``ending``; marks after it do not count."""
    ending = _letters(ending)
    text = _letters(text[-3 * len(ending) - 400 :])
    return text.endswith(ending) or text.rstrip(_CLOSING).endswith(ending.rstrip(_CLOSING) or ending)


def _starts(parameters: Parameters, layout: Layout) -> Finding:
    kept = begins(layout.body, parameters["text"]) or begins(layout.prose, parameters["text"])
    return Finding(kept, f"it begins: {layout.prose.strip()[:40]}", parameters["text"])


def _not_starts(parameters: Parameters, layout: Layout) -> Finding:
    found = _starts(parameters, layout)
    return Finding(not found.verdict, found.counted, f"not “{parameters['text']}”")


def _ends(parameters: Parameters, layout: Layout) -> Finding:
    kept = ends(layout.body, parameters["text"]) or ends(layout.prose, parameters["text"])
    return Finding(kept, f"it ends: {layout.prose.strip()[-40:]}", parameters["text"])


def _last_line(parameters: Parameters, layout: Layout) -> Finding:
    """The last line is the text; with dashes or other signs around it, people differ."""
    last, line = (_letters((layout.lines or [""])[-1]), _letters(parameters["text"]))
    last, line = last.strip("*_`> ").rstrip(".。"), line.rstrip(".。")
    near = last.strip("-—–~ " + _CLOSING + _DECORATION) == line.strip("-—–~ " + _CLOSING + _DECORATION)
    return Finding(True if last == line else None if near else False, f"the last line: {last[:60]}", line)


def _quoted(_: Parameters, layout: Layout) -> Finding:
    text = layout.body.strip().strip("*").strip()
    kept = len(text) > 1 and _DOUBLE.get(text[0]) in (text[-1],)
    return Finding(kept, f"from {text[:1]} to {text[-1:]}", "double quotation marks around it")


def _postscript(parameters: Parameters, layout: Layout) -> Finding:
    letters = [re.escape(letter) for letter in re.findall(r"\w", parameters["marker"])]
    marker = re.compile(r"(?<!\w)" + r"[.\s]{0,2}".join(letters) + r"(?!\w)", re.IGNORECASE)
    found = list(marker.finditer(layout.body))
    if (
        not found
        and re.search(r"附[:：]|附言|又及", layout.body)
        and parameters["marker"].upper().startswith("P")
    ):
        return Finding(None, "a postscript with another mark", parameters["marker"])
    said = bool(found) and bool(layout.body[found[-1].end() :].strip(_CLOSING + ":："))
    counted = f"“{found[-1][0]}”" if found else "no such mark"
    return Finding(said, counted, f"a postscript that begins with {parameters['marker']}")


def _repeats(parameters: Parameters, layout: Layout) -> Finding:
    """The request stands at the very beginning. Without its text only an empty response is told."""
    request = parameters.get("text")
    if request is None:
        return Finding(
            None if layout.raw.strip() else False, "the request is not known here", "the request first"
        )
    kept = begins(layout.body, str(request))
    return Finding(kept, f"it begins: {layout.body.strip()[:60]}", f"first: {str(request)[:60]}")


def _title(parameters: Parameters, layout: Layout) -> Finding:
    """A title with these words, as the title or at least somewhere in the response."""
    wanted = parameters["text"]
    if layout.title is not None and _letters(wanted) == _letters(layout.title):
        return Finding(True, f"the title: {layout.title[:60]}", wanted)
    squeezed, sought = (re.sub(r"\W", "", plain(text)).casefold() for text in (layout.body, wanted))
    there = sought in squeezed
    return Finding(
        None if there and layout.title else there, "it stands there" if there else "no such title", wanted
    )


def _first_word(parameters: Parameters, layout: Layout) -> Finding:
    found = re.search(r"\w[\w'’-]*", layout.prose)
    said = _letters(found[0]) if found else ""
    wanted = _letters(parameters["text"])
    return Finding(said == wanted or begins(layout.prose, wanted), f"it begins with “{said}”", wanted)


def _one_of(parameters: Parameters, layout: Layout) -> Finding:
    """The response is, or ends in, exactly one of several answers."""
    text = _letters(layout.seen)
    there = [option for option in parameters["texts"] if _stands(_letters(option), text)]
    return Finding(len(there) > 0, f"it has {', '.join(there) or 'none of them'}", "one of them")


def _stands(option: str, text: str) -> bool:
    bare = option.rstrip(_CLOSING) or option
    return re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", text) is not None if bare.isascii() else bare in text


def _bound(measure: str) -> Bounds:
    """That a part is one text: two different ones exclude each other."""
    return lambda parameters: (Bound(measure, value=_letters(parameters["text"])),)


_TEXT = {"text": "text"}
KINDS: tuple[Kind, ...] = (
    Kind(
        "start",
        _starts,
        _TEXT,
        (Form('{scope} must begin with "{text}".', "{scope}必须以“{text}”开头。"),),
        _bound("start"),
    ),
    Kind(
        "not_start",
        _not_starts,
        _TEXT,
        (Form('{scope} must not begin with "{text}".', "{scope}不得以“{text}”开头。"),),
    ),
    Kind(
        "first_word",
        _first_word,
        _TEXT,
        (Form('{scope} must begin with the word "{text}".', "{scope}的第一个词必须是“{text}”。"),),
        _bound("start"),
    ),
    Kind(
        "end",
        _ends,
        _TEXT,
        (Form('{scope} must end with "{text}".', "{scope}必须以“{text}”结尾。"),),
        _bound("end"),
    ),
    Kind(
        "last_line",
        _last_line,
        _TEXT,
        (Form('{scope} must have "{text}" as its last line.', "{scope}的末行必须是“{text}”。"),),
        _bound("end"),
    ),
    Kind(
        "quoted",
        _quoted,
        {},
        (Form("{scope} must stand in double quotation marks.", "{scope}必须用双引号括起来。"),),
    ),
    Kind(
        "postscript",
        _postscript,
        {"marker": "text"},
        (
            Form(
                '{scope} must have a postscript that begins with "{marker}".',
                "{scope}必须有以“{marker}”开头的附言。",
            ),
        ),
    ),
    Kind(
        "repeat",
        _repeats,
        {"text": "text?"},
        (
            Form("{scope} must repeat the request first.", "{scope}必须先原样重复问题。"),
            Form('{scope} must first repeat "{text}".', "{scope}必须先原样重复“{text}”。"),
        ),
    ),
    Kind(
        "title_text",
        _title,
        _TEXT,
        (Form('{scope} must have the title "{text}".', "{scope}的题目必须是“{text}”。"),),
        _bound("title"),
    ),
    Kind(
        "one_of",
        _one_of,
        {"texts": "texts"},
        (Form("{scope} must be one of {texts}.", "{scope}必须是{texts}之一。"),),
    ),
)
