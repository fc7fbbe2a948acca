"""Finds the folders people edit (prompts, taxonomy, configs, seeds) in a checkout or inside the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """The path of a shipped file or folder, such as ``shipped("taxonomy", "trace.yaml")``.

    A checkout's own folders win, so that editing them takes effect at once; an installed wheel carries
    copies beside the code.
    """
    checkout = _PACKAGE.parent
    root = checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE / "shipped"
    return root.joinpath(*parts)
