"""The stages there are, in the order of the data's way: those in the modules of this folder, and those that
installed packages name under the entry points ``trace_builder.stages``. Nothing is listed here."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import create_model

import trace_builder.stages
from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.stages.base import Stage
from trace_builder.support.plugins import built_in, installed
from trace_builder.taxonomy import Taxonomy

GROUP = "trace_builder.stages"

AnyStage = type[Stage[Any, Any]]


def build_stages(config: RunConfig, taxonomy: Taxonomy) -> tuple[Stage[Any, Any], ...]:
    """All stages, set up for this configuration. What follows one that is left out follows the one before it.

    Raises:
        InputError: what follows cannot read what the one before makes.
    """
    every = {name: kind(config, taxonomy) for name, kind in stage_classes().items()}
    for stage in every.values():
        while stage.follows is not None and not (before := every[stage.follows]).enabled:
            if stage.enabled and before.makes is not before.reads:
                raise InputError(f"the stage {stage.name!r} follows {before.name!r}, which is left out")
            stage.follows = before.follows
    return tuple(stage for stage in every.values() if stage.enabled)


@cache
def stage_classes() -> dict[str, AnyStage]:
    """The stages by name, each behind the one it follows; those that follow the same one by name.

    Raises:
        InputError: an installed stage cannot be loaded, or does not fit in with the others.
    """
    found: dict[str, AnyStage] = {}
    for kind in (*built_in(trace_builder.stages, Stage), *installed(GROUP, Stage)):
        if kind.name in found or kind.name in RunConfig.model_fields:
            raise InputError(f"the stage {kind.name!r} of {kind.__module__}: the name is taken")
        found[kind.name] = kind
    for kind in found.values():
        _check(kind, found)
    return dict(_below(None, found))


@cache
def config_model() -> type[RunConfig]:
    """RunConfig with the section of every stage."""
    sections: Any = {
        name: (kind.config, kind.config())
        for name, kind in stage_classes().items()
        if kind.config is not None
    }
    return create_model("RunConfig", __base__=RunConfig, __module__=__name__, **sections)


def recorded_config(values: Mapping[str, Any]) -> RunConfig:
    """The configuration that a run noted, without the sections of stages that are no longer installed.

    Raises:
        ValidationError: a setting that does not fit any more.
    """
    model = config_model()
    known = {name: value for name, value in values.items() if name in model.model_fields}
    return model.model_validate(known)


def prompt_folders() -> tuple[Path, ...]:
    """Where installed stages keep their prompts: in ``prompts`` beside their module."""
    folders = (Path(inspect.getfile(kind)).parent / "prompts" for kind in stage_classes().values())
    return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))


def _check(kind: AnyStage, found: dict[str, AnyStage]) -> None:
    """Whether a stage declares what it has to, and fits in with the others."""
    stage = f"the stage {kind.name!r} of {kind.__module__}"
    missing = [name for name in ("label", "reads", "makes") if not hasattr(kind, name)]
    if missing:
        raise InputError(f"{stage} does not declare its {', '.join(missing)}")
    if any(info.is_required() for info in (kind.config.model_fields.values() if kind.config else ())):
        raise InputError(f"{stage}: every setting of its section needs a default")
    made = Seed if kind.follows is None else found[kind.follows].makes if kind.follows in found else None
    if made is None:
        raise InputError(f"{stage} follows {kind.follows!r}, which is no stage")
    if not issubclass(made, kind.reads):
        raise InputError(f"{stage} reads {kind.reads.__name__} and is given {made.__name__}")


def _below(before: str | None, found: dict[str, AnyStage]) -> Iterator[tuple[str, AnyStage]]:
    """The stages that follow ``before``, each with those below it; what lives on leftovers comes last."""
    for name, kind in sorted(found.items(), key=lambda item: (item[1].takes_rejected, item[0])):
        if kind.follows == before:
            yield name, kind
            yield from _below(name, found)
