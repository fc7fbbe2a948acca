"""A stage of an installed package shows in status, stats and the page like those that are built in."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest
from harbour_run import harbour_run
from test_report_page import payload

from trace_builder.records import Answered, Instruction, Item, Judgement, Rejection
from trace_builder.report.build import build_report
from trace_builder.report.stats.run_stats import RunStats
from trace_builder.report.stats.run_status import read_status
from trace_builder.report.stats.statistics import statistics
from trace_builder.stages.base import Product, Stage
from trace_builder.stages.reasons import labels
from trace_builder.stages.stage_registry import GROUP, config_model, stage_classes
from trace_builder.support import plugins
from trace_builder.support.bilingual import Text


class Shortened(Item):
    instruction: Instruction
    summary: str
    judgement: Judgement
    words: int


class Shorten(Stage[Answered, Shortened]):
    name = "shorten"
    label = Text("made short", "缩短")
    follows = "respond"
    reads = Answered
    makes = Shortened
    reasons: ClassVar[dict[str, Text]] = {"too_long": Text("nothing could be left out", "无法缩短")}
    product = Product("short", "Short", Text("summaries of responses", "回答的摘要"), lambda r: {"id": r.id})

    async def process(self, record: Answered, ask: Any) -> Shortened | Rejection:
        raise NotImplementedError


def _shorten(record: Answered) -> Shortened | Rejection:
    if int(record.id[1:]) % 4 == 0:
        return Rejection(reason="too_long", detail="every word counts")
    who = record.model_dump(include={"id", "lang", "source"})
    return Shortened(
        **who,
        instruction=record.instruction,
        summary=record.response[:11],
        judgement=record.judgement,
        words=2,
    )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    point = EntryPoint(name="shorten", value=f"{__name__}:Shorten", group=GROUP)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group == GROUP else [])
    caches = (stage_classes, config_model, labels)
    for cached in caches:
        cached.cache_clear()
    yield harbour_run(tmp_path / "run", 24, also={"shorten": _shorten})
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_its_counts_and_its_set(run: Path) -> None:
    found = statistics(run)
    assert isinstance(found, RunStats)
    row = next(row for row in found.funnel if row.stage == "shorten")
    assert (row.entered, row.pending, row.follows) == (found.products["sft"], 0, "respond")
    assert found.products["short"] == row.accepted == found.sets["short"].records > 0
    assert [(entry.reason, entry.count) for entry in row.reasons] == [("too_long", row.rejected)]
    names = [status.name for status in read_status(run).funnel]
    assert names[-3:] == ["iopo", "shorten", "harvest"]


def test_its_labels_and_its_fields_are_on_the_page(run: Path) -> None:
    page = build_report(run)
    for text in ("made short", "→ Short", "summaries of responses", "Short set", "nothing could be left out"):
        assert text in page
    packed = payload(page)
    assert packed["products"]["shorten"] == "Short"
    assert packed["reasons"]["too_long"] == "nothing could be left out"
    steps = [step for record in packed["records"] for step in record["steps"] if step["stage"] == "shorten"]
    made = [step["data"] for step in steps if step["status"] == "accepted"]
    assert {tuple(data) for data in made} == {("instruction", "summary", "judgement", "words")}
    assert {step["detail"] for step in steps if step["status"] == "rejected"} == {"every word counts"}
