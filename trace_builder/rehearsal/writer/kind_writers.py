"""The kinds of constraints that the embedded model can write: how each is drawn, kept, broken and revised. It
knows no other kind, and takes a constraint of another for plain text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from trace_builder.checks import Check, contradict
from trace_builder.checks.templates import Templates, canonical
from trace_builder.checks.wordings import Wording, wordings
from trace_builder.checks.wordings.wording import Slots
from trace_builder.rehearsal.writer import keep
from trace_builder.rehearsal.writer import parameters as draw
from trace_builder.rehearsal.writer.draft import Draft
from trace_builder.rehearsal.writer.keep import Builder
from trace_builder.rehearsal.writer.parameters import Draw


@dataclass(frozen=True, slots=True)
class KindWriter:
    """How constraints of one kind come about, and responses to them.

    Attributes:
        draw: parameters of a new one.
        keep: puts into a draft what keeps it.
        break_by: puts into a draft what breaks it; None where leaving out the word it asks for does.
        contrast: the kinds it is revised to, where its own with other parameters would not tell two responses
            apart.
        place: what it needs of a response; two constraints cannot have the same.
    """

    draw: Draw
    keep: Builder
    break_by: Builder | None = None
    contrast: tuple[str, ...] = ()
    place: str = ""

    def violate(self, draft: Draft, slots: Slots) -> None:
        """Put into ``draft`` what breaks the constraint, or keep out what it needs."""
        if self.break_by is not None:
            self.break_by(draft, slots)
        elif "word" in slots:
            draft.avoided.append(slots["word"])


def _counted(drawn: Draw, kept: Builder, contrast: tuple[str, ...] = ()) -> KindWriter:
    return KindWriter(drawn, kept, keep.one_off(kept), contrast)


W = KindWriter
WRITERS: dict[str, KindWriter] = {
    "topic_mentions": W(draw.topic, keep.topic),
    "topic_field": W(draw.field_and_term, keep.say("word")),
    "exclude_word": W(
        draw.a_word(lambda w: w.fillers), keep.avoid("word"), keep.say("word"), ("exclude_for",)
    ),
    "exclude_for": W(draw.two_nouns("word", "other"), keep.exclude_for, keep.say("word"), ("exclude_for",)),
    "exclude_exclamation": W(
        draw.nothing,
        keep.nothing,
        keep.sentence("What a day that was!", "多么美好的一天！"),
        ("include_exclamation",),
    ),
    "include_exclamation": W(
        draw.nothing,
        keep.sentence("That is good news!", "这真是个好消息！"),
        contrast=("exclude_exclamation",),
    ),
    "include_word": W(draw.a_word(lambda w: w.nouns), keep.say("word")),
    "include_two": W(draw.two_nouns("a", "b"), keep.two),
    "value_avoid": W(draw.slights, keep.avoid("a", "b"), keep.say("a"), ("value_phrase",)),
    "value_phrase": W(draw.a_word(lambda w: w.respect), keep.say("word", lambda w: w.phrase_carriers)),
    "privacy_none": W(
        draw.nothing,
        keep.nothing,
        keep.sentence("Write to lena@example.org for more.", "详情请写信至lena@example.org。"),
        ("privacy_alias",),
    ),
    "privacy_alias": W(draw.a_word(lambda w: w.aliases), keep.say("word", lambda w: w.alias_carriers)),
    "words_most": W(
        draw.most, keep.within(high="n"), keep.above("n"), ("words_least", "words_between"), "length"
    ),
    "words_least": W(draw.least, keep.within(low="n"), keep.below("n"), ("words_most",), "length"),
    "words_between": W(
        draw.between, keep.within("low", "high"), keep.outside, ("words_least", "words_most"), "length"
    ),
    "paragraphs": _counted(draw.a_number(2, 5), keep.paragraphs),
    "role_opening": W(draw.a_word(lambda w: w.roles, "role"), keep.role("As a {role}, "), place="start"),
    "role_opening_zh": W(draw.a_word(lambda w: w.roles, "role"), keep.role("作为{role}，"), place="start"),
    "role_signature": W(draw.signature, keep.signed, place="end"),
    "audience_gloss": W(draw.gloss, keep.gloss),
    "audience_address": W(
        draw.a_pair(lambda w: w.readers, "readers", "word"), keep.say("word", lambda w: w.name_carriers)
    ),
    "condition_ending": W(draw.condition, keep.condition, keep.nothing, place="end"),
    "procedure_lines": W(draw.three_labels(lambda w: w.procedures), keep.labels),
    "procedure_steps": W(draw.steps, keep.steps),
    "table_fact": W(draw.table, keep.table_fact),
    "text_fact": W(draw.background, keep.text_fact),
    "tone_formal": W(
        draw.nothing,
        keep.nothing,
        keep.sentence("It isn't hard once you know how.", "其实不难。"),
        ("tone_casual",),
    ),
    "tone_casual": W(draw.nothing, keep.casual, contrast=("tone_formal",)),
    "tone_formal_zh": W(
        draw.nothing, keep.nothing, keep.sentence("It is so.", "其实一点也不难啦。"), ("tone_casual_zh",)
    ),
    "tone_casual_zh": W(draw.nothing, keep.casual, contrast=("tone_formal_zh",)),
    "tone_polite": W(draw.a_word(lambda w: w.polite), keep.say("word", lambda w: w.polite_carriers)),
    "mood_word": W(
        draw.a_pair(lambda w: w.moods, "mood", "word"), keep.say("word", lambda w: w.mood_carriers)
    ),
    "simile": W(draw.simile, keep.simile),
    "simile_zh": W(draw.simile_zh, keep.simile_zh),
    "questions": W(draw.a_number(2, 4), keep.questions, contrast=("no_questions",)),
    "no_questions": W(
        draw.nothing,
        keep.nothing,
        keep.sentence("Who would not want that?", "谁不愿意这样呢？"),
        ("questions",),
    ),
    "sentence_in": W(draw.language, keep.foreign),
    "answer_language": W(draw.main_language, keep.nothing),
    "json_any": W(draw.nothing, keep.some_json, contrast=("markdown_table",)),
    "json_block": W(draw.any_pair(lambda w: w.keys), keep.json_block),
    "markdown_table": W(draw.any_pair(lambda w: w.columns), keep.table),
    "bold_word": W(draw.a_word(lambda w: w.nouns), keep.bold),
    "emoji_count": _counted(draw.emoji, keep.emoji),
    "emoji_any": W(draw.nothing, keep.some_emoji, contrast=("bold_word",)),
    "sentence_pattern": W(draw.pattern, keep.pattern),
    "cite_numbers": _counted(draw.sources, keep.cite),
    "cite_author": W(
        draw.any_pair(lambda w: w.authors, "name", "year"), keep.author, contrast=("cite_numbers",)
    ),
    "bullets": _counted(draw.a_number(2, 6), keep.bullets),
    "numbered_points": _counted(draw.a_number(2, 6), keep.numbered),
    "headings": _counted(draw.a_number(2, 5), keep.headings),
    "heading_tree": _counted(draw.a_number(2, 4), keep.heading_tree, ("headings",)),
    "labelled_parts": W(draw.three_labels(lambda w: w.layouts), keep.labels),
    "letter": W(draw.a_pair(lambda w: w.letters, "a", "line"), keep.letter, place="start"),
    "like_arrow": W(draw.any_pair(lambda w: w.keys), keep.arrow, contrast=("like_example",)),
    "like_example": W(draw.like_example, keep.like_example),
    "unlike_word": W(draw.unlike_word, keep.avoid("word"), keep.say("word"), ("unlike_lacking",)),
    "unlike_lacking": W(draw.unlike_lacking, keep.say("word"), contrast=("unlike_word",)),
    "unlike_opening": W(draw.unlike_opening, keep.nothing, keep.other_opening, ("unlike_lacking",)),
}

WORDINGS: dict[str, Wording] = {wording.name: wording for wording in wordings() if wording.name in WRITERS}
DIMENSIONS = tuple(sorted({wording.dimension for wording in WORDINGS.values()}))
#: Some kinds in words that the checks do not read, as models write them too: what they ask for is known here
#: alone, and told where a constraint has to be bound.
LOOSE: dict[str, tuple[str, str]] = {
    "include_word": ('Let "{word}" cross the page somewhere.', "让“{word}”在行文中露个面。"),
    "exclude_word": ('Give "{word}" a rest this time.', "这次就让“{word}”歇一歇。"),
    "exclude_exclamation": ("Keep your voice down: no shouting marks.", "语气收一收，别用喊叫的符号。"),
    "emoji_any": ("Let a small pictograph wink out of the text.", "让小小的图画符号跳出来俏皮一下。"),
    "paragraphs": ("Break it up {n}-fold, by blank lines.", "用空行把它隔成{n}块。"),
    "questions": ("Put the reader on the spot {n} times or oftener.", "少说也要把读者问住{n}回。"),
}
_TEMPLATES = Templates(
    (template, WORDINGS[name])
    for name, wording in WORDINGS.items()
    for template in (*wording.en, *wording.zh, *LOOSE.get(name, ()))
)


@dataclass(frozen=True)
class Worded:
    """A constraint that the embedded model knows: its wording, and what stands in the slots."""

    wording: Wording
    slots: Slots

    @cached_property
    def check(self) -> Check:
        return Check(self.wording.claims(self.slots))

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for constraints that ask for the same, whatever their words."""
        return self.wording.name, *sorted(self.slots.items())

    def holds(self, response: str) -> bool | None:
        """Whether ``response`` keeps to the constraint; None where code cannot tell."""
        return self.check.holds(response)

    def contradicts(self, other: Worded) -> bool:
        return contradict(self.check, other.check)


def known(text: str) -> Worded | None:
    """The constraint that a text is, without its mark and ending punctuation; None where it is in other words
    than the embedded model's."""
    return _known(canonical(text))


@lru_cache(maxsize=8192)
def _known(text: str) -> Worded | None:
    readings = _TEMPLATES.read(text)
    return next((Worded(wording, slots) for wording, _, slots in readings if wording.valid(slots)), None)
