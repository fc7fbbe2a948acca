from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_builder.evaluate.bootstrap import Sampling
from trace_builder.evaluate.metrics import score
from trace_builder.evaluate.results import (
    ConstraintResult,
    DataUsed,
    InstructionResult,
    JudgeModel,
    ModelsUsed,
    ModelUnderTest,
    Results,
    result_of,
)
from trace_builder.records import Score
from trace_builder.taxonomy import Taxonomy, load_taxonomy

TAXONOMY = load_taxonomy()
QUICK = Sampling(resamples=50)


def item(
    *scores: int | None,
    lang: Any = "en",
    dims: tuple[str | None, ...] = (),
    answered: bool = True,
    id: str = "a",  # noqa: A002
    **more: Any,
) -> InstructionResult:
    constraints = tuple(
        ConstraintResult(id=f"c{n}", text="x", dimension=dimension, score=score)
        for n, (score, dimension) in enumerate(zip(scores, dims or ("theme",) * len(scores), strict=True), 1)
    )
    given = [Score(constraint="c", score=score) for score in scores]
    result = result_of(given, answered=answered)
    return InstructionResult(id=id, lang=lang, result=result, constraints=constraints, prompt="p", **more)


def figures(items: list[InstructionResult], taxonomy: Taxonomy, sampling: Sampling) -> dict[str, Any]:
    """As ``results.json`` has them."""
    data = DataUsed(path="set.jsonl", digest="0", instructions=len(items), constraints=0, languages={})
    models = ModelsUsed(tested=ModelUnderTest(name="m"), judge=JudgeModel(name="j"))
    found = score(data, models, items, taxonomy, sampling)
    assert Results.model_validate_json(json.dumps(found.as_json())) == found
    return found.as_json()


@pytest.mark.parametrize(
    ("scores", "result"),
    [
        ((10,), "followed"),
        ((10, 10, 10), "followed"),
        ((10, 9), "not_followed"),
        ((0,), "not_followed"),
        ((10, None), "unscored"),
        ((None,), "unscored"),
        ((8, None), "not_followed"),
    ],
)
def test_eq_3_counts_an_instruction_only_with_all_tens(scores: tuple[int | None, ...], result: str) -> None:
    assert item(*scores).result == result


def test_headline_counts_unscored_as_not_followed_and_the_other_reading_leaves_them_out() -> None:
    items = [
        item(10),
        item(7),
        item(None),
        item(10, 10),
        item(10, 3),
        item(None, 10),
        item(None, None, answered=False),
    ]
    found = figures(items, TAXONOMY, QUICK)
    assert found["results"] == {
        "followed": 2,
        "not_followed": 2,
        "disputed": 0,
        "unscored": 2,
        "unanswered": 1,
    }
    scores = found["scores"]
    assert (scores["if_s"]["followed"], scores["if_s"]["n"], scores["if_s"]["unscored"]) == (1, 3, 1)
    assert scores["if_s"]["scored_only"]["percent"] == 50.0
    assert (scores["if_m"]["followed"], scores["if_m"]["n"], scores["if_m"]["unscored"]) == (1, 4, 2)
    assert scores["if"]["percent"] == pytest.approx(200 / 7, abs=1e-3)
    assert (scores["csr"]["followed"], scores["csr"]["n"], scores["csr"]["unscored"]) == (5, 11, 4)
    assert scores["csr"]["scored_only"]["percent"] == pytest.approx(500 / 7, abs=1e-3)


def test_by_dimension_and_type_count_each_constraint_once() -> None:
    items = [
        item(10, 4, 10, dims=("theme", "emotion", None)),
        item(10, dims=("theme",)),
        item(None, 2, dims=("template", "of_another_taxonomy")),
    ]
    found = figures(items, TAXONOMY, QUICK)["scores"]
    dimensions = {row["dimension"]: row["csr"] for row in found["by_dimension"]}
    types = {row["type"]: row["csr"] for row in found["by_type"]}
    assert (dimensions["theme"]["followed"], dimensions["theme"]["n"]) == (2, 2)
    assert (dimensions["emotion"]["followed"], dimensions["emotion"]["n"]) == (0, 1)
    assert (dimensions["template"]["n"], dimensions["template"]["unscored"]) == (1, 1)
    assert (dimensions[None]["followed"], dimensions[None]["n"]) == (1, 2)
    assert dimensions["value"]["n"] == 0
    assert dimensions["value"]["percent"] is None
    assert (types["content"]["n"], types["style"]["n"], types["format"]["n"], types[None]["n"]) == (
        2,
        1,
        1,
        2,
    )


def test_by_count_and_language() -> None:
    items = [item(10, lang="zh"), item(10, 10), item(5, 10, lang="zh")]
    found = figures(items, TAXONOMY, QUICK)["scores"]
    assert [(row["count"], row["if"]["percent"]) for row in found["by_count"]] == [(1, 100.0), (2, 50.0)]
    assert [(row["language"], row["if"]["n"], row["csr"]["n"]) for row in found["by_language"]] == [
        ("en", 1, 2),
        ("zh", 2, 3),
    ]


def test_the_thirty_judgements_score_as_eq_3_says() -> None:
    path = Path(__file__).parent / "thirty_judgements.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = [item(*row["scores"], id=row["id"], overall=row["overall"]) for row in rows]
    assert [i.followed for i in items] == [row["followed"] for row in rows]
    found = figures(items, TAXONOMY, QUICK)
    assert found["scores"]["if"]["followed"] == 10
    theirs = found["authors_reading"]
    assert theirs["if"]["followed"] == 13
    assert (theirs["both"], theirs["only_authors"], theirs["only_eq3"], theirs["neither"]) == (6, 7, 4, 13)
    assert theirs["without_overall"] == sum(row["overall"] is None for row in rows)


def test_votes_agree_or_not() -> None:
    items = [
        item(10, 10, votes=((10, 10), (10, 10), (10, 10))),
        item(4, 10, votes=((10, 10), (4, 10), (10, 10))),
    ]
    votes = figures(items, TAXONOMY, QUICK)["votes"]
    assert votes["votes"] == 3
    assert votes["followed"]["units"] == 4
    assert votes["followed"]["percent"]["value"] == pytest.approx((3 + 1 / 3) / 4)
    assert votes["followed"]["kappa"]["kind"] == "fleiss"
    assert [figure["percent"] for figure in votes["if_of_each"]] == [100.0, 50.0, 100.0]


def test_one_vote_and_no_overall_have_no_such_sections() -> None:
    found = figures([item(10, votes=((10,),))], TAXONOMY, QUICK)
    assert found["votes"] is None
    assert found["authors_reading"] is None


scores = st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=6).map(tuple)


@given(st.lists(scores, min_size=1, max_size=25))
def test_shares_add_up(all_scores: list[tuple[int | None, ...]]) -> None:
    items = [item(*s, dims=("theme",) * len(s)) for s in all_scores]
    found = figures(items, TAXONOMY, Sampling(resamples=0))
    parts = found["scores"]
    assert sum(found["results"].values()) == len(items) == parts["if"]["n"]
    assert parts["if_s"]["followed"] + parts["if_m"]["followed"] == parts["if"]["followed"]
    assert sum(row["if"]["n"] for row in parts["by_count"]) == len(items)
    assert parts["csr"]["n"] == sum(map(len, all_scores)) == sum(found["score_counts"].values())
    assert parts["if"]["followed"] == sum(all(score == 10 for score in s) for s in all_scores)
