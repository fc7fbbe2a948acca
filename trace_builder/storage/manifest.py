"""``run.json``: what a run was made from, written whole or not at all."""

from __future__ import annotations

import platform
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from trace_builder.config import ModelConfig
from trace_builder.errors import InputError
from trace_builder.storage.jsonl import read_model, read_object, unreadable, write_json
from trace_builder.storage.layout import MANIFEST, SEEDS
from trace_builder.support.redaction import redacted

#: Of the layout of a run's folder. It is raised when an older program could misread what a newer one wrote.
VERSION = 2

#: Both are parts of paths in the folder.
_StageName = Annotated[str, StringConstraints(pattern=r"^[\w-]+$")]
_FileName = Annotated[str, StringConstraints(pattern=r"^[\w-]+\.jsonl$")]

_ADVICE = "restore or remove the file, and run again"
_PACKAGES = ("openai", "aiohttp", "pydantic")


class _Entry(BaseModel):
    """Kept as they were written: a field of a later program of the same version is no error."""

    model_config = ConfigDict(frozen=True, extra="allow")


class StageEntry(_Entry):
    """One stage: whose records it reads, the hashes its outcomes carry, and how often it was walked to its
    end."""

    follows: str | None = None
    takes_rejected: bool = False
    fingerprint: str
    parts: dict[str, str] = Field(default_factory=dict)
    walks: int = Field(0, ge=0, le=10**9)


class SeedsEntry(_Entry):
    """What was read: counts by source and language, and the files with size and time of change, by which an
    unchanged one is known."""

    count: int
    bad: int = 0
    digest: str = ""
    sources: dict[str, int] = Field(default_factory=dict)
    langs: dict[str, int] = Field(default_factory=dict)
    renamed: int = 0
    ignored: dict[str, int] = Field(default_factory=dict)
    asked: dict[str, Any] = Field(default_factory=dict)
    files: list[list[Any]] = Field(default_factory=list)


class TaxonomyEntry(_Entry):
    path: str
    digest: str


class DataEntry(_Entry):
    """An evaluation's instructions: the file, and 12 hex digits over it."""

    path: str
    digest: str
    instructions: int = 0
    constraints: int = 0


class FaultEntry(_Entry):
    """How often sends ended in one kind of fault during the latest walk, and what the latest said."""

    kind: str
    count: int
    latest: str


class Manifest(_Entry):
    """``seconds`` is the time spent walking; ``usage`` what each stage's calls add up to; ``modes`` how
    structure is asked of each model, once found out; ``config`` the resolved configuration."""

    version: int = VERSION
    created: str = ""
    updated: str = ""
    versions: dict[str, str] = Field(default_factory=dict)
    profile: str = "unknown"
    config: dict[str, Any] = Field(default_factory=dict)
    seeds: SeedsEntry | None = None
    taxonomy: TaxonomyEntry | None = None
    data: DataEntry | None = None
    source: _FileName = SEEDS
    stages: dict[_StageName, StageEntry] = Field(default_factory=dict)
    modes: dict[str, str] = Field(default_factory=dict)
    finished: bool = False
    seconds: float = Field(0.0, ge=0, allow_inf_nan=False)
    usage: dict[str, dict[str, Any]] = Field(default_factory=dict)
    faults: tuple[FaultEntry, ...] = ()

    @property
    def models(self) -> dict[str, ModelConfig]:
        """The configuration's models."""
        return {name: ModelConfig.model_validate(m) for name, m in self.config.get("models", {}).items()}

    @property
    def rehearsal(self) -> bool:
        """Whether the embedded model answered: a drill."""
        return self.config.get("rehearsal") is not None


def find_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none yet.

    Raises:
        InputError: the file is there and cannot be read as a manifest, or is of another version.
    """
    path = folder / MANIFEST
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as exc:
        raise unreadable(path, exc) from None
    try:
        version = read_object(path).get("version")
        if version == VERSION:
            manifest = read_model(path, Manifest)
            _ = manifest.models
            return manifest
    except InputError as exc:
        raise InputError(f"{exc}; {_ADVICE}") from None
    except (ValueError, AttributeError):
        raise InputError(f"{path}: config.models is not what a run writes; {_ADVICE}") from None
    raise InputError(
        f"{path}: made by another version of this program (layout {version!r}, this one has {VERSION}); "
        "use the one that made it, or another folder"
    )


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Writes the manifest with the present time and versions, and returns it so; ``created`` stays as it is.

    Raises:
        StoppedError: the disk did not take it.
    """
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    stamped = manifest.model_copy(
        update={"created": manifest.created or now, "updated": now, "versions": _versions()}
    )
    row = redacted(stamped.model_dump(mode="json"))
    write_json(folder / MANIFEST, {name: value for name, value in row.items() if value is not None})
    return stamped


def _versions() -> dict[str, str]:
    from trace_builder import __version__

    named = {name: metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), "trace_builder": __version__, **named}
