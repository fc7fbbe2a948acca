"""``import trace_builder``: light, and with the names that scripts rest on."""

from __future__ import annotations

import subprocess
import sys

import pytest

import trace_builder
from trace_builder import checks
from trace_builder.evaluate import evaluation
from trace_builder.run.config_file import load_config

NAMES = [
    "Ask", "AskingSection", "ConstraintKind", "EvaluationSpec", "InputError", "Product", "Record",
    "Rejection", "ReleaseFormat", "ReleaseOptions", "RunConfig", "Stage", "StoppedError", "Text",
    "TraceBuildError", "build_release", "load_config", "open_run", "run_evaluation", "run_pipeline", "verify",
]  # fmt: skip
HEAVY = ("aiohttp", "jsonlines", "openai", "pydantic", "rich", "tqdm", "typer", "yaml")


def test_the_public_names_are_these_and_no_others() -> None:
    assert trace_builder.__all__ == NAMES
    assert dir(trace_builder) == sorted([*NAMES, "__version__"])


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(trace_builder, name).__doc__


def test_names_that_a_package_would_hide_go_by_another() -> None:
    assert trace_builder.run_evaluation is evaluation.evaluate
    assert trace_builder.verify is checks.verify
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = trace_builder.nothing


def test_importing_the_package_imports_nothing_heavy() -> None:
    script = "import sys, trace_builder; print(*{name.partition('.')[0] for name in sys.modules})"
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(made.stdout.split()) & {*HEAVY}


def test_a_configuration_without_a_file_is_the_rehearsal() -> None:
    made = load_config()
    assert made.profile == "rehearsal"
    assert made.rehearsal is not None
