"""How each kind of constraint is kept in a draft, and how it is broken."""

from __future__ import annotations

import json
from collections.abc import Callable

from trace_builder.checks.reading.counting import mentions
from trace_builder.checks.wordings.situation import cell, year
from trace_builder.checks.wordings.wording import Slots
from trace_builder.rehearsal.writer.draft import Draft
from trace_builder.rehearsal.writer.lexicon import Lexicon

#: Puts into a draft what keeps a constraint, or what breaks it.
Builder = Callable[[Draft, Slots], None]


def nothing(_: Draft, __: Slots) -> None:
    """Every draft keeps it, or breaks it, by itself."""


def say(slot: str, carriers: Callable[[Lexicon], tuple[str, ...]] = lambda words: words.carriers) -> Builder:
    """A sentence with the word of a slot in it."""
    return lambda d, p: d.sentences.append(d.carry(p[slot], carriers(d.words)))


def sentence(en: str, zh: str) -> Builder:
    return lambda d, _: d.sentences.append(d.words.in_lang(en, zh))


def avoid(*slots: str) -> Builder:
    return lambda d, p: d.avoided.extend(p[slot] for slot in slots)


def topic(d: Draft, p: Slots) -> None:
    d.sentences += [d.carry(p["word"]) for _ in range(int(p["n"]))]


def exclude_for(d: Draft, p: Slots) -> None:
    d.avoided.append(p["word"])
    d.sentences.append(d.carry(p["other"]))


def two(d: Draft, p: Slots) -> None:
    d.sentences += [d.carry(p["a"]), d.carry(p["b"])]


def within(low: str | None = None, high: str | None = None) -> Builder:
    """A length between the numbers of two slots."""

    def keep(d: Draft, p: Slots) -> None:
        d.low = max(d.low, int(p[low])) if low else d.low
        d.high = min(d.high, int(p[high])) if high else d.high

    return keep


def above(slot: str) -> Builder:
    """A length that breaks an upper limit."""

    def violate(d: Draft, p: Slots) -> None:
        d.low = max(d.low, int(p[slot]) + 1)

    return violate


def below(slot: str) -> Builder:
    """A length that breaks a lower limit, clearly, since punctuation may count among the characters."""

    def violate(d: Draft, p: Slots) -> None:
        d.high = min(d.high, int(p[slot]) * 3 // 4 - 1)

    return violate


def outside(d: Draft, p: Slots) -> None:
    (above("high") if d.rng.random() < 0.5 else below("low"))(d, p)


def one_off(keep: Builder) -> Builder:
    """What breaks an exact count: one more or one less."""

    def violate(d: Draft, p: Slots) -> None:
        asked = int(p["n"])
        count = max(1, asked + d.rng.choice((-1, 1)))
        keep(d, {**p, "n": str(count if count != asked else count + 1)})

    return violate


def paragraphs(d: Draft, p: Slots) -> None:
    d.paragraph_count = int(p["n"])


def role(opening: str) -> Builder:
    def keep(d: Draft, p: Slots) -> None:
        d.opening = opening.replace("{role}", p["role"]) + d.pick(d.words.role_follow)

    return keep


def other_opening(d: Draft, p: Slots) -> None:
    if d.opening is None:
        d.opening = p["text"] + d.words.stop


def signed(d: Draft, p: Slots) -> None:
    d.ending = lambda _: p["line"]


def letter(d: Draft, p: Slots) -> None:
    d.opening = p["a"]
    signed(d, p)


def condition(d: Draft, p: Slots) -> None:
    d.ending = lambda text: p["line"] if mentions(p["word"], text) else p["other"]
    if d.rng.random() < 0.5:
        d.sentences.append(d.carry(p["word"]))


def gloss(d: Draft, p: Slots) -> None:
    meaning = dict(d.words.terms).get(p["word"]) or d.words.in_lang("a term of the field", "一个专门的说法")
    d.early.insert(0, d.carry(p["word"] + d.words.in_lang(f" ({meaning})", f"（{meaning}）")))


def labels(d: Draft, p: Slots) -> None:
    d.blocks.append("\n".join(f"{p[slot]}{d.words.joiner}{d.filler()}" for slot in "abc"))


def steps(d: Draft, p: Slots) -> None:
    names = [line.strip("* ") for line in p["steps"].split("\n")]
    opened = (d.words.in_lang(f"Step {n}: {name}.", f"步骤{n}：{name}。") for n, name in enumerate(names, 1))
    d.blocks.append("\n".join(f"{line}{d.words.joiner}{d.filler()}" for line in opened))


def table_fact(d: Draft, p: Slots) -> None:
    d.sentences.append(d.carry(cell(p) or "", d.words.fact_carriers))


def text_fact(d: Draft, p: Slots) -> None:
    d.sentences.append(d.carry(year(p), d.words.fact_carriers))


def casual(d: Draft, _: Slots) -> None:
    d.sentences.append(d.pick(d.words.casual))


def simile(d: Draft, p: Slots) -> None:
    known = {a: whole for a, _, whole in d.words.similes}
    d.sentences.append(known.get(p["word"]) or d.carry(p["word"]))


def simile_zh(d: Draft, p: Slots) -> None:
    known = {a: whole for a, _, whole in d.words.similes}
    d.sentences.append(known.get(p["a"]) or f"它{p['a']}清风{p['b']}。")


def pattern(d: Draft, p: Slots) -> None:
    known = {a: whole for a, _, whole in d.words.patterns}
    unknown = d.words.in_lang(f"{p['a']} this {p['b']} that", f"{p['a']}如此{p['b']}这般")
    d.sentences.append(known.get(p["a"]) or unknown + d.words.stop)


def questions(d: Draft, p: Slots) -> None:
    d.sentences += d.several(d.words.questions, int(p["n"]))


def foreign(d: Draft, p: Slots) -> None:
    saying = dict(d.words.foreign).get(p["language"], "Well begun is half done.")
    d.sentences.append(d.words.saying.replace("{w}", saying))


def json_block(d: Draft, p: Slots) -> None:
    body = {p["a"]: d.filler(), p["b"]: d.filler()}
    d.blocks.append(f"```json\n{json.dumps(body, ensure_ascii=False)}\n```")


def some_json(d: Draft, _: Slots) -> None:
    json_block(d, dict(zip("ab", d.rng.choice(d.words.keys), strict=True)))


def table(d: Draft, p: Slots) -> None:
    rows = [f"| {d.rng.choice(d.words.table_rows)} | {d.filler()} |" for _ in range(d.rng.randint(1, 3))]
    d.blocks.append("\n".join([f"| {p['a']} | {p['b']} |", "| --- | --- |", *rows]))


def bold(d: Draft, p: Slots) -> None:
    d.sentences.append(d.carry(f"**{p['word']}**"))


def emoji(d: Draft, p: Slots) -> None:
    d.sentences += [f"{d.filler()} {p['emoji']}" for _ in range(int(p["n"]))]


def some_emoji(d: Draft, _: Slots) -> None:
    d.sentences.append(f"{d.filler()} {d.rng.choice(d.words.emoji)}")


def cite(d: Draft, p: Slots) -> None:
    stop, known = d.words.stop, d.several(d.words.sources, int(p["n"]))
    d.sentences += [f"{d.filler().removesuffix(stop)} [{n}]{stop}" for n in range(1, len(known) + 1)]
    d.closing.append("\n".join([p["label"], *(f"[{n}] {source}" for n, source in enumerate(known, 1))]))


def author(d: Draft, p: Slots) -> None:
    source = d.words.in_lang(f" ({p['name']}, {p['year']})", f"（{p['name']}，{p['year']}）")
    d.sentences.append(f"{d.filler().removesuffix(d.words.stop)}{source}{d.words.stop}")


def _points(d: Draft, count: int) -> list[str]:
    clean = tuple(point for point in d.words.points if d.clean(point))
    return d.several(clean or d.words.points, count)


def bullets(d: Draft, p: Slots) -> None:
    d.blocks.append("\n".join(f"- {point}" for point in _points(d, int(p["n"]))))


def numbered(d: Draft, p: Slots) -> None:
    d.blocks.append("\n".join(f"{n}. {point}" for n, point in enumerate(_points(d, int(p["n"])), 1)))


def headings(d: Draft, p: Slots) -> None:
    d.blocks += [f"## {title}\n{d.filler()}" for title in d.several(d.words.headings, int(p["n"]))]


def heading_tree(d: Draft, p: Slots) -> None:
    first = len(d.blocks)
    headings(d, p)
    d.blocks[first] = f"# {d.words.in_lang('Overview', '总体说明')}\n{d.blocks[first]}"


def arrow(d: Draft, _: Slots) -> None:
    d.blocks.append(" -> ".join(_points(d, 2)))


def like_example(d: Draft, p: Slots) -> None:
    d.blocks.append(f"{p['a']}{d.words.joiner}{d.pick(d.words.points)}{d.words.stop}")
