"""Texts in the languages that records, prompts and labels come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ConfigDict

from trace_builder.records import Lang

LANGS: tuple[Lang, ...] = ("en", "zh")


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("expected a text")
    return text.strip("\n")


#: A text as read from a file: not empty, and without the line ends around it.
Wording = Annotated[str, AfterValidator(_said)]


@dataclass(frozen=True)
class Text:
    """A text in every language; ``text[lang]`` picks one."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    en: Wording
    zh: Wording

    def __getitem__(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en
