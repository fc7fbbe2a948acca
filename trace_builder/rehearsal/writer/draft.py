"""A response in the making: pieces that constraints ask for, put in order and filled up at the end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from trace_builder.checks.reading.counting import count_words
from trace_builder.records import Lang
from trace_builder.rehearsal.writer.lexicon import Lexicon
from trace_builder.rehearsal.writer.lexicons import lexicon


class Draft:
    """Collects what the response must hold; ``finish`` lays it out.

    Order of the layout: the opening, early sentences, the lead, sentences, blocks, closing blocks, the last
    line. ``low`` and ``high`` bound the number of words, ``paragraph_count`` the number of paragraphs.
    """

    def __init__(self, lang: Lang, rng: Random, topic: str | None = None) -> None:
        self.words: Lexicon = lexicon(lang)
        self.rng = rng
        self.topic = topic
        self.opening: str | None = None
        self.early: list[str] = []
        self.sentences: list[str] = []
        self.blocks: list[str] = []
        self.closing: list[str] = []
        self.ending: Callable[[str], str] | None = None
        self.avoided: list[str] = []
        self.low = 0
        self.high: float = float("inf")
        self.paragraph_count: int | None = None
        self.extra = rng.randint(1, 4)

    def carry(self, word: str, carriers: tuple[str, ...] = ()) -> str:
        """A sentence with ``word`` in it."""
        return self.pick(carriers or self.words.carriers).replace("{w}", word)

    def pick(self, choices: tuple[str, ...]) -> str:
        """One of ``choices`` without an avoided word where there is one."""
        start = self.rng.randrange(len(choices))
        for offset in range(len(choices)):
            choice = choices[(start + offset) % len(choices)]
            if self.clean(choice):
                return choice
        return choices[start]

    def several(self, pool: tuple[str, ...], count: int) -> list[str]:
        """So many of a pool in random order, from its start again where it runs out."""
        order = list(pool)
        self.rng.shuffle(order)
        return [order[n % len(order)] for n in range(count)]

    def clean(self, text: str) -> bool:
        """Whether no avoided word stands in ``text``, not even inside another."""
        lowered = text.lower()
        return not any(word.lower() in lowered for word in self.avoided)

    def filler(self) -> str:
        """A sentence that says nothing in particular."""
        words, choose = self.words, self.rng.choice
        text = ""
        for _ in range(12):
            parts = (choose(words.subjects), choose(words.verbs), choose(words.objects))
            text = words.joiner.join(parts) + words.stop
            if self.clean(text):
                break
        return text

    def finish(self) -> str:
        """The whole response."""
        self._lead()
        text = self._lay_out()
        size = count_words(text)
        wanted = self.extra
        while size < self.low or wanted > 0:
            sentence = self.filler()
            length = count_words(sentence)
            if size + length > self.high:
                break
            self.sentences.insert(self.rng.randint(0, len(self.sentences)), sentence)
            size += length
            wanted -= 1
        return self._lay_out()

    def _lead(self) -> None:
        if self.topic is None or self.high < float("inf"):
            return
        lead = self.pick(self.words.leads).replace("{w}", self.topic)
        if self.clean(lead):
            self.early.append(lead)

    def _lay_out(self) -> str:
        groups = self._prose()
        if self.opening is not None:
            first = groups.pop(0) if groups else ""
            groups.insert(0, f"{self.opening}{self.words.joiner if first else ''}{first}")
        groups += self.blocks + self.closing
        if self.paragraph_count is not None:
            groups = self._merge(groups, self.paragraph_count)
        text = "\n\n".join(groups)
        if self.ending is None:
            return text
        return text + ("\n" if self.paragraph_count is not None else "\n\n") + self.ending(text)

    def _prose(self) -> list[str]:
        pieces = self.early + self.sentences
        joiner = self.words.joiner
        return [joiner.join(pieces[at : at + 4]) for at in range(0, len(pieces), 4)]

    def _merge(self, groups: list[str], count: int) -> list[str]:
        while len(groups) < count:
            groups.insert(max(0, len(groups) - len(self.closing)), self.filler())
        size, spare = divmod(len(groups), count)
        merged, at = [], 0
        for position in range(count):
            step = size + (position < spare)
            merged.append("\n".join(groups[at : at + step]))
            at += step
        return merged
