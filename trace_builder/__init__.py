"""Builds SFT, DPO and IOPO data for complex-instruction following from plain instructions.

Scripts and packages of one's own may rest on the names of ``__all__`` and on the records in
``trace_builder.records`` (docs/api.md); everything else may change. A name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trace_builder.checks import verify
    from trace_builder.checks.registry import ConstraintKind
    from trace_builder.config import AskingSection, RunConfig
    from trace_builder.errors import InputError, StoppedError, TraceBuildError
    from trace_builder.evaluate.evaluation import EvaluationSpec
    from trace_builder.evaluate.evaluation import evaluate as run_evaluation
    from trace_builder.records import Record, Rejection
    from trace_builder.release.builder import build as build_release
    from trace_builder.release.formats.release_format import ReleaseFormat
    from trace_builder.release.options import ReleaseOptions
    from trace_builder.run.config_file import load_config
    from trace_builder.run.pipeline import run_pipeline
    from trace_builder.stages.base import Ask, Product, Stage
    from trace_builder.storage.run_folder import open_run
    from trace_builder.support.bilingual import Text

__version__ = "0.1.0"

__all__ = [
    "Ask",
    "AskingSection",
    "ConstraintKind",
    "EvaluationSpec",
    "InputError",
    "Product",
    "Record",
    "Rejection",
    "ReleaseFormat",
    "ReleaseOptions",
    "RunConfig",
    "Stage",
    "StoppedError",
    "Text",
    "TraceBuildError",
    "build_release",
    "load_config",
    "open_run",
    "run_evaluation",
    "run_pipeline",
    "verify",
]

#: The module that a name is found in, and what it is called there where that is another name.
HOMES = {
    "Ask": "stages.base",
    "AskingSection": "config",
    "ConstraintKind": "checks.registry",
    "EvaluationSpec": "evaluate.evaluation",
    "InputError": "errors",
    "Product": "stages.base",
    "Record": "records",
    "Rejection": "records",
    "ReleaseFormat": "release.formats.release_format",
    "ReleaseOptions": "release.options",
    "RunConfig": "config",
    "Stage": "stages.base",
    "StoppedError": "errors",
    "Text": "support.bilingual",
    "TraceBuildError": "errors",
    "build_release": "release.builder:build",
    "load_config": "run.config_file",
    "open_run": "storage.run_folder",
    "run_evaluation": "evaluate.evaluation:evaluate",
    "run_pipeline": "run.pipeline",
    "verify": "checks",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, own = HOMES[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), own or name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
