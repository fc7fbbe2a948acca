"""A response taken apart by its layout, once for all checks: code, headings, lists, tables, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from trace_builder.checks.reading.inline import visible
from trace_builder.checks.reading.response_tables import Table, html_tables, pipe_tables

#: Fences that hold text for people rather than code.
TEXT_FENCES = frozenset({"", "markdown", "md", "text", "txt", "plaintext", "plain"})
_FENCE = re.compile(r"\s{0,12}(?:[-*+>]\s|\d{1,3}\.\s)?\s{0,4}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^`\n]*$")
_HEADING = re.compile(r"\s{0,3}(#{1,6})[ \t\u3000]+(\S.*)$")
_SETEXT = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_DIVIDER = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_QUOTE = re.compile(r"\s{0,3}(?:>[ \t]?)+")
_BULLET = re.compile(r"([-*+•·●○▪■□◦‣◆►➤–])(?:[ \t\u3000\xa0]+|(?<=[•·●○▪■□◦‣◆►➤]))(?=\S)")
_NUMBER = re.compile(
    r"(?:\*\*|__|\\)?(?:[(（](?P<in>\d{1,3}|[一二三四五六七八九十]{1,3})[)）]"
    r"|(?P<digit>\d{1,3})(?:\\?[.．、)）])(?![\d.])|(?P<circle>[①-⑳⓪❶-❿])"
    r"|(?P<han>[一二三四五六七八九十]{1,3})[、.．]|第(?P<nth>[一二三四五六七八九十]{1,3}|"
    r"\d{1,2})[步条点项][:：、，. ]"
    r"|(?P<letter>[A-Za-z])[.)](?=[ \t\u3000*])|(?P<roman>[ivxIVX]{2,5})[.)](?=[ \t]))"
)
_BOLD_LINE = re.compile(r"\s*(\*\*|__)(?=\S)([^*_\n]{1,120})\1\s*[:：]?\s*$")
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its tag in lower case, what is in it, and the line it opens on."""

    tag: str
    body: str
    line: int


@dataclass(slots=True)
class Item:
    """An item of a list.

    Attributes:
        level: 0 for one that stands in no other item.
        number: its number; None for a bullet.
        style: "bullet", "digit", "letter", "roman", "han" or "circle".
        lines: its text, with what goes on below it, and with what is nested in it.
    """

    level: int
    number: int | None
    style: str
    mark: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line outside code: its number, what it is ("text", "heading", "item", "divider", "blank", "code" for
    the place of a fence), and its text without its mark."""

    line: int
    kind: str
    text: str


class Layout:
    """A response by its layout. Everything is read on demand and kept.

    Attributes:
        raw: the response as it is.
        body: the same; without its fence where a fence of text is all there is.
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw
        text = raw.replace("\r\n", "\n").replace("\r", "\n")
        self.body = _unwrapped(text)

    @cached_property
    def _scanned(self) -> tuple[tuple[Row, ...], tuple[Fence, ...], tuple[Heading, ...], tuple[Item, ...]]:
        return _Scan(self.body).result()

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._scanned[0]

    @property
    def fences(self) -> tuple[Fence, ...]:
        """The fenced blocks, but for one that wraps the whole of a text."""
        return self._scanned[1]

    @property
    def headings(self) -> tuple[Heading, ...]:
        return self._scanned[2]

    @property
    def items(self) -> tuple[Item, ...]:
        return self._scanned[3]

    @cached_property
    def marked(self) -> str:
        """The text outside code, without the marks that open lines, markup within lines as it is."""
        return "\n".join("" if row.kind in ("code", "divider") else row.text for row in self.rows)

    @cached_property
    def prose(self) -> str:
        """What a reader sees outside code, line by line."""
        return visible(self.marked)

    @cached_property
    def seen(self) -> str:
        """What a reader sees, code and all."""
        code = "\n".join(fence.body for fence in self.fences)
        return f"{self.prose}\n{code}" if code else self.prose

    @cached_property
    def unfenced(self) -> str:
        """The text outside code as it stands, marks and all."""
        if not self.fences:
            return self.body
        inside = set[int]()
        for fence in self.fences:
            inside.update(range(fence.line, fence.line + fence.body.count("\n") + 3))
        lines = self.body.split("\n")
        return "\n".join(line for at, line in enumerate(lines, 1) if at not in inside)

    @cached_property
    def lines(self) -> list[str]:
        """The visible lines outside code with something in them."""
        return [line.strip() for line in self.prose.split("\n") if line.strip()]

    @cached_property
    def blocks(self) -> list[list[Row]]:
        """Stretches of rows that blank lines part; a fence counts as text, a divider parts as well."""
        found: list[list[Row]] = [[]]
        for row in self.rows:
            if row.kind in ("blank", "divider"):
                found.append([])
            else:
                found[-1].append(row)
        return [block for block in found if block]

    @cached_property
    def paragraphs(self) -> list[str]:
        """The visible text of the blocks that are more than a heading or code."""
        texts = (
            "\n".join(row.text for row in block if row.kind in ("text", "item")) for block in self.blocks
        )
        return [text for text in (visible(text).strip() for text in texts) if text]

    @cached_property
    def tables(self) -> list[Table]:
        fenced = (fence.body for fence in self.fences if fence.tag in TEXT_FENCES)
        found = [table for text in (self.unfenced, *fenced) for table in pipe_tables(text)]
        return found + html_tables(self.body)

    @cached_property
    def title(self) -> str | None:
        """The response's title: what stands in <<...>> or behind a label, else the heading or the line in
        bold that opens it; None where none can be told."""
        named = re.search(r"<<([^<>\n]{1,200})>>", self.body)
        if named:
            return named[1].strip()
        first = next((row for row in self.rows if row.kind not in ("blank", "divider")), None)
        if first is None or first.kind not in ("text", "heading"):
            return None
        label = re.match(
            r"\W{0,4}(?:title|headline|标题|题目|题名)\W{0,3}[:：]\W{0,3}(\S.{0,200})", first.text, re.I
        )
        if label:
            return visible(label[1]).strip(' *_#"“”')
        if first.kind == "heading":
            return visible(first.text).strip()
        if _BOLD_LINE.match(first.text) or re.fullmatch(r"\s*《[^《》\n]{1,80}》\s*", first.text):
            return visible(first.text).strip()
        return None

    @cached_property
    def sections(self) -> list[tuple[str, str]] | None:
        """Heading and visible text of the sections, by the topmost level that more than one heading has; by
        bold lines where there is no heading; None where the text has none."""
        starts = self._section_starts()
        if not starts:
            return None
        lines = self.prose.split("\n")
        ends = [*starts[1:], len(lines) + 1]
        return [
            (lines[start - 1].strip(), "\n".join(lines[start : end - 1]).strip())
            for start, end in zip(starts, ends, strict=True)
        ]

    def _section_starts(self) -> list[int]:
        levels = [heading.level for heading in self.headings]
        several = [level for level in sorted(set(levels)) if levels.count(level) > 1]
        if several:
            return [h.line for h in self.headings if h.level <= several[0]][levels[0] < several[0] :]
        if self.headings:
            return [h.line for h in self.headings]
        return [row.line for row in self.rows if row.kind == "text" and _BOLD_LINE.match(row.text)]


#: More empty lines in a row tell a reader nothing, and can be a million.
_MOST_EMPTY = 100
_EMPTY_LINES = re.compile(rf"\n{{{_MOST_EMPTY},}}")


@lru_cache(maxsize=32)
def layout_of(response: str) -> Layout:
    """The layout of a response; the last ones are remembered, since several checks ask about each."""
    return Layout(_EMPTY_LINES.sub("\n" * _MOST_EMPTY, response))


def _unwrapped(text: str) -> str:
    stripped = text.strip()
    if not stripped.startswith(("```", "~~~")):
        return text
    opening, _, rest = stripped.partition("\n")
    found = _FENCE.match(opening)
    mark = found[1] if found else "```"
    if found is None or found[2].lower() not in TEXT_FENCES or not rest.rstrip().endswith(mark):
        return text
    inner = rest.rstrip()[: -len(mark)]
    return text if re.search(rf"^\s*{re.escape(mark)}", inner, re.MULTILINE) else inner.rstrip("\n")


class _Scan:
    """One pass over the lines of a text."""

    def __init__(self, text: str) -> None:
        self.rows: list[Row] = []
        self.fences: list[Fence] = []
        self.headings: list[Heading] = []
        self.items: list[Item] = []
        self.stack: list[tuple[int, Item]] = []
        #: How far the last item of the topmost level is indented.
        self.base: int | None = None
        self.lines = text.split("\n")

    def result(self) -> tuple[tuple[Row, ...], tuple[Fence, ...], tuple[Heading, ...], tuple[Item, ...]]:
        numbered = iter(enumerate(self.lines, 1))
        for number, line in numbered:
            fence = _FENCE.match(line) if "```" in line or "~~~" in line else None
            if fence:
                self._fence(number, fence, numbered)
            else:
                self._line(number, line)
        return tuple(self.rows), tuple(self.fences), tuple(self.headings), tuple(self.items)

    def _fence(self, number: int, found: re.Match[str], lines: Iterator[tuple[int, str]]) -> None:
        mark, body = found[1], list[str]()
        self.rows.append(Row(number, "code", ""))
        for inner, line in lines:
            self.rows.append(Row(inner, "code", ""))
            if line.rstrip().endswith(mark):
                rest = line.rstrip()[: -len(mark)]
                body += [rest] if rest.strip() else []
                break
            body.append(line)
        self.fences.append(Fence(found[2].lower(), "\n".join(body), number))

    def _line(self, number: int, line: str) -> None:
        if not line.strip():
            self.rows.append(Row(number, "blank", ""))
            return
        if line[0] in " >" and ">" in line[:4]:
            line = line[_QUOTE.match(line).end() :] if _QUOTE.match(line) else line  # type: ignore[union-attr]
        heading = _HEADING.match(line)
        if heading:
            self._heading(number, len(heading[1]), heading[2].rstrip("# "))
        elif self._is_underline(line):
            self._heading_above(number, 1 if "=" in line else 2)
        elif _DIVIDER.match(line):
            self.stack = []
            self.rows.append(Row(number, "divider", line.strip()))
        else:
            self._text(number, line)

    def _is_underline(self, line: str) -> bool:
        return bool(self.rows) and self.rows[-1].kind == "text" and _SETEXT.match(line) is not None

    def _heading(self, number: int, level: int, text: str) -> None:
        self.stack, self.base = [], None
        self.headings.append(Heading(level, text, number))
        self.rows.append(Row(number, "heading", text))
        self._numbered(number, text, 0)

    def _heading_above(self, number: int, level: int) -> None:
        above = self.rows[-1]
        self.headings.append(Heading(level, above.text.strip(), above.line))
        self.rows[-1] = Row(above.line, "heading", above.text)
        self.rows.append(Row(number, "divider", ""))

    def _text(self, number: int, line: str) -> None:
        stripped = line.lstrip(" \t\u3000\xa0")
        indent = len(line[: len(line) - len(stripped)].expandtabs(4))
        bullet = _BULLET.match(stripped)
        if bullet:
            rest = stripped[bullet.end() :]
            self._item(Item(self._level(indent), None, "bullet", bullet[1], number, [rest]), indent, rest)
            return
        if self._numbered(number, stripped, indent):
            return
        if indent == 0:
            self.stack = []
        for _, item in self.stack:
            item.lines.append(stripped)
        self.rows.append(Row(number, "text", line.rstrip()))

    def _numbered(self, number: int, text: str, indent: int) -> bool:
        """Take a line, or the text of a heading, for a numbered item where it is one."""
        found = _NUMBER.match(text)
        if found is None or not found[0]:
            return False
        style = next(name for name, value in found.groupdict().items() if value)
        value = found[style]
        rest = text[found.end() :].lstrip()
        bold = text.startswith(("**", "__"))
        if bold and rest.startswith(text[:2]):
            rest = rest[2:]
        item = Item(
            self._level(indent),
            _value(style, value),
            _style(style, value),
            found[0].strip("*_\\ "),
            number,
            [rest],
        )
        if self.rows and self.rows[-1].line == number:
            self.items.append(item)
        else:
            self._item(item, indent, ("**" if bold else "") + rest)
        return True

    def _level(self, indent: int) -> int:
        while self.stack and indent < self.stack[-1][0] + 2:
            self.stack.pop()
        if self.stack:
            return len(self.stack)
        if self.base is not None and indent >= self.base + 2:
            return 1
        self.base = indent
        return 0

    def _item(self, item: Item, indent: int, rest: str) -> None:
        for _, outer in self.stack:
            outer.lines.append(rest)
        self.stack.append((indent, item))
        self.items.append(item)
        self.rows.append(Row(item.line, "item", rest))


def _style(style: str, value: str) -> str:
    if style in ("in", "nth"):
        return "digit" if value.isdigit() else "han"
    return style


def _value(style: str, value: str) -> int:
    if value.isdigit() and style not in ("circle",):
        return int(value)
    if style == "circle":
        return ord(value) - (0x2460 - 1 if value <= "⑳" else 0x2776 - 1)
    if style == "letter":
        return ord(value.lower()) - ord("a") + 1
    if style == "roman":
        return 0
    tens, ten, ones = value.partition("十")
    if ten:
        return _HAN_DIGITS.get(tens, 1) * 10 + _HAN_DIGITS.get(ones, 0)
    return _HAN_DIGITS.get(value, 0)
