"""Keeps secrets out of everything that is written or shown."""

from __future__ import annotations

import re
from typing import Any

_USERINFO = re.compile(r"(\w://)[^/\s]*@")
_PARAMETER = re.compile(
    r"([?&](?:api[-_]?key|key|token|access[-_]token|auth|secret|password|sig|signature)=)[^&\s#\"']+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """``text`` with user, password and key parameters taken out of every address in it."""
    return _PARAMETER.sub(r"\1***", _USERINFO.sub(r"\1", text))


def redacted(value: Any) -> Any:
    """A copy of JSON-like data in which no text carries a secret of an address."""
    if isinstance(value, dict):
        return {key: redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    return without_secrets(value) if isinstance(value, str) else value
