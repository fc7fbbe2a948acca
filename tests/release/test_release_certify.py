"""A record that is not what its own calls give is named with its line, however well the edit was hidden:
every digest and the product are made to fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scripted_runs import edit, scripted_run

from trace_builder.errors import InputError
from trace_builder.release.builder import build
from trace_builder.release.options import ReleaseOptions
from trace_builder.storage.layout import calls_file, outcomes_file, product_file
from trace_builder.storage.run_folder import RunFolder

EXACT = ReleaseOptions(near_duplicates=None)
Data = dict[str, Any]


def put(*path: Any) -> Callable[[Data], None]:
    """Sets the last of ``path`` at the place that the others lead to."""

    def change(record: Data) -> None:
        *keys, last, value = path
        place: Any = record
        for key in keys:
            place = place[key]
        assert place[last] != value
        place[last] = value

    return change


def pass_rejected(record: Data) -> None:
    record["rejected_judgement"]["scores"][0]["score"] = 10
    record["failed"] = []


def by_code(record: Data) -> None:
    record["cells"]["x1y2"]["scores"][0].update(score=0, by="code", reasoning="A check by code")


def swap_cells(record: Data) -> None:
    cells = record["cells"]
    cells["x1y2"], cells["x2y1"] = cells["x2y1"], cells["x1y2"]


def another_x2(record: Data) -> None:
    record["x2"]["constraints"][0]["text"] = "Rhyme."
    record["changes"]["revised"][0]["after"]["text"] = "Rhyme."


CASES: list[tuple[str, str, Callable[[Data], None], str]] = [
    ("a description", "structure", put("instruction", "description", "Write."), "instruction.description is"),
    (
        "a constraint",
        "structure",
        put("instruction", "constraints", 0, "text", "Rhyme."),
        "constraints.0.text is",
    ),
    (
        "a dimension",
        "structure",
        put("instruction", "constraints", 0, "dimension", "theme"),
        '"theme", not "numerical"',
    ),
    (
        "a constraint at quality",
        "quality",
        put("instruction", "constraints", 0, "text", "Rhyme."),
        "0.text is",
    ),
    ("the expanded text", "expand", put("text", "Something else."), "text is"),
    ("a score", "respond", put("judgement", "scores", 0, "score", 9), "scores.0.score is 9, not 10"),
    ("a reason", "respond", put("judgement", "scores", 0, "reasoning", "sure"), 'reasoning is "sure", not'),
    (
        "the response",
        "respond",
        put("response", "A better one"),
        'response is "A better one", not "Response to',
    ),
    (
        "an imperfect response",
        "respond",
        put("imperfect", 0, "response", "Worst"),
        'response is "Worst", not',
    ),
    ("the source", "respond", put("source", "elsewhere"), 'source is "elsewhere", not "own"'),
    ("the id", "respond", put("id", "someone-else"), 'id is "someone-else", not "zh-001"'),
    ("chosen", "dpo", put("chosen", "A better one"), 'chosen is "A better one", not "Response to'),
    ("rejected", "dpo", put("rejected", "A worse one"), 'rejected is "A worse one", not "Sampled and'),
    ("the origin", "dpo", put("origin", "prompted"), 'origin is "prompted", not "sampled"'),
    ("the rejected one's verdict", "dpo", pass_rejected, "failed is "),
    ("y1", "iopo", put("y1", "A better one"), 'y1 is "A better one", not "Response to'),
    ("y2", "iopo", put("y2", "A better one"), 'y2 is "A better one", not "Second'),
    ("x2", "iopo", another_x2, "x2.constraints.0.text is"),
    ("the task of x2", "iopo", put("x2", "description", "Another task"), "x2.description is"),
    ("the operation", "iopo", put("operation", "delete"), 'operation is "delete", not "revise"'),
    (
        "a cell that passes",
        "iopo",
        put("cells", "x2y1", "scores", 0, "score", 10),
        "x2y1.scores.0.score is 10",
    ),
    ("a cell by code", "iopo", by_code, "cells.x1y2.scores.0"),
    ("cells the other way round", "iopo", swap_cells, "cells.x1y2.scores.0.reasoning is"),
    ("terms", "iopo", put("terms", "y1_over_y2_at_x1", False), "y1_over_y2_at_x1 is false, not true"),
    ("the certificate", "iopo", put("certificate", "one_sided"), 'certificate is "one_sided", not "full"'),
]


@pytest.mark.parametrize(("stage", "change", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_an_edited_record_is_found(
    run_folder: Path, tmp_path: Path, stage: str, change: Callable[[Data], None], message: str
) -> None:
    line = edit(run_folder, stage, "zh-001", change)
    assert RunFolder.open(run_folder).finished, "the edit is well hidden"
    with pytest.raises(InputError) as caught:
        build(run_folder, tmp_path / "out", EXACT)
    assert f"{stage}.jsonl:{line}: record 'zh-001' is not what its calls give: " in str(caught.value)
    assert message in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_rejected_pair_that_was_prompted_for_is_checked_too(run_folder: Path, tmp_path: Path) -> None:
    edit(run_folder, "dpo", "en-002", put("rejected", "A worse one"))
    with pytest.raises(
        InputError, match=r"record 'en-002' .*rejected is \"A worse one\", not \"Worse en-002"
    ):
        build(run_folder, tmp_path / "out", EXACT)


def test_a_rejection_turned_into_an_acceptance_is_found(run_folder: Path, tmp_path: Path) -> None:
    def decide(folder: Path, **stage: Any) -> Path:
        return scripted_run(folder, 4, **stage)

    def accept(structured: Any) -> Any:
        fields = structured.model_dump()
        return {"completeness": "sure", "redundancy": "sure", **fields}

    from trace_builder.records import Checked

    folder = decide(tmp_path / "forged", quality=lambda record: Checked(**accept(record)))
    with pytest.raises(InputError, match=r"quality.jsonl:1: .*none of them answers the prompt 'complete'"):
        build(folder, tmp_path / "out", EXACT)


def test_a_call_that_is_missing_is_named(run_folder: Path, tmp_path: Path) -> None:
    path = calls_file(run_folder, "respond")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = json.loads(lines.pop(3))
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(
        InputError, match=rf"respond.jsonl:\d+: record {gone['id']!r} .*call {gone['key']} is miss"
    ):
        build(run_folder, tmp_path / "out", EXACT)


def test_an_edited_call_is_found_where_the_record_still_says_the_old(
    run_folder: Path, tmp_path: Path
) -> None:
    path = calls_file(run_folder, "dpo")
    text = path.read_text(encoding="utf-8").replace('"text":"Worse en-002', '"text":"Fine en-002')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"record 'en-002' .*rejected is \"Worse en-002.*not \"Fine en-002"):
        build(run_folder, tmp_path / "out", EXACT)


def test_a_taxonomy_that_has_changed_since_is_named(tmp_path: Path) -> None:
    from trace_builder.support.resources import shipped

    taxonomy = tmp_path / "mine.yaml"
    text = shipped("taxonomy", "trace.yaml").read_text(encoding="utf-8")
    taxonomy.write_text(text, encoding="utf-8")
    folder = scripted_run(tmp_path / "run", 2, f"taxonomy={taxonomy}")
    RunFolder.open(folder)
    taxonomy.write_text(text.replace("id: theme\n", "id: topic\n", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.yaml: the taxonomy has changed since the run"):
        build(folder, tmp_path / "out", EXACT)


def test_several_votes_unfit_answers_and_repeated_questions_are_made_again(tmp_path: Path) -> None:
    """A rehearsal run with a high share of faults, three votes and several samples."""
    from run_folders import small_run

    faults = "rehearsal.faults={truncated_json: 0.1, length: 0.05, missing_verdict: 0.1, prose: 0.1}"
    overrides = (faults, "judge.votes=3", "respond.samples=3", "iopo.samples=2", "dpo.samples=3")
    run = small_run(tmp_path / "run", *overrides, limit=16)
    with RunFolder.open(run) as folder:
        attempts = {call.attempt for stage in folder.stages for call in folder.calls(stage)}
    assert max(attempts) > 0
    build(run, tmp_path / "out", ReleaseOptions(near_duplicates=None, partial=True))


def test_an_edited_product_is_found(run_folder: Path, tmp_path: Path) -> None:
    path = product_file(run_folder, "sft")
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[2])
    row["response"] = "Edited by hand"
    lines[2] = json.dumps(row, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"sft.jsonl:3: record '.*' is not what respond accepted: response is"
    ):
        build(run_folder, tmp_path / "out", EXACT)


def test_a_product_that_was_cut_short_or_lengthened_is_found(run_folder: Path, tmp_path: Path) -> None:
    path = product_file(run_folder, "dpo")
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-2]))
    with pytest.raises(
        InputError, match=r"dpo.jsonl: the row of 'zh-029' is not in its place|dpo.jsonl: the row"
    ):
        build(run_folder, tmp_path / "out", EXACT)
    path.write_bytes(whole[:-10])
    with pytest.raises(InputError, match=r"dpo.jsonl:38: not JSON"):
        build(run_folder, tmp_path / "out", EXACT)
    path.write_bytes(whole + whole.splitlines(keepends=True)[0])
    with pytest.raises(InputError, match=r"dpo.jsonl:39: a row that no stage has a record for"):
        build(run_folder, tmp_path / "out", EXACT)


def test_a_record_that_was_edited_without_its_digest_is_found(run_folder: Path, tmp_path: Path) -> None:
    path = outcomes_file(run_folder, "respond")
    path.write_text(
        path.read_text(encoding="utf-8").replace("Response to zh-001", "Answer to zh-001"), "utf-8"
    )
    with pytest.raises(
        InputError, match=r"respond.jsonl:\d+: the record is not what it was when it was written"
    ):
        build(run_folder, tmp_path / "out", EXACT)
