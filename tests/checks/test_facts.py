"""The facts about a response that a judge is told."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from trace_builder.checks import facts
from trace_builder.checks.facts import fact_lines

ENGLISH = """# Bees

Bees **hum** in a well-kept garden.

- They dance.
  - In rounds.
  - In eights.
- They rest.

```python
print("hum")
```

| Who | What |
| --- | --- |
| Ada | hums |

That is all.
"""


def test_what_is_counted_of_an_english_response() -> None:
    found = facts(ENGLISH)
    assert found["headings"] == {"1": 1}
    assert found["items"] == {"1": 2, "2": 2}
    assert found["code_blocks"] == ["python"]
    assert found["tables"] == [[2, 1]]
    assert found["language"] == "English"
    assert (found["first_line"], found["last_line"]) == ("Bees", "That is all.")
    low, high = found["words"]
    assert 20 <= low < high <= 26
    assert "characters_han" not in found


def test_what_is_counted_of_a_chinese_response() -> None:
    found = facts("今天，天气很好。\n\n我去看海，带了3本书。")
    assert found["characters_han"] == 14
    assert found["characters_word"] == 19
    assert found["paragraphs"] == 2
    assert found["sentences"] == 2
    assert found["language"] == "Chinese"
    assert "words" not in found


def test_what_of_a_response_stands_in_its_headings_is_told_apart() -> None:
    """A limit for the text may or may not mean its titles; the judge is not left to count them."""
    english = fact_lines("# On the quiet sea\n\nIt is calm today.\n\n## Later\n\nIt rose.", "en")
    assert "words without markup: 11" in english
    assert "words of these in headings: 5" in english
    assert "其中标题里的汉字数：4" in fact_lines("## 海上清晨\n\n今天风很小。", "zh")
    assert not [line for line in fact_lines("It is calm today.", "en") if "headings" in line]


def test_the_lines_are_in_either_language_and_leave_out_what_is_not_there() -> None:
    english, chinese = fact_lines(ENGLISH, "en"), fact_lines(ENGLISH, "zh")
    assert "list items by level: 1: 2, 2: 2" in english
    assert "各层列表项数：1: 2, 2: 2" in chinese
    assert "main language: English" in english
    assert "主要语言：英语" in chinese
    assert not [
        line for line in fact_lines("Fine.", "en") if line.startswith(("list", "head", "code", "table"))
    ]


def test_a_response_that_is_code_as_a_whole_is_not_said_to_have_no_words() -> None:
    lines = fact_lines("```html\n<h2>See more!</h2>\n<p>Order today.</p>\n```", "en")
    assert "code blocks: html" in lines
    assert not [line for line in lines if line.endswith(": 0")]


@given(st.text(max_size=400))
def test_any_response_has_facts(response: str) -> None:
    assert json.loads(json.dumps(facts(response))) == facts(response)
    assert fact_lines(response, "en") is not None
    assert fact_lines(response, "zh") is not None
