"""A run with installed stages: one that reads the seeds, and one that makes a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from trace_builder.records import Item, Rejection, Seed
from trace_builder.run.config_file import load_config
from trace_builder.run.pipeline import run_pipeline
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.stage_registry import GROUP, config_model, stage_classes
from trace_builder.storage.run_folder import open_run
from trace_builder.support import plugins
from trace_builder.support.bilingual import Text


class Counted(Item):
    """A seed by its length."""

    length: int


class Count(Stage[Seed, Counted]):
    """Asks nobody. Rejects every third seed for what it declares, and every fifth for what it does not."""

    name = "count"
    label = Text("counted", "计数")
    reads = Seed
    makes = Counted
    reasons = {"third": Text("every third", "每第三条")}  # noqa: RUF012

    async def process(self, record: Seed, ask: Ask) -> Counted | Rejection:
        number = int(record.id.rpartition("-")[2])
        if number % 5 == 0:
            return Rejection(reason="fifth")
        if number % 3 == 0:
            return Rejection(reason="third")
        return Counted(id=record.id, lang=record.lang, source=record.source, length=len(record.instruction))


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    point = EntryPoint(name="count", value=f"{__name__}:Count", group=GROUP)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group == GROUP else [])
    stage_classes.cache_clear()
    config_model.cache_clear()
    yield
    monkeypatch.undo()
    stage_classes.cache_clear()
    config_model.cache_clear()


@pytest.mark.usefixtures("_installed")
def test_two_stages_read_the_seeds_side_by_side(tmp_path: Path) -> None:
    config = load_config(values={"output": str(tmp_path / "run"), "limit": 6})
    stages = {stage.name: stage for stage in run_pipeline(config).summary.stages}
    ours = ["expand", "structure", "quality", "bind", "respond", "dpo", "iopo", "harvest"]
    assert list(stages) == ["count", *ours]
    assert stages["count"].entered == stages["expand"].entered == 6
    assert stages["count"].reasons == {("rejected", "third"): 2, ("failed", "internal_error"): 1}
    assert stages["expand"].accepted
    with open_run(tmp_path / "run") as run:
        assert [record.id for record in run.records("count", Counted)] == ["en-001", "en-002", "en-004"]
        (failed,) = run.outcomes("count", status="failed")
        assert "count rejects for 'fifth', which it does not declare" in failed.detail
        assert run.follows("count") is None
