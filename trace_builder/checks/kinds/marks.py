"""Marks: emphasis, punctuation, emoji, placeholders, quotations, links, numbers, citations, personal data."""

from __future__ import annotations

import re
from collections.abc import Callable

from trace_builder.checks.claims import Finding, Parameters
from trace_builder.checks.kind import RANGE, Form, Kind, count_kind, places_of, range_bound, within
from trace_builder.checks.reading import emoji
from trace_builder.checks.reading.counting import Interval, exact, folded, sentences
from trace_builder.checks.reading.response_layout import Layout

_BOLD = re.compile(
    r"(?<!\*)\*\*(?=[^\s*])([^*\n]{1,400})\*\*|(?<![_\w])__(?=\S)([^_\n]{1,400})__(?!\w)|<(?:b|strong)\b"
)
_BOTH = re.compile(r"\*\*\*(?=\S)([^*\n]{1,400})\*\*\*")
_ITALIC = re.compile(
    r"(?<![*\w])\*(?=[^\s*])([^*\n]{1,400})(?<!\s)\*(?!\*)|"
    r"(?<![_\w])_(?=[^\s_])([^_\n]{1,400})_(?![_\w])|<(?:i|em)\b"
)
_HIGHLIGHT = re.compile(r"==[^=\n]{1,300}==|<mark\b|<u\b|`[^`\n]{1,200}`")
_PLACEHOLDER = re.compile(r"\[(?![ xX]?\])(?!\^?\d{1,3}\])[^\[\]\n]{1,120}\](?!\()")
_ANY_BRACKETS = re.compile(r"\[[^\[\]\n]{1,200}\]")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_LINK = re.compile(r"https?://[^\s)>\]]{2,500}|\]\([^()\s]{2,500}\)|www\.[^\s)>\]]{2,200}")
_HASHTAG = re.compile(r"(?<![\w#&])#[^\W_][\w]*")
_QUOTATION = re.compile(
    r"[“\"][^“”\"\n]{2,600}[”\"]|[「『][^「」『』\n]{2,600}[」』]|^[ \t]{0,3}>[ \t]?\S", re.MULTILINE
)
_PARENTHESES = re.compile(r"[(（][^()（）\n]{1,400}[)）]")
_MARKER = re.compile(r"\[(\d{1,2})\](?!\()")
_AUTHOR_YEAR = re.compile(
    r"[(（][^\W\d][^()（）\n]{0,60}[,，] ?\d{4}[a-z]?(?:[,，;；][^()（）\n]{0,80})?[)）]"
)
#: An author in the sentence with the year in parentheses.
_AUTHOR_THEN_YEAR = re.compile(r"[A-Z][\w'’-]{1,30}(?: et al\.?| and [A-Z]\w{1,30})? [(（]\d{4}[a-z]?[)）]")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]@[A-Za-z0-9-]{1,63}\.[A-Za-z]")
_DIGITS = re.compile(r"(?<![\d.,])\+?\d(?:[ \-]?\d){6,18}(?![\d,])")
#: Runs of digits that are no phone numbers: years, dates, grouped thousands, plain large numbers, ISBNs.
_NO_PHONE = re.compile(
    r"\d{4}[ \-]\d{4}|\d{4}-\d{1,2}-\d{1,2}|[1-9]\d{0,2}(?: \d{3})+|(?!1\d{10}$)[1-9]\d+|"
    r"97[89](?:[ \-]?\d){10}"
)
_ISBN = re.compile(r"(?:ISBN|ISSN|DOI|QQ号?|编号|No\.?)[^\w\n]{0,4}$", re.IGNORECASE)

#: Punctuation marks by name: what counts for sure, and what may count as well.
MARKS: dict[str, tuple[str, str]] = {
    ",": (r"[,，](?!\d{3}(?!\d))|(?<!\d)[,，]", r"[,，]"),
    "!": (r"[!！]", r"[!！]"),
    "?": (r"[?？]", r"[?？]"),
    ".": (r"(?<!\d)[.。](?![.\w])|。", r"[.。]"),
    ";": (r"[;；]", r"[;；]"),
    ":": (r"(?<!\d)[:：]|[:：](?!\d)", r"[:：]"),
    "…": (r"…+|\.{3,}", r"…+|\.{3,}"),
    "—": (r"—+| – ", r"[—–]+| - "),
    '"': (r"[\"“”]", r"[\"“”「」『』]"),
    "(": (r"[(（]", r"[(（]"),
    "、": ("、", "、"),
    "-": (r"(?<=\w)-(?=\w)", r"-"),
    "#": (r"#", r"#"),
    "*": (r"\*", r"\*"),
}


def _mark(parameters: Parameters, layout: Layout) -> Finding:
    """A punctuation mark outside code; where only numbers or other odd places have it, people differ."""
    mark = parameters["mark"]
    sure, perhaps = MARKS.get(mark, (re.escape(mark), re.escape(mark)))
    text = layout.body if mark in "#*" else layout.prose
    strict, wide = re.compile(sure), re.compile(perhaps)
    counts = {sum(1 for _ in pattern.finditer(text)) for pattern in (strict, wide)}
    finding = within(parameters, *(exact(count) for count in sorted(counts)), unit=f"times {mark}")
    if finding.verdict is False and parameters.get("most") is not None:
        return Finding(False, finding.counted, finding.wanted, places_of(strict, text))
    return finding


def _all_marks(_: Parameters, layout: Layout) -> Finding:
    missing = [mark for mark in ",.!?;:" if not re.search(MARKS[mark][1], layout.prose)]
    return Finding(
        not missing, f"missing: {' '.join(missing)}" if missing else "all there", "every standard mark"
    )


def _spans(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))


def _bold(layout: Layout) -> Interval:
    return exact(_spans(_BOLD, layout.marked) + _spans(_BOTH, layout.marked) + _tex(layout, "textbf"))


def _italic(layout: Layout) -> Interval:
    return exact(_spans(_ITALIC, layout.marked) + _spans(_BOTH, layout.marked) + _tex(layout, "textit|emph"))


def _tex(layout: Layout, names: str) -> int:
    return (
        _spans(re.compile(rf"\\(?:{names})\{{"), layout.raw)
        if "\\text" in layout.raw or "\\emph" in layout.raw
        else 0
    )


def _highlights(layout: Layout) -> tuple[Interval, ...]:
    """Stretches set off by emphasis; with others means of highlighting, and with stars that open lines."""
    count = _bold(layout).high + _italic(layout).high - _spans(_BOTH, layout.marked)
    wide = count + _spans(_HIGHLIGHT, layout.marked)
    starred = max(wide, layout.unfenced.count("*") // 2)
    return (exact(count),) if starred == count else (Interval(count, wide), Interval(count, starred))


def _set_off(parameters: Parameters, layout: Layout) -> Finding:
    """One text in bold or italics."""
    text, style = parameters["text"], parameters["style"]
    patterns = {"bold": (_BOLD, _BOTH), "italic": (_ITALIC, _BOTH)}[style]
    wanted = folded(text)
    spans = [
        folded(found[0])
        for pattern in patterns
        for found in pattern.finditer(layout.marked + "\n" + _heads(layout))
    ]
    kept = any(wanted in span for span in spans)
    return Finding(kept, f"{len(spans)} stretches in {style}", f"“{text}” in {style}")


def _heads(layout: Layout) -> str:
    return "\n".join(heading.text for heading in layout.headings)


def _emoji(layout: Layout) -> tuple[Interval, ...]:
    sure, perhaps = emoji.pictures(layout.raw), emoji.perhaps(layout.raw)
    return (exact(sure),) if sure == perhaps else (exact(sure), exact(perhaps))


def _one_emoji(parameters: Parameters, layout: Layout) -> Finding:
    wanted = parameters["emoji"].replace("\ufe0f", "")
    count = layout.raw.replace("\ufe0f", "").count(wanted) if wanted else 0
    return within(parameters, exact(count), unit=f"times {parameters['emoji']}")


def _sentence_emoji(_: Parameters, layout: Layout) -> Finding:
    """An emoji at the end of every sentence: behind its mark, or before it."""
    lines = layout.lines
    bad = [line for line in lines if not emoji.PICTURE.search(line[-6:])]
    wrong = [
        line for line in lines if sum(1 for _ in emoji.PICTURE.finditer(line)) < len(sentences(_bare(line)))
    ]
    return Finding(
        not wrong and not bad,
        f"{len(bad or wrong)} lines without",
        "an emoji in every sentence",
        tuple(line[-40:] for line in (bad or wrong)[:5]),
    )


def _bare(line: str) -> str:
    return emoji.PICTURE.sub("", line)


def _placeholders(layout: Layout) -> tuple[Interval, ...]:
    sure, wide = _spans(_PLACEHOLDER, layout.body), _spans(_ANY_BRACKETS, layout.body)
    return (exact(sure),) if sure == wide else (exact(sure), exact(wide))


def _numbers(layout: Layout) -> tuple[Interval, ...]:
    inside = _spans(_NUMBER, layout.prose)
    everywhere = _spans(_NUMBER, layout.body)
    return (exact(inside),) if inside == everywhere else (exact(inside), exact(everywhere))


def _decimals(parameters: Parameters, layout: Layout) -> Finding:
    """Some number with so many decimals; where the response is code, it may say so in its own way."""
    n = parameters["n"]
    said = re.findall(r"(?<![\d.])\d+(?:,\d{3})*\.(\d+)(?![\d.]*\d)", layout.body)
    if any(len(digits) == n for digits in said) or (n == 0 and re.search(r"\d", layout.body)):
        return Finding(True, "such a number", f"{n} decimals")
    open_to_doubt = (
        layout.fences
        or not re.search(r"\d", layout.body)
        or re.search(r"round|\.format|%\.|toFixed", layout.body)
    )
    return Finding(
        None if open_to_doubt else False, f"decimals: {sorted(set(map(len, said)))}", f"{n} decimals"
    )


def _quotations(layout: Layout) -> tuple[Interval, ...]:
    return (exact(_spans(_QUOTATION, layout.unfenced)),)


def _nesting(parameters: Parameters, layout: Layout) -> Finding:
    depth = deepest = 0
    for char in layout.body:
        if char in "([{（【":
            depth += 1
            deepest = max(deepest, depth)
        elif char in ")]}）】":
            depth = max(0, depth - 1)
    return within(parameters, exact(deepest), unit="levels of brackets")


def _sources(parameters: Parameters, layout: Layout) -> Finding:
    """Marks like [1] to [n] in the text, and a list of the same below a line."""
    body, label, listed = layout.body.rpartition(parameters["label"])
    openings = [line.strip() for line in listed.split("\n") if _MARKER.match(line.strip())]
    cited, below = {int(n) for n in _MARKER.findall(body)}, {int(_MARKER.match(line)[1]) for line in openings}  # type: ignore[index]
    kept = bool(label) and cited == below and cited == set(range(1, len(cited) + 1))
    counted = within(parameters, exact(len(cited)), unit="sources")
    return (
        counted
        if kept
        else Finding(False, f"cited {sorted(cited)[:9]}, listed {sorted(below)[:9]}", counted.wanted)
    )


def _citations(parameters: Parameters, layout: Layout) -> Finding:
    style = parameters["style"]
    count = _spans({"number": _MARKER, "author": _AUTHOR_YEAR}[style], layout.body)
    narrated = _spans(_AUTHOR_THEN_YEAR, layout.body) if style == "author" else 0
    return within(parameters, exact(count), unit=f"citations by {style}", odd=(exact(count + narrated),))


def _personal(parameters: Parameters, layout: Layout) -> Finding:
    """E-mail addresses and phone numbers, or those that ``data`` names alone."""
    mails = () if parameters.get("data") == "phone" else places_of(_EMAIL, layout.raw)
    calls = () if parameters.get("data") == "email" else _phone_numbers(layout.raw)
    said = f"{len(mails)} addresses, {len(calls)} phone numbers"
    return Finding(not (mails or calls), said, "none", (*mails, *calls[:5]))


def _phone_numbers(text: str) -> tuple[str, ...]:
    return tuple(
        found[0]
        for found in _DIGITS.finditer(text)
        if not _NO_PHONE.fullmatch(found[0])
        and not _ISBN.search(text[max(0, found.start() - 12) : found.start()])
    )


def _count(pattern: re.Pattern[str]) -> Callable[[Layout], Interval]:
    return lambda layout: exact(_spans(pattern, layout.unfenced))


def _hashtags(layout: Layout) -> tuple[Interval, ...]:
    sure, wide = _spans(_HASHTAG, layout.body), layout.body.count("#")
    return (exact(sure),) if sure == wide else (Interval(sure, wide),)


KINDS: tuple[Kind, ...] = (
    Kind(
        "mark",
        _mark,
        {**RANGE, "mark": "text"},
        (
            Form(
                '{scope} must have no punctuation mark "{mark}".', "{scope}不得有标点“{mark}”。", {"most": 0}
            ),
            Form(
                '{scope} must have {range} punctuation marks "{mark}".',
                "{scope}{range}个标点“{mark}”。",
            ),
        ),
        lambda p: range_bound(f"mark:{p['mark']}")(p),
    ),
    Kind(
        "all_marks",
        _all_marks,
        {},
        (Form("{scope} must have every standard punctuation mark.", "{scope}必须用到所有常用标点。"),),
    ),
    count_kind("bold", _bold, "stretches in bold", "处加粗", none=("bold type", "加粗")),
    count_kind("italic", _italic, "stretches in italics", "处斜体", none=("italics", "斜体")),
    count_kind("highlights", _highlights, "highlighted stretches", "处突出显示"),
    Kind(
        "set_off",
        _set_off,
        {"text": "text", "style": "text"},
        (
            Form('{scope} must have "{text}" in bold.', "{scope}必须将“{text}”加粗。", {"style": "bold"}),
            Form(
                '{scope} must have "{text}" in italics.',
                "{scope}必须将“{text}”设为斜体。",
                {"style": "italic"},
            ),
        ),
        lambda p: range_bound(f"word:{folded(p['text'])}")({"least": 1}),
    ),
    count_kind("emoji", _emoji, "emoji", "个表情符号", none=("emoji", "表情符号")),
    Kind(
        "one_emoji",
        _one_emoji,
        {**RANGE, "emoji": "text"},
        (
            Form(
                "{scope} must have the emoji {emoji} {range} times.", "{scope}必须{range}次使用表情{emoji}。"
            ),
        ),
        lambda p: range_bound(f"emoji:{p['emoji']}")(p),
    ),
    Kind(
        "sentence_emoji",
        _sentence_emoji,
        {},
        (Form("{scope} must end every sentence with an emoji.", "{scope}每句末尾必须有表情符号。"),),
    ),
    count_kind("placeholders", _placeholders, "placeholders in square brackets", "个方括号占位符"),
    count_kind("numbers", _numbers, "numbers", "个数字"),
    Kind(
        "decimals",
        _decimals,
        {"n": "count"},
        (Form("{scope} must give numbers with {n} decimals.", "{scope}的数字必须保留{n}位小数。"),),
    ),
    count_kind("quotations", _quotations, "quotations", "处引文", none=("quotations", "引文")),
    count_kind(
        "parentheses",
        _count(_PARENTHESES),
        "remarks in parentheses",
        "处括号注释",
        none=("parentheses", "括号"),
    ),
    Kind(
        "nesting",
        _nesting,
        RANGE,
        (Form("{scope} must have {range} levels of nested brackets.", "{scope}{range}层嵌套括号。"),),
        range_bound("brackets"),
    ),
    count_kind("links", _count(_LINK), "links", "个链接", none=("links", "链接")),
    count_kind("hashtags", _hashtags, "hashtags", "个话题标签", none=("hashtags", "话题标签")),
    Kind(
        "sources",
        _sources,
        {**RANGE, "label": "text"},
        (
            Form(
                '{scope} must cite {range} sources and list them below "{label}".',
                "{scope}必须引用{range}个来源并列在“{label}”之后。",
            ),
        ),
        range_bound("sources"),
    ),
    Kind(
        "citations",
        _citations,
        {**RANGE, "style": "text"},
        (
            Form(
                '{scope} must have {range} citations such as "[1]".',
                "{scope}{range}处如“[1]”的引用。",
                {"style": "number"},
            ),
            Form(
                "{scope} must have {range} citations by author and year.",
                "{scope}{range}处注明作者和年份的引用。",
                {"style": "author"},
            ),
        ),
        lambda p: range_bound(f"citations:{p['style']}")(p),
    ),
    Kind(
        "personal_data",
        _personal,
        {"data": "text?"},
        (
            Form(
                "{scope} must have no e-mail addresses and no phone numbers.",
                "{scope}不得有邮箱地址和电话号码。",
            ),
            Form("{scope} must have no e-mail addresses.", "{scope}不得有邮箱地址。", {"data": "email"}),
            Form("{scope} must have no phone numbers.", "{scope}不得有电话号码。", {"data": "phone"}),
        ),
    ),
)
