"""Answers laid out as people and models lay them out, and the verdict that a reader gives."""

from __future__ import annotations

import pytest

from trace_builder.checks import verify

THREE_BULLETS, TWO_NUMBERED = "Use exactly 3 bullet points.", "Give exactly two numbered points."
TWO_PARAGRAPHS, TABLE = "Write exactly two paragraphs.", 'Include a table with the columns "Tea" and "Pot".'
JSON, NO_CONTACT = "Give the result in JSON format.", "Give no e-mail addresses and no phone numbers."
CODE = "```python\nkettle = 5 != 6\n- 1\n1. x\n# tea\n\nprint(kettle)\n```"

HOLDS = [
    (THREE_BULLETS, "* Tea\n\t+ green\n\t+ black\n* Pot\n* Cup"),
    (THREE_BULLETS, "- Tea\n\n    - green\n\n- Pot\n- Cup"),
    (THREE_BULLETS, "•\u00a0Tea\n•\u00a0Pot\n•\u00a0Cup"),
    (THREE_BULLETS, f"- Tea\n- Pot\n- Cup\n\n{CODE}"),
    (THREE_BULLETS, "- **Tea**: green\n  and black\n- **Pot**\n- **Cup**\n\n---\n\n**Done.**"),
    (THREE_BULLETS, "> - Tea\n> - Pot\n> - Cup"),
    ("请恰好列出3个要点，用项目符号。", "· 茶\n· 壶\n· 杯"),
    (TWO_NUMBERED, "1. Tea\n   1. green\n   2. black\n2. Pot\n\n1995. was a good year"),
    (TWO_NUMBERED, "**1. Tea**\ntext\n\n**2. Pot**\ntext"),
    (TWO_NUMBERED, "### 1. Tea\ntext\n\n### 2. Pot\ntext"),
    (TWO_NUMBERED, f"1\\. Tea\n2\\. Pot\n\n{CODE}"),
    ("恰好列出2条编号要点。", "**1.** 茶\n\n**2.** 壶"),
    (TWO_PARAGRAPHS, "Tea.\r\n\r\nPot."),
    (TWO_PARAGRAPHS, "Tea.\n\u00a0\nPot."),
    (TWO_PARAGRAPHS, "Tea.\n\n***\n\nPot."),
    ("恰好写两段，段落之间空一行。", "茶。\n\u3000\n壶。"),
    ('Use the word "tea-time" at least once.', "It is tea‑time."),
    ('Do not use the word "tea".', "A steamy teapot."),
    ("Do not use exclamation marks.", f"Hm.\n{CODE}\n![a pot](pot.png)"),
    ("Do not use exclamation marks.", "```html\n<!DOCTYPE html>\n<!-- pot -->\n```"),
    (JSON, '{"tea": 1}\n{"tea": 2}'),
    (JSON, '```JSON\n["tea", "pot"]\n```'),
    (JSON, 'Result:\n[{"tea": 1}]'),
    ("请用中文回答。", f"壶的写法如下：\n{CODE}\n就是这样。"),
    ("请用中文回答。", '```json\n{"茶": "绿茶要用八十度的水来泡，红茶要用开水来泡。"}\n```'),
    ("Use exactly two second-level headings.", "```markdown\n# Tea\n## Green\ntext\n## Black\ntext\n```"),
    ("Use exactly two second-level headings.", f"# Tea\n## Green\n## Black\n### Pots\n{CODE}"),
    (TABLE, "Tea | Pot\n--- | ---\ngreen | glass"),
    (TABLE, "| **Tea** | *Pot* |\n|:--|--:|\n| green | glass |"),
    (TABLE, "```\n| Tea | Pot |\n| - | - |\n| green | glass |\n```"),
    ("Use at least four words.", "2,000 pots of tea."),
    (NO_CONTACT, "Printed 2018-2021, ISBN 978-3-16-148410-0, order 20240305771, 12 500 000 cups."),
    ("Use at least one emoji.", "Tea at ⏰ five"),
    ("Use at least one emoji.", "Made in 🇯🇵, rated 5️⃣"),
    ("Use at most ten words.", "<p>Tea is <b>good</b></p>\n<p class='a b c d e f g h'>for you.</p>"),
    ("Use at least 8 words.", "A well-known, much-loved cup of tea."),
    ("Use at most 8 words.", "A well-known, much-loved cup of hot tea."),
    ("Every paragraph must have at most two sentences.", "# Tea\n\nOne. Two.\n\n- One. Two."),
    ('The last line must be "Cheers".', "Tea.\n\n**Cheers**"),
    ('End with the phrase "Cheers!"', "Tea. Cheers!\n"),
    ("Use no contractions.", "The pot's lid and Ada's cups of the 1990's."),
    ("至少使用一个反问句。", "难道不是吗？"),
]
BREAKS = [
    (THREE_BULLETS, "- Tea\n- Pot\n- Cup\n- Jug"),
    ('Do not use the word "won\'t".', "I won’t."),
    ("Output JSON and nothing else.", 'Here you are:\n```json\n{"tea": 1}\n```\nEnjoy your cup of tea!'),
    (JSON, "{'tea': 1}"),
    (JSON, '{"tea": 1, "pot": 2, ...}'),
    ("请用中文回答。", "お茶はとてもおいしいです。毎日飲みます。"),
    ("Respond in English.", "Je bois toujours du thé avec mes amis le matin."),
    ("Respond in English.", '```json\n{"茶": "绿茶要用八十度的水来泡，红茶要用开水来泡。"}\n```'),
    ("Use no contractions.", "Who's there? That's me."),
    (TWO_PARAGRAPHS, "Tea.\n\nPot.\n\nCup."),
    (NO_CONTACT, "Call +44 20 7946 0958 or write to ada@example.org."),
    ("Use no commas.", "Tea, please."),
    ("Use at most 4 words.", "I like my tea hot."),
    ("全文不超过5个字。", "今天的茶很好。"),
]
OPEN = [
    (THREE_BULLETS, "1. Tea\n2. Pot\n3. Cup"),
    (TWO_PARAGRAPHS, "# Tea\n\nGreen.\n\nBlack."),
    (JSON, '```json\n{"tea": 1, // hot\n}\n```'),
    ("Write only in English.", "def f():\n  # 泡茶\n  pass"),
    ("Use at least one emoji.", "© 2024"),
    ('Use the word "peace" at least once.', "A peaceful cup."),
    ("Use at most 3 words.", f"Tea.\n{CODE}"),
]


@pytest.mark.parametrize(("constraint", "response"), HOLDS)
def test_what_a_reader_says_holds_holds(constraint: str, response: str) -> None:
    assert verify(constraint, response) is True


@pytest.mark.parametrize(("constraint", "response"), BREAKS)
def test_what_a_reader_says_breaks_breaks(constraint: str, response: str) -> None:
    assert verify(constraint, response) is False


@pytest.mark.parametrize(("constraint", "response"), OPEN)
def test_what_readers_disagree_about_is_left_open(constraint: str, response: str) -> None:
    assert verify(constraint, response) is None
