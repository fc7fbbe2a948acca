from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from report_run_folder import Maker

from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.report.runs import RunFolder
from trace_builder.report.stats.run_stats import run_statistics
from trace_builder.stages.order import AFTER
from trace_builder.stages.registry import build_stages
from trace_builder.taxonomy import load_taxonomy


def _outcome(name: str, status: str, *, fingerprint: str, reason: str | None = None) -> str:
    row: dict[str, Any] = {"id": name, "stage": "expand", "status": status, "reason": reason}
    return json.dumps({**row, "fingerprint": fingerprint, "seed": "0", "record": None}) + "\n"


def _fingerprint(folder: Path) -> str:
    text = (folder / "run.json").read_text(encoding="utf-8")
    return str(json.loads(text)["stages"]["expand"]["fingerprint"])


def _lines(path: Path) -> list[str]:
    """Lines as JSON Lines has them: a text may hold other line separators."""
    return [f"{line}\n" for line in path.read_text(encoding="utf-8").split("\n") if line]


def test_the_order_of_stages_is_the_registry_s() -> None:
    stages = build_stages(RunConfig(), load_taxonomy())
    assert {stage.name: stage.follows for stage in stages} == AFTER
    assert [stage.name for stage in stages] == list(AFTER)


def test_every_record_is_accounted_for(run_folder: Path) -> None:
    funnel = run_statistics(RunFolder(run_folder), load_taxonomy())["funnel"]
    kept = {row["stage"]: row["accepted"] for row in funnel}
    assert funnel[0]["in"] == 60
    for row in funnel:
        assert row["in"] == row["accepted"] + row["rejected"] + row["failed"] + row["pending"]
        assert row["in"] == (kept[row["after"]] if row["after"] else 60)
        assert sum(entry["count"] for entry in row["reasons"]) == row["rejected"] + row["failed"]


def test_the_last_line_of_a_record_wins(run_folder: Path) -> None:
    before = RunFolder(run_folder).tally("expand")
    with (run_folder / "stages" / "expand.jsonl").open("a", encoding="utf-8") as file:
        file.write(_outcome("s00001", "rejected", fingerprint=_fingerprint(run_folder), reason="unchanged"))
    after = RunFolder(run_folder).tally("expand")
    assert (after.accepted, after.rejected) == (before.accepted - 1, before.rejected + 1)
    assert after.reasons["rejected", "unchanged"] == 1


def test_stale_and_strange_lines_do_not_count(run_folder: Path) -> None:
    before = RunFolder(run_folder).tally("expand")
    with (run_folder / "stages" / "expand.jsonl").open("a", encoding="utf-8") as file:
        file.write(_outcome("s00001", "failed", fingerprint="an older one", reason="timeout"))
        file.write(_outcome("not a seed", "accepted", fingerprint=_fingerprint(run_folder)))
        file.write('{"id": "s00001", "sta')  # torn by a kill
    assert RunFolder(run_folder).tally("expand") == before


def test_a_line_whose_fields_stand_in_another_order_is_read(run_folder: Path) -> None:
    row = json.loads(_outcome("s00001", "failed", fingerprint=_fingerprint(run_folder), reason="timeout"))
    with (run_folder / "stages" / "expand.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(dict(reversed(row.items()))) + "\n")
    assert RunFolder(run_folder).heads("expand")["s00001"].reason == "timeout"


def test_what_has_not_been_walked_is_pending(tmp_path: Path) -> None:
    folder = Maker(tmp_path / "run", size=20, finished=False).write()
    path = folder / "stages" / "structure.jsonl"
    lines = _lines(path)
    path.write_text("".join(lines[:5]), encoding="utf-8")
    tally = RunFolder(folder).tally("structure")
    assert tally.pending == RunFolder(folder).tally("expand").accepted - 5 > 0


def test_a_broken_line_is_named(run_folder: Path) -> None:
    path = run_folder / "stages" / "quality.jsonl"
    lines = _lines(path)
    path.write_text("".join([*lines[:3], '{"id": 7}\n', *lines[3:]]), encoding="utf-8")
    with pytest.raises(InputError, match=r"quality.jsonl:4: not an outcome of a stage"):
        RunFolder(run_folder).tally("quality")


def test_operations_are_counted_also_where_a_group_was_turned_down(run_folder: Path) -> None:
    found = run_statistics(RunFolder(run_folder), load_taxonomy())
    operations = found["iopo"]["operations"]
    assert [row["operation"] for row in operations] == ["add", "delete", "revise"]
    iopo = found["funnel"][-1]
    assert sum(row["tried"] for row in operations) == iopo["in"]
    assert sum(sum(row["lost"].values()) for row in operations) == iopo["rejected"]
    assert all(row["full"] == 0 for row in operations if row["operation"] != "revise")
    assert found["iopo"]["cells"]["x1y1"] == {"full_marks": iopo["accepted"]}


def test_scores_and_sets_come_from_the_records(run_folder: Path) -> None:
    run = RunFolder(run_folder)
    found = run_statistics(run, load_taxonomy())
    answered = list(run.product("respond"))
    judge = found["judge"]["response"]
    assert found["sets"]["sft"]["records"] == len(answered) == judge["perfect"]
    assert found["sets"]["iopo"]["records"] == 2 * found["products"]["iopo"]
    assert judge["scores"]["6"] == judge["responses"] - judge["perfect"] > 0
    assert found["pairs"]["origins"].keys() == {"prompted", "sampled"}


def test_calls_add_up(run_folder: Path) -> None:
    found = run_statistics(RunFolder(run_folder), load_taxonomy())["calls"]
    lines = sum(len(_lines(path)) for path in (run_folder / "calls").iterdir())
    assert found["total"]["calls"] == sum(s["calls"] for s in found["stages"].values()) == lines
    assert found["total"]["cached_tokens"] == 600 * lines
    assert found["total"]["latency_ms"]["n"] == lines
