"""Slots for new constraints: drawn so that the constraint fits the instruction and the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from trace_builder.checks.reading.counting import mentions
from trace_builder.checks.wordings.wording import Slots
from trace_builder.records import Lang
from trace_builder.rehearsal.writer.keywords import keywords
from trace_builder.rehearsal.writer.lexicon import Lexicon, Pairs, Triples
from trace_builder.rehearsal.writer.lexicons import lexicon


@dataclass
class Picker:
    """Picks words for the constraints of one instruction. ``taken`` holds the words in use, ``text`` is what
    must not hold a newly drawn one (a response that has to differ)."""

    lang: Lang
    rng: Random
    instruction: str
    text: str = ""
    taken: set[str] = field(default_factory=set)
    #: Words that the rest of the answer needs at the least; lengths are set above it.
    size: int = 60

    @property
    def words(self) -> Lexicon:
        return lexicon(self.lang)

    def fresh(self, pool: tuple[str, ...]) -> str | None:
        """A word of ``pool`` that is not in use."""
        texts = (self.text, self.instruction)
        left = [w for w in pool if w not in self.taken and not any(mentions(w, text) for text in texts)]
        return self.rng.choice(left) if left else None

    def pair(self, pool: Pairs) -> tuple[str, str] | None:
        """A pair of ``pool`` neither of whose parts is in use."""
        left = [p for p in pool if not any(w in self.taken or mentions(w, self.text) for w in p if w)]
        return self.rng.choice(left) if left else None

    def count(self, low: int, high: int) -> str:
        return str(self.rng.randint(low, high))

    def rounded(self, low: int, high: int) -> str:
        """A number between ``low`` and ``high``, rounded up to a multiple of ten."""
        return str((self.rng.randint(low, high) + 9) // 10 * 10)


Draw = Callable[[Picker], "Slots | None"]


def nothing(_: Picker) -> Slots:
    return {}


def a_word(pool: Callable[[Lexicon], tuple[str, ...]], slot: str = "word") -> Draw:
    def draw(pick: Picker) -> Slots | None:
        word = pick.fresh(pool(pick.words))
        return None if word is None else {slot: word}

    return draw


def topic(pick: Picker) -> Slots | None:
    known = [
        w for w in keywords(pick.instruction, pick.lang) if w not in pick.taken and not mentions(w, pick.text)
    ]
    word = max(known, key=len) if known else pick.fresh(pick.words.nouns)
    return None if word is None else {"word": word, "n": pick.count(2, 4)}


def field_and_term(pick: Picker) -> Slots | None:
    name, term = pick.fresh(pick.words.fields), pick.fresh(tuple(t for t, _ in pick.words.terms))
    return {"field": name, "word": term} if name and term else None


def two_nouns(first: str, second: str) -> Draw:
    def draw(pick: Picker) -> Slots | None:
        one = pick.fresh(pick.words.nouns)
        two = pick.fresh(tuple(w for w in pick.words.nouns if w != one))
        return {first: one, second: two} if one and two else None

    return draw


def slights(pick: Picker) -> Slots:
    a, b = pick.rng.sample(pick.words.slights, 2)
    return {"a": a, "b": b}


def most(pick: Picker) -> Slots:
    return {"n": pick.rounded(pick.size + 15, pick.size + 90)}


def least(pick: Picker) -> Slots:
    return {"n": pick.rounded(40, 160)}


def between(pick: Picker) -> Slots:
    low = pick.size + pick.rng.randint(5, 60)
    return {"low": str((low + 9) // 10 * 10), "high": pick.rounded(low + 60, low + 120)}


def signature(pick: Picker) -> Slots | None:
    role = pick.fresh(pick.words.roles)
    return None if role is None else {"role": role, "line": pick.words.signature.replace("{role}", role)}


def gloss(pick: Picker) -> Slots | None:
    term = pick.fresh(tuple(t for t, _ in pick.words.terms))
    return None if term is None else {"readers": pick.rng.choice(pick.words.readers)[0], "word": term}


def a_pair(pool: Callable[[Lexicon], Pairs], first: str, second: str) -> Draw:
    def draw(pick: Picker) -> Slots | None:
        pair = pick.pair(pool(pick.words))
        return None if pair is None else {first: pair[0], second: pair[1]}

    return draw


def condition(pick: Picker) -> Slots | None:
    word, pair = pick.fresh(pick.words.nouns), pick.pair(pick.words.endings)
    return {"word": word, "line": pair[0], "other": pair[1]} if word and pair else None


def three_labels(pool: Callable[[Lexicon], Triples]) -> Draw:
    def draw(pick: Picker) -> Slots | None:
        left = [t for t in pool(pick.words) if t[0] not in pick.taken and t[0] not in pick.text]
        return dict(zip("abc", pick.rng.choice(left), strict=True)) if left else None

    return draw


def steps(pick: Picker) -> Slots:
    return {"steps": "\n".join(f"* **{name}**" for name in pick.rng.choice(pick.words.steps))}


def table(pick: Picker) -> Slots:
    head, column = pick.rng.choice(pick.words.table_heads)
    count = pick.rng.randint(2, 4)
    rows = pick.rng.sample(pick.words.table_rows, count)
    cells = pick.rng.sample([c for c in pick.words.table_cells if c not in pick.text], count)
    body = [f"| {row} | {cell} |" for row, cell in zip(rows, cells, strict=True)]
    whole = "\n".join([f"| {head} | {column} |", "| --- | --- |", *body])
    return {"row": pick.rng.choice(rows), "column": column, "table": whole}


def background(pick: Picker) -> Slots:
    return {"text": pick.rng.choice(pick.words.backgrounds).replace("{year}", pick.count(1803, 1989))}


def simile(pick: Picker) -> Slots | None:
    word = pick.fresh(tuple(a for a, _, _ in pick.words.similes))
    return None if word is None else {"word": word}


def simile_zh(pick: Picker) -> Slots | None:
    drawn = three_labels(lambda words: words.similes)(pick)
    return None if drawn is None else {"a": drawn["a"], "b": drawn["b"]}


def language(pick: Picker) -> Slots:
    left = [name for name, sentence in pick.words.foreign if sentence not in pick.text]
    return {"language": pick.rng.choice(left or [pick.words.foreign[0][0]])}


def main_language(pick: Picker) -> Slots:
    return {"language": pick.rng.choice(("English", "Chinese") if pick.lang == "en" else ("中文", "英文"))}


def any_pair(pool: Callable[[Lexicon], Pairs], first: str = "a", second: str = "b") -> Draw:
    return lambda pick: dict(zip((first, second), pick.rng.choice(pool(pick.words)), strict=True))


def emoji(pick: Picker) -> Slots:
    return {"emoji": pick.rng.choice(pick.words.emoji), "n": pick.count(2, 4)}


def pattern(pick: Picker) -> Slots:
    left = [t for t in pick.words.patterns if t[2] not in pick.text] or list(pick.words.patterns)
    a, b, _ = pick.rng.choice(left)
    return {"a": a, "b": b}


def a_number(low: int, high: int) -> Draw:
    return lambda pick: {"n": pick.count(low, high)}


def sources(pick: Picker) -> Slots:
    return {"n": pick.count(2, 4), "label": pick.rng.choice(pick.words.reference_labels)}


def like_example(pick: Picker) -> Slots:
    left = [t for t in pick.words.examples if t[0] not in pick.text] or list(pick.words.examples)
    a, text = pick.rng.choice(left)
    return {"a": a, "text": text}


def unlike_word(pick: Picker) -> Slots | None:
    word = pick.fresh(pick.words.fillers)
    return (
        None
        if word is None
        else {"word": word, "text": pick.rng.choice(pick.words.poor).replace("{w}", word)}
    )


def unlike_lacking(pick: Picker) -> Slots | None:
    word = pick.fresh(pick.words.nouns)
    text = unlike_opening(pick)["text"]
    return None if word is None else {"word": word, "text": text}


def unlike_opening(pick: Picker) -> Slots:
    return {"text": pick.rng.choice(pick.words.poor).replace("{w}", pick.rng.choice(pick.words.fillers))}
