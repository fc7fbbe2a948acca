"""A record that was edited by hand is no longer what its certificate says, and is named with its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trace_builder.errors import InputError
from trace_builder.release.build import build
from trace_builder.release.options import Options

EXACT = Options(near_duplicates=None)
Data = dict[str, Any]


def lower_score(record: Data) -> None:
    record["judgement"]["scores"][0]["score"] = 9


def unscored(record: Data) -> None:
    record["judgement"]["scores"][0]["score"] = None


def another_constraint(record: Data) -> None:
    record["instruction"]["constraints"][0]["text"] += "!"


def score_missing(record: Data) -> None:
    record["judgement"]["scores"].pop()


def empty_response(record: Data) -> None:
    record["response"] = " \n"


def another_id(record: Data) -> None:
    record["id"] = "someone-else"


def same_responses(record: Data) -> None:
    record["rejected"] = record["chosen"] + "\n"


def nothing_failed(record: Data) -> None:
    record["rejected_judgement"]["scores"][0]["score"] = 10


def other_failed(record: Data) -> None:
    record["failed"] = ["c2"]


def imperfect_chosen(record: Data) -> None:
    record["chosen_judgement"]["scores"][0]["score"] = 3


def another_instruction(record: Data) -> None:
    record["instruction"]["description"] = "Something else"


def terms_claimed(record: Data) -> None:
    record["cells"]["x2y1"]["scores"][0]["score"] = 10


def certificate_raised(record: Data) -> None:
    record["certificate"] = "one_sided"


def second_imperfect(record: Data) -> None:
    record["cells"]["x2y2"]["scores"][0]["score"] = 9


def another_y1(record: Data) -> None:
    record["y1"] = "A better one"


def another_x2(record: Data) -> None:
    record["x2"]["constraints"][0]["text"] = "Rhyme."


def another_task(record: Data) -> None:
    record["x2"]["description"] = "Another task"


def another_operation(record: Data) -> None:
    record["operation"] = "delete"


def unnamed_change(record: Data) -> None:
    record["changes"]["removed"] = [{"id": "c7", "text": "Never there.", "dimension": None}]


CASES: list[tuple[str, Callable[[Data], None], str]] = [
    ("respond", lower_score, "does not have 10 for every constraint"),
    ("respond", unscored, "does not have 10 for every constraint"),
    ("respond", another_constraint, "not the one that quality accepted"),
    ("respond", score_missing, "not judged once on every constraint"),
    ("respond", empty_response, "the response is empty"),
    ("respond", another_id, "carries the id 'someone-else'"),
    ("dpo", same_responses, "chosen and rejected are the same"),
    ("dpo", nothing_failed, "`failed` is not what"),
    ("dpo", other_failed, "`failed` is not what"),
    ("dpo", imperfect_chosen, "chosen response does not have 10"),
    ("dpo", another_instruction, "not the one that respond answered"),
    ("iopo", terms_claimed, "the terms are not what the four cells prove"),
    ("iopo", certificate_raised, "the certificate is one_sided, and 4 of four terms"),
    ("iopo", second_imperfect, r"\(x2, y2\) does not have 10"),
    ("iopo", another_y1, "y1 is not the response that respond accepted"),
    ("iopo", another_x2, "the changes"),
    ("iopo", another_task, "differ in more than their constraints"),
    ("iopo", another_operation, "not of the kind 'delete'"),
    ("iopo", unnamed_change, "the changes name a constraint that is not there"),
]


@pytest.mark.parametrize(("stage", "edit", "message"), CASES, ids=[edit.__name__ for _, edit, _ in CASES])
def test_an_edited_record_is_found(
    make_run: Any, tmp_path: Path, stage: str, edit: Callable[[Data], None], message: str
) -> None:
    run = make_run()
    edit(run.record(stage, "zh-001"))
    line = list(run.outcomes[stage]).index("zh-001") + 1
    with pytest.raises(InputError, match=rf"{stage}.jsonl:{line}: record 'zh-001' .*{message}"):
        build(run.write(), tmp_path / "out", EXACT, force=False)
    assert not (tmp_path / "out").exists()


def products(folder: Path) -> None:
    for name, stage in (("sft", "respond"), ("dpo", "dpo"), ("iopo", "iopo")):
        lines = (folder / "stages" / f"{stage}.jsonl").read_text(encoding="utf-8").splitlines()
        records = [row["record"] for row in map(json.loads, lines) if row["status"] == "accepted"]
        text = "".join(json.dumps({**r, "prompt": "x"}, ensure_ascii=False) + "\n" for r in records)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def test_products_that_agree_with_their_stages_pass(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    products(folder)
    build(folder, tmp_path / "out", EXACT, force=False)


def test_an_edited_product_is_found(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    products(folder)
    path = folder / "sft.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[2])
    row["response"] = "Edited by hand"
    lines[2] = json.dumps(row, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"sft.jsonl:3: record '.*' no longer .*'response' is not what stages"
    ):
        build(folder, tmp_path / "out", EXACT, force=False)


def test_a_truncated_product_is_found(make_run: Any, tmp_path: Path) -> None:
    folder = make_run().write()
    products(folder)
    path = folder / "dpo.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    with pytest.raises(InputError, match=r"dpo.jsonl: 23 records, and stages/dpo.jsonl accepted 25"):
        build(folder, tmp_path / "out", EXACT, force=False)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"dpo.jsonl:23: not JSON"):
        build(folder, tmp_path / "out", EXACT, force=False)
