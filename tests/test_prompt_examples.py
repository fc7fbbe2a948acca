"""The examples inside the prompts: they teach more than the rules, so they have to be right."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from trace_builder.checks import recognise
from trace_builder.checks.facts import fact_lines
from trace_builder.config import RunConfig
from trace_builder.evalset.second_check import Inspection
from trace_builder.prompts import NULL
from trace_builder.records import Constraint, Instruction, Lang
from trace_builder.run.pipeline import open_prompts
from trace_builder.stages.common import answer_schemas, binding_answers
from trace_builder.stages.common.constraint_changes import second_instruction
from trace_builder.stages.common.instruction_text import (
    fragment,
    lost_material,
    repetition,
    theme_lost,
    whole_text,
)
from trace_builder.support.bilingual import LANGS
from trace_builder.taxonomy import load_taxonomy

REPLIES: dict[str, type[BaseModel]] = {
    "expand": answer_schemas.Parts,
    "expand_text": answer_schemas.Expansion,
    "structure": answer_schemas.Structuring,
    "complete": answer_schemas.Completeness,
    "redundant": answer_schemas.Redundancy,
    "quality": answer_schemas.QualityVerdicts,
    "bind": binding_answers.Bindings,
    "bind_check": binding_answers.Likenesses,
    "judge": answer_schemas.Verdicts,
    "iopo_add": answer_schemas.Additions,
    "iopo_delete": answer_schemas.Deletions,
    "iopo_revise": answer_schemas.Revisions,
    "harvest": answer_schemas.Revisions,
    "rational": answer_schemas.Rationality,
    "evalset_check": Inspection,
}

TAXONOMY = load_taxonomy()
BOOK = open_prompts(RunConfig(), TAXONOMY)

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
    """The objects in an answer: listed constraints, or verdicts by name."""
    listed = [item for value in answer.values() if isinstance(value, list) for item in value]
    named = [value for value in answer.values() if isinstance(value, dict)]
    return [item for item in listed if isinstance(item, dict)] + named


def reply_type(name: str, shot: Shot) -> type[BaseModel]:
    """The type of an example's answer; the judge's is made for what it is asked about."""
    if name != "judge":
        return REPLIES[name]
    return answer_schemas.verdicts_of(len(shot.constraints), task="task" in shot.blocks["wanted"])


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
        reply = reply_type(name, shot).model_validate(shot.answer)
        assert reply.model_dump(mode="json") == shot.answer
        assert json.dumps(reply.model_dump(mode="json")) == json.dumps(shot.answer), "order of the fields"
    assert all(len(set(shot.tags)) == 1 for shot in found), "one tag for all blocks of a question"
    assert len({shot.tags[0] for shot in found}) == len(found)


@pytest.mark.parametrize("name", ["structure", "complete", "redundant", "rational"])
@in_both
def test_examples_show_every_verdict_once_or_more(name: str, lang: Lang) -> None:
    wanted = get_args(REPLIES[name].model_fields["verdict"].annotation)
    assert {shot.answer["verdict"] for shot in shots(name, lang)} == set(wanted)


@in_both
def test_quality_shows_each_of_its_verdicts_apart(lang: Lang) -> None:
    """A fault of one kind is no fault of the others."""
    given = [verdicts_in(shot) for shot in shots("quality", lang)]
    assert ["complete", "none", "feasible"] in given
    assert all(len({verdict[n] for verdict in given}) > 1 for n in range(3))


def verdicts_in(shot: Shot) -> list[str]:
    found = [shot.answer, *items(shot.answer)]
    return [value["verdict"] for value in found if "verdict" in value]


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_both_languages_show_as_much_in_words_of_their_own(name: str) -> None:
    en, zh = shots(name, "en"), shots(name, "zh")
    assert [verdicts_in(s) for s in en] == [verdicts_in(s) for s in zh]
    han = re.compile(r"[\u4e00-\u9fff]")
    assert all(not han.search(str(s.answer)) for s in en)
    assert all(han.search(str(s.answer)) for s in zh)


@structured
def test_no_example_leaks_a_dimension_or_labels_outside_the_taxonomy(name: str, lang: Lang) -> None:
    known = {d.id for d in TAXONOMY.dimensions}
    for shot in shots(name, lang):
        texts = [shot.answer["text"]] if name == "expand_text" else []
        texts += shot.constraints.values() if "constraints" in shot.blocks else []
        texts += [item["text"] for item in items(shot.answer) if "text" in item]
        assert [leak for text in texts for leak in TAXONOMY.leaked(text)] == []
        assert {item["dimension"] for item in items(shot.answer) if "dimension" in item} <= known


@in_both
def test_expand_examples_keep_the_task_and_leave_the_input_alone(lang: Lang) -> None:
    for shot in shots("expand_text", lang):
        material = shot.blocks["input"]
        opening = shot.blocks["instruction"][:6]
        assert shot.answer["text"].startswith(opening)
        assert material == NULL or material not in shot.answer["text"]
        lines = [line.split(": ") for line in shot.blocks["offered"].split("\n")]
        assert [TAXONOMY.get(key).name[lang] for key, _ in lines] == [value for _, value in lines]
        assert len(lines) == 2 * int(shot.blocks["count"])


@in_both
def test_expand_examples_lose_nothing_and_say_each_thing_once(lang: Lang) -> None:
    """They pass what code checks of an expansion."""
    wishes = []
    for shot in shots("expand", lang):
        answer, given = shot.answer, shot.blocks["input"]
        constraints = tuple(
            Constraint(id=f"c{n}", text=c["text"], dimension=c["dimension"])
            for n, c in enumerate(answer["constraints"], start=1)
        )
        material = answer["input"] if given == NULL else given
        made = Instruction(description=answer["description"], constraints=constraints, input=material)
        seed = shot.blocks["instruction"]
        assert lost_material(seed, made) is None
        assert fragment(constraints) is repetition(made) is None
        assert not theme_lost(seed, whole_text(made))
        stated = [c["stated"] for c in answer["constraints"]]
        assert stated == sorted(stated, reverse=True), "its own demands come first"
        offered = [line.partition(":")[0] for line in shot.blocks["offered"].split("\n")]
        new = [c["dimension"] for c in answer["constraints"] if not c["stated"]]
        assert new
        assert set(new) <= set(offered)
        wish = int(shot.blocks["count"])
        assert len(constraints) <= wish
        assert (answer["fewer"] is None) == (len(constraints) == wish)
        wishes.append(answer["fewer"] is None)
    assert set(wishes) == {True, False}


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
def test_judge_examples_give_each_wanted_name_once_in_order(lang: Lang) -> None:
    for shot in shots("judge", lang):
        assert shot.blocks["wanted"] == ", ".join(shot.answer)
        assert [name for name in shot.answer if name != "task"] == list(shot.constraints)
    scores = {v["score"] for shot in shots("judge", lang) for v in shot.answer.values()}
    assert {0, 10} < scores


@in_both
def test_the_judge_is_shown_that_a_missed_task_is_no_fault_of_a_constraint(lang: Lang) -> None:
    assert any(
        shot.answer["task"]["score"] == 0
        and any(shot.answer[name]["score"] == 10 for name in shot.constraints)
        for shot in shots("judge", lang)
    )


@in_both
def test_the_facts_shown_to_the_judge_are_those_that_code_measures(lang: Lang) -> None:
    for shot in shots("judge", lang):
        measured = fact_lines(shot.blocks["response"], lang)
        assert [line for line in shot.blocks["facts"].splitlines() if line not in measured] == []


@pytest.mark.parametrize("name", ["iopo_add", "iopo_delete", "iopo_revise", "harvest"])
@in_both
def test_examples_of_edits_hold_and_name_only_what_changes(name: str, lang: Lang) -> None:
    (shot,) = shots(name, lang)
    constraints = tuple(Constraint(id=key, text=text) for key, text in shot.constraints.items())
    x1 = Instruction(description=shot.blocks["description"], constraints=constraints)
    edits: Any = REPLIES[name].model_validate(shot.answer)
    x2, changes = second_instruction(x1, edits, TAXONOMY)
    new = [*changes.added, *(r.after for r in changes.revised)]
    assert fragment(new) is None
    assert repetition(x2) is None
    edited = len(changes.added) + len(changes.removed) + len(changes.revised)
    assert edited == len(next(value for value in shot.answer.values() if isinstance(value, list)))
    assert set(x1.constraints) & set(x2.constraints), "something is kept"
    if name == "harvest":
        failed = [json.loads(line)["id"] for line in shot.blocks["failed"].split("\n")]
        assert [r.before.id for r in changes.revised] == failed


@in_both
def test_bindings_pass_their_own_test_and_one_of_each_sort_is_shown(lang: Lang) -> None:
    """A whole one, a part, and none; the grammar reads none of them, or nobody would be asked."""
    (shot,) = shots("bind", lang)
    bindings = binding_answers.Bindings.model_validate(shot.answer).bindings
    assert [binding.id for binding in bindings] == list(shot.constraints)
    checks = [binding.check() for binding in bindings]
    assert [check and check.whole for check in checks] == [True, False, None]
    assert all(recognise(text) is None for text in shot.constraints.values())


@in_both
def test_checks_are_compared_in_their_canonical_words(lang: Lang) -> None:
    (shot,) = shots("bind_check", lang)
    rows = [json.loads(line) for line in shot.blocks["pairs"].split("\n")]
    assert [verdict["id"] for verdict in shot.answer["verdicts"]] == [row["id"] for row in rows]
    for row in rows:
        check = recognise(row["check"])
        assert check is not None
        assert check.words(lang) == row["check"]
    (bound,) = shots("bind", lang)
    bindings = binding_answers.Bindings.model_validate(bound.answer).bindings
    proposed = {binding.id: check.words(lang) for binding in bindings if (check := binding.check())}
    assert proposed.items() <= {row["id"]: row["check"] for row in rows}.items()
    wanted = get_args(binding_answers.Likeness.model_fields["verdict"].annotation)
    assert {verdict["verdict"] for verdict in shot.answer["verdicts"]} == set(wanted)
