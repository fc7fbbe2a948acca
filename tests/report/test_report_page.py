from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from harbour_run import HOSTILE, harbour_run

from trace_builder.errors import InputError
from trace_builder.report.build import build_report


def payload(page: str) -> dict[str, Any]:
    """What the page's browser of records unpacks."""
    match = re.search(r'<script type="text/plain" id="payload">([^<]*)</script>', page)
    assert match
    found: dict[str, Any] = json.loads(gzip.decompress(b64decode(match[1])))
    return found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]


def test_the_page_asks_for_nothing(harbour: Path) -> None:
    page = build_report(harbour)
    reader = _Links()
    reader.feed(page)
    assert reader.scripts == 2
    assert all(link.startswith("#") or link == "data:," for link in reader.links)
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|importScripts", page)


def test_the_same_folder_gives_the_same_page(harbour: Path) -> None:
    assert build_report(harbour) == build_report(harbour)


def test_no_text_of_a_record_becomes_markup(harbour: Path) -> None:
    page = build_report(harbour)
    assert HOSTILE[:20] not in page
    assert "onerror" not in page
    texts = json.dumps(payload(page), ensure_ascii=False)
    assert "window.pwned" in texts


def test_hostile_ids_labels_and_models_are_escaped(tmp_path: Path) -> None:
    hostile = "<script>window.pwned=3</script>"
    row = {
        "id": hostile,
        "messages": [{"role": "user", "content": "d\na\n"}],
        "description": "d",
        "constraints": "a\nb",
        "input": "NULL",
        "constraints_splits": ["a\nb"],
        "levels2": [hostile],
    }
    path = tmp_path / "<script>.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    page = build_report(path)
    assert "<script>window" not in page
    assert "&lt;script&gt;window.pwned=3&lt;/script&gt;" in page
    assert "<title>&lt;script&gt;.jsonl</title>" in page


def test_a_record_carries_its_whole_way(harbour: Path) -> None:
    records = {record["id"]: record for record in payload(build_report(harbour))["records"]}
    assert len(records) == 60
    lost = records["s00004"]
    assert [step["stage"] for step in lost["steps"]] == ["expand", "structure", "quality", "respond"]
    last = lost["steps"][-1]
    assert (last["status"], last["reason"]) == ("rejected", "imperfect_response")
    assert last["data"]["imperfect"][0]["judgement"]["scores"][0]["score"] == 6
    assert [call["prompt"] for call in last["calls"]] == ["respond", "judge"]
    made = {step["stage"]: step["data"] for step in records["s00000"]["steps"]}
    assert made["iopo"]["cells"].keys() == {"x1y1", "x1y2", "x2y1", "x2y2"}
    assert made["dpo"]["chosen"] != made["dpo"]["rejected"]


def test_long_texts_are_cut_and_say_so(tmp_path: Path) -> None:
    page = build_report(harbour_run(tmp_path / "run", 3, padding=15_000))
    record = next(r for r in payload(page)["records"] if r["id"] == "s00001")
    response = next(step for step in record["steps"] if step["stage"] == "respond")["data"]["response"]
    assert re.search(r"… \([\d,]+ more characters\)$", response)
    assert len(response) < 20_100


@pytest.mark.slow
def test_a_large_run_stays_under_five_megabytes(tmp_path: Path) -> None:
    page = build_report(harbour_run(tmp_path / "run", 4_000, padding=300))
    assert len(page.encode()) < 5_000_000
    records = payload(page)["records"]
    assert 500 < len(records) < 4_000
    steps = [step for record in records for step in record["steps"]]
    ends = {(step["stage"], step["reason"]) for step in steps if "reason" in step}
    assert len(ends) == 6
    assert "A sample of" in page


def test_an_unfinished_and_an_empty_run_have_a_page(tmp_path: Path) -> None:
    folder = harbour_run(tmp_path / "run", 12, stages=3, finish=False)
    for name in ("respond", "dpo"):
        (folder / "calls" / f"{name}.jsonl").write_text('{"id":"s00001","key', encoding="utf-8")
    assert "The run is not finished" in build_report(folder)
    for name in ("expand", "structure", "quality"):
        (folder / "stages" / f"{name}.jsonl").unlink()
    assert "12 records wait" in build_report(folder)
    (folder / "seeds.jsonl").write_text("", encoding="utf-8")
    assert payload(build_report(folder))["records"] == []


def test_several_paths_are_for_evaluations_only(harbour: Path) -> None:
    with pytest.raises(InputError, match="only evaluations can be shown side by side"):
        build_report(harbour, harbour)
