"""The words the embedded model has: what a lexicon holds, and the one for each language."""

from __future__ import annotations

from dataclasses import dataclass

from trace_builder.records import Lang

Pairs = tuple[tuple[str, str], ...]
Triples = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything worded in one language. ``{w}`` stands for a word that a sentence carries."""

    lang: Lang
    joiner: str
    stop: str
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    leads: tuple[str, ...]
    #: Nouns to ask for; none of them stands in a sentence of the lexicon's own.
    nouns: tuple[str, ...]
    #: Words to forbid; some of them do stand in such sentences.
    fillers: tuple[str, ...]
    carriers: tuple[str, ...]
    phrase_carriers: tuple[str, ...]
    mood_carriers: tuple[str, ...]
    name_carriers: tuple[str, ...]
    alias_carriers: tuple[str, ...]
    saying: str
    fact_carriers: tuple[str, ...]
    polite_carriers: tuple[str, ...]
    #: Terms with what explains them.
    terms: Pairs
    fields: tuple[str, ...]
    slights: tuple[str, ...]
    respect: tuple[str, ...]
    aliases: tuple[str, ...]
    roles: tuple[str, ...]
    #: Readers and how to address them.
    readers: Pairs
    #: Closing lines, in pairs of two different ones.
    endings: Pairs
    procedures: Triples
    #: How a letter opens and what its last line says.
    letters: Pairs
    layouts: Triples
    steps: tuple[tuple[str, ...], ...]
    polite: tuple[str, ...]
    #: Moods and the word that shows them.
    moods: Pairs
    similes: Triples
    #: (opening of the first half, of the second half, a whole sentence of that pattern)
    patterns: Triples
    questions: tuple[str, ...]
    #: Names of languages with a sentence in each.
    foreign: Pairs
    columns: Pairs
    keys: Pairs
    emoji: tuple[str, ...]
    reference_labels: tuple[str, ...]
    sources: tuple[str, ...]
    authors: Pairs
    headings: tuple[str, ...]
    points: tuple[str, ...]
    examples: Pairs
    poor: tuple[str, ...]
    backgrounds: tuple[str, ...]
    table_heads: Pairs
    table_rows: tuple[str, ...]
    table_cells: tuple[str, ...]
    casual: tuple[str, ...]
    role_follow: tuple[str, ...]
    signature: str
    #: What stands above a list of constraints; "" is nothing.
    lead_ins: tuple[str, ...]
    refusals: tuple[str, ...]
    #: The answer to a question that is not known.
    unknown: str

    def in_lang(self, en: str, zh: str) -> str:
        return en if self.lang == "en" else zh
