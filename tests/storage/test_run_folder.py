"""What a user's script may count on when it opens a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_folders import small_run

from trace_builder.errors import InputError
from trace_builder.records import Answered, IopoGroup, Outcome, Preference, Seed
from trace_builder.storage.run_folder import RunFolder, open_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_run(tmp_path_factory.mktemp("opened") / "run", PRICES)


PRICES = "models.default.prices={prompt: 1.0, cached: 0.1, completion: 2.0, gpus: 8}"


def test_in_every_stage_what_went_in_came_out(folder: Path) -> None:
    with RunFolder.open(folder, strict=True) as run:
        rows = {row.name: row for row in run.funnel()}
    assert tuple(rows) == ("expand", "structure", "quality", "bind", "respond", "dpo", "iopo", "harvest")
    assert rows["expand"].entered == 12
    for row in rows.values():
        assert row.pending == 0
        assert sum(row.reasons.values()) == row.rejected + row.failed
    assert rows["dpo"].entered == rows["iopo"].entered == rows["respond"].accepted


def test_records_come_typed_and_in_the_seeds_order(folder: Path) -> None:
    run = open_run(folder)
    order = list(run.ids)
    assert [seed.id for seed in run.seeds()] == order
    for stage, kind in (("respond", Answered), ("dpo", Preference), ("iopo", IopoGroup)):
        records = list(run.records(stage, kind))
        assert all(type(record) is kind for record in records)
        assert [run.position(record.id) for record in records] == sorted(order.index(r.id) for r in records)
    some = {order[3], order[1]}
    assert [outcome.id for outcome in run.outcomes("expand", some)] == [order[1], order[3]]
    assert [seed.id for seed in run.seeds(some)] == [order[1], order[3]]


def test_one_record_is_read_by_its_id(folder: Path) -> None:
    run = open_run(folder)
    group = next(run.records("iopo", IopoGroup))
    assert run.record("iopo", group.id, IopoGroup) == group
    assert run.status("iopo", group.id) == "accepted"
    outcome = run.outcome("iopo", group.id)
    assert outcome is not None
    assert set(outcome.calls) <= set(run.calls_of("iopo", group.id))
    path, _, line = run.where("iopo", group.id).rpartition(":")
    assert Outcome.model_validate_json(Path(path).read_text().splitlines()[int(line) - 1]).id == group.id
    assert group.id in run
    assert "nobody" not in run
    for ask in (run.seed, run.position, lambda name: run.record("iopo", name, IopoGroup)):
        with pytest.raises(KeyError):
            ask("nobody")


def test_usage_and_cost_are_those_of_the_calls_on_disk(folder: Path) -> None:
    run = open_run(folder)
    calls = [call for stage in run.stages for call in run.calls(stage)]
    totals = [part for by_model in run.usage().values() for part in by_model.values()]
    assert sum(total.calls for total in totals) == len(calls)
    fresh = sum(call.usage.prompt - call.usage.cached for call in calls)
    cached, made = (sum(getattr(call.usage, name) for call in calls) for name in ("cached", "completion"))
    cost = run.cost()
    assert cost.money == pytest.approx((fresh + 0.1 * cached + 2.0 * made) / 1e6, abs=1e-4)
    assert cost.gpu_hours == pytest.approx(run.manifest.seconds * 8 / 3600, abs=1e-4)
    assert len(cost.lines()) == 2
    recorded = {stage: row["calls"] for stage, row in run.manifest.usage.items()}
    assert recorded == {stage: sum(t.calls for t in run.usage()[stage].values()) for stage in run.stages}


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no run here"):
        open_run(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", r"run\.json:1: not JSON"),
        ("[]", r"run\.json:1: a JSON object"),
        ('{"version": 1}', r"made by another version of this program \(layout 1, this one has 2\)"),
        ('{"version": 2, "stages": 3}', r"run\.json: stages"),
        ('{"version": 2, "config": {"models": {"a": 3}}}', r"config\.models"),
    ],
)
def test_a_manifest_that_is_not_ours_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=says):
        open_run(tmp_path)


def test_a_run_that_is_not_finished_says_why_and_strict_refuses_it(folder: Path, tmp_path: Path) -> None:
    copy = small_run(tmp_path / "run", PRICES)
    path = copy / "stages" / "iopo.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    run = open_run(copy)
    assert any("cut off" in why for why in run.unfinished)
    assert any("have no outcome" in why for why in run.unfinished)
    with pytest.raises(InputError, match="again to finish it"):
        open_run(copy, strict=True)


def test_ids_with_any_characters_are_found(tmp_path: Path) -> None:
    copy = small_run(tmp_path / "run")
    seeds = [Seed(id=name, lang="en", instruction="x") for name in ('q"', "back\\", "a\u2028b", "早", "\x7f")]
    (copy / "seeds.jsonl").write_text("".join(seed.model_dump_json() + "\n" for seed in seeds), "utf-8")
    run = open_run(copy)
    assert [run.seed(seed.id) for seed in seeds] == seeds
    assert json.loads((copy / "run.json").read_text())["version"] == 2
