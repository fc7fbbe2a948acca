"""What shapes a stage's outcomes, as one hash a stage, so that a change is noticed and only what it touches
is walked again."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from trace_builder.config import ModelConfig
from trace_builder.prompts import PromptBook
from trace_builder.stages.base import Stage

#: Source that stands between a raw answer and the value a stage sees, whatever the stage.
_PARSING = ("trace_builder.llm.structured",)


def stage_parts(stage: Stage[Any, Any], prompts: PromptBook, models: Mapping[str, ModelConfig]) -> dict[str, str]:
    """The named hashes a stage's fingerprint is made of: a change can then be told by name."""
    calls = [
        {
            **call.model_dump(),
            "model": models[call.model].model_dump(include={"name", "structured", "extra_body"}),
        }
        for call in stage.calls
    ]
    return {
        "prompts": prompts.digest(stage.prompts),
        "model": _hash(calls),
        "settings": _hash(stage.settings),
        "code": _hash([_source(name) for name in (*stage.code, *_PARSING)]),
    }


def fingerprint(parts: Mapping[str, str], upstream: str) -> str:
    """12 hex digits; ``upstream`` is the fingerprint of the stage before ("" for none), so that a change
    reaches every stage after it."""
    return _hash([dict(parts), upstream])


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _source(module: str) -> str:
    """A hash over a module's source, or over all modules of a package."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    origin = Path(spec.origin)
    files = sorted(origin.parent.glob("*.py")) if spec.submodule_search_locations else [origin]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
