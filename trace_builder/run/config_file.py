"""Reads a RunConfig from a YAML file and ``--set`` overrides, and tells the line of what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.resources import shipped
from trace_builder.stages.registry import config_model

Place = tuple[str | int, ...]
#: Where each setting was made: "file:line", or the option on the command line.
Origins = dict[Place, str]


def load_config(
    path: Path | None = None, overrides: Iterable[str] = (), values: Mapping[str, Any] | None = None
) -> RunConfig:
    """The configuration of ``path`` (none: the shipped rehearsal), with ``key=value`` overrides on top and
    ``values`` (dotted keys, already parsed) on top of those.

    A key is a dotted path such as ``respond.samples``; a value is YAML, so numbers, lists and null work.

    Raises:
        InputError: unreadable file, unknown key, value that does not fit; with the file and line, or the
            option on the command line, that says so.
    """
    path = path or shipped("configs", "rehearsal.yaml")
    tree, origins = _read(path)
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--set {override}: expected key=value, such as respond.samples=3")
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError) as exc:
            problem = getattr(exc, "problem", None) or exc
            raise InputError(f"--set {override}: the value is not YAML ({problem})") from None
        _put(tree, key.strip(), value, f"--set {override}", origins)
    for key, value in (values or {}).items():
        _put(tree, key, value, f"option for {key}", origins)
    try:
        return config_model().model_validate(tree)
    except ValidationError as exc:
        raise InputError("\n".join(_explain(error, path, origins) for error in exc.errors())) from None


def _read(path: Path) -> tuple[dict[str, Any], Origins]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such configuration file") from None
    except UnicodeDecodeError as exc:
        raise InputError(f"{path}:{exc.object[: exc.start].count(10) + 1}: not UTF-8") from None
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror}") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        tree = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as exc:  # a ValueError is a date such as 2026-13-01
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InputError(f"{path}:{line}: not YAML ({getattr(exc, 'problem', None) or exc})") from None
    if tree is None:
        return {}, {}
    if not isinstance(tree, dict):
        raise InputError(f"{path}:1: expected keys and values at the top level")
    origins: Origins = {}
    _note_lines(node, (), origins, path)
    return tree, origins


def _note_lines(node: Any, place: Place, origins: Origins, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner, where = (*place, key.value), f"{path}:{key.start_mark.line + 1}"
            if inner in origins:
                raise InputError(f"{where}: {key.value!r} is set twice")
            origins[inner] = where
            _note_lines(value, inner, origins, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            inner = (*place, number)
            origins[inner] = f"{path}:{value.start_mark.line + 1}"
            _note_lines(value, inner, origins, path)


def _put(tree: dict[str, Any], key: str, value: Any, where: str, origins: Origins) -> None:
    """Sets one setting, and notes that it was not the file that set it."""
    place = tuple(key.split("."))
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


def _explain(error: Any, path: Path, origins: Origins) -> str:
    # A check over several settings has no place of its own; it names the one at fault.
    loc = tuple(error["loc"]) or tuple(error.get("ctx", {}).get("place", ()))
    place: Place = tuple(part for part in loc if part != "[key]")
    name = ".".join(str(part) for part in place)
    where = next((origins[place[:n]] for n in range(len(place), 0, -1) if place[:n] in origins), str(path))
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key {name!r}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {name}: {message}" if name else f"{where}: {message}"
