"""The address of a server, as people write it: what requests go to, and what in it is secret."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote

from trace_builder.errors import InputError
from trace_builder.support.redaction import MARK, shown_address, without_secrets

#: What DNS takes: characters of a name, and of each part of it.
_NAME, _LABEL = 253, 63
_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:\s@\x00-\x20\x7f%<>\\^`{|}\"]+)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A server. ``url`` is where requests go: without user and password, with its query. ``shown`` is what
    people and files may see. ``authorization`` is the header's value for user and password, None without
    them; ``secrets`` are the texts that must never be shown."""

    url: str
    shown: str
    authorization: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def read_address(text: str) -> Address:
    """The address in ``text``.

    Raises:
        InputError: no request can ever be made with it. The sentence shows no secret.
    """
    parts = _PARTS.fullmatch(text.strip())
    if parts is None:
        raise _unusable(text, "it does not begin with http:// or https://")
    scheme, authority, path, query, fragment = parts.groups(default="")
    userinfo, at, place = authority.rpartition("@")
    if "@" in path + query + fragment:
        raise _unusable(text, "an @ in its path or query has to be written %40, and a / in a password %2F")
    if (why := _why_no_host(place)) is not None:
        raise _unusable(text, why)
    url = f"{scheme}://{place}{path}{f'?{query}' if query else ''}"
    header, secrets = _credentials(userinfo) if at else (None, [])
    hidden = (value for name, value in parse_qsl(query) if MARK in without_secrets(f"?{name}=x"))
    return Address(url, shown_address(url), header, spellings([*secrets, *hidden]))


def check_address(text: str) -> str:
    """``text``, if it is the address of a server; for pydantic, as a ValueError where it is none."""
    try:
        read_address(text)
    except InputError as error:
        raise ValueError(str(error)) from None
    return text


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets, and how JSON and addresses write them; the longest first, for one may hold another."""
    ways = {
        way
        for secret in secrets
        if secret
        for way in (secret, quote(secret, safe=""), _in_json(secret), _in_json(secret).replace("/", "\\/"))
    }
    return tuple(sorted(ways, key=lambda way: (-len(way), way)))


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _credentials(userinfo: str) -> tuple[str, list[str]]:
    """The header's value for ``user:password``, and what in it is secret. A user without a password is a
    token."""
    user, _, password = (unquote(part) for part in userinfo.partition(":"))
    token = base64.b64encode(f"{user}:{password}".encode("utf-8", "surrogatepass")).decode()
    return f"Basic {token}", [token.rstrip("="), f"{user}:{password}", userinfo, password or user]


def _why_no_host(place: str) -> str | None:
    """Why a host and port cannot be reached in any network; None where they may be."""
    match = _HOST.fullmatch(place)
    if match is None:
        return "it names no host"
    name, port = match.groups()
    if port is not None and not 0 < int(port) < 65536:
        return f"there is no port {port}"
    if name.startswith("["):
        return None
    try:
        name = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return "its host is no name that a network knows"
    labels = name.removesuffix(".").split(".")
    if len(name) > _NAME or not all(0 < len(label) <= _LABEL for label in labels):
        return "its host is longer than a name may be, or a part of it is empty"
    return None


def _unusable(text: str, why: str) -> InputError:
    shown = shown_address(text.strip())
    if len(shown) > 100:
        shown = f"{shown[:100]}..."
    return InputError(f"{shown!r} is not a server's address, such as http://127.0.0.1:8000/v1: {why}")
