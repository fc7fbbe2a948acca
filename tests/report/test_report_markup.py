from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from trace_builder.report.page.charts import Part, Slice, rings, stacked
from trace_builder.report.page.html import compact, el, html, number, share

_TEXT = st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(_TEXT, _TEXT)
def test_texts_and_attributes_come_back_as_they_are(text: str, value: str) -> None:
    reader = _Reader()
    reader.feed(el("p", text, title=value))
    reader.close()
    assert reader.tags == ["p"]
    assert reader.attributes == [("title", value)]
    assert "".join(reader.texts) == text


def test_only_what_was_built_is_markup() -> None:
    inner = el("b", "<i>")
    assert html(["<", inner, None, 3, ["&"]]) == "&lt;<b>&lt;i&gt;</b>3&amp;"


def test_attributes_that_are_off_are_left_out() -> None:
    assert el("li", class_="x", hidden=False, id=None, open=True) == '<li class="x" open></li>'


def test_an_arc_for_each_part_that_is_there() -> None:
    inner = [Slice("a", "A", 3, "red"), Slice("b", "B", 0, "blue"), Slice("c", "C", 1, "green")]
    drawn = rings(inner, inner, "4", "constraints", "label")
    assert drawn.count("<path") == 4
    assert 'data-tip="A: 3 (75.00%)"' in drawn


def test_a_ring_of_one_part_is_still_drawn() -> None:
    whole = [Slice("a", "A", 5, "red")]
    assert rings(whole, whole, "5", "", "label").count("<path") == 2
    nothing = [Slice("a", "A", 0, "red")]
    assert "<path" not in rings(nothing, nothing, "0", "", "label")


def test_parts_of_a_bar_are_shares_of_the_whole() -> None:
    drawn = stacked([Part("kept", 1, "accepted"), Part("lost", 0, "rejected")], 4, "label")
    assert "width:25.0000%" in drawn
    assert "rejected" not in drawn
    assert "part" not in stacked([Part("kept", 0, "accepted")], 0, "label")


def test_numbers_as_people_read_them() -> None:
    assert (number(1234567), number(None)) == ("1,234,567", "–")
    assert (share(1, 8), share(1, 0)) == ("12.5%", "–")
    assert [compact(n) for n in (8.33, 12, 9999, 12_345, 4_560_000, 7.1e9)] == [
        "8.3", "12", "9,999", "12.3k", "4.56M", "7.1G",
    ]  # fmt: skip
