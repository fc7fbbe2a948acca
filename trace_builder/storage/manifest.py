"""``run.json``: what a run was made from, written whole or not at all."""

from __future__ import annotations

import json
import platform
import re
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from trace_builder import __version__
from trace_builder.errors import InputError
from trace_builder.storage.atomic import Replacement

FILE = "run.json"
_USERINFO = re.compile(r"(\w://)[^/\s@]+@")
_PACKAGES = ("openai", "aiohttp", "pydantic")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; empty where there is none yet.

    Raises:
        InputError: the file is there and cannot be read as a manifest.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(manifest["stages"], dict):
            raise KeyError("stages")
    except (ValueError, KeyError, TypeError) as exc:
        line = exc.lineno if isinstance(exc, json.JSONDecodeError) else 1
        raise InputError(f"{path}:{line}: not a run's manifest ({exc})") from None
    return dict(manifest)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(_clean(manifest), ensure_ascii=False, indent=2) + "\n"
    with Replacement(folder / FILE) as out:
        out.write(text.encode())
        out.commit()


def base_manifest(before: dict[str, Any]) -> dict[str, Any]:
    """Versions and dates; ``created`` stays as it was at the first run."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    versions = {"python": platform.python_version(), "trace_builder": __version__}
    versions.update({name: metadata.version(name) for name in _PACKAGES})
    return {
        "version": 1,
        "created": before.get("created", now),
        "updated": now,
        "versions": versions,
    }


def _clean(value: Any) -> Any:
    """A copy in which no address carries a user and password."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return without_userinfo(value) if isinstance(value, str) else value


def without_userinfo(text: str) -> str:
    """``text`` with user and password taken out of every address in it."""
    return _USERINFO.sub(r"\1", text)
