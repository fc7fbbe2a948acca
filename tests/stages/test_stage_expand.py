"""expand: what is drawn, what is asked, and what is turned down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from stage_scripts import Scripted, config, rejected, same_origin, walk

from trace_builder.errors import InputError
from trace_builder.records import Expanded, Seed
from trace_builder.stages.common.answer_schemas import Expansion
from trace_builder.stages.expand import Expand
from trace_builder.support.paper import EVAL_COUNTS, TRAIN_COUNTS
from trace_builder.taxonomy import Taxonomy

IDS = [f"seed_{n}" for n in range(20_000)]
SEED = Seed(id="a", lang="en", instruction="Write a short poem about the sea.", input="blue", source="s")
GOOD = Expansion(text="Write a short poem about the sea.\nUse at most 50 words.")
LEAK = Expansion(text="Write a short poem about the sea.\nNumbering and List: use three points.")


def chi_square(seen: Counter[int], weights: Sequence[float]) -> float:
    """Over counts that are expected at least five times; the rare ones are taken together."""
    total, expected, rare = sum(seen.values()), {}, [0.0, 0]
    for count, weight in enumerate(weights, start=1):
        share = weight / sum(weights) * total
        if share >= 5:
            expected[count] = share
        else:
            rare = [rare[0] + share, rare[1] + seen[count]]
    terms = [(seen[count] - share) ** 2 / share for count, share in expected.items()]
    return sum(terms) + ((rare[1] - rare[0]) ** 2 / rare[0] if rare[0] else 0.0)


def test_counts_follow_the_papers_row(taxonomy: Taxonomy) -> None:
    stage = Expand(config(seed=7), taxonomy)
    seen = Counter(stage.draw(name)[0] for name in IDS)
    # 11 groups, 10 degrees of freedom: a true row stays below 29.6 in 999 of 1,000 seeds.
    assert chi_square(seen, TRAIN_COUNTS) < 29.6
    assert chi_square(seen, EVAL_COUNTS) > 1000, "the bound tells another row apart"


def test_counts_follow_the_configured_weights(taxonomy: Taxonomy) -> None:
    stage = Expand(config(expand={"counts": [0, 1, 3]}), taxonomy)
    seen = Counter(stage.draw(name)[0] for name in IDS[:4000])
    assert set(seen) == {2, 3}
    assert seen[3] / seen[2] == pytest.approx(3, rel=0.15)


def test_every_dimension_is_offered_about_as_often(taxonomy: Taxonomy) -> None:
    stage = Expand(config(), taxonomy)
    offers = Counter(d for name in IDS[:3000] for d in stage.draw(name)[1])
    assert set(offers) == {d.id for d in taxonomy.dimensions}
    mean = sum(offers.values()) / len(offers)
    assert all(abs(count - mean) < 0.15 * mean for count in offers.values())


def test_even_few_seeds_are_offered_the_whole_taxonomy(taxonomy: Taxonomy) -> None:
    stage = Expand(config(), taxonomy)
    assert {d for name in IDS[:80] for d in stage.draw(name)[1]} == {d.id for d in taxonomy.dimensions}


def test_more_is_offered_than_wanted_and_nothing_twice(taxonomy: Taxonomy) -> None:
    stage = Expand(config(expand={"spare": 2.0}), taxonomy)
    for name in IDS[:500]:
        target, offered = stage.draw(name)
        assert len(offered) == min(26, max(target + 2, 2 * target))
        assert len(set(offered)) == len(offered)


def test_a_weight_of_zero_is_never_offered_and_a_high_one_more_often(taxonomy: Taxonomy) -> None:
    weights = {"theme": 0.0, "table_background": 5.0}
    stage = Expand(config(expand={"dimension_weights": weights}), taxonomy)
    offers = Counter(d for name in IDS[:1000] for d in stage.draw(name)[1])
    assert offers["theme"] == 0
    assert offers["table_background"] > 1.5 * offers["value"]


def test_a_draw_depends_on_the_id_and_the_runs_seed_alone(taxonomy: Taxonomy) -> None:
    one, same, other = (Expand(config(seed=seed), taxonomy) for seed in (1, 1, 2))
    backwards = {name: same.draw(name) for name in reversed(IDS[:200])}
    assert {name: one.draw(name) for name in IDS[:200]} == backwards
    assert {name: other.draw(name) for name in IDS[:200]} != backwards
    assert len(set(backwards.values())) > 150


def test_an_unknown_dimension_in_the_weights_is_named(taxonomy: Taxonomy) -> None:
    with pytest.raises(InputError, match=r"dimension_weights names humour"):
        Expand(config(expand={"dimension_weights": {"humour": 1}}), taxonomy)


def test_the_model_sees_the_seed_the_count_and_the_offer(taxonomy: Taxonomy) -> None:
    stage, ask = Expand(config(), taxonomy), Scripted(expand=GOOD)
    made = walk(stage, SEED, ask)
    assert isinstance(made, Expanded)
    assert same_origin(made, SEED)
    assert (made.instruction, made.input, made.text) == (SEED.instruction, SEED.input, GOOD.text)
    assert (made.target, made.offered) == stage.draw("a")
    values = ask.asked[0].values
    assert (values["instruction"], values["input"]) == (SEED.instruction, "blue")
    assert values["count"] == str(made.target)
    lines = (values["offered"] or "").splitlines()
    assert lines == [f"{d}: {taxonomy.get(d).name['en']}" for d in made.offered]


def test_the_offer_follows_the_seeds_language(taxonomy: Taxonomy) -> None:
    ask = Scripted(expand=Expansion(text="写一首关于大海的诗。不超过五十字。"))
    walk(
        Expand(config(), taxonomy),
        Seed(id="z", lang="zh", instruction="写一首关于大海的诗。"),
        ask,
    )
    assert "约束" in (ask.asked[0].values["offered"] or "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LEAK.text, "name_leaked"),
        ("Write a short poem about the sea. 编号和列表约束：列三点。", "name_leaked"),
        ("Write a short poem about the sea.", "unchanged"),
        ("  WRITE a short poem - about the sea!! \n", "unchanged"),
        ("Explain to retired engineers how tax returns are filed, in ten numbered steps.", "theme_lost"),
    ],
)
def test_what_is_turned_down(taxonomy: Taxonomy, text: str, reason: str) -> None:
    stage = Expand(config(expand={"samples": 1}), taxonomy)
    assert rejected(walk(stage, SEED, Scripted(expand=Expansion(text=text)))) == reason


def test_a_name_that_the_seed_itself_holds_is_no_leak(taxonomy: Taxonomy) -> None:
    seed = Seed(id="a", lang="en", instruction="Explain what Role-Playing games are.")
    reply = Expansion(text="Explain what Role-Playing games are. Use at most 50 words.")
    assert isinstance(walk(Expand(config(), taxonomy), seed, Scripted(expand=reply)), Expanded)


def test_another_expansion_is_tried_and_the_last_verdict_counts(taxonomy: Taxonomy) -> None:
    stage = Expand(config(expand={"samples": 2}), taxonomy)
    ask = Scripted(expand=[LEAK, GOOD])
    assert isinstance(walk(stage, SEED, ask), Expanded)
    assert [question.sample for question in ask.asked] == [0, 1]
    ask = Scripted(expand=[LEAK, Expansion(text=SEED.instruction)])
    assert rejected(walk(stage, SEED, ask)) == "unchanged"
