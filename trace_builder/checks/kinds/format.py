"""Kinds of the format and example dimensions: containers, marks, sources, lists, layouts."""

from __future__ import annotations

import re

from trace_builder.checks import counting
from trace_builder.checks.counting import lines, mentions
from trace_builder.checks.registry import Bound, ConstraintKind, Parameters
from trace_builder.checks.templates import TemplateKind
from trace_builder.checks.texts import (
    begins,
    ends_with_line,
    exact_bound,
    exactly,
    has,
    in_order,
    labelled,
    lacks,
    text_bound,
    word_bound,
)

_MARKER = re.compile(r"\[(\d{1,2})\](?!\()")
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]")
_ARROW = re.compile(r"(?:[-*] )?[^\n>]{1,200}? -> [^\n>]+")
_AUTHOR_YEAR = re.compile(r"[(（][^\W\d][^()（）\n]{0,40}[,，] ?\d{4}[)）]")


def _json_keys(p: Parameters, r: str) -> bool:
    return any(set(found) == {p["a"], p["b"]} for found in counting.json_objects(r))


def _table_columns(p: Parameters, r: str) -> bool:
    return any(rows[0] == [p["a"], p["b"]] and len(rows) > 1 for rows in counting.table_rows(r))


def _pattern_sentence(p: Parameters, r: str) -> bool:
    found = re.escape(p["a"]) + r"[^.。！？!?\n]{1,300}?" + re.escape(p["b"]) + r"[^.。！？!?\n]"
    return re.search(found, r) is not None


def _cited(p: Parameters, r: str) -> bool:
    wanted = set(range(1, int(p["n"]) + 1))
    body, label, listed = r.rpartition(p["label"])
    if not label or {int(n) for n in _MARKER.findall(body)} != wanted:
        return False
    openings = [line for line in lines(listed) if _MARKER.match(line)]
    return {int(line[1 : line.index("]")]) for line in openings} == wanted


def _tree(p: Parameters, r: str) -> bool:
    return counting.count_headings(r, 1) == 1 and counting.count_headings(r, 2) == int(p["n"])


KINDS: tuple[ConstraintKind, ...] = (
    TemplateKind(
        "json_block",
        "output_format",
        _json_keys,
        en=('Include a JSON object in a "```json" code block, with exactly the keys "{a}" and "{b}".',),
        zh=("包含一个以“```json”开头的代码块，其中的JSON对象恰好有“{a}”和“{b}”两个键。",),
    ),
    TemplateKind(
        "json_any",
        "output_format",
        lambda _, r: counting.holds_json(r),
        en=("Give the result in JSON format.",),
        zh=("结果以JSON格式给出。",),
        heard=(
            "<Output|Return|Provide|Present|Give> the <result|results|answer|output> in JSON<| format>.",
            "The output <should|must> be in JSON format.",
            "<输出|回答>格式<|必须|应|应当|需><是|为><JSON|JSON格式>。",
            "<请|结果|>以JSON格式<输出|返回|呈现|回答>。",
        ),
    ),
    TemplateKind(
        "markdown_table",
        "output_format",
        _table_columns,
        en=('Include a Markdown table with exactly the two columns "{a}" and "{b}".',),
        zh=("包含一个Markdown表格，恰好有“{a}”和“{b}”两列。",),
    ),
    TemplateKind(
        "bold_word",
        "text_pattern",
        lambda p, r: f"**{p['word']}**" in r,
        en=('Set "{word}" in bold type, written as "**{word}**".',),
        zh=("将“{word}”加粗，写作“**{word}**”。",),
        bounded=lambda p: (word_bound(p["word"], 1),),
    ),
    TemplateKind(
        "emoji_count",
        "text_pattern",
        lambda p, r: r.count(p["emoji"]) == int(p["n"]),
        en=("Use the emoji {emoji} exactly {n} times.",),
        zh=("恰好使用{n}次表情符号{emoji}。",),
        bounded=lambda p: (Bound(f"emoji:{p['emoji']}", int(p["n"]), int(p["n"])),),
    ),
    TemplateKind(
        "emoji_any",
        "text_pattern",
        lambda p, r: _EMOJI.search(r) is not None,
        en=("Use at least one emoji.",),
        zh=("至少使用一个表情符号。",),
        heard=("Include at least one emoji.", "至少<包含|加入>一个<表情符号|emoji>。"),
    ),
    TemplateKind(
        "sentence_pattern",
        "grammar_structure",
        _pattern_sentence,
        en=('Include a sentence of the pattern "{a} ... {b} ...".',),
        zh=("至少有一句采用“{a}……{b}……”的句式。",),
    ),
    TemplateKind(
        "cite_numbers",
        "citation",
        _cited,
        en=('Cite exactly {n} sources with marks such as "[1]" and list them below a line "{label}".',),
        zh=("用“[1]”这样的标记恰好引用{n}个来源，并在“{label}”一行之后列出。",),
        bounded=exact_bound("sources"),
    ),
    TemplateKind(
        "cite_author",
        "citation",
        lambda p, r: _AUTHOR_YEAR.search(r) is not None,
        en=('Cite at least one source in the form (Author, Year), such as "({name}, {year})".',),
        zh=("至少按（作者，年份）的格式注明一处来源，例如“（{name}，{year}）”。",),
    ),
    TemplateKind(
        "bullets",
        "numbering_and_list",
        *exactly("bullets", counting.count_bullets),
        en=(
            'Give exactly {n} bullet points, each opened by "- ".',
            'List exactly {n} points as lines opened by "- ".',
        ),
        zh=("恰好列出{n}个要点，每个要点以“- ”开头。",),
        heard=(
            "Use exactly {n} bullet points.",
            "The response must contain exactly {n} bullet points.",
        ),
    ),
    TemplateKind(
        "numbered_points",
        "numbering_and_list",
        lambda p, r: counting.numbered(r) == list(range(1, int(p["n"]) + 1)),
        en=('Give exactly {n} numbered points, opened by "1.", "2." and so on.',),
        zh=("恰好列出{n}条编号要点，依次以“1.”“2.”等开头。",),
        bounded=exact_bound("numbered"),
    ),
    TemplateKind(
        "headings",
        "hierarchical_structure",
        *exactly("headings", lambda r: counting.count_headings(r, 2)),
        en=('Use exactly {n} second-level headings, each opened by "## ".',),
        zh=("恰好使用{n}个二级标题，每个以“## ”开头。",),
    ),
    TemplateKind(
        "heading_tree",
        "hierarchical_structure",
        _tree,
        en=('Set one main heading opened by "# " and exactly {n} subheadings opened by "## ".',),
        zh=("设置一个以“# ”开头的一级标题和恰好{n}个以“## ”开头的二级标题。",),
        bounded=exact_bound("headings"),
    ),
    TemplateKind(
        "labelled_parts",
        "template",
        labelled,
        en=('Lay it out in three parts whose lines open, in this order, with "{a}", "{b}" and "{c}".',),
        zh=("按三个部分排布，各部分的行首依次为“{a}”“{b}”“{c}”。",),
    ),
    TemplateKind(
        "letter",
        "template",
        lambda p, r: begins(r, p["a"]) and ends_with_line(r, p["line"]),
        en=('Lay it out as a letter that opens with "{a}" and has "{line}" as its last line.',),
        zh=("写成书信的样式：以“{a}”开头，最后一行写“{line}”。",),
        bounded=lambda p: (text_bound("start", p["a"]), text_bound("end", p["line"])),
    ),
    TemplateKind(
        "like_arrow",
        "positive_example",
        lambda p, r: any(_ARROW.fullmatch(line) for line in lines(r)),
        en=('Write one line of the form this example shows, two parts joined by an arrow: "{a} -> {b}"',),
        zh=("仿照这个例子的形式写一行，用箭头连接两个部分：“{a} -> {b}”",),
    ),
    TemplateKind(
        "like_example",
        "positive_example",
        lambda p, r: in_order(r, (p["a"],)),
        en=('Write one line in the manner of this example, opening with the same "{a}": "{a} {text}"',),
        zh=("仿照这个例子写一行，同样以“{a}”开头：“{a}{text}”",),
        bounded=lambda p: (word_bound(p["a"], 1),),
    ),
    TemplateKind(
        "unlike_word",
        "negative_example",
        *lacks("word"),
        en=('Avoid what this poor example does, which uses the word "{word}": "{text}"',),
        zh=("不要像这个反面例子那样使用“{word}”一词：“{text}”",),
        valid=lambda p: mentions(p["word"], p["text"]),
    ),
    TemplateKind(
        "unlike_lacking",
        "negative_example",
        *has("word"),
        en=('Avoid what this poor example does, which lacks the word "{word}": "{text}"',),
        zh=("不要像这个反面例子那样缺少“{word}”一词：“{text}”",),
        valid=lambda p: not mentions(p["word"], p["text"]),
    ),
    TemplateKind(
        "unlike_opening",
        "negative_example",
        lambda p, r: not begins(r, p["text"]),
        en=('Do not open the answer with the words of this poor example: "{text}"',),
        zh=("回答的开头不要照搬这个反面例子：“{text}”",),
    ),
)
