"""expand: what is drawn, what is asked, and what is turned down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from stage_scripts import Scripted, config, rejected, same_origin, walk

from trace_builder.errors import InputError
from trace_builder.records import Expanded, Seed
from trace_builder.stages.base import Unanswered
from trace_builder.stages.common.answer_schemas import Expansion, Parts, PartsConstraint
from trace_builder.stages.expand import Expand
from trace_builder.support.paper import EVAL_COUNTS, TRAIN_COUNTS
from trace_builder.taxonomy import Taxonomy

TEXT = config(expand={"writes": "text"})
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
    stage, ask = Expand(TEXT, taxonomy), Scripted(expand_text=GOOD)
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
    ask = Scripted(expand_text=Expansion(text="写一首关于大海的诗。不超过五十字。"))
    walk(
        Expand(TEXT, taxonomy),
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
        ("Write a short poem about the sea. Numbering and list: three points.", "name_leaked"),
    ],
)
def test_what_is_turned_down(taxonomy: Taxonomy, text: str, reason: str) -> None:
    stage = Expand(config(expand={"samples": 1, "writes": "text"}), taxonomy)
    assert rejected(walk(stage, SEED, Scripted(expand_text=Expansion(text=text)))) == reason


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        ("Write a short poem about the sea.", "Write a sea poem. The target audience is sailors."),
        ("Write a short poem about the sea.", "Write a sea poem. Keep the tone and style calm and formal."),
        ("Write an essay on the sea.", "Write an essay on the sea with a clear hierarchical structure."),
        ("Put the figures in a table.", 'Put the figures in a table with the columns "Name" and "Value".'),
        ("写一篇关于海的短文。", "以海为题写一篇短文，受众目标是小学生，语气风格要轻松。"),
        ("回答以下问题：海水为什么是咸的？", "请根据给定的问题作答，说明海水发咸的两个原因。"),
    ],
)
def test_ordinary_words_and_honest_paraphrases_are_not_turned_down(
    taxonomy: Taxonomy, instruction: str, text: str
) -> None:
    seed = Seed(id="a", lang="en", instruction=instruction)
    made = walk(Expand(TEXT, taxonomy), seed, Scripted(expand_text=Expansion(text=text)))
    assert isinstance(made, Expanded)
    assert (made.text, made.parts) == (text, None)


def test_a_name_that_the_seed_itself_holds_is_no_leak(taxonomy: Taxonomy) -> None:
    seed = Seed(id="a", lang="en", instruction="Explain what Role-Playing games are.")
    reply = Expansion(text="Explain what Role-Playing games are. Use at most 50 words.")
    assert isinstance(walk(Expand(TEXT, taxonomy), seed, Scripted(expand_text=reply)), Expanded)


def test_another_expansion_is_tried_and_the_last_verdict_counts(taxonomy: Taxonomy) -> None:
    stage = Expand(config(expand={"samples": 2, "writes": "text"}), taxonomy)
    ask = Scripted(expand_text=[LEAK, GOOD])
    assert isinstance(walk(stage, SEED, ask), Expanded)
    assert [question.sample for question in ask.asked] == [0, 1]
    ask = Scripted(expand_text=[LEAK, Expansion(text=SEED.instruction)])
    assert rejected(walk(stage, SEED, ask)) == "unchanged"


CUT = Unanswered("failed", "truncated_output", "expand: cut off at 2048 tokens")


def test_a_cut_off_sample_uses_up_one_sample_and_not_the_record(taxonomy: Taxonomy) -> None:
    assert isinstance(walk(Expand(TEXT, taxonomy), SEED, Scripted(expand_text=[CUT, GOOD])), Expanded)
    assert (
        rejected(walk(Expand(TEXT, taxonomy), SEED, Scripted(expand_text=[CUT, CUT]))) == "truncated_output"
    )


def test_another_failure_is_not_passed_over(taxonomy: Taxonomy) -> None:
    ask = Scripted(expand_text=Unanswered("failed", "outage", "gone"))
    with pytest.raises(Unanswered):
        walk(Expand(TEXT, taxonomy), SEED, ask)


class TestParts:
    """The description and the list of constraints at once."""

    SEED = Seed(id="a", lang="en", instruction='Name 3 rivers, and do not write "Nile".', source="s")

    def parts(
        self,
        *added: str,
        description: str = "Name 3 rivers.",
        stated: tuple[str, ...] = ('Do not write "Nile".',),
        fewer: str | None = None,
        label: str = "exclusion",
        given: str | None = None,
    ) -> Parts:
        rows = [(text, True) for text in stated] + [(text, False) for text in added]
        constraints = [PartsConstraint(text=t, dimension=label, stated=own) for t, own in rows]
        return Parts(fewer=fewer, description=description, input=given, constraints=constraints)

    def stage(self, taxonomy: Taxonomy, count: int = 3, **expand: Any) -> Expand:
        weights = [0] * (count - 1) + [1]
        return Expand(config(expand={"counts": weights, **expand}), taxonomy)

    def test_they_are_taken_as_they_come_with_the_stated_ones(self, taxonomy: Taxonomy) -> None:
        reply = self.parts("Give each a country.", "Use a numbered list.")
        ask = Scripted(expand=reply)
        made = walk(self.stage(taxonomy), self.SEED, ask)
        assert isinstance(made, Expanded)
        assert same_origin(made, self.SEED)
        assert made.text is None
        assert made.parts is not None
        assert made.parts.description == "Name 3 rivers."
        assert [(c.id, c.text, c.dimension) for c in made.parts.constraints] == [
            ("c1", 'Do not write "Nile".', "exclusion"),
            ("c2", "Give each a country.", "exclusion"),
            ("c3", "Use a numbered list.", "exclusion"),
        ]
        assert (made.target, made.fewer) == (3, "")
        assert ask.asked[0].values["count"] == "3"

    def test_the_seeds_own_input_travels_beside_it(self, taxonomy: Taxonomy) -> None:
        seed = Seed(id="a", lang="en", instruction="Sort these.", input="pear, fig")
        reply = self.parts("Use a list.", description="Sort these.", stated=(), given="pear")
        made = walk(self.stage(taxonomy, 1), seed, Scripted(expand=reply))
        assert made.parts.input == "pear, fig"

    @pytest.mark.parametrize(
        "change",
        [
            {"description": "Name rivers."},
            {"stated": ("Do not write a certain name.",)},
        ],
        ids=["a figure", "a quoted word"],
    )
    def test_what_the_seed_says_is_asked_for_once_more_and_then_lost(
        self, taxonomy: Taxonomy, change: dict[str, Any]
    ) -> None:
        less = self.parts("Give each a country.", "Use a list.", **change)
        whole = self.parts("Give each a country.", "Use a list.")
        stage = self.stage(taxonomy)
        assert isinstance(walk(stage, self.SEED, Scripted(expand=[less, whole])), Expanded)
        assert rejected(walk(stage, self.SEED, Scripted(expand=[less, less]))) == "lost_text"

    def test_material_stands_in_the_input(self, taxonomy: Taxonomy) -> None:
        seed = Seed(id="a", lang="zh", instruction="翻译以下句子：The tide comes in twice a day.")
        kept = {"description": "翻译以下句子", "stated": ()}
        whole = self.parts("译文不超过十二个字。", given="The tide comes in twice a day.", **kept)
        lost = self.parts("译文不超过十二个字。", **kept)
        assert isinstance(walk(self.stage(taxonomy, 1), seed, Scripted(expand=whole)), Expanded)
        assert rejected(walk(self.stage(taxonomy, 1), seed, Scripted(expand=[lost, lost]))) == "lost_text"

    def test_the_number_is_a_wish_off_by_one_is_near_enough(self, taxonomy: Taxonomy) -> None:
        for added in (("One.", "Two."), ("One.", "Two.", "Three."), ("One.", "Two.", "Three.", "Four.")):
            reply = self.parts(*added)
            assert isinstance(walk(self.stage(taxonomy, 4), self.SEED, Scripted(expand=reply)), Expanded)

    @pytest.mark.parametrize("added", [("One.",), ("One.", "Two.", "Three.", "Four.", "Five.")])
    def test_what_is_off_by_more_is_asked_again_and_then_taken(
        self, taxonomy: Taxonomy, added: tuple[str, ...]
    ) -> None:
        reply = self.parts(*added)
        ask = Scripted(expand=[reply, self.parts("One.", "Two.", "Three.")])
        made = walk(self.stage(taxonomy, 4), self.SEED, ask)
        assert made.parts is not None
        assert len(made.parts.constraints) == 4
        made = walk(self.stage(taxonomy, 4), self.SEED, Scripted(expand=[reply, reply]))
        assert len(made.parts.constraints) == 1 + len(added)

    def test_fewer_is_right_with_a_reason_which_is_kept(self, taxonomy: Taxonomy) -> None:
        reply = self.parts("Use capital letters.", fewer="One word can bear no more.")
        made = walk(self.stage(taxonomy, 9), self.SEED, Scripted(expand=reply))
        assert made.fewer == "One word can bear no more."
        assert made.target == 9

    @pytest.mark.parametrize(
        ("flawed", "reason"),
        [
            ({"added": (), "stated": ('Do not write "Nile".',)}, "unchanged"),
            ({"added": ("Output Format: a list.", "Be kind.")}, "name_leaked"),
        ],
        ids=["nothing added", "a label"],
    )
    def test_what_is_turned_down(self, taxonomy: Taxonomy, flawed: dict[str, Any], reason: str) -> None:
        reply = self.parts(*flawed.pop("added"), **flawed)
        assert rejected(walk(self.stage(taxonomy), self.SEED, Scripted(expand=[reply, reply]))) == reason

    def test_another_theme_is_turned_down(self, taxonomy: Taxonomy) -> None:
        seed = Seed(id="a", lang="en", instruction="Name some rivers.")
        reply = self.parts("Be kind.", description="Explain how taxes work.", stated=())
        made = walk(self.stage(taxonomy, 1), seed, Scripted(expand=[reply, reply]))
        assert rejected(made) == "theme_lost"

    @pytest.mark.parametrize(
        "flawed",
        [
            {"added": ("Give each a country.", "that is well known.")},
            {"added": ("Give each a country.", "Give each a country")},
            {"added": ("Give each a country.", "Use a list."), "label": "humour"},
        ],
        ids=["a fragment", "a repetition", "a label outside the taxonomy"],
    )
    def test_a_flaw_is_asked_again(self, taxonomy: Taxonomy, flawed: dict[str, Any]) -> None:
        reply = self.parts(*flawed.pop("added"), **flawed)
        good = self.parts("Give each a country.", "Use a list.")
        made = walk(self.stage(taxonomy), self.SEED, Scripted(expand=[reply, good]))
        assert [c.text for c in made.parts.constraints][1:] == ["Give each a country.", "Use a list."]

    def test_a_seed_that_says_it_is_complex_is_written_as_text(self, taxonomy: Taxonomy) -> None:
        seed = self.SEED.model_copy(update={"complex": True})
        text = 'Name 3 rivers, and do not write "Nile". Use a list.'
        made = walk(self.stage(taxonomy), seed, Scripted(expand_text=Expansion(text=text)))
        assert (made.text, made.parts) == (text, None)
