"""The examples inside the prompts: they teach more than the rules, so they have to be right."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from trace_builder.evalset.second_check import Inspection
from trace_builder.prompts import NULL, PromptBook
from trace_builder.records import Lang
from trace_builder.stages.common import answer_schemas
from trace_builder.support.bilingual import LANGS
from trace_builder.support.resources import shipped
from trace_builder.taxonomy import load_taxonomy

REPLIES: dict[str, type[BaseModel]] = {
    "expand": answer_schemas.Expansion,
    "structure": answer_schemas.Structuring,
    "complete": answer_schemas.Completeness,
    "redundant": answer_schemas.Redundancy,
    "judge": answer_schemas.Verdicts,
    "iopo_add": answer_schemas.Rewriting,
    "iopo_delete": answer_schemas.Rewriting,
    "iopo_revise": answer_schemas.Rewriting,
    "rational": answer_schemas.Rationality,
    "evalset_check": Inspection,
}

TAXONOMY = load_taxonomy()
BOOK = PromptBook(shipped("prompts"), {"taxonomy": {lang: TAXONOMY.describe(lang) for lang in LANGS}})

structured = pytest.mark.parametrize(("name", "lang"), [(n, lang) for n in REPLIES for lang in LANGS])
in_both = pytest.mark.parametrize("lang", LANGS)

_BLOCK = re.compile(r"^<<<(\w+) ([0-9a-f]{8})\n(.*?)\n\1 \2>>>$", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"^(?:Answer:|输出：)\n(.+)$", re.MULTILINE)
_HEADING = re.compile(r"^# (?:Example|示例).*$", re.MULTILINE)


class Shot:
    """One example of a prompt: the blocks shown to the model, and the answer it is shown."""

    def __init__(self, text: str) -> None:
        self.blocks = {m.group(1): m.group(3) for m in _BLOCK.finditer(text)}
        self.tags = [m.group(2) for m in _BLOCK.finditer(text)]
        answers = _ANSWER.findall(text)
        assert len(answers) == 1
        self.answer: Any = json.loads(answers[0])

    @property
    def constraints(self) -> dict[str, str]:
        rows = [json.loads(line) for line in self.blocks["constraints"].split("\n")]
        return {row["id"]: row["text"] for row in rows}


def shots(name: str, lang: Lang) -> list[Shot]:
    return [Shot(part) for part in _HEADING.split(BOOK.get(name, lang).system)[1:]]


def items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects listed in an answer: verdicts or constraints."""
    return [item for value in answer.values() if isinstance(value, list) for item in value]


@structured
def test_every_field_of_the_answer_is_explained(name: str, lang: Lang) -> None:
    system = BOOK.get(name, lang).system
    fields = set(REPLIES[name].model_fields)
    fields |= {key for shot in shots(name, lang) for item in items(shot.answer) for key in item}
    assert [f for f in sorted(fields) if f"`{f}`" not in system] == []


@structured
def test_examples_have_the_form_of_the_real_thing(name: str, lang: Lang) -> None:
    found = shots(name, lang)
    assert found
    for shot in found:
        assert tuple(shot.blocks) == tuple(re.findall(r"\w+", BOOK.get(name, lang).user))
        reply = REPLIES[name].model_validate(shot.answer)
        assert reply.model_dump(mode="json") == shot.answer
        assert json.dumps(reply.model_dump(mode="json")) == json.dumps(shot.answer), "order of the fields"
    assert all(len(set(shot.tags)) == 1 for shot in found), "one tag for all blocks of a question"
    assert len({shot.tags[0] for shot in found}) == len(found)


@pytest.mark.parametrize("name", ["structure", "complete", "redundant", "rational"])
@in_both
def test_examples_show_every_verdict_once_or_more(name: str, lang: Lang) -> None:
    wanted = get_args(REPLIES[name].model_fields["verdict"].annotation)
    assert {shot.answer["verdict"] for shot in shots(name, lang)} == set(wanted)


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_both_languages_show_as_much_in_words_of_their_own(name: str) -> None:
    en, zh = shots(name, "en"), shots(name, "zh")
    assert [s.answer.get("verdict") for s in en] == [s.answer.get("verdict") for s in zh]
    han = re.compile(r"[\u4e00-\u9fff]")
    assert all(not han.search(str(s.answer)) for s in en)
    assert all(han.search(str(s.answer)) for s in zh)


@structured
def test_no_example_leaks_a_dimension_or_labels_outside_the_taxonomy(name: str, lang: Lang) -> None:
    known = {d.id for d in TAXONOMY.dimensions}
    for shot in shots(name, lang):
        texts = [shot.answer["text"]] if name == "expand" else []
        texts += shot.constraints.values() if "constraints" in shot.blocks else []
        texts += [item["text"] for item in items(shot.answer) if "text" in item]
        assert [leak for text in texts for leak in TAXONOMY.leaked(text)] == []
        assert {item["dimension"] for item in items(shot.answer) if "dimension" in item} <= known


@in_both
def test_expand_examples_keep_the_task_and_leave_the_input_alone(lang: Lang) -> None:
    for shot in shots("expand", lang):
        material = shot.blocks["input"]
        opening = shot.blocks["instruction"][:6]
        assert shot.answer["text"].startswith(opening)
        assert material == NULL or material not in shot.answer["text"]
        lines = [line.split(": ") for line in shot.blocks["offered"].split("\n")]
        assert [TAXONOMY.get(key).name[lang] for key, _ in lines] == [value for _, value in lines]
        assert len(lines) == 2 * int(shot.blocks["count"])


@in_both
def test_structure_examples_copy_word_for_word_and_once(lang: Lang) -> None:
    several_lines = 0
    for shot in shots("structure", lang):
        answer, text = shot.answer, shot.blocks["text"]
        pieces = [
            answer["description"] or "",
            answer["input"] or "",
            *(c["text"] for c in answer["constraints"]),
        ]
        for piece in filter(None, pieces):
            assert text.count(piece) == 1
            text = text.replace(piece, "")
            several_lines += "\n" in piece
        assert bool(answer["constraints"]) == (answer["verdict"] == "ok")
        assert answer["verdict"] != "ok" or not text.strip()
    assert several_lines >= 2


@in_both
def test_judge_examples_give_each_id_once_in_order(lang: Lang) -> None:
    for shot in shots("judge", lang):
        assert [v["id"] for v in shot.answer["verdicts"]] == list(shot.constraints)
    scores = {v["score"] for shot in shots("judge", lang) for v in shot.answer["verdicts"]}
    assert {0, 10} < scores


@pytest.mark.parametrize("operation", ["add", "delete", "revise"])
@in_both
def test_iopo_examples_carry_out_their_operation_only(operation: str, lang: Lang) -> None:
    (shot,) = shots(f"iopo_{operation}", lang)
    old, new = shot.constraints, shot.answer["constraints"]
    assert shot.blocks["operation"] == operation
    kept = [c["text"] for c in new if c["text"] in old.values()]
    revised = [c["replaces"] for c in new if c["replaces"] is not None]
    assert kept == [text for text in old.values() if text in kept], "kept ones stay in order"
    if operation == "add":
        assert [c["text"] for c in new[: len(old)]] == list(old.values())
        assert len(new) > len(old)
        assert not revised
    elif operation == "delete":
        assert 0 < len(new) < len(old)
        assert len(kept) == len(new)
        assert not revised
    else:
        assert len(new) == len(old)
        assert revised
        for before, after in zip(old, new, strict=True):
            assert (after["replaces"] == before) == (after["text"] != old[before])
