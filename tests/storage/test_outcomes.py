from __future__ import annotations

from pathlib import Path

import pytest

from trace_builder.errors import InputError
from trace_builder.records import Outcome, Seed, Status
from trace_builder.storage.outcomes import ACCEPTED, FAILED, PENDING, REJECTED, OutcomeLog
from trace_builder.storage.seeds import Source

IDS = ("a", 'b"\\', "早")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "seeds.jsonl"
    seeds = [Seed(id=name, lang="en", instruction=f"Do {name}") for name in IDS]
    path.write_text("".join(seed.model_dump_json() + "\n" for seed in seeds), encoding="utf-8")
    return Source(path)


def outcome(
    source: Source, place: int, status: Status, *, round_: int = 0, tries: int = 0, fp: str = "f1"
) -> Outcome:
    return Outcome(
        id=IDS[place],
        stage="expand",
        status=status,
        reason=None if status == "accepted" else f"why_{status}",
        fingerprint=fp,
        seed=source.digest(place),
        round=round_,
        tries=tries,
        record={"place": place},
    )


def log(tmp_path: Path, source: Source, *, walks: int = 0, fp: str = "f1") -> OutcomeLog:
    return OutcomeLog(tmp_path / "expand.jsonl", source, fp, walks)


def write(tmp_path: Path, source: Source, *outcomes: Outcome) -> None:
    with (tmp_path / "expand.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(o.model_dump_json() + "\n" for o in outcomes)


def test_every_id_is_found_again_and_the_last_line_wins(tmp_path: Path, source: Source) -> None:
    write(
        tmp_path,
        source,
        outcome(source, 2, "failed"),
        outcome(source, 1, "rejected"),
        outcome(source, 2, "accepted"),
    )
    found = log(tmp_path, source)
    assert [found.status(place) for place in range(3)] == [PENDING, REJECTED, ACCEPTED]
    assert found.reasons() == {"why_rejected": 1}
    assert found.read(2).record == {"place": 2}


def test_lines_of_another_fingerprint_or_seed_do_not_count(tmp_path: Path, source: Source) -> None:
    write(
        tmp_path,
        source,
        outcome(source, 0, "accepted", fp="old"),
        outcome(source, 1, "accepted").model_copy(update={"seed": "00000000"}),
    )
    found = log(tmp_path, source)
    assert found.counts() == {PENDING: 3}
    assert found.stale == 2


def test_a_failed_record_is_pending_again_only_after_its_walk_completed(
    tmp_path: Path, source: Source
) -> None:
    write(tmp_path, source, outcome(source, 0, "failed", tries=2))
    assert log(tmp_path, source, walks=0).status(0) == FAILED
    later = log(tmp_path, source, walks=1)
    assert later.status(0) == PENDING
    assert later.tries(0) == 2


def test_settling_sorts_and_keeps_one_line_a_record_and_the_strangers(tmp_path: Path, source: Source) -> None:
    stranger = outcome(source, 0, "accepted").model_copy(update={"id": "gone"})
    write(tmp_path, source, stranger, outcome(source, 2, "accepted"), outcome(source, 0, "rejected"))
    write(tmp_path, source, outcome(source, 0, "accepted"))
    found = log(tmp_path, source)
    found.open()
    found.settle()
    again = [Outcome.model_validate_json(line) for line in (tmp_path / "expand.jsonl").open()]
    assert [o.id for o in again] == ["a", "早", "gone"]
    assert found.read(2).id == "早"
    reopened = log(tmp_path, source)
    before = (tmp_path / "expand.jsonl").stat().st_ino
    reopened.settle()
    assert (tmp_path / "expand.jsonl").stat().st_ino == before, "a file in order is left alone"


def test_a_line_that_is_no_outcome_is_named(tmp_path: Path, source: Source) -> None:
    write(tmp_path, source, outcome(source, 0, "accepted"))
    with (tmp_path / "expand.jsonl").open("a") as file:
        file.write('{"id": 3}\n')
    with pytest.raises(InputError, match=r"expand\.jsonl:2: "):
        log(tmp_path, source)


def test_a_torn_last_line_leaves_its_record_pending(tmp_path: Path, source: Source) -> None:
    write(tmp_path, source, outcome(source, 0, "accepted"))
    whole = outcome(source, 1, "accepted").model_dump_json()
    with (tmp_path / "expand.jsonl").open("a") as file:
        file.write(whole[:-20])
    found = log(tmp_path, source)
    assert [found.status(0), found.status(1)] == [ACCEPTED, PENDING]
    found.open()
    found.append(1, outcome(source, 1, "accepted"))
    found.close()
    assert [log(tmp_path, source).status(place) for place in range(2)] == [ACCEPTED, ACCEPTED]
