from __future__ import annotations

from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.records import Outcome, Seed, Status
from trace_builder.storage.jsonl import write_jsonl
from trace_builder.storage.outcomes import ACCEPTED, FAILED, PENDING, REJECTED, OutcomeLog
from trace_builder.storage.seeds import SeedIndex

IDS = ("a", 'b"\\', "早")


def seeds_with(folder: Path, **edited: str) -> SeedIndex:
    """An index over three seeds; ``edited`` gives some another instruction."""
    seeds = [Seed(id=name, lang="en", instruction=edited.get(name, f"Do {name}")) for name in IDS]
    write_jsonl(folder / "seeds.jsonl", seeds)
    return SeedIndex(folder / "seeds.jsonl")


@pytest.fixture
def seeds(tmp_path: Path) -> SeedIndex:
    return seeds_with(tmp_path)


def outcome(
    place: int, status: Status, *, id_: str | None = None, round_: int = 0, tries: int = 0, fp: str = "f1"
) -> Outcome:
    return Outcome(
        id=id_ or IDS[place],
        stage="expand",
        status=status,
        reason=None if status == "accepted" else f"why_{status}",
        fingerprint=fp,
        round=round_,
        tries=tries,
        record={"place": place},
    )


def log(folder: Path, seeds: SeedIndex, *, walks: int = 0, fp: str = "f1", **more: OutcomeLog) -> OutcomeLog:
    return OutcomeLog(folder / f"{'structure' if more else 'expand'}.jsonl", seeds, fp, walks, **more)


def write(found: OutcomeLog, *outcomes: Outcome) -> None:
    found.open()
    for made in outcomes:
        found.append(IDS.index(made.id) if made.id in IDS else 0, made)
    found.close()


def test_every_id_is_found_again_and_the_last_line_wins(tmp_path: Path, seeds: SeedIndex) -> None:
    write(log(tmp_path, seeds), outcome(2, "failed"), outcome(1, "rejected"), outcome(2, "accepted"))
    found = log(tmp_path, seeds)
    assert [found.status(place) for place in range(3)] == [PENDING, REJECTED, ACCEPTED]
    assert found.reasons() == {("rejected", "why_rejected"): 1}
    assert found.read(2).record == {"place": 2}


def test_lines_of_another_fingerprint_or_of_an_edited_seed_do_not_count(
    tmp_path: Path, seeds: SeedIndex
) -> None:
    write(log(tmp_path, seeds), outcome(0, "accepted", fp="old"), outcome(1, "accepted"))
    edited = seeds_with(tmp_path, **{IDS[1]: "Do something else"})
    found = log(tmp_path, edited)
    assert found.counts() == {PENDING: 3}
    assert found.stale == 2


def test_an_outcome_rests_on_the_record_that_came_in(tmp_path: Path, seeds: SeedIndex) -> None:
    write(log(tmp_path, seeds), outcome(0, "accepted"), outcome(1, "accepted"))
    write(log(tmp_path, seeds, upstream=log(tmp_path, seeds)), outcome(0, "accepted"), outcome(1, "accepted"))
    write(log(tmp_path, seeds), outcome(0, "accepted").model_copy(update={"record": {"place": "changed"}}))
    write(log(tmp_path, seeds), outcome(1, "rejected"))
    below = log(tmp_path, seeds, upstream=log(tmp_path, seeds))
    assert [below.status(place) for place in range(2)] == [PENDING, PENDING]
    assert below.stale == 2
    write(log(tmp_path, seeds), outcome(0, "accepted"))
    again = log(tmp_path, seeds, upstream=log(tmp_path, seeds))
    assert again.status(0) == ACCEPTED, "what rests on the same record as before counts again"


def test_a_failed_record_is_pending_again_only_after_its_walk_completed(
    tmp_path: Path, seeds: SeedIndex
) -> None:
    write(log(tmp_path, seeds), outcome(0, "failed", tries=2))
    assert log(tmp_path, seeds, walks=0).status(0) == FAILED
    later = log(tmp_path, seeds, walks=1)
    assert later.status(0) == PENDING
    assert later.tries(0) == 2


def test_sorting_keeps_one_line_a_record_and_those_of_unknown_ids(tmp_path: Path, seeds: SeedIndex) -> None:
    gone = outcome(0, "accepted", id_="gone")
    write(log(tmp_path, seeds), gone, outcome(2, "accepted"), outcome(0, "rejected"), outcome(0, "accepted"))
    found = log(tmp_path, seeds)
    found.open()
    found.sort()
    again = [Outcome.model_validate_json(line) for line in (tmp_path / "expand.jsonl").open()]
    assert [o.id for o in again] == ["a", "早", "gone"]
    assert found.read(2).id == "早"
    reopened = log(tmp_path, seeds)
    before = (tmp_path / "expand.jsonl").stat().st_ino
    reopened.sort()
    assert (tmp_path / "expand.jsonl").stat().st_ino == before, "a file in order is left alone"


def test_a_line_that_is_no_outcome_is_named(tmp_path: Path, seeds: SeedIndex) -> None:
    write(log(tmp_path, seeds), outcome(0, "accepted"))
    with (tmp_path / "expand.jsonl").open("a") as file:
        file.write('{"id": 3}\n')
    with pytest.raises(InputError, match=r"expand\.jsonl:2: not an outcome"):
        log(tmp_path, seeds)


def test_a_record_damaged_behind_a_whole_head_is_named(tmp_path: Path, seeds: SeedIndex) -> None:
    write(log(tmp_path, seeds), outcome(0, "accepted"), outcome(1, "accepted"))
    path = tmp_path / "expand.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"place":1}', b'{"plate":1}'))
    with pytest.raises(InputError, match=r"expand\.jsonl:2: the record is not what it was"):
        log(tmp_path, seeds)


def test_a_torn_last_line_leaves_its_record_pending(tmp_path: Path, seeds: SeedIndex) -> None:
    write(log(tmp_path, seeds), outcome(0, "accepted"), outcome(1, "accepted"))
    path = tmp_path / "expand.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    found = log(tmp_path, seeds)
    assert [found.status(0), found.status(1)] == [ACCEPTED, PENDING]
    assert found.torn()
    write(found, outcome(1, "accepted"))
    assert [log(tmp_path, seeds).status(place) for place in range(2)] == [ACCEPTED, ACCEPTED]


def test_a_lone_surrogate_is_written_as_a_question_mark(tmp_path: Path, seeds: SeedIndex) -> None:
    broken = outcome(0, "failed").model_copy(
        update={"detail": "cannot take \ud83d", "record": {"t": ["\ud83d"]}}
    )
    write(log(tmp_path, seeds), broken)
    found = log(tmp_path, seeds).read(0)
    assert (found.detail, found.record) == ("cannot take ?", {"t": ["?"]})
