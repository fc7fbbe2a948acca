from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from evaluation_set import evaluation_file

from trace_builder.errors import InputError
from trace_builder.evalset.adjudicate import adjudicate, agree, disagreements
from trace_builder.evalset.annotations import Annotator, Answer, CorrectedText, Correction, Role
from trace_builder.evaluate.bootstrap import Sampling
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.released_rows import EvalItem
from trace_builder.taxonomy import load_taxonomy


@pytest.fixture
def items(tmp_path: Path) -> tuple[EvalItem, ...]:
    return read_evalset(evaluation_file(tmp_path, 100), load_taxonomy()).items


def said(decision: Any = "keep", text: str | None = None, **faults: bool) -> Answer:
    correction = (
        Correction(description=text, constraints=(CorrectedText(id="c1", text="x"),)) if text else None
    )
    values = {"empty_description": False, "redundancy": False, "input_mismatch": False, **faults}
    return Answer(**values, decision=decision, correction=correction)


def person(name: str, answers: dict[str, Answer], role: Role = "annotator") -> Annotator:
    return Annotator(name, Path(f"{name}.json"), answers, role)


def simulated(items: tuple[EvalItem, ...], name: str, seed: int) -> Annotator:
    """Mostly sees what is there, sometimes does not."""
    rng, truth = random.Random(seed), random.Random(0)
    answers = {}
    for item in items:
        redundant, mismatch = truth.random() < 0.2, truth.random() < 0.1
        redundant ^= rng.random() < 0.08
        mismatch ^= rng.random() < 0.04
        decision = "drop" if mismatch else "correct" if redundant else "keep"
        text = "shorter" if decision == "correct" else None
        answers[item.id] = said(decision, text, redundancy=redundant, input_mismatch=mismatch)
    return person(name, answers)


def test_two_simulated_annotators_match_the_reference_libraries(items: tuple[EvalItem, ...]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rater = pytest.importorskip("statsmodels.stats.inter_rater")
    people = [simulated(items, "ada", 1), simulated(items, "bo", 2)]
    cy = person("cy", {item.id: said("drop") for item in items}, "adjudicator")
    report, _ = agree([*people, cy], items, Sampling(resamples=200))
    assert report.annotators == {"ada": 100, "bo": 100}
    found = report.questions
    for question in ("redundancy", "input_mismatch", "decision"):
        a, b = ([str(p.answers[i.id].rating(question)) for i in items] for p in people)
        row = found[question]
        assert row.units == 100
        assert row.percent.value == pytest.approx(metrics.accuracy_score(a, b), abs=1e-12)
        assert row.kappa.kind == "cohen"
        assert row.kappa.value == pytest.approx(metrics.cohen_kappa_score(a, b), abs=1e-12)
        table = rater.cohens_kappa(rater.to_table(list(zip(a, b, strict=True)), bins=None)[0])
        assert row.kappa.value == pytest.approx(table.kappa, abs=1e-12)
        counts, _ = rater.aggregate_raters(list(zip(a, b, strict=True)))
        fleiss = rater.fleiss_kappa(counts)
        # Two raters, none missing: alpha is Scott's pi (Fleiss' kappa of two) with 2n in place of infinity.
        assert row.alpha.value == pytest.approx(1 - (1 - fleiss) * 199 / 200, abs=1e-12)
        assert None not in (row.alpha.low, row.alpha.high)
        assert row.alpha.low < row.alpha.value < row.alpha.high  # type: ignore[operator]
    assert found["empty_description"].percent.value == 1.0
    assert found["empty_description"].kappa.value is None


def test_disagreements_name_the_questions(items: tuple[EvalItem, ...]) -> None:
    ada = person("ada", {"0": said(), "1": said("drop"), "3": said("correct", "a"), "4": said(), "5": said()})
    bo = person(
        "bo", {"0": said(), "1": said("keep", redundancy=True), "3": said("correct", "b"), "6": said()}
    )
    found = disagreements([ada, bo], items)
    assert [(d.item.id, d.questions) for d in found] == [
        ("1", ("redundancy", "decision")),
        ("3", ("correction",)),
    ]
    assert set(found[0].answers) == {"ada", "bo"}


def test_the_adjudicator_has_the_last_word(items: tuple[EvalItem, ...]) -> None:
    few = items[:5]
    both = {"0": said(), "1": said("drop"), "3": said("correct", "New.")}
    ada = person("ada", {**both, "2": said(redundancy=True), "4": said()})
    bo = person("bo", {**both, "2": said(), "4": said("drop")})
    with pytest.raises(InputError, match="1 instructions are still in dispute; adjudicate them first: 4"):
        adjudicate([ada, bo], few)
    cy = person("cy", {"4": said("drop")}, "adjudicator")
    found = adjudicate([ada, bo, cy], few)
    assert [item.id for item in found.items] == ["0", "2", "3"]
    assert (found.corrected, found.dropped) == (("3",), ("1", "4"))
    third = found.items[2]
    assert third.instruction.description == "New."
    assert [(c.id, c.text) for c in third.constraints] == [("c1", "x")]
    assert third.labels == ("数值约束",)
    assert third.prompt == third.instruction.render()


def test_what_nobody_answered_is_not_decided(items: tuple[EvalItem, ...]) -> None:
    with pytest.raises(
        InputError, match=r"98 instructions were not answered by anyone: 1, 3, 4, 5, 6, 7, 8, 9, \.\.\."
    ):
        adjudicate([person("ada", {"0": said(), "2": said()})], items)
