"""Makes texts searchable by words' beginnings, and Chinese by any piece of it.

A full-text index knows words. Chinese is written without spaces, so a run of Chinese characters is indexed as
its overlapping pairs, and its last character: a phrase of pairs is then found wherever it stands, and so is a
single character, as the beginning of a pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: Scripts that are written without spaces.
_DENSE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
#: A run of their characters in the first group, a word of another script in the second.
_RUN = re.compile(rf"([{_DENSE}]+)|((?:(?![{_DENSE}])[^\W_])+)")


def indexed(text: str) -> str:
    """``text`` as the words of the index."""
    return " ".join(word for match in _RUN.finditer(text) for word in _words(match, whole=True))


def wanted(term: str) -> str | None:
    """What one term of a search is in the index's query language; None where it has no letter or digit."""
    matches = list(_RUN.finditer(term))
    if not matches:
        return None
    words = [word for match in matches[:-1] for word in _words(match, whole=True)]
    last = matches[-1]
    words += _words(last, whole=False)
    open_end = "" if last[1] and len(last[1]) > 1 else " *"
    return f'"{" ".join(words)}"{open_end}'


def _words(match: re.Match[str], *, whole: bool) -> Iterator[str]:
    """The words of a run; ``whole``: with what ends it."""
    run = match[1]
    if run is None:
        yield match[2]
        return
    yield from (run[n : n + 2] for n in range(len(run) - 1))
    if whole or len(run) == 1:
        yield run[-1]


def texts_of(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, those that stand there more than once a single time."""
    seen: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if item not in seen:
                seen.add(item)
                yield item
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
