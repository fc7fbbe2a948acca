"""The lexicon of each language."""

from __future__ import annotations

from trace_builder.records import Lang
from trace_builder.rehearsal.writer.lexicon import Lexicon
from trace_builder.rehearsal.writer.lexicon_en import ENGLISH
from trace_builder.rehearsal.writer.lexicon_zh import CHINESE


def lexicon(lang: Lang) -> Lexicon:
    """The lexicon of a language."""
    return ENGLISH if lang == "en" else CHINESE
