"""The stages there are, in the order of the data's way: those in the modules of this folder, and those that
installed packages name under the entry points ``trace_builder.stages``. Nothing is listed here."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from pydantic import create_model

import trace_builder.stages
from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.stages.base import Stage
from trace_builder.taxonomy import Taxonomy

GROUP = "trace_builder.stages"

AnyStage = type[Stage[Any, Any]]


def build_stages(config: RunConfig, taxonomy: Taxonomy) -> tuple[Stage[Any, Any], ...]:
    """All stages, set up for this configuration."""
    return tuple(kind(config, taxonomy) for kind in stage_classes().values())


@cache
def stage_classes() -> dict[str, AnyStage]:
    """The stages by name, each behind the one it follows; those that follow the same one by name.

    Raises:
        InputError: an installed stage cannot be loaded, or does not fit in with the others.
    """
    found: dict[str, AnyStage] = {}
    for kind in (*_built_in(), *map(_load, sorted(entry_points(group=GROUP), key=lambda point: point.name))):
        if kind.name in found or kind.name in RunConfig.model_fields:
            raise InputError(f"the stage {kind.name!r} of {kind.__module__}: the name is taken")
        found[kind.name] = kind
    for kind in found.values():
        _check_place(kind, found)
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


def prompt_folders() -> tuple[Path, ...]:
    """Where installed stages keep their prompts: in ``prompts`` beside their module."""
    folders = (Path(inspect.getfile(kind)).parent / "prompts" for kind in stage_classes().values())
    return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))


def _built_in() -> Iterator[AnyStage]:
    for info in pkgutil.iter_modules(trace_builder.stages.__path__, f"{GROUP}."):
        for kind in vars(import_module(info.name)).values():
            if _is_stage(kind) and kind.__module__ == info.name:
                yield kind


def _load(point: EntryPoint) -> AnyStage:
    told = f"the installed stage {point.name!r} ({point.value})"
    try:
        kind = point.load()
        if not _is_stage(kind):
            raise TypeError("it is no Stage with a process")
        for needed in ("name", "label", "reads", "makes"):
            getattr(kind, needed)
        if kind.config is not None:
            kind.config()
    except Exception as exc:  # whatever a module of someone else's raises
        raise InputError(f"{told}: {type(exc).__name__}: {exc}") from exc
    made: AnyStage = kind
    return made


def _is_stage(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, Stage) and not inspect.isabstract(kind)


def _check_place(kind: AnyStage, found: dict[str, AnyStage]) -> None:
    stage = f"the stage {kind.name!r} of {kind.__module__}"
    if kind.follows is None and kind.reads is not Seed:
        raise InputError(f"{stage} follows none and does not read seeds")
    if kind.follows is None:
        return
    before = found.get(kind.follows)
    if before is None:
        raise InputError(f"{stage} follows {kind.follows!r}, which is no stage")
    if not issubclass(before.makes, kind.reads):
        raise InputError(f"{stage} reads {kind.reads.__name__}; {before.name} makes {before.makes.__name__}")


def _below(before: str | None, found: dict[str, AnyStage]) -> Iterator[tuple[str, AnyStage]]:
    for name, kind in sorted(found.items()):
        if kind.follows == before:
            yield name, kind
            yield from _below(name, found)
