"""Chinese sentences as people write them, and the checks that a reader binds them to."""

from __future__ import annotations

from typing import Any

import pytest

from trace_builder.checks import recognise

WHOLE, PART = True, False

BOUND: list[tuple[str, bool, list[tuple[Any, ...]]]] = [
    # lengths
    ("全文控制在三百字以内。", WHOLE, [("words", {"most": 300})]),
    ("回答不得多于１５０字；", WHOLE, [("words", {"most": 150})]),
    ("作文字数需在600字至800字之间", WHOLE, [("words", {"least": 600, "most": 800})]),
    ("总字数不低于两千字。", WHOLE, [("words", {"least": 2000})]),
    ("这封感谢信的篇幅应为200～300字。", WHOLE, [("words", {"least": 200, "most": 300})]),
    ("字数约500字。", WHOLE, [("words", {"about": 500})]),
    ("篇幅要求：不少于1,000字，但不超过1,500字。", WHOLE, [("words", {"least": 1000, "most": 1500})]),
    ("读后感至少写八百字。", WHOLE, [("words", {"least": 800})]),
    ("输出不得超过60个字符。", WHOLE, [("characters", {"most": 60})]),
    ("口号不超过12个汉字", WHOLE, [("han", {"most": 12})]),
    ("用三句话概括。", WHOLE, [("sentences", {"least": 3, "most": 3})]),
    ("回答最多5句话。", WHOLE, [("sentences", {"most": 5})]),
    ("全文分为四段。", WHOLE, [("paragraphs", {"least": 4, "most": 4})]),
    ("摘要不超过120字。", WHOLE, [("words", {"most": 120}, "passage")]),
    ("整首诗共八行。", WHOLE, [("lines", {"least": 8, "most": 8})]),
    # scopes
    ("每个段落不少于三句话。", WHOLE, [("sentences", {"least": 3}, "each paragraph")]),
    ("每句话不超过25字。", WHOLE, [("words", {"most": 25}, "each sentence")]),
    ("标题不超过15个字。", WHOLE, [("words", {"most": 15}, "title")]),
    (
        "全文至少三段，每段不少于100字。",
        WHOLE,
        [("paragraphs", {"least": 3}), ("words", {"least": 100}, "each paragraph")],
    ),
    ("标题中必须包含“春天”。", WHOLE, [("word", {"word": "春天", "least": 1}, "title")]),
    # words
    (
        "必须包含关键词“港口”“海鸥”和“缆绳”。",
        WHOLE,
        [("word", {"word": w, "least": 1}) for w in ("港口", "海鸥", "缆绳")],
    ),
    ("文中要出现“慢下来”这个词至少3次。", WHOLE, [("word", {"word": "慢下来", "least": 3})]),
    ("“也许”一词不得出现。", WHOLE, [("word", {"word": "也许", "most": 0})]),
    (
        "避免使用“赋能”、“抓手”等词。",
        WHOLE,
        [("word", {"word": "赋能", "most": 0}), ("word", {"word": "抓手", "most": 0})],
    ),
    (
        "回答里不要提到“价格”或“品牌”。",
        WHOLE,
        [("word", {"word": "价格", "most": 0}), ("word", {"word": "品牌", "most": 0})],
    ),
    ("需包含“黎明”或“黄昏”一词。", WHOLE, [("any_word", {"texts": ["黎明", "黄昏"], "least": 1})]),
    # beginnings and ends
    ("以“亲爱的读者”开头。", WHOLE, [("start", {"text": "亲爱的读者"})]),
    ("文末以“此致敬礼”作为结束语。", WHOLE, [("end", {"text": "此致敬礼"})]),
    ("文章标题为《港口的早晨》；", WHOLE, [("title_text", {"text": "港口的早晨"})]),
    ("第一句话是“天亮了。”", WHOLE, [("start", {"text": "天亮了。"})]),
    ("每段以“另外”开头。", WHOLE, [("start", {"text": "另外"}, "each paragraph")]),
    # marks and languages
    (
        "不要使用逗号和感叹号。",
        WHOLE,
        [("mark", {"mark": ",", "most": 0}), ("mark", {"mark": "!", "most": 0})],
    ),
    ("全文不得出现任何表情符号。", WHOLE, [("emoji", {"most": 0})]),
    ("请用英文作答。", WHOLE, [("language", {"language": "English"})]),
    ("回答的语言必须是法语。", WHOLE, [("language", {"language": "French"})]),
    ("计算结果保留两位小数。", PART, [("decimals", {"n": 2})]),
    # forms
    ("输出格式必须为JSON。", WHOLE, [("json", {"only": True})]),
    ("以JSON格式返回，包含“姓名”和“年龄”两个字段。", PART, [("json", {"keys": ["姓名", "年龄"]})]),
    ("结果用Markdown表格呈现。", PART, [("table", {})]),
    ("表格包含三列。", WHOLE, [("table", {"columns": 3})]),
    ("使用编号列表列出要点。", PART, [("list", {"style": "numbered"})]),
    ("请分点作答。", WHOLE, [("list", {})]),
    ("不使用列表和小标题。", WHOLE, [("items", {"most": 0}), ("headings", {"most": 0})]),
    ("用三个二级标题组织。", WHOLE, [("headings", {"level": 2, "least": 3, "most": 3})]),
    ("重要的词语加粗显示。", PART, [("bold", {"least": 1})]),
    ("用Python编写。", PART, [("code", {"code": "python"})]),
    ("代码需附上注释。", PART, [("comments", {})]),
    ("主要观点用“不是……而是……”的句式表达。", PART, [("pattern", {"texts": ["不是", "而是"]})]),
    # several clauses
    (
        "使用中文回答，不超过200字，并以“祝好”结尾。",
        WHOLE,
        [("language", {"language": "Chinese"}), ("words", {"most": 200}), ("end", {"text": "祝好"})],
    ),
    ("语言幽默，字数在300字左右。", PART, [("words", {"about": 300})]),
    # what narrows, and what only seems to
    ("“创新”一词最多出现两次。", WHOLE, [("word", {"word": "创新", "most": 2})]),
    ("“感谢”只能出现一次。", WHOLE, [("word", {"word": "感谢", "least": 1, "most": 1})]),
    ("首句必须包含“海洋”一词。", WHOLE, [("word", {"word": "海洋", "least": 1}, "first sentence")]),
    ("每一段都要提到“北京”。", WHOLE, [("word", {"word": "北京", "least": 1}, "each paragraph")]),
    ("最后一句全部大写。", WHOLE, [("upper_case", {}, "last sentence")]),
    ("恰好列出2条编号要点。", WHOLE, [("numbered", {"least": 2, "most": 2})]),
    ("恰好写两段，段落之间空一行。", WHOLE, [("paragraphs", {"blank": True, "least": 2, "most": 2})]),
    (
        "每个小节不少于100字，总字数不超过600字。",
        WHOLE,
        [("words", {"least": 100}, "each section"), ("words", {"most": 600})],
    ),
    ("不超三百字。", WHOLE, [("words", {"most": 300})]),
    ("限300字。", WHOLE, [("words", {"most": 300})]),
    ("三句话以内说清楚。", WHOLE, [("sentences", {"most": 3})]),
    ("不得透露客户的电话号码。", WHOLE, [("personal_data", {"data": "phone"})]),
    ("不要出现电话号码和邮箱。", WHOLE, [("personal_data", {})]),
    ("不得透露任何人的手机号码、住址或邮箱。", PART, [("personal_data", {})]),
    ("包含恰好一个反问句。", PART, [("mark", {"mark": "?", "least": 1})]),
    ("将所有食材名称加粗。", PART, [("bold", {"least": 1})]),
    ("每段开头加一个应景的表情符号。", PART, [("emoji", {"least": 1}, "each paragraph")]),
    ("每个结论后用方括号标注来源，如[1]。", PART, [("citations", {"style": "number", "least": 1})]),
    ("全文分成带标题的几个部分。", PART, [("headings", {"least": 2})]),
    ("不要写成这样的开头：“自古以来……”。", PART, [("not_start", {"text": "自古以来"})]),
    ("一律以“该客户”相称。", PART, [("word", {"word": "该客户", "least": 1})]),
    ("写150到200字，不含标题。", PART, [("words", {"least": 150, "most": 200})]),
    ("故事名为《末班车》，“汽笛”一词至少出现三次。", PART, [("word", {"word": "汽笛", "least": 3})]),
    ("至少三个要点提到“安全”。", PART, [("bullets", {"least": 3})]),
    ("请按下面的样子填写：\n姓名：……\n地点：……", PART, [("labels", {"texts": ["姓名", "地点"]})]),
]

NOT_BOUND = [
    "老师的评语不超过80字。",
    "客户的评论控制在50字以内。",
    "每道菜的做法不超过50字。",
    "引言部分不少于200字。",
    "针对每个问题，用三句话回答。",
    "首先由老师讲解，限制在300字以内；",
    "函数最多处理100个字符。",
    "用户名长度为6到12个字符。",
    "程序应以表格形式显示成绩。",
    "如果结果为空，返回JSON格式的提示。",
    "当温度超过30度时，输出“高温”。",
    "可以使用表格或列表。",
    "重点内容使用加粗或下划线。",
    "标题使用24号加粗宋体。",
    "图表标题需加粗。",
    "页面包含一个“提交”按钮。",
    "使用“导师”的口吻回答。",
    "如“高效”“专业”之类的词要有依据。",
    "数据集包含至少500条记录。",
    "每周至少锻炼3次，每次不少于30分钟。",
    "描述三种植物的生长过程。",
    "语气正式、礼貌。",
    "标题用法语书写。",
    "内容围绕环保主题展开。",
    "三段论法是一种推理方式。",
    "价格在100至200元之间。",
    "不能重复使用“很好”一词的多次表达。",
    "不要过多使用感叹号。",
    "允许使用项目符号，但不超过5个。",
    "每个部分以问句结尾。",
    "一半的内容用英文。",
    "每行首字母大写。",
    "除标题外不要使用表情符号。",
    "除“NASA”外全部小写。",
    "结尾不要写“此致敬礼”。",
    "以“综上所述”开始最后一段。",
    "回答中不得出现以下内容：项目符号、编号列表。",
    "全诗八句，每句七个字。",
    "不要用“引言”作为标题。",
    "包含“生存还是毁灭”或其意译。",
    "用列表而非表格。",
    "加粗的词不超过三个。",
    "没有结果时返回空的JSON对象。",
    "用两句话解释什么是JSON。",
    "不超过2个反问句。",
    "先用一句话复述问题。",
    "请按下面的格式写：\n第一段：说明问题\n第二段：给出办法",
]


@pytest.mark.parametrize(("text", "whole", "claims"), BOUND, ids=[text for text, _, _ in BOUND])
def test_a_sentence_is_bound_to_what_it_asks_for(
    text: str, whole: bool, claims: list[tuple[Any, ...]]
) -> None:
    check = recognise(text)
    assert check is not None
    found = [(claim.kind, dict(claim.parameters), claim.scope) for claim in check.claims]
    expected = [(kind, parameters, *(scope or ("response",))) for kind, parameters, *scope in claims]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert check.whole is whole


@pytest.mark.parametrize("text", [text for text, _, _ in BOUND])
def test_marks_and_stops_around_a_sentence_change_nothing(text: str) -> None:
    check = recognise(text)
    for marked in (f"- {text}", f"4. {text}", f"（2）{text}", f"  {text}\n", text.rstrip("。；")):
        assert recognise(marked) == check, marked


@pytest.mark.parametrize("text", NOT_BOUND)
def test_in_doubt_nothing_is_bound(text: str) -> None:
    assert recognise(text) is None
