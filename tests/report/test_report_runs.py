from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from harbour_run import harbour_run

from trace_builder.errors import InputError
from trace_builder.records import Answered, IopoGroup
from trace_builder.report.stats.run_stats import RunStats
from trace_builder.report.stats.run_status import read_status
from trace_builder.report.stats.statistics import statistics
from trace_builder.storage.run_folder import RunFolder


def _stats(folder: Path) -> RunStats:
    found = statistics(folder)
    assert isinstance(found, RunStats)
    return found


def test_every_record_is_accounted_for(harbour: Path) -> None:
    funnel = _stats(harbour).funnel
    rows = {row.stage: row for row in funnel}
    assert funnel[0].entered == 60
    for row in funnel:
        assert row.entered == row.accepted + row.rejected + row.failed + row.pending
        before = rows[row.follows] if row.follows else None
        given = before.accepted if before else 60
        if row.stage == "harvest":
            assert before is not None
            assert given < row.entered <= given + before.rejected
        else:
            assert row.entered == given
        assert sum(entry.count for entry in row.reasons) == row.rejected + row.failed


def test_status_and_stats_say_what_the_folder_s_funnel_says(run_folder: Path) -> None:
    lines = (run_folder / "seeds.jsonl").read_text(encoding="utf-8").split("\n")
    lines[1] = lines[1].replace("Describe harbour", "Describe the harbour")
    (run_folder / "seeds.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with RunFolder.open(run_folder) as run:
        theirs = [
            (row.name, row.entered, row.accepted, row.rejected, row.failed, row.pending, row.stale)
            for row in run.funnel()
        ]
    ours = [
        (row.stage, row.entered, row.accepted, row.rejected, row.failed, row.pending, row.stale)
        for row in _stats(run_folder).funnel
    ]
    status = [
        tuple(row[key] for key in ("stage", "in", "accepted", "rejected", "failed", "pending", "stale"))
        for row in read_status(run_folder).as_dict()["stages"]
    ]
    assert ours == theirs == status
    assert ours[0][5:] == (1, 1)


def test_calls_add_up_to_what_the_status_says(harbour: Path) -> None:
    found, status = _stats(harbour).calls, read_status(harbour)
    lines = sum(path.read_bytes().count(b"\n") for path in (harbour / "calls").iterdir())
    assert found.total.calls == sum(s.calls for s in found.stages.values()) == status.total.calls == lines
    assert found.total.cached == 600 * lines
    assert found.total.latency_ms.n == lines
    assert found.models["rehearsal"] == status.total
    assert found.cost == status.cost


def test_what_has_not_been_walked_is_pending(tmp_path: Path) -> None:
    found = _stats(harbour_run(tmp_path / "run", 20, stages=1, finish=False))
    expand, structure = found.funnel[:2]
    assert structure.pending == structure.entered == expand.accepted > 0
    assert not found.run.finished


def test_a_broken_line_is_named(run_folder: Path) -> None:
    path = run_folder / "stages" / "quality.jsonl"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:3], b'{"id": 7}', *lines[3:]]))
    for read in (statistics, read_status):
        with pytest.raises(InputError, match=r"quality.jsonl:4: not an outcome of this stage"):
            read(run_folder)


def test_operations_are_counted_also_where_a_group_was_turned_down(harbour: Path) -> None:
    found = _stats(harbour)
    operations = found.iopo.operations
    assert [row.operation for row in operations] == ["add", "delete", "revise"]
    iopo = next(row for row in found.funnel if row.stage == "iopo")
    assert sum(row.tried for row in operations) == iopo.entered
    assert sum(sum(row.lost.values()) for row in operations) == iopo.rejected
    assert all(row.full == 0 for row in operations if row.operation != "revise")
    with RunFolder.open(harbour) as run:
        groups = list(run.records("iopo", IopoGroup))
    assert found.iopo.cells["x1y1"] == {"full_marks": len(groups)}
    assert found.iopo.cells["x1y2"]["full_marks"] == sum(group.operation == "add" for group in groups)
    assert found.iopo.terms["x1_over_x2_for_y1"] == sum(group.terms.x1_over_x2_for_y1 for group in groups)
    certificates = Counter(group.certificate for group in groups)
    assert sum(row.full for row in operations) == certificates["full"]


def test_scores_and_sets_come_from_the_records(harbour: Path) -> None:
    found = _stats(harbour)
    with RunFolder.open(harbour) as run:
        answered = list(run.records("respond", Answered))
        missed = sum(len(outcome.imperfect) for outcome in run.outcomes("respond"))
    judged = found.judge.response
    assert found.sets["sft"].records == len(answered) == judged.perfect
    assert found.sets["iopo"].records == 2 * found.products["iopo"]
    assert judged.scores["6"] == judged.responses - judged.perfect == missed > 0
    assert found.pairs.origins.keys() == {"prompted", "sampled"}
    assert found.pairs.pairs == found.products["dpo"]


def test_a_stage_that_is_not_installed_here_has_its_funnel_and_calls(run_folder: Path) -> None:
    path = run_folder / "run.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    entry = manifest["stages"].pop("dpo")
    manifest["stages"]["polish"] = {**entry, "fingerprint": entry["fingerprint"]}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    for kind in ("stages", "calls"):
        file = run_folder / kind / "dpo.jsonl"
        lines = file.read_text(encoding="utf-8").replace('"stage":"dpo"', '"stage":"polish"')
        (run_folder / kind / "polish.jsonl").write_text(lines, encoding="utf-8")
    found = _stats(run_folder)
    polish = next(row for row in found.funnel if row.stage == "polish")
    assert polish.accepted > 0
    assert found.calls.stages["polish"].calls > 0
    assert set(found.products) == {"sft", "iopo"}
