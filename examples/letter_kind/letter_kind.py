"""A kind of constraint that code can verify: a letter that must not be used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trace_builder import ConstraintKind

WORDINGS = (
    re.compile(r'(?:do not|don\'t|never) use the letter ["“]?([a-z])["”]?', re.IGNORECASE),
    re.compile(r'不要?使用字母 ?["“]?([a-z])["”]?', re.IGNORECASE),
)


class AvoidLetter(ConstraintKind):
    """Only what is worded exactly like this is recognised: a guess would turn good responses down."""

    name = "avoid_letter"
    dimension = "exclusion"

    def recognise(self, text: str) -> Mapping[str, str] | None:
        found = next(filter(None, (wording.fullmatch(text) for wording in WORDINGS)), None)
        return {"letter": found[1].lower()} if found else None

    def holds(self, parameters: Mapping[str, str], response: str) -> bool:
        return parameters["letter"] not in response.lower()
