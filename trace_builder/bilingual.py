"""Texts in the languages that records, prompts and labels come in."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict

from trace_builder.records import Lang

LANGS: tuple[Lang, ...] = ("en", "zh")


@dataclass(frozen=True)
class Text:
    """A text in every language; ``text[lang]`` picks one."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    en: str
    zh: str

    def __getitem__(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Texts:
    """Several texts in every language; ``texts[lang]`` picks one language's."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    en: tuple[str, ...]
    zh: tuple[str, ...]

    def __getitem__(self, lang: Lang) -> tuple[str, ...]:
        return self.zh if lang == "zh" else self.en
