"""Markup within lines, and the text that is seen without it."""

from __future__ import annotations

import html
import re

_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\n]{1,500}\)")
#: An HTML tag, comment or document type; not the <<...>> that some ask titles to stand in.
_TAG = re.compile(
    r"(?<!<)(?:</?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>\n]{0,300})?/?>(?!>)|<!(?:--|[A-Za-z])[^<>\n]{0,300}>)"
)
_STARS = re.compile(
    r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|`{1,3}|(?<![^\W_])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![^\W_])"
)
_ENTITY = re.compile(r"&(?:#?\w{1,8});")
_CURLY = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "‑": "-",
        "‐": "-",
        "−": "-",
        "\xa0": " ",
        "\u202f": " ",
        "＇": "'",
    }
)


def visible(text: str) -> str:
    """``text`` as it is seen: without emphasis marks, HTML tags, images and the addresses of links."""
    if "](" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    if "<" in text:
        text = _TAG.sub("", text)
    if "*" in text or "_" in text or "`" in text or "~~" in text:
        text = _STARS.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text


def plain(text: str) -> str:
    """``text`` with straight quotation marks, hyphens and spaces, for comparing."""
    return text if text.isascii() else text.translate(_CURLY)
