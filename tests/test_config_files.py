"""The shipped configs: valid, documented key by key, and saying what their names promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from trace_builder.config import CallConfig, ModelConfig, Prices, RehearsalConfig
from trace_builder.rehearsal.server.faults import CONTENT_FAULTS, WIRE_FAULTS
from trace_builder.stages.stage_registry import config_model
from trace_builder.support.paper import TRAIN_COUNTS
from trace_builder.support.resources import shipped
from trace_builder.taxonomy import load_taxonomy

NAMES = ("rehearsal", "server", "qwen2-72b", "paper")


def text(name: str) -> str:
    return shipped("configs", f"{name}.yaml").read_text(encoding="utf-8")


def config(name: str) -> Any:
    return config_model().model_validate(yaml.safe_load(text(name)))


def uncommented(name: str) -> list[str]:
    """The keys, one a line of the file, that no comment stands above. The names of models are the user's
    own; the header of a section that has a comment on its first line inside counts as documented."""
    bare = []
    lines = text(name).splitlines()
    for i, line in enumerate(lines):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "- ")):
            continue
        above, below = lines[i - 1].strip(), lines[i + 1].strip() if i + 1 < len(lines) else ""
        opens_section = stripped.endswith(":") and below.startswith("#")
        if not above.startswith("#") and not opens_section and stripped != "default:":
            bare.append(stripped)
    return bare


def missing(model: type[BaseModel], given: dict[str, Any], where: str = "") -> list[str]:
    """Settings of ``model`` that ``given`` does not show."""
    absent = []
    for key, info in model.model_fields.items():
        if key not in given:
            absent.append(where + key)
        elif isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            absent += missing(info.annotation, given[key], f"{where}{key}.")
    return absent


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid_and_goes_by_its_name(name: str) -> None:
    assert config(name).profile == name
    assert config(name).output == Path("outputs", name)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_documented(name: str) -> None:
    assert uncommented(name) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_call_is_given_whole(name: str) -> None:
    """Nothing about sampling is left to be looked up elsewhere."""
    for section in yaml.safe_load(text(name)).values():
        if isinstance(section, dict) and "call" in section:
            assert set(section["call"]) == set(CallConfig.model_fields)


def test_the_production_file_shows_every_setting_there_is() -> None:
    given = yaml.safe_load(text("qwen2-72b"))
    assert missing(config_model(), given) == []
    assert missing(ModelConfig, given["models"]["default"]) == []
    assert missing(RehearsalConfig, yaml.safe_load(text("rehearsal"))["rehearsal"]) == []


def test_rehearsal_is_a_drill_with_the_embedded_model() -> None:
    made = config("rehearsal")
    assert made.rehearsal is not None
    assert made.models["default"].name == "rehearsal"
    assert made.respond.samples == 3
    assert made.seeds == ()
    assert made.wire.concurrency <= 128


def test_production_talks_to_servers_with_everything_on() -> None:
    made = config("qwen2-72b")
    assert made.rehearsal is None
    assert (made.respond.samples, made.judge.votes, made.iopo.samples) == (4, 3, 2)
    assert made.judge.vote_temperature > 0
    assert made.judge.code_checks
    assert made.dpo.sampled
    assert made.iopo.certificate == "cells"
    assert made.iopo.operations["revise"] > made.iopo.operations["add"] + made.iopo.operations["delete"]
    assert made.models["default"].prices != Prices()


def test_paper_follows_the_paper() -> None:
    made = config("paper")
    assert made.rehearsal is None
    assert (made.expand.samples, made.respond.samples, made.dpo.samples, made.iopo.samples) == (1, 1, 1, 1)
    assert made.judge.votes == 1
    assert not made.judge.code_checks
    assert not made.dpo.sampled
    assert made.iopo.certificate == "rationality"
    assert set(made.iopo.operations) == {"add", "delete", "revise"}
    assert len(set(made.iopo.operations.values())) == 1


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_the_papers_training_row(name: str) -> None:
    assert config(name).expand.counts == TRAIN_COUNTS


@pytest.mark.parametrize("name", NAMES)
def test_weights_name_dimensions_of_the_taxonomy(name: str) -> None:
    made = config(name)
    assert set(made.expand.dimension_weights) <= {d.id for d in load_taxonomy(made.taxonomy).dimensions}


def test_the_example_in_the_comment_names_real_dimensions() -> None:
    line = next(line for line in text("qwen2-72b").splitlines() if "markdown_process_background: 2" in line)
    example = yaml.safe_load(line[line.index("{") : line.index("}") + 1])
    assert set(example) <= {d.id for d in load_taxonomy().dimensions}


def test_the_comment_on_faults_names_every_kind() -> None:
    lines = text("rehearsal").split("  faults: {}")[0].splitlines()
    comment = " ".join(line.strip().lstrip("# ") for line in lines)
    wire, content = comment.split("Faults of the wire:")[1].split("Faults of content:")
    assert {kind.strip(" .") for kind in wire.split(",")} == set(WIRE_FAULTS)
    assert {kind.strip(" .") for kind in content.split(",")} == set(CONTENT_FAULTS)


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_stands_in_a_file(name: str) -> None:
    for model in config(name).models.values():
        assert model.api_key_env.isupper()
