"""Wordings of the format and example dimensions: containers, marks, sources, lists, layouts."""

from __future__ import annotations

from trace_builder.checks.claims import Claim
from trace_builder.checks.reading.counting import mentions
from trace_builder.checks.wordings.wording import Wording, claim, exactly, has, labelled, lacks, text

WORDINGS: tuple[Wording, ...] = (
    Wording(
        "json_block",
        "output_format",
        lambda s: (Claim("json", {"keys": [s["a"], s["b"]], "exact": True, "fenced": True}),),
        en=('Include a JSON object in a "```json" code block, with exactly the keys "{a}" and "{b}".',),
        zh=("包含一个以“```json”开头的代码块，其中的JSON对象恰好有“{a}”和“{b}”两个键。",),
    ),
    Wording(
        "json_any",
        "output_format",
        claim("json"),
        en=("Give the result in JSON format.",),
        zh=("结果以JSON格式给出。",),
    ),
    Wording(
        "markdown_table",
        "output_format",
        lambda s: (Claim("table", {"headers": [s["a"], s["b"]]}),),
        en=('Include a Markdown table with exactly the two columns "{a}" and "{b}".',),
        zh=("包含一个Markdown表格，恰好有“{a}”和“{b}”两列。",),
    ),
    Wording(
        "bold_word",
        "text_pattern",
        lambda s: (Claim("set_off", {"text": s["word"], "style": "bold"}),),
        en=('Set "{word}" in bold type, written as "**{word}**".',),
        zh=("将“{word}”加粗，写作“**{word}**”。",),
    ),
    Wording(
        "emoji_count",
        "text_pattern",
        lambda s: exactly("one_emoji", emoji=s["emoji"])(s),
        en=("Use the emoji {emoji} exactly {n} times.",),
        zh=("恰好使用{n}次表情符号{emoji}。",),
    ),
    Wording(
        "emoji_any",
        "text_pattern",
        claim("emoji", least=1),
        en=("Use at least one emoji.",),
        zh=("至少使用一个表情符号。",),
    ),
    Wording(
        "sentence_pattern",
        "grammar_structure",
        lambda s: (Claim("pattern", {"texts": [s["a"], s["b"]]}),),
        en=('Include a sentence of the pattern "{a} ... {b} ...".',),
        zh=("至少有一句采用“{a}……{b}……”的句式。",),
    ),
    Wording(
        "cite_numbers",
        "citation",
        lambda s: exactly("sources", label=s["label"])(s),
        en=('Cite exactly {n} sources with marks such as "[1]" and list them below a line "{label}".',),
        zh=("用“[1]”这样的标记恰好引用{n}个来源，并在“{label}”一行之后列出。",),
    ),
    Wording(
        "cite_author",
        "citation",
        claim("citations", style="author", least=1),
        en=('Cite at least one source in the form (Author, Year), such as "({name}, {year})".',),
        zh=("至少按（作者，年份）的格式注明一处来源，例如“（{name}，{year}）”。",),
    ),
    Wording(
        "bullets",
        "numbering_and_list",
        exactly("bullets"),
        en=(
            'Give exactly {n} bullet points, each opened by "- ".',
            'List exactly {n} points as lines opened by "- ".',
        ),
        zh=("恰好列出{n}个要点，每个要点以“- ”开头。",),
    ),
    Wording(
        "numbered_points",
        "numbering_and_list",
        exactly("numbered"),
        en=('Give exactly {n} numbered points, opened by "1.", "2." and so on.',),
        zh=("恰好列出{n}条编号要点，依次以“1.”“2.”等开头。",),
    ),
    Wording(
        "headings",
        "hierarchical_structure",
        exactly("headings", level=2),
        en=('Use exactly {n} second-level headings, each opened by "## ".',),
        zh=("恰好使用{n}个二级标题，每个以“## ”开头。",),
    ),
    Wording(
        "heading_tree",
        "hierarchical_structure",
        lambda s: (Claim("headings", {"level": 1, "least": 1, "most": 1}), *exactly("headings", level=2)(s)),
        en=('Set one main heading opened by "# " and exactly {n} subheadings opened by "## ".',),
        zh=("设置一个以“# ”开头的一级标题和恰好{n}个以“## ”开头的二级标题。",),
    ),
    Wording(
        "labelled_parts",
        "template",
        labelled,
        en=('Lay it out in three parts whose lines open, in this order, with "{a}", "{b}" and "{c}".',),
        zh=("按三个部分排布，各部分的行首依次为“{a}”“{b}”“{c}”。",),
    ),
    Wording(
        "letter",
        "template",
        lambda s: (Claim("start", {"text": s["a"]}), Claim("last_line", {"text": s["line"]})),
        en=('Lay it out as a letter that opens with "{a}" and has "{line}" as its last line.',),
        zh=("写成书信的样式：以“{a}”开头，最后一行写“{line}”。",),
    ),
    Wording(
        "like_arrow",
        "positive_example",
        claim("joined_line", joint="->"),
        en=('Write one line of the form this example shows, two parts joined by an arrow: "{a} -> {b}"',),
        zh=("仿照这个例子的形式写一行，用箭头连接两个部分：“{a} -> {b}”",),
    ),
    Wording(
        "like_example",
        "positive_example",
        lambda s: (Claim("labels", {"texts": [s["a"]]}),),
        en=('Write one line in the manner of this example, opening with the same "{a}": "{a} {text}"',),
        zh=("仿照这个例子写一行，同样以“{a}”开头：“{a}{text}”",),
    ),
    Wording(
        "unlike_word",
        "negative_example",
        lacks("word"),
        en=('Avoid what this poor example does, which uses the word "{word}": "{text}"',),
        zh=("不要像这个反面例子那样使用“{word}”一词：“{text}”",),
        valid=lambda s: mentions(s["word"], s["text"]),
    ),
    Wording(
        "unlike_lacking",
        "negative_example",
        has("word"),
        en=('Avoid what this poor example does, which lacks the word "{word}": "{text}"',),
        zh=("不要像这个反面例子那样缺少“{word}”一词：“{text}”",),
        valid=lambda s: not mentions(s["word"], s["text"]),
    ),
    Wording(
        "unlike_opening",
        "negative_example",
        text("not_start", lambda s: s["text"]),
        en=('Do not open the answer with the words of this poor example: "{text}"',),
        zh=("回答的开头不要照搬这个反面例子：“{text}”",),
    ),
)
