"""``run.json``: what a run was made from, written whole or not at all."""

from __future__ import annotations

import json
import platform
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from trace_builder import __version__
from trace_builder.errors import InputError
from trace_builder.replacement import Replacement

FILE = "run.json"
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
    text = json.dumps(_without_userinfo(manifest), ensure_ascii=False, indent=2) + "\n"
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


def _without_userinfo(value: Any) -> Any:
    """A copy in which no address carries a user and password."""
    if isinstance(value, dict):
        return {key: _without_userinfo(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_userinfo(item) for item in value]
    if isinstance(value, str) and "://" in value and "@" in value:
        parts = urlsplit(value)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return value
