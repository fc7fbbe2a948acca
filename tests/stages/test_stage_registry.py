"""What the stages say of themselves, which resuming and fingerprints rest on."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from stage_scripts import book, config

from trace_builder.bilingual import LANGS
from trace_builder.records import Seed
from trace_builder.stages.base import Stage
from trace_builder.stages.registry import build_stages, stage_classes
from trace_builder.taxonomy import Taxonomy, load_taxonomy

NAMES = tuple(stage_classes())
#: Shapes and plumbing: they carry values and interpret nothing.
CARRIERS = {
    "trace_builder.config",
    "trace_builder.errors",
    "trace_builder.records",
    "trace_builder.resources",
    "trace_builder.stages.base",
    "trace_builder.paper",
}


def stages() -> dict[str, Stage[Any, Any]]:
    return {stage.name: stage for stage in build_stages(config(), load_taxonomy())}


def imports(module: str) -> set[str]:
    """The modules of ours that a module imports when it is loaded."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    found = {n.module for n in tree.body if isinstance(n, ast.ImportFrom) and n.module}
    return {name for name in found if name.startswith("trace_builder")}


def reached(module: str) -> set[str]:
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in seen and name not in CARRIERS:
            seen.add(name)
            # Reply types read scores, which concerns the stages that ask a judge.
            todo += imports(name) - {"trace_builder.stages.common.scores"}
    return seen


def test_the_order_is_the_datas_way() -> None:
    assert tuple(stages()) == tuple(stage_classes())
    assert [stage.follows for stage in stages().values()] == [
        None,
        "expand",
        "structure",
        "quality",
        "respond",
        "respond",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_stage_reads_what_the_one_before_makes(name: str) -> None:
    stage = stages()[name]
    assert stage.reads is (stages()[stage.follows].makes if stage.follows else Seed)


@pytest.mark.parametrize("name", NAMES)
def test_all_code_behind_an_outcome_is_in_the_fingerprint(name: str) -> None:
    """A module left out here would let a changed rule pass unnoticed over outcomes made by the old one."""
    stage = stages()[name]
    packages = {module for module in reached(stage.code[0]) if module.startswith("trace_builder.checks.")}
    assert reached(stage.code[0]) - packages - set(stage.code) == set()
    assert not packages or "trace_builder.checks" in stage.code
    assert "judge" not in stage.prompts or "trace_builder.stages.common.scores" in stage.code


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_exists_in_both_languages(name: str) -> None:
    for prompt in stages()[name].prompts:
        for lang in LANGS:
            assert book().get(prompt, lang).user


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"expand": {"spare": 3}}, {"expand"}),
        ({"structure": {"overlap": 0.5}}, {"structure"}),
        ({"quality": {"call": {"max_tokens": 7}}}, {"quality"}),
        ({"respond": {"samples": 9}}, {"respond"}),
        ({"respond": {"call": {"temperature": 0.1}}}, {"respond", "iopo"}),
        ({"judge": {"votes": 5}}, {"respond", "dpo", "iopo"}),
        ({"judge": {"code_checks": True}}, {"respond", "dpo", "iopo"}),
        ({"dpo": {"sampled": False}}, {"dpo"}),
        ({"iopo": {"operations": {"revise": 1}}}, {"iopo"}),
        ({"iopo": {"certificate": "rationality"}}, {"iopo"}),
        ({"seed": 5}, {"expand", "iopo"}),
        ({"wire": {"concurrency": 1}, "limit": 3, "profile": "mine"}, set()),
    ],
)
def test_a_setting_touches_the_stages_it_shapes(change: dict[str, object], touched: set[str]) -> None:
    before, after = stages(), {s.name: s for s in build_stages(config(**change), load_taxonomy())}
    differ = {
        n for n in before if (before[n].settings, before[n].calls) != (after[n].settings, after[n].calls)
    }
    assert differ == touched


def test_another_taxonomy_touches_what_reads_it(taxonomy: Taxonomy) -> None:
    smaller = taxonomy.model_copy(update={"types": taxonomy.types[:2]})
    before = {s.name: s.settings for s in build_stages(config(), taxonomy)}
    after = {s.name: s.settings for s in build_stages(config(), smaller)}
    assert {n for n in before if before[n] != after[n]} == {"expand", "structure", "iopo"}
