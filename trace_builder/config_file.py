"""Reads a RunConfig from a YAML file and ``--set`` overrides, and tells the line of what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from trace_builder.config import RunConfig
from trace_builder.errors import InputError

Lines = dict[tuple[str | int, ...], int]


def load_config(
    path: Path, overrides: Iterable[str] = (), values: Mapping[str, Any] | None = None
) -> RunConfig:
    """The configuration of ``path``, with ``key=value`` overrides on top and ``values`` (dotted keys, already
    parsed) on top of those.

    A key is a dotted path such as ``respond.samples``; a value is YAML, so numbers, lists and null work.

    Raises:
        InputError: unreadable file, unknown key, value that does not fit; with file and line.
    """
    tree, lines = _read(path)
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--set {override}: expected key=value, such as respond.samples=3")
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as exc:
            raise InputError(f"--set {override}: the value is not YAML ({exc})") from None
        _put(tree, key.strip(), value, f"--set {override}")
    for key, value in (values or {}).items():
        _put(tree, key, value, f"option for {key}")
    try:
        return RunConfig.model_validate(tree)
    except ValidationError as exc:
        raise InputError("\n".join(_explain(error, path, lines) for error in exc.errors())) from None


def _read(path: Path) -> tuple[dict[str, Any], Lines]:
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
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InputError(f"{path}:{line}: not YAML ({getattr(exc, 'problem', None) or exc})") from None
    if tree is None:
        return {}, {}
    if not isinstance(tree, dict):
        raise InputError(f"{path}:1: expected keys and values at the top level")
    lines: Lines = {}
    _note_lines(node, (), lines, path)
    return tree, lines


def _note_lines(node: Any, place: tuple[str | int, ...], lines: Lines, path: Path) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, key.value)
            if inner in lines:
                raise InputError(f"{path}:{key.start_mark.line + 1}: {key.value!r} is set twice")
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(value, (*place, number), lines, path)


def _put(tree: dict[str, Any], key: str, value: Any, where: str) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        inner = tree.get(parent)
        if inner is None:
            inner = tree[parent] = {}
        if not isinstance(inner, dict):
            raise InputError(f"{where}: {parent!r} is a value, not a section")
        tree = inner
    tree[last] = value


def _explain(error: Any, path: Path, lines: Lines) -> str:
    place: tuple[str | int, ...] = tuple(error["loc"])
    name = ".".join(str(part) for part in place)
    known = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    where = f"{path}:{known}" if known is not None else str(path)
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key {name!r}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {name}: {message}" if name else f"{where}: {message}"
