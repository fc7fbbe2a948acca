"""Finds the folders people edit (prompts, taxonomy, configs, seeds) in a checkout or inside the wheel."""

from __future__ import annotations

from pathlib import Path

from trace_builder.errors import InputError, did_you_mean

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """The path of a shipped file or folder, such as ``shipped("taxonomy", "trace.yaml")``.

    A checkout's own folders win, so that editing them takes effect at once; an installed wheel carries
    copies beside the code.
    """
    checkout = _PACKAGE.parent
    root = checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE / "shipped"
    return root.joinpath(*parts)


def profiles() -> tuple[str, ...]:
    """The names of the shipped configurations, such as ``qwen2-72b``."""
    return tuple(sorted(path.stem for path in shipped("configs").glob("*.yaml")))


def config_path(given: Path) -> Path:
    """The configuration file that is meant: a shipped one where ``given`` is its bare name, else a path. A
    file of one's own that is called like a shipped one needs its suffix, or its whole path.

    Raises:
        InputError: a bare name that is neither.
    """
    name = str(given)
    if given.name != name or given.suffix in (".yaml", ".yml") or given.is_absolute():
        return given
    known = profiles()
    if name in known:
        return shipped("configs", f"{name}.yaml")
    if given.is_file():
        return given
    meant = did_you_mean(name, known)
    raise InputError(f"{name}: no such file, and no shipped configuration ({', '.join(known)}){meant}")
