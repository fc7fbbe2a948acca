from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from annotator_files import answer, csv_file, label_studio_file, sheet_file
from evaluation_set import evaluation_file, row, write

from trace_builder.errors import InputError
from trace_builder.evalset.annotation_files import MAX_CELL, read_annotators
from trace_builder.evalset.annotations import set_digest
from trace_builder.evalset.export import csv_text, export_set, sheet
from trace_builder.evalset.second_check import Finding
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.released_rows import EvalItem
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
    export_set(tmp_path / "set.jsonl", tmp_path)
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
        ({"answers": {"0": answer(decision="correct")}}, "'ada' about 0: correct without a correction"),
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
    export_set(tmp_path / "set.jsonl", tmp_path)
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
    export_set(tmp_path / "set.jsonl", tmp_path)
    path = csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS)
    path.write_bytes(path.read_bytes() + b'"1","open\n')
    with pytest.raises(InputError, match=r"bo\.csv:\d+: not CSV"):
        read_annotators([path], items)


def test_a_table_of_another_set(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    (tmp_path / "annotations.csv").write_text(csv_text(items, "feedfeedfeed", {}), encoding="utf-8")
    path = csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS)
    with pytest.raises(InputError, match=r"bo\.csv:\d+: made for another set"):
        read_annotators([path], items)


ODD_CELLS = ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "\r1", "＝1", " =1", "'=1", "''+1", "'tis", "plain"]


@pytest.mark.parametrize("cell", ODD_CELLS)
def test_a_spreadsheet_runs_nothing_and_it_reads_back_the_same(tmp_path: Path, cell: str) -> None:
    given = {**row(1), "id": cell, "description": cell, "messages": []}
    del given["messages"]
    path = write(tmp_path / "set.jsonl", [given])
    items = read_evalset(path, load_taxonomy()).items
    export_set(path, tmp_path)
    with (tmp_path / "annotations.csv").open(encoding="utf-8-sig", newline="") as file:
        (table,) = csv.DictReader(file)
    assert not any(value.lstrip(" ")[:1] in {*"=+-@＝\t\r"} for value in table.values() if value)
    table["decision"] = "correct"
    table["corrected_description"] = table["description"]
    table["corrected_constraints"] = table["constraints"]
    with (tmp_path / "bo.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table)
        writer.writeheader()
        writer.writerow(table)
    (bo,) = read_annotators([tmp_path / "bo.csv"], items)
    assert list(bo.answers) == [cell]
    correction = bo.answers[cell].correction
    assert correction is not None
    assert correction.description == cell


def test_who_adjudicates_is_said_by_the_file_or_by_the_user(
    tmp_path: Path, items: tuple[EvalItem, ...]
) -> None:
    digest = set_digest(items)
    export_set(tmp_path / "set.jsonl", tmp_path)
    paths = [
        sheet_file(tmp_path, "ada", digest, ANSWERS),
        csv_file(tmp_path / "annotations.csv", tmp_path / "bo.csv", ANSWERS),
        sheet_file(tmp_path, "cy", digest, ANSWERS, role="adjudicator"),
    ]
    roles = {person.name: person.role for person in read_annotators(paths, items)}
    assert roles == {"ada": "annotator", "bo": "annotator", "cy": "adjudicator"}
    roles = {person.name: person.role for person in read_annotators(paths, items, paths[1:2])}
    assert roles == {"ada": "annotator", "cy": "adjudicator", "bo": "adjudicator"}


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", f"id,set,{'x' * (MAX_CELL + 1)}\n", "a.csv:1: not CSV (field larger than field limit"),
        ("a.csv", "\0\n", "a.csv:1: "),
        ("a.csv", "", "a.csv:1: the column"),
        ("a.json", "[" * 100_000, "a.json:1: not JSON (nested too deep)"),
        ("a.json", '{"kind": ' + "[" * 100_000, "a.json:1: not JSON (nested too deep)"),
        ("a.json", '{"kind": ' + "9" * 5000 + "}", "a.json:1: a number of 5000 digits"),
        ("a.json", "[1]", "a.json:1: a JSON object was expected"),
        ("a.json", '[{"data": 1}]', "a.json: task 1: not of Label Studio's JSON export (data: "),
        ("a.json", '[{"data": {"id": "0"}, "annotations": [5]}]', "a.json: task 1: not of Label Studio's"),
        ("a.json", "null", "a.json: neither the sheet's JSON"),
        ("a.json", '{"kind": "trace_builder.annotations", "set": []}', "a.json: made for another set"),
        ("a.json", b"\xff", "a.json:1: not UTF-8"),
    ],
)
def test_hostile_files(
    tmp_path: Path, items: tuple[EvalItem, ...], name: str, data: str | bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(InputError) as caught:
        read_annotators([path], items)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_folder_or_nothing_where_a_file_should_be(tmp_path: Path, items: tuple[EvalItem, ...]) -> None:
    for path, message in ((tmp_path, "is a directory"), (tmp_path / "x.json", "no such file")):
        with pytest.raises(InputError, match=message):
            read_annotators([path], items)


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
