"""iopo: the drawn operation, what x2 may be, y2, and the paper's own check."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from stage_scripts import (
    Scripted,
    additions,
    answered,
    cell,
    config,
    deletions,
    rejected,
    revisions,
    same_origin,
    verdicts,
    walk,
)

from trace_builder.records import IopoGroup
from trace_builder.stages.base import Answer, Unanswered
from trace_builder.stages.common.answer_schemas import Rationality
from trace_builder.stages.iopo import Iopo
from trace_builder.taxonomy import Taxonomy

SEA, BRIEF, SALT = "Mention the sea.", "Use at most 5 words.", "Mention the salt."
RECORD = answered(SEA, BRIEF)
REVISED = revisions(c2="Use at least 50 words.")
LONG_POEM = "The sea goes on. " * 20


def iopo(taxonomy: Taxonomy, operation: str = "revise", **sections: Any) -> Iopo:
    iopo_config = {"operations": {operation: 1}, **sections.pop("iopo", {})}
    return Iopo(config(iopo=iopo_config, **sections), taxonomy)


def test_operations_are_drawn_by_weight(taxonomy: Taxonomy) -> None:
    stage = Iopo(config(iopo={"operations": {"add": 1, "delete": 2, "revise": 5}}), taxonomy)
    seen = Counter(stage.draw(f"seed_{n}", 3) for n in range(8000))
    assert {name: round(count / 1000) for name, count in seen.items()} == {"add": 1, "delete": 2, "revise": 5}


def test_the_paper_draws_them_uniformly(taxonomy: Taxonomy) -> None:
    stage = Iopo(config(iopo={"operations": {"add": 1, "delete": 1, "revise": 1}}), taxonomy)
    seen = Counter(stage.draw(f"seed_{n}", 3) for n in range(6000))
    assert all(abs(count - 2000) < 200 for count in seen.values())


def test_a_draw_depends_on_the_id_and_the_seed_and_not_on_the_order_of_the_weights(
    taxonomy: Taxonomy,
) -> None:
    ids = [f"seed_{n}" for n in range(200)]
    weights = {"add": 1, "delete": 1, "revise": 1}
    one = Iopo(config(iopo={"operations": weights}), taxonomy)
    turned = Iopo(config(iopo={"operations": dict(reversed(weights.items()))}), taxonomy)
    other = Iopo(config(seed=1, iopo={"operations": weights}), taxonomy)
    assert [one.draw(i, 3) for i in ids] == [turned.draw(i, 3) for i in ids]
    assert [one.draw(i, 3) for i in ids] != [other.draw(i, 3) for i in ids]


def test_a_weight_of_zero_is_never_drawn_nor_the_deletion_of_all_there_is(taxonomy: Taxonomy) -> None:
    stage = Iopo(config(iopo={"operations": {"add": 0, "delete": 9, "revise": 1}}), taxonomy)
    assert {stage.draw(f"seed_{n}", 3) for n in range(300)} == {"delete", "revise"}
    assert {stage.draw(f"seed_{n}", 1) for n in range(300)} == {"revise"}
    assert iopo(taxonomy, "delete").draw("a", 1) == "revise"


NOTHING = {"add": additions(), "delete": deletions(), "revise": revisions()}


@pytest.mark.parametrize("operation", ["add", "delete", "revise"])
def test_each_operation_has_its_prompt_and_one_further_try(taxonomy: Taxonomy, operation: str) -> None:
    ask = Scripted(**{f"iopo_{operation}": [NOTHING[operation]] * 2})
    assert rejected(walk(iopo(taxonomy, operation), RECORD, ask)) == "x2_unchanged"
    assert [question.sample for question in ask.asked] == [0, 1]
    values = ask.asked[0].values
    assert values["description"] == "Write a poem."
    assert values["response"] == "The good poem."
    assert SEA in (values["constraints"] or "")


@pytest.mark.parametrize(
    ("operation", "edits"),
    [
        ("delete", deletions("c1", "c2")),
        ("delete", deletions("c9")),
        ("revise", revisions(c9="Use 50 words.")),
        ("revise", revisions(c1="Use at most 60 words.", c2="Mention the salt.")),
        ("revise", revisions(c2="that has 50 words.")),
        ("add", additions("and mention the salt.")),
    ],
    ids=["all", "unknown", "unknown to revise", "swapped", "a fragment", "an added fragment"],
)
def test_edits_that_do_not_hold_are_asked_for_once_more(
    taxonomy: Taxonomy, operation: str, edits: Any
) -> None:
    ask = Scripted(**{f"iopo_{operation}": [edits, edits]})
    made = walk(iopo(taxonomy, operation), RECORD, ask)
    assert rejected(made) == "wrong_operation"
    assert ask.counts == {f"iopo_{operation}": 2}, "nothing more is paid for"


def test_the_further_try_may_be_right(taxonomy: Taxonomy) -> None:
    ask = Scripted(
        iopo_revise=[revisions(c9="Use 50 words."), REVISED],
        judge=[cell(0), verdicts(10, 10), cell(0)],
        respond="Y2.",
    )
    assert isinstance(walk(iopo(taxonomy), RECORD, ask), IopoGroup)


def test_a_cut_off_rewriting_uses_up_one_try(taxonomy: Taxonomy) -> None:
    cut = Unanswered("failed", "truncated_output", "cut off at 4096 tokens")
    ask = Scripted(iopo_revise=[cut, REVISED], judge=[cell(0), verdicts(10, 10), cell(0)], respond="Y2.")
    assert isinstance(walk(iopo(taxonomy), RECORD, ask), IopoGroup)


def test_a_dimensions_name_may_not_label_a_new_constraint(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=[revisions(c2="Numbering and List: use three points.")] * 2)
    assert rejected(walk(iopo(taxonomy), RECORD, ask)) == "name_leaked"


def test_a_revision_that_y1_follows_too_is_rewritten_before_y2_is_paid_for(taxonomy: Taxonomy) -> None:
    """ "80 to 120 words" overlaps with "60 to 90"."""
    overlapping = revisions(c2="Use 3 to 8 words.")
    ask = Scripted(
        iopo_revise=[overlapping, REVISED],
        judge=[cell(10), cell(0), verdicts(10, 10), cell(0)],
        respond="Y2.",
    )
    made = walk(iopo(taxonomy), RECORD, ask)
    assert isinstance(made, IopoGroup)
    assert made.x2.constraints[1].text == "Use at least 50 words."
    assert ask.counts == {"iopo_revise": 2, "judge": 4, "respond": 1}
    ask = Scripted(iopo_revise=[overlapping] * 2, judge=[cell(10)] * 2)
    assert rejected(walk(iopo(taxonomy), RECORD, ask)) == "no_contrast"


def test_a_response_to_x2_off_the_task_spoils_the_match(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=REVISED, judge=[cell(0), verdicts(10, 10, task=0)], respond="The moon.")
    made = walk(iopo(taxonomy), RECORD, ask)
    assert (rejected(made), made.detail) == ("y2_imperfect", "short of full marks: task")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "empty_response"),
        (Answer("A long", truncated=True), "truncated_response"),
        ("I cannot assist with this.", "refused_response"),
        (" The good poem.\n", "the response to x2 is the response to x1"),
    ],
)
def test_y2_that_is_no_response_of_its_own_is_imperfect(taxonomy: Taxonomy, reply: Any, said: str) -> None:
    ask = Scripted(iopo_revise=REVISED, judge=cell(0), respond=reply)
    made = walk(iopo(taxonomy), RECORD, ask)
    assert rejected(made) == "y2_imperfect"
    assert made.detail == said


def test_y2_has_as_many_tries_as_the_config_says(taxonomy: Taxonomy) -> None:
    judging = [cell(0), verdicts(10, 9), verdicts(8, 10)]
    ask = Scripted(iopo_revise=REVISED, judge=judging, respond=["No.", "Nor that."])
    made = walk(iopo(taxonomy, iopo={"samples": 2}), RECORD, ask)
    assert rejected(made) == "y2_imperfect"
    assert made.detail == "short of full marks: c1"
    assert [question.sample for question in ask.to("respond")] == [0, 1]


def test_y2_is_asked_for_as_the_response_was(taxonomy: Taxonomy) -> None:
    stage = iopo(taxonomy, respond={"call": {"temperature": 0.3}})
    ask = Scripted(iopo_revise=REVISED, judge=[cell(0), verdicts(10, 9)], respond="No.")
    walk(stage, RECORD, ask)
    question = ask.to("respond")[0]
    assert question.call.temperature == 0.3
    assert question.values["instruction"] == "Write a poem.\nMention the sea.\nUse at least 50 words.\n"


class TestPaper:
    """The paper's profile: one question about the whole group, and nothing proven."""

    def made(self, taxonomy: Taxonomy, verdict: str) -> tuple[Any, Scripted]:
        rational = Rationality.model_validate({"reasoning": "they fit", "verdict": verdict})
        ask = Scripted(iopo_add=additions(SALT), respond="Salt.",
                       judge=verdicts(10, 10, 10), rational=rational)  # fmt: skip
        return walk(iopo(taxonomy, "add", iopo={"certificate": "rationality"}), RECORD, ask), ask

    def test_a_rational_group_is_kept_without_a_claim(self, taxonomy: Taxonomy) -> None:
        made, ask = self.made(taxonomy, "rational")
        assert isinstance(made, IopoGroup)
        assert same_origin(made, RECORD)
        assert made.certificate == "rationality"
        assert (made.cells.x1y2, made.cells.x2y1) == (None, None)
        assert not any(value for _, value in made.terms)
        assert ask.counts == {"iopo_add": 1, "respond": 1, "judge": 1, "rational": 1}

    def test_the_question_shows_the_whole_group(self, taxonomy: Taxonomy) -> None:
        _, ask = self.made(taxonomy, "rational")
        values = ask.to("rational")[0].values
        assert values["x1"] == RECORD.instruction.render()
        assert values["x2"] == "Write a poem.\nMention the sea.\nUse at most 5 words.\nMention the salt.\n"
        assert (values["y1"], values["y2"]) == ("The good poem.", "Salt.")

    def test_the_rest_is_not_rational(self, taxonomy: Taxonomy) -> None:
        made, _ = self.made(taxonomy, "not_rational")
        assert rejected(made) == "not_rational"
        assert made.detail == "they fit"

    def test_y2_still_needs_full_marks(self, taxonomy: Taxonomy) -> None:
        ask = Scripted(iopo_revise=REVISED, respond="No.", judge=verdicts(10, 5))
        stage = iopo(taxonomy, iopo={"certificate": "rationality"})
        assert rejected(walk(stage, RECORD, ask)) == "y2_imperfect"


def test_a_revision_that_overlaps_is_told_of_once(taxonomy: Taxonomy) -> None:
    shorter = revisions(c2="Use at most 3 words.")
    ask = Scripted(
        iopo_revise=[shorter, REVISED], judge=[cell(2), verdicts(10, 10), cell(0)], respond=LONG_POEM
    )
    made = walk(iopo(taxonomy, judge={"code_checks": True}), RECORD, ask)
    assert isinstance(made, IopoGroup)
    assert made.changes.revised[0].after.text == "Use at least 50 words."
    first, second = ask.to("iopo_revise")
    assert (first.values["overlapping"], first.sample, second.sample) == (None, 0, 0)
    assert second.values["overlapping"] == '{"id": "c2", "text": "Use at most 3 words."}'


def test_one_that_overlaps_again_is_rejected(taxonomy: Taxonomy) -> None:
    shorter, other = revisions(c2="Use at most 3 words."), revisions(c2="Use no more than 5 words.")
    ask = Scripted(iopo_revise=[shorter, other])
    made = walk(iopo(taxonomy, iopo={"rewritings": 1}, judge={"code_checks": True}), RECORD, ask)
    assert rejected(made) == "overlapping_revision"
    assert BRIEF in made.detail


def test_without_code_checks_overlaps_are_left_to_the_cells(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_revise=revisions(c2="Use at most 3 words."), judge=cell(10))
    made = walk(iopo(taxonomy, iopo={"rewritings": 1}), RECORD, ask)
    assert rejected(made) == "no_contrast"


def test_what_contradicts_a_constraint_that_stays_is_the_wrong_operation(taxonomy: Taxonomy) -> None:
    ask = Scripted(iopo_add=additions("Use at least 90 words."))
    made = walk(iopo(taxonomy, "add", iopo={"rewritings": 1}, judge={"code_checks": True}), RECORD, ask)
    assert rejected(made) == "wrong_operation"
    assert "exclude each other" in made.detail
