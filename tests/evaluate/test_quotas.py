from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from evaluation_set import evaluation_file
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.evaluate.quotas import parse_quotas, pick, read_run, scaled
from trace_builder.evaluate.reading import read_evalset
from trace_builder.paper import EVAL_COUNTS
from trace_builder.records import Checked
from trace_builder.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()


def test_quotas_of_the_command_line() -> None:
    assert parse_quotas(["3=10", "1=0"]) == {3: 10, 1: 0}
    assert tuple(parse_quotas([]).values()) == EVAL_COUNTS
    assert sum(parse_quotas([]).values()) == 1042


@pytest.mark.parametrize("value", ["3", "=3", "3=", "a=1", "0=5", "-1=5", "3=1.5", "３=1"])
def test_bad_quotas(value: str) -> None:
    with pytest.raises(InputError, match=r"COUNT=NUMBER was expected"):
        parse_quotas([value])
    with pytest.raises(InputError, match="already"):
        parse_quotas(["3=1", "3=2"])


@given(st.dictionaries(st.integers(1, 15), st.integers(0, 300), min_size=1), st.integers(0, 2000))
def test_scaling_keeps_the_total_and_the_shape(quotas: dict[int, int], total: int) -> None:
    found = scaled(quotas, total)
    whole = sum(quotas.values())
    if not whole:
        assert found == quotas
        return
    assert sum(found.values()) == total
    assert all(abs(found[n] - quotas[n] * total / whole) < 1 for n in quotas)


def test_picking_fills_quotas_and_says_what_is_missing(tmp_path: Path) -> None:
    items = read_evalset(evaluation_file(tmp_path, 24), TAXONOMY).items
    found = pick(items, {1: 2, 3: 9})
    assert Counter(len(item.constraints) for item in found.items) == {1: 2, 3: 6}
    assert found.short == {3: 3}
    assert [i.id for i in found.items] == sorted((i.id for i in found.items), key=int)


def test_a_larger_quota_keeps_what_a_smaller_took(tmp_path: Path) -> None:
    items = read_evalset(evaluation_file(tmp_path, 24), TAXONOMY).items
    small = {item.id for item in pick(items, {1: 2, 2: 2}).items}
    large = {item.id for item in pick(tuple(reversed(items)), {1: 4, 2: 3}).items}
    assert small < large
    assert {item.id for item in pick(items, {1: 2, 2: 2}, seed=1).items} != small


def test_a_runs_instructions(tmp_path: Path) -> None:
    items = read_evalset(evaluation_file(tmp_path, 3), TAXONOMY).items
    (tmp_path / "stages").mkdir()
    with (tmp_path / "stages" / "quality.jsonl").open("w", encoding="utf-8") as file:
        for number, item in enumerate(items):
            record = Checked(
                id=item.id, lang=item.lang, instruction=item.instruction, completeness="", redundancy=""
            ).model_dump(mode="json")
            status = "rejected" if number == 1 else "accepted"
            file.write(json.dumps({"id": item.id, "status": status, "record": record}) + "\n")
    found = read_run(tmp_path, TAXONOMY)
    assert [item.id for item in found] == ["0", "2"]
    assert found[0].instruction == items[0].instruction
    assert found[1].labels == items[2].labels


def test_no_run_and_damaged_lines(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run with a finished quality stage"):
        read_run(tmp_path, TAXONOMY)
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages" / "quality.jsonl").write_text('{"id": "a", "status": "accepted"}\n')
    with pytest.raises(InputError, match=r"quality\.jsonl:1: not an outcome"):
        read_run(tmp_path, TAXONOMY)
