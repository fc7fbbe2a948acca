"""Finds the classes that are listed nowhere: those in the modules of a folder, and those that installed
packages bring under an entry point."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from trace_builder.errors import InputError


def built_in(package: ModuleType, base: type[Any]) -> Iterator[type[Any]]:
    """The concrete subclasses of ``base`` in a package's modules, by the modules' names."""
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for found in vars(import_module(info.name)).values():
            if _fits(found, base) and found.__module__ == info.name:
                yield found


def installed(group: str, base: type[Any]) -> Iterator[type[Any]]:
    """The classes under the entry points of a group, by the points' names.

    Raises:
        InputError: one cannot be loaded, or is no concrete subclass of ``base`` with a name. It says which.
    """
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        told = f"the entry point {point.name!r} ({point.value}) of {group}"
        try:
            found = point.load()
        except Exception as error:  # whatever a module of someone else's raises
            raise InputError(f"{told} cannot be loaded: {type(error).__name__}: {error}") from error
        if not _fits(found, base):
            raise InputError(f"{told} is no {base.__name__} with a name and all it needs")
        yield found


def _fits(found: Any, base: type[Any]) -> bool:
    return (
        # Python 3.10 takes an alias such as dict[str, int] for a class.
        issubclass(type(found), type)
        and issubclass(found, base)
        and not inspect.isabstract(found)
        and bool(getattr(found, "name", ""))
    )
