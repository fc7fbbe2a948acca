"""Parameters for new constraints: drawn so that the constraint fits the instruction and the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from trace_builder.checks import REGISTRY, Check
from trace_builder.checks.counting import mentions
from trace_builder.checks.registry import Params, make_check
from trace_builder.records import Lang
from trace_builder.rehearsal.lexicon import Lexicon, lexicon
from trace_builder.rehearsal.topics import keywords, named


@dataclass
class Supply:
    """Draws parameters for one instruction. ``taken`` holds the words in use, ``text`` what must not hold a
    newly drawn one (the instruction, a response that has to differ)."""

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

    def draw(self, kind: str) -> Check | None:
        """A check of a kind, None where there is nothing left to draw from."""
        params = DRAWS[kind](self)
        if params is None:
            return None
        if any(named(value) for value in params.values()):
            return None
        self.taken.update(value for name, value in params.items() if name in ("word", "other", "a", "b"))
        return make_check(REGISTRY.kinds[kind], params, self.lang)

    def swapped(self, kind: str, old: Check) -> Check | None:
        """A check of ``kind`` that turns ``old`` round: what had to be there must not, or the reverse."""
        new = self.draw(kind)
        turned = TURNS.get((old.kind.id, kind))
        if new is None or turned is None:
            return new
        params = turned(new.params, old.params)
        return make_check(new.kind, params, self.lang) if new.kind.valid(params) else None

    def above(self, kind: str) -> Check:
        """A least length clearly above ``size``."""
        return make_check(
            REGISTRY.kinds[kind], {"n": _round(self.size + self.rng.randint(30, 90))}, self.lang
        )

    def fresh(self, pool: tuple[str, ...]) -> str | None:
        """A word of ``pool`` that is not in use."""
        left = [
            w
            for w in pool
            if w not in self.taken and not mentions(w, self.text) and not mentions(w, self.instruction)
        ]
        return self.rng.choice(left) if left else None

    def pair(self, pool: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
        """A pair of ``pool`` neither of whose parts is in use."""
        left = [p for p in pool if not any(w in self.taken or mentions(w, self.text) for w in p if w)]
        return self.rng.choice(left) if left else None

    def count(self, low: int, high: int) -> str:
        return str(self.rng.randint(low, high))


Draw = Callable[[Supply], "Params | None"]


def _word(pool: Callable[[Lexicon], tuple[str, ...]], slot: str = "word") -> Draw:
    def draw(s: Supply) -> Params | None:
        word = s.fresh(pool(s.words))
        return None if word is None else {slot: word}

    return draw


def _none(_: Supply) -> Params:
    return {}


def _topic(s: Supply) -> Params | None:
    known = [w for w in keywords(s.instruction, s.lang) if w not in s.taken and not mentions(w, s.text)]
    word = max(known, key=len) if known else s.fresh(s.words.nouns)
    return None if word is None else {"word": word, "n": s.count(2, 4)}


def _field(s: Supply) -> Params | None:
    name, term = s.fresh(s.words.fields), s.fresh(tuple(t for t, _ in s.words.terms))
    return {"field": name, "word": term} if name and term else None


def _two_nouns(first: str, second: str) -> Draw:
    def draw(s: Supply) -> Params | None:
        one = s.fresh(s.words.nouns)
        two = s.fresh(tuple(w for w in s.words.nouns if w != one))
        return {first: one, second: two} if one and two else None

    return draw


def _slights(s: Supply) -> Params:
    a, b = s.rng.sample(s.words.slights, 2)
    return {"a": a, "b": b}


def _round(number: int) -> str:
    return str((number + 9) // 10 * 10)


def _most(s: Supply) -> Params:
    return {"n": _round(s.size + s.rng.randint(15, 90))}


def _least(s: Supply) -> Params:
    return {"n": _round(s.rng.randint(40, 160))}


def _between(s: Supply) -> Params:
    low = s.size + s.rng.randint(5, 60)
    return {"low": _round(low), "high": _round(low + s.rng.randint(60, 120))}


def _role(s: Supply) -> Params | None:
    role = s.fresh(s.words.roles)
    return None if role is None else {"role": role}


def _signature(s: Supply) -> Params | None:
    role = s.fresh(s.words.roles)
    return None if role is None else {"role": role, "line": s.words.signature.replace("{role}", role)}


def _gloss(s: Supply) -> Params | None:
    term = s.fresh(tuple(t for t, _ in s.words.terms))
    return None if term is None else {"readers": s.rng.choice(s.words.readers)[0], "word": term}


def _address(s: Supply) -> Params | None:
    pair = s.pair(s.words.readers)
    return None if pair is None else {"readers": pair[0], "word": pair[1]}


def _condition(s: Supply) -> Params | None:
    word, pair = s.fresh(s.words.nouns), s.pair(s.words.endings)
    return {"word": word, "line": pair[0], "other": pair[1]} if word and pair else None


def _labels(pool: Callable[[Lexicon], tuple[tuple[str, str, str], ...]]) -> Draw:
    def draw(s: Supply) -> Params | None:
        left = [t for t in pool(s.words) if t[0] not in s.taken and t[0] not in s.text]
        return dict(zip("abc", s.rng.choice(left), strict=True)) if left else None

    return draw


def _steps(s: Supply) -> Params:
    return {"steps": "\n".join(f"* **{name}**" for name in s.rng.choice(s.words.steps))}


def _table(s: Supply) -> Params | None:
    head, column = s.rng.choice(s.words.table_heads)
    count = s.rng.randint(2, 4)
    rows = s.rng.sample(s.words.table_rows, count)
    cells = s.rng.sample([c for c in s.words.table_cells if c not in s.text], count)
    body = [f"| {row} | {cell} |" for row, cell in zip(rows, cells, strict=True)]
    table = "\n".join([f"| {head} | {column} |", "| --- | --- |", *body])
    return {"row": s.rng.choice(rows), "column": column, "table": table}


def _background(s: Supply) -> Params:
    return {"text": s.rng.choice(s.words.backgrounds).replace("{year}", s.count(1803, 1989))}


def _mood(s: Supply) -> Params | None:
    pair = s.pair(s.words.moods)
    return None if pair is None else {"mood": pair[0], "word": pair[1]}


def _simile(s: Supply) -> Params | None:
    word = s.fresh(tuple(a for a, _, _ in s.words.similes))
    return None if word is None else {"word": word}


def _simile_zh(s: Supply) -> Params | None:
    left = [t for t in s.words.similes if t[0] not in s.taken and t[0] not in s.text]
    chosen = s.rng.choice(left) if left else None
    return {"a": chosen[0], "b": chosen[1]} if chosen else None


def _language(s: Supply) -> Params:
    left = [name for name, sentence in s.words.foreign if sentence not in s.text]
    return {"language": s.rng.choice(left or [s.words.foreign[0][0]])}


def _main_language(s: Supply) -> Params:
    return {"language": s.rng.choice(("English", "Chinese") if s.lang == "en" else ("中文", "英文"))}


def _ab(pool: Callable[[Lexicon], tuple[tuple[str, str], ...]]) -> Draw:
    def draw(s: Supply) -> Params:
        a, b = s.rng.choice(pool(s.words))
        return {"a": a, "b": b}

    return draw


def _emoji(s: Supply) -> Params:
    return {"emoji": s.rng.choice(s.words.emoji), "n": s.count(2, 4)}


def _pattern(s: Supply) -> Params:
    left = [t for t in s.words.patterns if t[2] not in s.text] or list(s.words.patterns)
    a, b, _ = s.rng.choice(left)
    return {"a": a, "b": b}


def _numbers(low: int, high: int) -> Draw:
    return lambda s: {"n": s.count(low, high)}


def _cite(s: Supply) -> Params:
    return {"n": s.count(2, 4), "label": s.rng.choice(s.words.reference_labels)}


def _author(s: Supply) -> Params:
    name, year = s.rng.choice(s.words.authors)
    return {"name": name, "year": year}


def _letter(s: Supply) -> Params | None:
    pair = s.pair(s.words.letters)
    return {"a": pair[0], "line": pair[1]} if pair else None


def _like(s: Supply) -> Params:
    left = [t for t in s.words.examples if t[0] not in s.text] or list(s.words.examples)
    a, text = s.rng.choice(left)
    return {"a": a, "text": text}


def _unlike_word(s: Supply) -> Params | None:
    word = s.fresh(s.words.fillers)
    return None if word is None else {"word": word, "text": s.rng.choice(s.words.poor).replace("{w}", word)}


def _unlike_lacking(s: Supply) -> Params | None:
    word = s.fresh(s.words.nouns)
    text = s.rng.choice(s.words.poor).replace("{w}", s.rng.choice(s.words.fillers))
    return None if word is None else {"word": word, "text": text}


def _unlike_opening(s: Supply) -> Params:
    return {"text": s.rng.choice(s.words.poor).replace("{w}", s.rng.choice(s.words.fillers))}


#: How the parameters of a drawn check follow those of the one it replaces: (new, old) -> parameters.
TURNS: dict[tuple[str, str], Callable[[Params, Params], Params]] = {
    ("exclude_word", "exclude_for"): lambda new, old: {**new, "other": old["word"]},
    ("exclude_for", "exclude_for"): lambda new, old: {"word": old["other"], "other": old["word"]},
    ("unlike_word", "unlike_lacking"): lambda new, old: {**new, "word": old["word"]},
    ("unlike_lacking", "unlike_word"): lambda new, old: {
        "word": old["word"],
        "text": new["text"].replace(new["word"], old["word"]),
    },
    ("table_fact", "table_fact"): lambda new, old: _other_row(new, old),
}


def _other_row(new: Params, old: Params) -> Params:
    """The same table, asked for another row."""
    rows = [line.split("|")[1].strip() for line in old["table"].split("\n")[2:]]
    left = [row for row in rows if row != old["row"]]
    return {**old, "row": left[len(new["row"]) % len(left)]} if left else new


DRAWS: dict[str, Draw] = {
    "topic_mentions": _topic,
    "topic_field": _field,
    "exclude_word": _word(lambda x: x.fillers),
    "exclude_for": _two_nouns("word", "other"),
    "exclude_exclamation": _none,
    "include_exclamation": _none,
    "include_word": _word(lambda x: x.nouns),
    "include_two": _two_nouns("a", "b"),
    "value_avoid": _slights,
    "value_phrase": _word(lambda x: x.respect),
    "privacy_none": _none,
    "privacy_alias": _word(lambda x: x.aliases),
    "words_most": _most,
    "words_least": _least,
    "words_between": _between,
    "paragraphs": _numbers(2, 5),
    "role_opening": _role,
    "role_opening_zh": _role,
    "role_signature": _signature,
    "audience_gloss": _gloss,
    "audience_address": _address,
    "condition_ending": _condition,
    "procedure_lines": _labels(lambda x: x.procedures),
    "procedure_steps": _steps,
    "table_fact": _table,
    "text_fact": _background,
    "tone_formal": _none,
    "tone_casual": _none,
    "tone_formal_zh": _none,
    "tone_casual_zh": _none,
    "tone_polite": _word(lambda x: x.polite),
    "mood_word": _mood,
    "simile": _simile,
    "simile_zh": _simile_zh,
    "questions": _numbers(2, 4),
    "no_questions": _none,
    "sentence_in": _language,
    "answer_language": _main_language,
    "json_any": _none,
    "json_block": _ab(lambda x: x.keys),
    "markdown_table": _ab(lambda x: x.columns),
    "bold_word": _word(lambda x: x.nouns),
    "emoji_count": _emoji,
    "emoji_any": _none,
    "sentence_pattern": _pattern,
    "cite_numbers": _cite,
    "cite_author": _author,
    "bullets": _numbers(2, 6),
    "numbered_points": _numbers(2, 6),
    "headings": _numbers(2, 5),
    "heading_tree": _numbers(2, 4),
    "labelled_parts": _labels(lambda x: x.layouts),
    "letter": _letter,
    "like_arrow": _ab(lambda x: x.keys),
    "like_example": _like,
    "unlike_word": _unlike_word,
    "unlike_lacking": _unlike_lacking,
    "unlike_opening": _unlike_opening,
}
