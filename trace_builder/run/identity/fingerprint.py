"""What shapes a stage's outcomes, as one hash a stage, so that a change is noticed and only what it touches
is walked again."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import trace_builder.checks.kinds
from trace_builder import HOMES
from trace_builder.checks.registry import plugin_modules
from trace_builder.config import ModelConfig
from trace_builder.errors import InputError
from trace_builder.prompts import PromptBook
from trace_builder.run.identity.code_digest import Code, Import, digest, imported, read
from trace_builder.stages.base import Stage

#: What stands between a record, a question and the value a stage sees of the answer, whatever the stage.
_ALWAYS = (
    "trace_builder.records",
    "trace_builder.prompts",
    "trace_builder.llm.schema",
    "trace_builder.llm.structured",
    "trace_builder.run.asking.answers",
)

#: Where the search for a stage's code stops: what shapes no outcome, or only through settings and prompts.
#: A package stands for all its modules.
_NO_SAY = (
    "cli", "commands", "config", "errors", "llm", "rehearsal", "release", "report", "run", "stages.base",
    "stages.common.product_rows", "stages.reasons", "stages.stage_registry", "storage", "support.bilingual",
    "support.paper", "support.redaction", "support.resources", "support.yaml_file",
)  # fmt: skip

#: The module behind each public name.
_PUBLIC = {f"trace_builder.{name}": f"trace_builder.{home.partition(':')[0]}" for name, home in HOMES.items()}

#: The module that looks for kinds of constraints itself, so that no import leads to them.
_FINDS_KINDS = "trace_builder.checks.registry"


def stage_parts(
    stage: Stage[Any, Any], prompts: PromptBook, models: Mapping[str, ModelConfig]
) -> dict[str, str]:
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
        "code": code_of(type(stage).__module__),
    }


def fingerprint(parts: Mapping[str, str], upstream: str) -> str:
    """12 hex digits; ``upstream`` is the fingerprint of the stage before ("" for none), so that a change
    reaches every stage after it."""
    return _hash([dict(parts), upstream])


@cache
def code_of(module: str) -> str:
    """A hash of the code that decides the outcomes of the stage in ``module``.

    Raises:
        InputError: the stage's source is not there to be read.
    """
    if _spec(module) is None:
        raise InputError(
            f"the code of the stage in {module} cannot be read, so no change in it could be seen"
        )
    return _hash(sorted(_digest(name) for name in modules_of(module)))


def modules_of(module: str) -> set[str]:
    """The modules whose code decides the outcomes of the stage in ``module``: itself, what it imports of this
    package and of its own, and what reads answers. Found in the source, without running any of it."""
    ours = {"trace_builder", module.partition(".")[0]}
    found: set[str] = set()
    todo = [module, *_ALWAYS]
    while todo:
        name = todo.pop()
        if name in found or _spec(name) is None:
            continue
        found.add(name)
        if name == _FINDS_KINDS:
            kinds = pkgutil.iter_modules(trace_builder.checks.kinds.__path__, "trace_builder.checks.kinds.")
            todo += [*(info.name for info in kinds), *plugin_modules()]
            ours |= {name.partition(".")[0] for name in plugin_modules()}
        named = {target for node in _code(name).imports for target in _imported(node, name)}
        todo += [target for target in named if target.partition(".")[0] in ours and not _has_no_say(target)]
    return found


def _has_no_say(module: str) -> bool:
    top, _, rest = module.partition(".")
    return top == "trace_builder" and (not rest or any(f"{rest}.".startswith(f"{name}.") for name in _NO_SAY))


@cache
def _digest(module: str) -> str:
    """A hash of one module. An import from where nothing is decided does not count."""
    return digest(_code(module), lambda node: not all(map(_has_no_say, _imported(node, module))))


def _imported(node: Import, module: str) -> list[str]:
    """What may be the modules that an import names; a public name stands for the module it is found in."""
    spec = _spec(module)
    names = imported(node, module, bool(spec and spec.submodule_search_locations))
    return [_PUBLIC.get(name, name) for name in names]


@cache
def _code(module: str) -> Code:
    spec = _spec(module)
    assert spec is not None
    assert spec.origin is not None
    return read(Path(spec.origin).read_text(encoding="utf-8"))


@cache
def _spec(module: str) -> ModuleSpec | None:
    """Where a module's source is; None for a name inside a module, and for what has no source."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return spec if spec is not None and (spec.origin or "").endswith(".py") else None


def _hash(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
