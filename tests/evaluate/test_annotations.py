from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from annotator_files import answer, csv_file, label_studio_file, sheet_file
from evaluation_set import evaluation_file, row, write

from trace_builder.errors import InputError
from trace_builder.evaluate.annotations import read_annotators, set_digest
from trace_builder.evaluate.checking import Finding
from trace_builder.evaluate.export import csv_text, sheet, write_exports
from trace_builder.evaluate.items import EvalItem
from trace_builder.evaluate.reading import read_evalset
from trace_builder.taxonomy import load_taxonomy

ANSWERS = {
    "0": answer(),
    "1": answer(redundancy=True, decision="drop", note="twice, “really”,\nsee c2"),
    "3": answer(
        input_mismatch=True,
        decision="correct",
        correction={
            "description": "=Describe it anew",
            "constraints": [
                {"id": "c1", "text": "At most\n90 words, \u2028please."},
                {"id": "c3", "text": 'No "very".'},
            ],
            "input": "- item",
        },
    ),
}  # fmt: skip


@pytest.fixture
def items(tmp_path: Path) -> tuple[EvalItem, ...]:
    return read_evalset(evaluation_file(tmp_path, 6), load_taxonomy()).items


def test_the_three_forms_read_the_same(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    digest = set_digest(items)
    write_exports(tmp_path, items, digest, {})
    paths = [
        sheet_file(tmp_path, "ada", digest, ANSWERS),
        csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS),
        label_studio_file(
            tmp_path / "label_studio_tasks.json", tmp_path / "ls.json", {"cy": ANSWERS, "di": ANSWERS}
        ),
    ]
    found = read_annotators(paths, items)
    assert [a.name for a in found] == ["ada", "bo", "cy", "di"]
    assert all(a.answers == found[0].answers for a in found)
    assert set(found[0].answers) == {"0", "1", "3"}
    correction = found[0].answers["3"].correction
    assert correction is not None
    assert correction.constraints[0].text == "At most\n90 words, \u2028please."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"set": "0123"}, "made for another set (0123; this one is"),
        ({"annotator": ""}, "annotator:"),
        ({"version": 2}, "version:"),
        ({"answers": {"77": answer()}}, "answers for 77, which the set does not have"),
        ({"answers": {"0": answer(decision="maybe")}}, "decision"),
        ({"answers": {"0": answer(decision="correct")}}, "'ada' says about 0: correct without a correction"),
        ({"answers": {"0": answer(mood="good")}}, "mood"),
        ({"kind": "other"}, "neither the sheet's JSON, nor a CSV, nor Label Studio's"),
    ],
)
def test_bad_sheet_files(
    tmp_path: Path, items: tuple[EvalItem, ...], changes: dict[str, Any], message: str
) -> None:
    path = sheet_file(tmp_path, "ada", set_digest(items), {}, **changes)
    with pytest.raises(InputError) as caught:
        read_annotators([path], items)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ([{"id": "c9", "text": "x"}], "a correction of 'c9', which the instruction does not have"),
        ([{"id": "c1", "text": "x"}, {"id": "c1", "text": "y"}], "the same constraint twice"),
        ([{"id": "c1", "text": " "}], "an empty correction of c1"),
        ([], "without constraints"),
    ],
)
def test_corrections_that_do_not_fit(
    tmp_path: Path, items: tuple[EvalItem, ...], constraints: list[Any], message: str
) -> None:
    correction = {"description": "d", "constraints": constraints, "input": None}
    given = {"1": answer(decision="correct", correction=correction)}
    path = sheet_file(tmp_path, "ada", set_digest(items), given)
    with pytest.raises(InputError) as caught:
        read_annotators([path], items)
    assert f"'ada' about 1: {message}" in str(caught.value) or message in str(caught.value)


def test_one_annotator_has_one_file(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    digest = set_digest(items)
    first = sheet_file(tmp_path, "ada", digest, ANSWERS)
    second = tmp_path / "again.json"
    second.write_bytes(first.read_bytes())
    with pytest.raises(InputError, match="are both by 'ada'"):
        read_annotators([first, second], items)


Table = list[list[str]]


def _put(column: str, value: str) -> Any:
    """Changes the row of instruction 3."""

    def edit(table: Table) -> Table:
        table[4][table[0].index(column)] = value
        return table

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda t: [["repeats" if c == "redundancy" else c for c in t[0]], *t[1:]],
            "'redundancy' is missing",
        ),
        (_put("redundancy", "perhaps"), ": redundancy must be yes or no, not 'perhaps'"),
        (_put("decision", "throw away"), "decision"),
        (_put("corrected_constraints", "c1: shorter"), ": a constraint must be written as"),
        (lambda t: [*t, t[1]], ": a second answer for '0'"),
    ],
)
def test_bad_tables(tmp_path: Path, items: tuple[EvalItem, ...], edit: Any, message: str) -> None:
    write_exports(tmp_path, items, set_digest(items), {})
    path = csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS)
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = edit(list(csv.reader(file)))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    with pytest.raises(InputError) as caught:
        read_annotators([path], items)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")


def test_what_is_no_csv(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    write_exports(tmp_path, items, set_digest(items), {})
    path = csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS)
    path.write_bytes(path.read_bytes() + b'"1","open\n')
    with pytest.raises(InputError, match=r"bo\.csv:\d+: not CSV"):
        read_annotators([path], items)


def test_a_table_of_another_set(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    write_exports(tmp_path, items, "feedfeedfeed", {})
    path = csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS)
    with pytest.raises(InputError, match=r"bo\.csv:\d+: made for another set"):
        read_annotators([path], items)


def test_a_spreadsheet_runs_nothing(items: tuple[EvalItem, ...]) -> None:
    item = items[0].model_copy(
        update={"instruction": items[0].instruction.model_copy(update={"description": "=HYPERLINK(1)"})}
    )
    text = csv_text([item], "0", {})
    assert "'=HYPERLINK(1)" in text


def test_the_digest_tells_sets_apart(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    other = write(tmp_path / "other.jsonl", [row(n) for n in (1, 0, 2, 3, 4, 5)])
    assert set_digest(items) != set_digest(read_evalset(other, load_taxonomy()).items)
    assert set_digest(items) != set_digest(items[:5])
    assert set_digest(items) == set_digest(list(items))


def test_nothing_in_the_data_ends_the_sheets_script(items: tuple[EvalItem, ...]) -> None:
    finding = Finding(id="0", lang="zh", faults=("redundancy",), reasoning="</script><!-- <b>&amp;\u2028")
    page = sheet(items, set_digest(items), {"0": finding})
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    found = json.loads(data)
    assert found["items"][0]["check"]["reasoning"] == finding.reasoning
    assert page.count("</script>") == 2
    assert "http://" not in page
    assert "https://" not in page
