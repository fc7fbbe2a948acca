"""The page of a run, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


def _listed(page: Any) -> list[str]:
    texts: list[str] = page.locator("#list [role=option] .id span:first-child").all_inner_texts()
    return texts


def _count(page: Any) -> str:
    text: str = page.locator("#count").inner_text()
    return text


def test_it_asks_for_nothing_and_complains_about_nothing(look: Open, run_page: Path) -> None:
    found = look(run_page)
    found.page.mouse.wheel(0, 20_000)
    found.page.locator("#list [role=option]").nth(5).click()
    found.page.wait_for_timeout(200)
    assert found.requests == [run_page.resolve().as_uri()]
    assert found.complaints == []


def test_the_first_screen_says_what_was_got_and_what_was_lost_where(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    parts = page.locator("#overview .tile, .funnel > li")
    bottoms = parts.evaluate_all("all => all.map(e => e.getBoundingClientRect().bottom)")
    assert len(bottoms) == 3 + 7
    assert max(bottoms) < 900
    reasons = page.locator(".funnel .reason").all_inner_texts()
    assert any("name leaked" in text for text in reasons)


def test_charts_are_drawn(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    slices = page.locator("#panel-SFT-set .rings .slice")
    assert slices.count() == 4 + 6
    boxes = slices.evaluate_all(
        "all => all.map(e => e.getBBox()).filter(b => b.width > 1 && b.height > 1).length"
    )
    assert boxes == slices.count()
    for chart in (
        "#panel-SFT-set .columns .column.ours",
        "#judge .columns .column.ours",
        ".funnel .part.accepted",
    ):
        heights = page.locator(chart).evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
        assert sum(height > 1 for height in heights) >= 2, chart
    line = page.locator("#calls .line-stroke").first
    assert len(line.get_attribute("points").split()) > 10
    assert page.locator("#iopo .cell").count() == 4


def test_search_finds_words_in_any_text(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    assert _count(page) == "240 of 240 records"
    page.fill("#search", "number harbour 118")
    assert "s00118" in _listed(page)
    assert len(_listed(page)) < 20
    page.fill("#search", "S00042")
    assert _listed(page) == ["s00042"]
    page.fill("#search", "港口")
    assert _count(page) == "34 of 240 records"
    page.fill("#search", "no such words anywhere")
    assert "No record fits" in page.locator("#list").inner_text()
    page.click("#clear")
    assert _count(page) == "240 of 240 records"


def test_filters_narrow_together(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    page.select_option("#filter-stage", "respond")
    page.select_option("#filter-status", "rejected")
    rejected = int(_count(page).split()[0])
    assert 0 < rejected < 60
    page.select_option("#filter-language", "zh")
    assert 0 < int(_count(page).split()[0]) < rejected
    page.select_option("#filter-reason", "name_leaked")
    assert _count(page).startswith("0 of")
    page.click("#clear")
    page.select_option("#filter-dimension", "role_playing")
    assert 0 < int(_count(page).split()[0]) < 240


def test_a_reason_in_the_funnel_leads_to_its_records(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    chip = page.locator(".funnel .reason", has_text="name leaked").first
    number = chip.locator("b").inner_text()
    chip.click()
    assert _count(page) == f"{number} of 240 records"
    assert page.locator("#filter-reason").input_value() == "name_leaked"
    assert page.evaluate("document.querySelector('#records').getBoundingClientRect().top") < 200


def test_a_slice_of_the_ring_leads_to_its_records(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    page.locator('#panel-SFT-set .slice[data-key="role_playing"]').click()
    shown = int(_count(page).split()[0])
    assert 0 < shown < 240
    assert page.locator("#filter-dimension").input_value() == "role_playing"
    assert page.locator("#panel-SFT-set .slice[data-filter]").count() == 6


def test_a_filter_that_no_record_here_fits_says_so(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    page.evaluate("filterBy({ reason: 'same_response' })")
    assert _count(page) == "0 of 240 records"
    assert "No record fits" in page.locator("#list").inner_text()


def test_a_failed_record_says_in_words_why(look: Open, run_page: Path) -> None:
    page = look(run_page, anchor="#record=s00008").page
    assert "no answer in time: why s00008 was lost" in page.locator("#detail").inner_text()


def test_hostile_text_shows_as_text(look: Open, run_page: Path) -> None:
    found = look(run_page)
    page = found.page
    page.fill("#search", "s00000")
    page.locator("#list [role=option]").first.click()
    detail = page.locator("#detail")
    assert "<script>window.pwned = 1</script>" in detail.inner_text()
    for details in detail.locator("details").all():
        details.evaluate("e => { e.open = true; }")
    page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert page.locator("#detail img, #detail script, #list img, #list script").count() == 0
    assert found.complaints == []


def test_prompts_and_raw_answers_on_demand(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    page.fill("#search", "s00001")
    page.locator("#list [role=option]").first.click()
    calls = page.locator("#detail details.calls").first
    assert calls.locator("pre").count() == 0
    calls.locator("summary").first.click()
    assert "raw answer to expand" in calls.inner_text()
    assert "prompt tokens" in calls.inner_text()


def test_differences_are_marked(look: Open, run_page: Path) -> None:
    page = look(run_page, anchor="#record=s00001").page
    pair = page.locator("#detail .side.better")
    assert [text.strip(". ") for text in pair.locator("del").all_inner_texts()] == ["many"]
    assert pair.locator("ins").all_inner_texts()[0].startswith("few")
    page.fill("#search", "s00003")
    page.locator("#list [role=option]").first.click()
    assert "少" in "".join(page.locator("#detail .side.better ins").all_inner_texts())
    revised = page.locator("#detail .pairs")
    assert "Use at least 900 words" in revised.inner_text()


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("a b c", "a b c", [["same", "a b c"]]),
        ("a b c", "a x c", [["same", "a "], ["del", "b"], ["ins", "x"], ["same", " c"]]),
        ("不超过100字", "不超过200字", [["same", "不超过"], ["del", "100"], ["ins", "200"], ["same", "字"]]),
        ("one two", "one two three", [["same", "one two"], ["ins", " three"]]),
    ],
)
def test_the_diff_is_by_words(
    look: Open, run_page: Path, before: str, after: str, pieces: list[list[str]]
) -> None:
    page = look(run_page).page
    assert page.evaluate("([a, b]) => difference(a, b)", [before, after]) == pieces


def test_the_diff_loses_no_text(look: Open, run_page: Path) -> None:
    """Over random texts, kept and gone pieces are the old text, kept and new pieces are the new one."""
    page = look(run_page).page
    wrong = page.evaluate(
        """() => {
          let seed = 5;
          const next = (n) => (seed = (seed * 16807) % 2147483647) % n;
          const words = ["a", "bb", " ", "\\n", "船", ",", "x1"];
          const text = () => Array.from({ length: next(60) }, () => words[next(7)]).join("");
          let bad = 0;
          for (let i = 0; i < 2000; i++) {
            const [a, b] = [text(), text()];
            const kinds = (own) => difference(a, b).filter(([kind]) => kind === "same" || kind === own);
            const side = (own) => kinds(own).map(([, piece]) => piece).join("");
            if (side("del") !== a || side("ins") !== b) bad++;
          }
          return bad;
        }"""
    )
    assert wrong == 0


def test_two_long_texts_are_compared_in_time(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    pieces = page.evaluate(
        """() => {
          const make = (k) => Array.from({ length: 4000 }, (_, i) => `w${(i * k) % 9973}`).join(" ");
          const [a, b] = [make(7), make(11)];
          const found = difference(a, b);
          return found.filter(([k]) => k !== "ins").map(([, t]) => t).join("") === a;
        }"""
    )
    assert pieces


def test_the_keyboard_is_enough(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("s0001")
    page.locator("#list").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    selected = page.locator("#list [aria-selected=true]")
    assert selected.count() == 1
    name = selected.locator(".id span").first.inner_text()
    assert page.locator("#list").get_attribute("aria-activedescendant") == selected.get_attribute("id")
    assert page.url.endswith(f"record={name}")
    assert name in page.locator("#detail .note").first.inner_text()


def test_tabs_show_one_set_at_a_time(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    page.get_by_role("tab", name="DPO set").click()
    assert page.locator("#panel-DPO-set").is_visible()
    assert not page.locator("#panel-SFT-set").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-IOPO-set").is_visible()


_CONTRAST = """(selector) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255)).reduce(
    (sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const found = rgb(getComputedStyle(element).backgroundColor);
      if (found[3] > 250) return found;
    }
  };
  let worst = 21;
  for (const element of document.querySelectorAll(selector)) {
    if (!element.offsetParent) continue;
    const both = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    worst = Math.min(worst, (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05));
  }
  return worst;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(look: Open, run_page: Path, scheme: str) -> None:
    page = look(run_page, scheme=scheme).page
    for selector in ("p", "small", "td", "th", ".reason", ".pill", ".cell small", "summary", "nav a"):
        assert page.evaluate(_CONTRAST, selector) >= 4.5, selector


def test_the_theme_can_be_switched(look: Open, run_page: Path) -> None:
    page = look(run_page, scheme="light").page
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.click("#theme")
    dark = page.evaluate(colour)
    assert light != dark
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert look(run_page, scheme="dark").page.evaluate(colour) == dark


@pytest.mark.parametrize("width", [1360, 820, 390])
def test_nothing_sticks_out_sideways(look: Open, run_page: Path, width: int) -> None:
    page = look(run_page, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_more_records_than_one_screen_are_shown_on_demand(look: Open, run_page: Path) -> None:
    page = look(run_page).page
    assert len(_listed(page)) == 150
    page.locator("#list .more").click()
    assert len(_listed(page)) == 240
    assert page.locator("#list .more").count() == 0


def test_a_link_opens_its_record(look: Open, run_page: Path) -> None:
    page = look(run_page, anchor="#record=s00199").page
    assert "s00199" in page.locator("#detail").inner_text()


def test_on_a_narrow_screen_a_chosen_record_comes_into_view(look: Open, run_page: Path) -> None:
    page = look(run_page, width=390).page
    page.locator("#list [role=option]").nth(1).click()
    top = page.locator("#detail h3").evaluate("e => e.getBoundingClientRect().top")
    assert 0 <= top < 400
