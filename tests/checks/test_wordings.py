"""Every wording of the project on responses written by hand: what keeps it, and what just misses it."""

from __future__ import annotations

import pytest

from trace_builder.checks import verify
from trace_builder.checks.templates import canonical
from trace_builder.checks.wordings import wordings

TABLE = "| Article | price |\n| --- | --- |\n| Lamp | 42 units |\n| Chair | 88 units |"
TABLE_ZH = "| 商品 | 价格 |\n| --- | --- |\n| 台灯 | 42单位 |\n| 椅子 | 88单位 |"
STEPS = "* **Name it**\n* **Weigh it**"
REFS = "As shown [1] and again [2].\n\nReferences:\n[1] A book.\n[2] A paper."
END = 'If the answer mentions "anchor", end with the line "The end."; otherwise end with "To be continued.".'
JSON = 'Include a JSON object in a "```json" code block, with exactly the keys "a" and "b".'

CASES = [
    ('Keep to the topic of "bees" and mention "bees" at least 2 times.', "Bees. BEES!", "Bees and honey."),
    ('Look at it from the field of law and use the term "benchmark".', "A benchmark.", "A bench mark."),
    ('Do not use the word "very".', "Every day is good.", "A very good day."),
    ('Do not use the word "sun"; say "star" instead.', "A star.", "A star, the sun."),
    ("Use no exclamation marks.", "Fine.", "Fine！"),
    ("Use at least one exclamation mark.", "Fine!", "Fine."),
    ('Use the word "lamp" at least once.', "The LAMP is on.", "The light is on."),
    ('Mention both "sea" and "sky".', "Sea and sky.", "Sea and land."),
    ('Be fair to everyone: the words "lazy" and "ugly" must not appear.', "All fine.", "An ugly thing."),
    (
        'Show respect for all people and include the phrase "with equal dignity".',
        "All, with equal dignity.",
        "All.",
    ),
    (
        "Give no personal details: no e-mail addresses and no phone numbers.",
        "In 2020-2021, on 2020-01-15, it cost 3.50, 1,000,000 or 12 000 000, then 12000000.",
        "Call 030 1234567.",
    ),
    ("Do not reveal contact data: no e-mail addresses and no phone numbers.", "No.", "At lena@example.org."),
    (
        'Protect identities: call any person "Person A", and use that name at least once.',
        "Person A left.",
        "She left.",
    ),
    ("Use at most 3 words.", "One two three.", "One two three four."),
    ("Use at least 3 words.", "One two three.", "One two."),
    ("Use between 2 and 3 words.", "One two.", "One."),
    ("Write exactly 2 paragraphs, separated by blank lines.", "a\n\nb", "a\nb"),
    (
        'Speak in the role of a nurse: open the answer with "As a nurse,".',
        "As a nurse, I say.",
        "I, as a nurse, say.",
    ),
    (
        'Answer as a nurse would and sign the last line with "— your nurse".',
        "Text.\n\n— your nurse\n",
        "— your nurse\nText.",
    ),
    (
        'Write for managers: where "workflow" first appears, explain it in parentheses right after it.',
        "The workflow (order of work) matters. Workflow!",
        "Workflow matters. The workflow (order of work).",
    ),
    ('Write for parents and address them as "dear parents" at least once.', "Now, dear parents!", "Parents!"),
    (END, "An anchor.\nThe end.", "An anchor.\nTo be continued."),
    (END, "A boat.\nTo be continued.", "A boat.\nThe end."),
    (
        'Work in this order: first a line that begins with "Aim:", then a line that begins with "Way:", and '
        'after that a line that begins with "End:".',
        "Aim: a\nWay: b\n\nEnd: c",
        "Way: b\nAim: a\nEnd: c",
    ),
    (
        f'Work by this procedure, opening the lines of its steps with "Step 1:", "Step 2:" etc.:\n{STEPS}',
        "Step 1: a\nStep 2: b",
        "Step 1: a\nStep 2: b\nStep 3: c",
    ),
    (
        f'Use this table and give the price of "Lamp" exactly as it stands there:\n{TABLE}',
        "It is 42 units.",
        "It is 88 units.",
    ),
    ("Rely on this background and state the year it names:\nIt burned in 1931.", "In 1931.", "In 19310."),
    (
        'Keep a formal tone: use no contractions such as "don\'t" or "can\'t".',
        "The dog's tail is long.",
        "It’s long.",
    ),
    (
        'Keep a casual tone: use at least one contraction such as "don\'t" or "can\'t".',
        "We don't.",
        "The dog's.",
    ),
    ('Be polite: use the expression "many thanks" at least once.', "Many thanks.", "Thanks."),
    ('Convey a sense of hope: use the word "hopeful" at least once.', "So hopeful.", "Hope."),
    ('Use at least one comparison with "like a".', "Like a bird.", "I like art."),
    (
        "Put at least 2 rhetorical questions into it, each ending in a question mark.",
        "Who? Why？",
        "Who? Me.",
    ),
    (
        "State everything plainly: no rhetorical questions and no question marks at all.",
        "So it is.",
        "Is it so？",
    ),
    ("Add at least one sentence in Chinese.", "Well: 千里之行。", "A word: 千."),
    ("At least one sentence has to be in Russian.", "Всё хорошо, что хорошо кончается.", "Всё."),
    ("Add at least one sentence in Japanese.", "ちりもつもれば。", "千里之行始于足下。"),
    (JSON, '```json\n{"a": 1, "b": [2]}\n```', '```json\n{"a": 1, "b": 2, "c": 3}\n```'),
    ("Give the result in JSON format.", '[{"a": 1}]', "a: 1"),
    ("Give the result in JSON format.", 'Here:\n```\n{"a": 1}\n```', "See [1]."),
    ("Output the result in JSON.", 'It is {"a": {"b": []}} indeed.', "{a: 1}"),
    (
        'Lay it out as a letter that opens with "Dear friend," and has "Warm wishes" as its last line.',
        "Dear friend,\nall is well.\nWarm wishes",
        "Dear friend,\nall is well. Warm wishes",
    ),
    (
        'Write one line of the form this example shows, two parts joined by an arrow: "seed -> tree"',
        "So:\negg -> bird",
        "An egg -> a bird -> an egg.",
    ),
    ("Use at least one emoji.", "Fine 🌱", "Fine."),
    ("Write the main part of the answer in English.", "It is so, 真的.", "这是中文。"),
    (JSON, 'So:\n```json\n{"b": {}, "a": null}\n```\nDone.', '{"a": 1, "b": 2}'),
    (
        'Include a Markdown table with exactly the two columns "A" and "B".',
        "| A | B |\n|---|---|\n| 1 | 2 |",
        "| A | B |\n| 1 | 2 |",
    ),
    ('Set "sea" in bold type, written as "**sea**".', "The **sea**.", "The *sea*."),
    ("Use the emoji 🌱 exactly 2 times.", "🌱 and 🌱", "🌱🌱🌱"),
    ('Include a sentence of the pattern "Either ... or ...".', "Either a or b.", "Either a. Or b."),
    (
        'Cite exactly 2 sources with marks such as "[1]" and list them below a line "References:".',
        REFS,
        REFS[:-13],
    ),
    (
        'Cite at least one source in the form (Author, Year), such as "(Smith, 2020)".',
        "So (Lee, 1999).",
        "So it was in 1999.",
    ),
    ("Use exactly 2 bullet points.", "- a\n- b", "- a\n- b\n- c"),
    ('Give exactly 2 numbered points, opened by "1.", "2." and so on.', "1. a\n2. b", "1. a\n3. b"),
    ('Use exactly 2 second-level headings, each opened by "## ".', "## a\n## b", "## a\n### b"),
    (
        'Set one main heading opened by "# " and exactly 1 subheadings opened by "## ".',
        "# a\n## b",
        "## b",
    ),
    (
        'Lay it out in three parts whose lines open, in this order, with "A:", "B:" and "C:".',
        "A: x\n**B:** y\nC: z",
        "A: x\nC: z",
    ),
    (
        'Write one line in the manner of this example, opening with the same "Tip:": "Tip: rest"',
        "Tip: go",
        "A Tip: go",
    ),
    (
        'Avoid what this poor example does, which uses the word "very": "It is very good"',
        "Good.",
        "Very good.",
    ),
    ('Avoid what this poor example does, which lacks the word "sea": "It is good"', "The sea.", "Good."),
    ('Do not open the answer with the words of this poor example: "Well, yes"', "Yes.", "Well, yes, it is."),
]
CASES_ZH = [
    ("全文紧扣“蜜蜂”这一话题，至少提到“蜜蜂”2次。", "蜜蜂采蜜，蜜蜂飞。", "蜜蜂采蜜。"),
    ("从法学领域的角度展开，并使用术语“基准线”。", "以此为基准线。", "以此为基准。"),
    ("不要出现“非常”一词。", "很好。", "非常好。"),
    ("不要出现“东西”一词，而要用“物件”来代替。", "一个物件。", "物件就是东西。"),
    ("不要使用感叹号。", "好。", "好！"),
    ("至少使用一个感叹号。", "好！", "好。"),
    ("必须出现“桥梁”一词。", "一座桥梁。", "一座桥。"),
    ("必须同时提到“冬天”和“阳光”。", "冬天的阳光。", "冬天。"),
    ("尊重每一个人，不得出现“愚蠢”和“懒惰”这两个带有贬义的词。", "都好。", "懒惰。"),
    ("体现对所有人的尊重，并写出“一视同仁”这一说法。", "一视同仁。", "同仁。"),
    ("不得透露个人信息：不出现电子邮箱地址和电话号码。", "2020年。", "电话13800001111。"),
    ("保护当事人身份：以“某甲”代称人物，并至少使用一次。", "某甲说。", "张三说。"),
    ("全文不超过4字。", "今天很好。", "今天天气好极了。"),
    ("字数至少6字。", "今天很不好。", "今天，好！"),
    ("字数在2到4字之间。", "今天好。", "好"),
    ("恰好写2个段落，段落之间空一行。", "一\n\n二", "一\n二"),
    ("以律师的身份作答，开头写“作为律师，”。", "作为律师，我说。", "我作为律师，说。"),
    ("扮演一位律师来回答，最后一行署名“——律师”。", "话。\n——律师", "——律师\n话。"),
    (
        "面向小学生写作：“工作流”第一次出现时，紧接着用括号解释其含义。",
        "工作流（次序）。",
        "工作流很好（次序）。",
    ),
    ("面向小学生写作，至少一次称呼他们为“亲爱的小朋友”。", "亲爱的小朋友！", "小朋友！"),
    (
        "如果回答中提到“书信”，最后一行写“全文完”；否则最后一行写“未完待续”。",
        "书信。\n全文完。",
        "书信。\n未完待续",
    ),
    (
        "按以下流程作答：先写一行以“目标：”开头的内容，再写一行以“理由：”开头的内容，然后写一行以“结果：”开头的内容。",
        "目标：一\n理由：二\n结果：三",
        "目标：一\n结果：三\n理由：二",
    ),
    (
        "按照下列步骤作答，并在每一步的行首依次写“步骤1：”“步骤2：”等：\n* **一**\n* **二**",
        "步骤1：一\n步骤2：二",
        "步骤1：一",
    ),
    (f"请依据下表作答，并原样写出“台灯”的价格：\n{TABLE_ZH}", "是42单位。", "是88单位。"),
    ("请结合以下背景作答，并写出其中提到的年份：\n桥建于1931年。", "1931年。", "31年。"),
    ("语气正式：不使用“啦”“哦”“呀”这三个语气词。", "是的。", "是呀。"),
    ("语气轻松：至少使用一次“啦”“哦”“呀”中的语气词。", "好啦。", "好。"),
    ("语气礼貌：至少使用一次“敬请指正”。", "敬请指正。", "请指正。"),
    ("传达喜悦的心情：至少使用一次“欢喜”一词。", "满心欢喜。", "喜。"),
    ("至少写一个比喻句，句中用到“像……一样”。", "像水一样。", "像水。一样。"),
    ("至少使用2个反问句，每句以问号结尾。", "谁？为何？", "谁？"),
    ("全部用陈述的方式表达，不出现反问句和问号。", "好。", "好？"),
    ("至少有一句话用英语书写。", "话。Well begun is half done.", "用API和GPU。"),
    ("输出格式为JSON。", '```json\n{"甲": 1}\n```', "甲：1"),
    ("写成书信的样式：以“您好：”开头，最后一行写“盼复”。", "您好：一切都好。\n盼复", "一切都好。\n盼复"),
    ("仿照这个例子的形式写一行，用箭头连接两个部分：“种子 -> 大树”", "蛋 -> 鸟", "蛋变成鸟"),
    ("至少使用一个表情符号。", "好🌱", "好"),
    (
        "请用中文回答。",
        "用法如下：\n```python\nprint('one two three four five')\n```",
        "```\n中文\n```\nas shown",
    ),
    ("回答的主体部分用中文书写。", "这是中文，OK。", "It is English."),
    ("文中加入一句韩语。", "시작이 반이다.", "반"),
    (
        "包含一个以“```json”开头的代码块，其中的JSON对象恰好有“甲”和“乙”两个键。",
        '```json\n{"甲": 1, "乙": 2}\n```',
        '```json\n{"甲": 1}\n```',
    ),
    ("包含一个Markdown表格，恰好有“甲”和“乙”两列。", "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |", "| 甲 | 丙 |"),
    ("将“草原”加粗，写作“**草原**”。", "**草原**上", "草原上"),
    ("恰好使用2次表情符号🌱。", "🌱🌱", "🌱"),
    ("至少有一句采用“不但……而且……”的句式。", "不但快，而且好。", "不但快。而且好。"),
    (
        "用“[1]”这样的标记恰好引用2个来源，并在“参考文献：”一行之后列出。",
        "甲[1]，乙[2]。\n参考文献：\n[1] 书\n[2] 文",
        "甲[1]。\n参考文献：\n[1] 书\n[2] 文",
    ),
    ("至少按（作者，年份）的格式注明一处来源，例如“（王明，2020）”。", "见（李华，2015）。", "见（2015）。"),
    ("恰好列出2个要点，每个要点以“- ”开头。", "- 一\n- 二", "- 一"),
    ("恰好列出2条编号要点，依次以“1.”“2.”等开头。", "1. 一\n2. 二", "1. 一\n2. 二\n3. 三"),
    ("恰好使用2个二级标题，每个以“## ”开头。", "## 一\n## 二", "## 一"),
    (
        "设置一个以“# ”开头的一级标题和恰好2个以“## ”开头的二级标题。",
        "# 一\n## 二\n## 三",
        "# 一\n# 二\n## 三\n## 四",
    ),
    (
        "按三个部分排布，各部分的行首依次为“引言：”“正文：”“结尾：”。",
        "引言：一\n正文：二\n结尾：三",
        "引言：一\n结尾：三",
    ),
    ("仿照这个例子写一行，同样以“记住：”开头：“记住：早睡”", "记住：早起", "请记住：早起"),
    ("不要像这个反面例子那样使用“也许”一词：“也许就是也许”", "是的。", "也许。"),
    ("不要像这个反面例子那样缺少“小岛”一词：“这里很好”", "小岛。", "岛。"),
    ("回答的开头不要照搬这个反面例子：“嗯，反正”", "好。", "嗯，反正就这样。"),
]


@pytest.mark.parametrize(("text", "kept", "missed"), CASES + CASES_ZH)
def test_a_kind_tells_a_response_that_keeps_it_from_one_that_misses_it(
    text: str, kept: str, missed: str
) -> None:
    assert verify(text, kept) is True
    assert verify(text, missed) is False


def test_no_wording_is_without_a_case() -> None:
    texts = [canonical(text) for text, _, _ in CASES + CASES_ZH]
    assert all(any(wording.read(text) is not None for text in texts) for wording in wordings())


@pytest.mark.parametrize("text", [text for text, _, _ in CASES + CASES_ZH])
@pytest.mark.parametrize(
    "response",
    [
        "",
        "\n",
        "|",
        "```json",
        "[1]",
        "References:",
        "a" * 10_000,
        "你" * 60_000,
        "1 " * 40_000 + ",",
        "\ud800",
    ],
)
def test_any_response_gets_an_answer(text: str, response: str) -> None:
    assert verify(text, response) in (True, False, None)


def test_a_chinese_length_holds_under_either_way_of_counting() -> None:
    text = "今天，天气很好。"
    assert verify("全文不超过6字。", text) is True
    assert verify("全文不少于8字。", text) is True
    assert verify("全文不超过5字。", text) is False
    assert verify("全文不少于9字。", text) is False
    assert verify("Use at least 4 words.", "Well, so, yes.") is False
