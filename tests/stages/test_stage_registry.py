"""What the stages say of themselves, which resuming and fingerprints rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from typing import Any, get_args

import pytest
from stage_scripts import Scripted, book, config, rejected, walk

from trace_builder.config import Section
from trace_builder.errors import InputError
from trace_builder.llm.types import ErrorKind
from trace_builder.records import Harvested, IopoGroup, Rejection, Seed
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.reasons import ANY_STAGE, FAILURES, label, labels
from trace_builder.stages.stage_registry import GROUP, build_stages, config_model, stage_classes
from trace_builder.support import plugins
from trace_builder.support.bilingual import LANGS, Text
from trace_builder.taxonomy import Taxonomy, load_taxonomy

NAMES = tuple(stage_classes())


def stages(**sections: Any) -> dict[str, Stage[Any, Any]]:
    """All stages there are, set up with these sections."""
    everything = {"judge": {"code_checks": True}, "bind": {"enabled": True}}
    return {stage.name: stage for stage in build_stages(config(**everything | sections), load_taxonomy())}


def test_the_order_is_the_datas_way() -> None:
    assert tuple(stages()) == NAMES
    assert [stage.follows for stage in stages().values()] == [
        None,
        "expand",
        "structure",
        "quality",
        "bind",
        "respond",
        "respond",
        "respond",
    ]


@pytest.mark.parametrize(
    "sections",
    [{"bind": {"enabled": False}}, {"judge": {"code_checks": False}}, {"harvest": {"enabled": False}}],
)
def test_what_follows_a_stage_that_is_left_out_follows_the_one_before(sections: dict[str, Any]) -> None:
    left = stages(**sections)
    out = set(NAMES) - left.keys()
    assert out == ({"harvest"} if "harvest" in sections else {"bind"})
    assert left["respond"].follows == ("bind" if "bind" in left else "quality")
    assert stage_classes()["respond"].follows == "bind", "the class stays as it is"


def test_nothing_follows_a_stage_left_out_that_makes_another_record(
    installed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Odd, "follows", "harvest")
    monkeypatch.setattr(Odd, "reads", Harvested)
    installed(f"{__name__}:Odd")
    assert build_stages(config(), load_taxonomy())[-1].name == "odd"
    with pytest.raises(InputError, match="the stage 'odd' follows 'harvest', which is left out"):
        build_stages(config(harvest={"enabled": False}), load_taxonomy())


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_reads_what_the_one_before_makes(name: str) -> None:
    stage = stages()[name]
    made = stages()[stage.follows].makes if stage.follows else Seed
    assert issubclass(made, stage.reads)
    assert stage.takes_rejected or stage.reads is made


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_exists_in_both_languages(name: str) -> None:
    for prompt in stages()[name].prompts:
        for lang in LANGS:
            assert book().get(prompt, lang).user


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"expand": {"spare": 3}}, {"expand"}),
        ({"expand": {"writes": "text"}}, {"expand"}),
        ({"structure": {"call": {"top_p": 0.5}}}, {"structure"}),
        ({"quality": {"questions": "two"}}, {"quality"}),
        ({"harvest": {"most": 1}}, {"harvest"}),
        ({"iopo": {"rewritings": 1}}, {"iopo"}),
        ({"quality": {"call": {"max_tokens": 7}}}, {"quality"}),
        ({"respond": {"samples": 9}}, {"respond"}),
        ({"respond": {"call": {"temperature": 0.1}}}, {"respond", "iopo"}),
        ({"judge": {"code_checks": True, "votes": 5}}, {"respond", "dpo", "harvest", "iopo"}),
        ({"judge": {"code_checks": False}}, {"structure", "bind", "respond", "dpo", "harvest", "iopo"}),
        ({"bind": {"call": {"max_tokens": 7}}}, {"bind"}),
        ({"bind": {"enabled": False}}, {"bind"}),
        ({"dpo": {"sampled": False}}, {"dpo"}),
        ({"iopo": {"operations": {"revise": 1}}}, {"iopo"}),
        ({"iopo": {"certificate": "rationality"}}, {"iopo"}),
        ({"seed": 5}, {"expand", "iopo"}),
        ({"wire": {"concurrency": 1}, "limit": 3, "profile": "mine"}, set()),
    ],
)
def test_a_setting_touches_the_stages_it_shapes(change: dict[str, object], touched: set[str]) -> None:
    before, after = stages(), stages(**change)
    differ = {n for n in before if n not in after or _shape(before[n]) != _shape(after[n])}
    assert differ == touched


def _shape(stage: Stage[Any, Any]) -> Any:
    return stage.settings, stage.calls


def test_another_taxonomy_touches_what_reads_it(taxonomy: Taxonomy) -> None:
    smaller = taxonomy.model_copy(update={"types": taxonomy.types[:2]})
    before = {s.name: s.settings for s in build_stages(config(), taxonomy)}
    after = {s.name: s.settings for s in build_stages(config(), smaller)}
    assert {n for n in before if before[n] != after[n]} == {"expand", "structure", "harvest", "iopo"}


def test_every_reason_and_every_kind_of_failure_has_a_label_in_both_languages() -> None:
    kinds = {*get_args(ErrorKind), "unfit_answer", "truncated_output", "internal_error"}
    assert kinds - {"context_overflow"} == set(FAILURES)
    declared = {reason for kind in stage_classes().values() for reason in kind.reasons}
    for reason in (*declared, *ANY_STAGE, *kinds):
        for lang in LANGS:
            assert label(reason, lang).strip() not in ("", reason)
    assert label("of_another_time") == "of_another_time"


def test_what_several_stages_reject_for_goes_by_one_label() -> None:
    for kind in stage_classes().values():
        # A cut-off answer makes a record fail; where it cost the last of several samples, it is a verdict.
        assert (kind.reasons.keys() & (FAILURES.keys() | ANY_STAGE.keys())) <= {"truncated_output"}
        assert all(labels()[reason] == text for reason, text in kind.reasons.items())


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_shows_of_a_stage_is_in_its_record(name: str) -> None:
    kind = stage_classes()[name]
    assert kind.shows
    assert set(kind.shows) <= kind.makes.model_fields.keys()
    assert all(kind.label[lang] for lang in LANGS)


class Odd(Stage[Seed, Seed]):
    """Rejects for a reason that it has not declared."""

    name = "odd"
    label = Text("odd", "奇")
    reads = Seed
    makes = Seed
    reasons = {"even": Text("even", "偶")}

    async def process(self, record: Seed, ask: Ask) -> Rejection:
        return Rejection(reason=record.instruction, detail="so it is")


class Needy(Section):
    """A section that cannot be left out."""

    limit: int


class Bare(Stage[Seed, Seed]):
    """Has forgotten half of it."""

    name = "bare"
    reads = Seed

    async def process(self, record: Seed, ask: Ask) -> Seed:
        return record


class Late(Odd):
    name = "late"
    follows = "iopo"
    reads = IopoGroup  # type: ignore[assignment]


def test_a_rejection_for_a_reason_that_is_not_declared_is_a_mistake_in_the_code(taxonomy: Taxonomy) -> None:
    stage = Odd(config(), taxonomy)
    assert rejected(walk(stage, Seed(id="a", lang="en", instruction="even"), Scripted())) == "even"
    with pytest.raises(LookupError, match="odd rejects for 'green', which it does not declare"):
        walk(stage, Seed(id="a", lang="en", instruction="green"), Scripted())


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Makes stages appear as if installed packages named them."""

    def install(*values: str) -> None:
        points = [EntryPoint(name=f"p{n}", value=value, group=GROUP) for n, value in enumerate(values)]
        monkeypatch.setattr(plugins, "entry_points", lambda group: points if group == GROUP else [])
        stage_classes.cache_clear()
        config_model.cache_clear()

    yield install
    monkeypatch.undo()
    stage_classes.cache_clear()
    config_model.cache_clear()


def test_installed_stages_take_their_place_in_the_order(installed: Callable[..., None]) -> None:
    installed(f"{__name__}:Odd", f"{__name__}:Late")
    assert tuple(stage_classes()) == (*NAMES[:-1], "late", NAMES[-1], "odd")


@pytest.mark.parametrize(
    ("value", "change", "said"),
    [
        ("nowhere:Stage", {}, "p0.*nowhere"),
        (f"{__name__}:Nothing", {}, "p0.*Nothing"),
        (f"{__name__}:config", {}, "is no Stage with a name"),
        (f"{__name__}:Odd", {"name": "wire"}, "the name is taken"),
        (f"{__name__}:Odd", {"name": "dpo"}, "the name is taken"),
        (f"{__name__}:Odd", {"follows": "nothing"}, "follows 'nothing', which is no stage"),
        (f"{__name__}:Odd", {"follows": "expand"}, "reads Seed and is given Expanded"),
        (f"{__name__}:Odd", {"reads": IopoGroup}, "reads IopoGroup and is given Seed"),
        (f"{__name__}:Odd", {"config": Needy}, "needs a default"),
        (f"{__name__}:Bare", {}, "does not declare its label, makes"),
    ],
)
def test_an_installed_stage_that_does_not_fit_is_named(
    installed: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    change: dict[str, Any],
    said: str,
) -> None:
    for name, to in change.items():
        monkeypatch.setattr(Odd, name, to)
    installed(value)
    with pytest.raises(InputError, match=said):
        stage_classes()
