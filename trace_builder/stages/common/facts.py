"""What can be measured of a response, in words for a judge, who need not count then."""

from __future__ import annotations

import re

from trace_builder.records import Lang
from trace_builder.support.text import written_in

_FENCE = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"<[^<>\n]{1,200}>|[*_`#>|~]+|^[ \t]*(?:[-+•]|\d+[.)、])[ \t]*", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SENTENCE_END = re.compile(r"[。！？!?…]+|\.(?=\s|$|[”\"'’)])")
_ITEM = re.compile(r"^([ \t]*)(?:([-*+•])|(\d+[.)、]))[ \t]*\S", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_LINE = 100

_LABELS: dict[Lang, tuple[str, ...]] = {
    "en": (
        "words (Chinese characters not counted): {}", "Chinese characters: {}", "sentences: {}",
        "paragraphs: {}", "list items at the outer level: {} bulleted, {} numbered; nested: {}",
        "headings: {}", "code blocks: {}", "first line: {}", "last line: {}", "language: {}",
    ),
    "zh": (
        "英文单词数（不含汉字）：{}", "汉字数：{}", "句数：{}",
        "段数：{}", "列表项（最外层）：符号 {} 个，编号 {} 个；嵌套 {} 个",
        "标题：{}", "代码块：{}", "第一行：{}", "最后一行：{}", "语言：{}",
    ),
}  # fmt: skip


def facts_text(response: str, lang: Lang) -> str:
    """One fact a line, in the language of the instruction. Markup, list marks and code blocks are not counted
    as words, characters or sentences."""
    prose = _FENCE.sub("\n", response)
    plain = _MARKUP.sub(" ", prose)
    items = [(bool(m[1].strip(" ") or len(m[1]) >= 2), bool(m[2])) for m in _ITEM.finditer(prose)]
    lines = [line.strip() for line in response.splitlines() if line.strip()] or [""]
    counts = (
        (sum(not _HAN.search(word) for word in _WORD.findall(_HAN.sub(" ", plain))),),
        (len(_HAN.findall(plain)),),
        (_sentences(plain),),
        (len([part for part in re.split(r"\n\s*\n", response.strip()) if part.strip()]),),
        (
            sum(not nested and bullet for nested, bullet in items),
            sum(not nested and not bullet for nested, bullet in items),
            sum(nested for nested, _ in items),
        ),
        (len(_HEADING.findall(prose)),),
        (len(_FENCE.findall(response)),),
        (_short(lines[0]),),
        (_short(lines[-1]),),
        ({"en": "English", "zh": "Chinese"}[written_in(plain)],),
    )
    return "\n".join(label.format(*values) for label, values in zip(_LABELS[lang], counts, strict=True))


def _sentences(text: str) -> int:
    """Ends of sentences, and lines that end without one."""
    return sum(max(1, len(_SENTENCE_END.findall(line))) for line in text.splitlines() if _WORD.search(line))


def _short(line: str) -> str:
    return line if len(line) <= _LINE else f"{line[:_LINE]}..."
