"""The annotators' sheet in a real browser: keyboard, saving, loading, and nothing from a network."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sheet_browser import CHROMIUM, Page, chromium_page

from trace_builder.evalset.adjudicate import disagreements
from trace_builder.evalset.annotation_files import read_annotators
from trace_builder.evalset.annotations import Annotator, Answer, set_digest
from trace_builder.evalset.export import sheet
from trace_builder.evalset.second_check import Finding
from trace_builder.records import Constraint, Instruction
from trace_builder.released_rows import EvalItem

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


def item(number: int, lang: Any = "en", description: str = "Describe the harbour.") -> EvalItem:
    constraints = (
        Constraint(id="c1", text=f"At most {50 + number} words.", dimension="numerical"),
        Constraint(id="c2", text="Write in a calm tone.", dimension="tone_and_style"),
    )
    instruction = Instruction(description=description, constraints=constraints)
    return EvalItem(id=f"i{number}", lang=lang, instruction=instruction, prompt=instruction.render())


ITEMS = [item(0), item(1, description=HOSTILE), item(2, "zh", "介绍一次登山。"), item(3)]
FINDING = Finding(
    id="i0",
    lang="en",
    faults=("redundancy",),
    reasoning="c2 repeats the task.",
    proposal=Instruction(description="Describe the harbour.", constraints=ITEMS[0].constraints[:1]),
)


def visit(tmp_path: Path, page_text: str, steps: Any) -> Page:
    path = tmp_path / "sheet.html"
    path.write_text(page_text, encoding="utf-8")
    saved = tmp_path / "saved"
    saved.mkdir()

    async def go() -> Page:
        async with chromium_page(saved) as page:
            await page.open(path)
            await steps(page)
            assert page.requests == [path.as_uri()]
            assert page.trouble == []
            return page

    return asyncio.run(go())


async def saved_file(folder: Path) -> None:
    for _ in range(200):
        if any(text.endswith("}\n") for text in texts_in(folder)):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was saved")


def texts_in(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix == ".json"]


def test_annotating_by_keyboard_alone_gives_a_file_that_imports(tmp_path: Path) -> None:
    async def steps(page: Page) -> None:
        assert await page.run("document.querySelectorAll('#pile button').length") == 4
        await page.press("a")  # the proposal: redundancy, correct
        assert await page.run("document.querySelectorAll('#editor textarea').length") == 3
        await page.press("n")
        assert HOSTILE in await page.run("document.getElementById('item').textContent")
        for key in ("1", "3", "3", "d"):
            await page.press(key)
        await page.press("e")
        await page.write("kd1 is text here")
        await page.press("Escape")
        await page.press("u")
        await page.press("k")
        await page.press("s")  # no name yet
        assert await page.run("document.activeElement.id") == "name"
        await page.write("Ada")
        await page.press("Escape")
        await page.press("s")
        await saved_file(tmp_path / "saved")
        assert await page.run("document.title") == "Annotation sheet"

    visit(tmp_path, sheet(ITEMS, set_digest(ITEMS), {"i0": FINDING}), steps)
    path = next((tmp_path / "saved").iterdir())
    found = read_annotators([path], ITEMS)[0]
    assert found.name == "Ada"
    assert {i: a.decision for i, a in found.answers.items()} == {"i0": "correct", "i1": "drop", "i2": "keep"}
    assert found.answers["i0"].redundancy is True
    assert found.answers["i1"].empty_description is True
    assert found.answers["i1"].input_mismatch is False
    assert found.answers["i1"].note == "kd1 is text here"
    correction = found.answers["i0"].correction
    assert correction is not None
    assert [c.id for c in correction.constraints] == ["c1"]


def test_a_reload_goes_on_and_a_saved_file_loads(tmp_path: Path) -> None:
    async def steps(page: Page) -> None:
        await page.press("k")
        await page.run("window.left = true; dirty = false")  # else the browser asks whether to leave
        await page.call("Page.reload")
        await page.until(
            "!window.left && document.readyState === 'complete' && !!document.querySelector('#pile .keep')"
        )
        page.requests.clear()
        page.requests.append((tmp_path / "sheet.html").as_uri())
        other = {"kind": "trace_builder.annotations", "set": "0", "annotator": "x", "answers": {}}
        load = "const d = new DataTransfer(); d.items.add(new File([%s], 'a.json')); const f = "
        load += "document.getElementById('file'); f.files = d.files; f.dispatchEvent(new Event('change'));"
        await page.run("{" + load % json.dumps(json.dumps(other)) + "}")
        await page.until("document.getElementById('say').classList.contains('bad')")
        answer = {
            "empty_description": False,
            "redundancy": False,
            "input_mismatch": False,
            "decision": "drop",
        }
        mine = {**other, "set": set_digest(ITEMS), "answers": {"i3": answer}}
        await page.run("{" + load % json.dumps(json.dumps(mine)) + "}")
        await page.until("document.querySelector('#pile .drop') !== null")
        assert await page.run("document.querySelectorAll('#pile .keep').length") == 0

    visit(tmp_path, sheet(ITEMS, set_digest(ITEMS), {}), steps)


def test_the_adjudicator_sees_the_answers_and_takes_one(tmp_path: Path) -> None:
    plain = {"empty_description": False, "redundancy": False, "input_mismatch": False}
    keep, drop = (Answer(**plain, decision=d, note=HOSTILE) for d in ("keep", "drop"))
    people = [Annotator("Ada", Path("a"), {"i1": keep}), Annotator("Bo", Path("b"), {"i1": drop})]
    disputes = {d.item.id: d for d in disagreements(people, ITEMS)}

    async def steps(page: Page) -> None:
        text = await page.run("document.getElementById('others').textContent")
        assert "Ada" in text
        assert "Bo" in text
        assert HOSTILE in text
        await page.run("document.querySelectorAll('#others button')[1].click()")
        assert await page.run("document.querySelectorAll('#pile .drop').length") == 1
        assert await page.run("document.title") == "Annotation sheet"
        await page.run("document.getElementById('name').value = 'Cy'")
        await page.press("s")
        await saved_file(tmp_path / "saved")

    visit(tmp_path, sheet([ITEMS[1]], set_digest(ITEMS), {}, disputes), steps)
    path = next((tmp_path / "saved").iterdir())
    (cy,) = read_annotators([path], ITEMS)
    assert (cy.name, cy.role) == ("Cy", "adjudicator")
