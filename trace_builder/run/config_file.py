"""Reads a RunConfig from a YAML file and ``--set`` overrides, and tells the line of what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError

from trace_builder.config import RehearsalConfig, RunConfig
from trace_builder.errors import InputError
from trace_builder.stages.stage_registry import config_model
from trace_builder.support.resources import config_path, shipped
from trace_builder.support.yaml_file import (
    MAX_DEPTH,
    MAX_DIGITS,
    Origins,
    Place,
    explain,
    parse_yaml,
    read_yaml,
)

#: Characters of an override that a complaint about it repeats.
_SHOWN = 200


def load_config(
    path: Path | None = None, overrides: Iterable[str] = (), values: Mapping[str, Any] | None = None
) -> RunConfig:
    """The configuration of ``path`` (a file, or the name of a shipped one; none: the shipped rehearsal), with
    ``key=value`` overrides on top and ``values`` (dotted keys, already parsed) on top of those.

    A key is a dotted path such as ``respond.samples``; a value is YAML, so numbers, lists and null work.

    Raises:
        InputError: unreadable file, unknown key, value that does not fit; with the file and line, or the
            option on the command line, that says so.
    """
    path = config_path(path) if path else shipped("configs", "rehearsal.yaml")
    tree, origins = read_yaml(path)
    for override in overrides:
        key, equals, text = override.partition("=")
        where = f"--set {override if len(override) <= _SHOWN else override[:_SHOWN] + '...'}"
        _check(override, where)
        if not equals or not key.strip():
            raise InputError(f"{where}: expected key=value, such as respond.samples=3")
        _put(tree, key.strip(), _value(text, where), where, origins)
    for key, value in (values or {}).items():
        where = f"option for {key}"
        if key != "output":  # a path may have any bytes
            _check(value, where)
        _put(tree, key, value, where, origins)
    try:
        config = config_model().model_validate(tree)
    except ValidationError as exc:
        raise InputError(explain(exc, path, origins, _keys_at)) from None
    if config.rehearsal is not None:
        _check_drill(config.rehearsal, path, origins)
    return config


def _keys_at(place: Place) -> Iterable[str]:
    """The keys that the section at a place may have."""
    here: Any = config_model()
    for name in place:
        if get_origin(here) is dict:
            here = get_args(here)[1]
            continue
        field = getattr(here, "model_fields", {}).get(name)
        here = field.annotation if field is not None else None
        if get_origin(here) in (Union, UnionType):
            here = next(kind for kind in get_args(here) if kind is not type(None))
    return getattr(here, "model_fields", {})


def config_schema() -> dict[str, Any]:
    """A JSON schema of the configuration file."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, **config_model().model_json_schema()}


def _check_drill(rehearsal: RehearsalConfig, path: Path, origins: Origins) -> None:
    from trace_builder.rehearsal.server.faults import check_faults
    from trace_builder.rehearsal.server.latency import parse_latency

    for name, check in (("latency", parse_latency), ("faults", check_faults)):
        try:
            check(getattr(rehearsal, name))
        except InputError as exc:
            raise InputError(f"{origins.get(('rehearsal', name), path)}: {exc}") from None


def _value(text: str, where: str) -> Any:
    return parse_yaml(text, lambda line: where)[0]


def _check(value: Any, where: str) -> None:
    """Holds a value that did not come as YAML to its rules."""
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        raise InputError(f"{where}: a number of more than {MAX_DIGITS} digits")
    if isinstance(value, str) and value != value.encode("utf-8", "replace").decode():
        raise InputError(f"{where}: not UTF-8")


def _put(tree: dict[str, Any], key: str, value: Any, where: str, origins: Origins) -> None:
    """Sets one setting, and notes that it was not the file that set it."""
    place = tuple(key.split("."))
    if len(place) > MAX_DEPTH:
        raise InputError(f"{where}: nested deeper than {MAX_DEPTH} levels")
    for depth, parent in enumerate(place[:-1], start=1):
        inner = tree.get(parent)
        if inner is None:
            inner = tree[parent] = {}
            origins[place[:depth]] = where
        if not isinstance(inner, dict):
            raise InputError(f"{where}: {parent!r} is a value, not a section")
        tree = inner
    tree[place[-1]] = value
    for inside in [known for known in origins if known[: len(place)] == place]:
        del origins[inside]
    origins[place] = where
