"""Keeps secrets out of everything that is written or shown. Whoever also cuts a text cuts it afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

#: What stands in a secret's place.
MARK = "***"

_WORD = re.compile(r"[^\s\"'<>]+")
_ADDRESS = re.compile(r"\s*[A-Za-z][\w+.-]{0,20}://")
_PARAMETER = re.compile(
    r"([?&;][\w.%-]{0,40}?(?:key|token|secret|passw|pwd|auth|sig|credential)[\w.%-]{0,40}=)[^&;\s#\"'<>]+",
    re.IGNORECASE,
)


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the known ``secrets``, and without user, password and key parameters in every address
    that stands in it. Takes time in proportion to the text."""
    for secret in secrets:
        text = text.replace(secret, MARK)
    if "://" in text:
        text = _WORD.sub(lambda word: _without_userinfo(word.group()), text)
    return _PARAMETER.sub(rf"\1{MARK}", text)


def shown_address(address: str) -> str:
    """The address of a server as it may be shown, whatever is wrong with it: nothing before its last @ stays
    but the scheme."""
    scheme = _ADDRESS.match(address)
    rest = address[scheme.end() :] if scheme else address
    return without_secrets((scheme.group() if scheme else "") + rest.rpartition("@")[2])


def redacted(value: Any) -> Any:
    """A copy of JSON-like data in which no text carries a secret of an address."""
    if isinstance(value, dict):
        return {key: redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    if not isinstance(value, str):
        return value
    return shown_address(value) if _ADDRESS.match(value) else without_secrets(value)


def _without_userinfo(word: str) -> str:
    start, end = word.find("://"), word.rfind("@")
    return word[: start + 3] + word[end + 1 :] if 0 <= start < end else word
