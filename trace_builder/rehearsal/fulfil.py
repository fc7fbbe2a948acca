"""How each kind of constraint is kept in a draft."""

from __future__ import annotations

import json
from collections.abc import Callable

from trace_builder.checks import Check
from trace_builder.checks.counting import mentions
from trace_builder.checks.kinds_situation import cell, step_count, year
from trace_builder.checks.registry import Params
from trace_builder.rehearsal.draft import Draft
from trace_builder.rehearsal.lexicon import Lexicon

Builder = Callable[[Draft, Params], None]


def fulfil(draft: Draft, check: Check) -> None:
    """Put into ``draft`` what keeps ``check``."""
    BUILDERS[check.kind.id](draft, check.params)


def _carry(carriers: Callable[[Lexicon], tuple[str, ...]] = lambda words: words.carriers) -> Builder:
    return lambda d, p: d.sentences.append(d.carry(p["word"], carriers(d.words)))


def _avoid(*slots: str) -> Builder:
    return lambda d, p: d.avoided.extend(p[slot] for slot in slots)


def _nothing(_: Draft, __: Params) -> None:
    return None


def _topic(d: Draft, p: Params) -> None:
    d.sentences += [d.carry(p["word"]) for _ in range(int(p["n"]))]


def _exclude_for(d: Draft, p: Params) -> None:
    d.avoided.append(p["word"])
    d.sentences.append(d.carry(p["other"]))


def _two(d: Draft, p: Params) -> None:
    d.sentences += [d.carry(p["a"]), d.carry(p["b"])]


def _most(d: Draft, p: Params) -> None:
    d.high = min(d.high, int(p["n"]))


def _least(d: Draft, p: Params) -> None:
    d.low = max(d.low, int(p["n"]))


def _between(d: Draft, p: Params) -> None:
    d.low, d.high = max(d.low, int(p["low"])), min(d.high, int(p["high"]))


def _paragraphs(d: Draft, p: Params) -> None:
    d.paragraph_count = int(p["n"])


def _role(d: Draft, p: Params) -> None:
    d.opening = f"As a {p['role']}, {d.pick(d.words.role_follow)}"


def _role_zh(d: Draft, p: Params) -> None:
    d.opening = f"作为{p['role']}，{d.pick(d.words.role_follow)}"


def _sign(d: Draft, p: Params) -> None:
    d.ending = lambda _: p["line"]


def _gloss(d: Draft, p: Params) -> None:
    meaning = dict(d.words.terms).get(p["word"], "")
    en = d.words.lang == "en"
    meaning = meaning or ("a term of the field" if en else "一个专门的说法")
    d.early.insert(0, d.carry(f"{p['word']} ({meaning})" if en else f"{p['word']}（{meaning}）"))


def _condition(d: Draft, p: Params) -> None:
    d.ending = lambda text: p["line"] if mentions(p["word"], text) else p["other"]
    if d.rng.random() < 0.5:
        d.sentences.append(d.carry(p["word"]))


def _labels(d: Draft, p: Params) -> None:
    space = d.words.joiner
    d.blocks.append("\n".join(f"{p[slot]}{space}{d.filler()}" for slot in "abc"))


def _steps(d: Draft, p: Params) -> None:
    names = [line.strip("* ") for line in p["steps"].split("\n")]
    en = d.words.lang == "en"
    assert len(names) == step_count(p)
    opened = (f"Step {n}: {name}." if en else f"步骤{n}：{name}。" for n, name in enumerate(names, 1))
    d.blocks.append("\n".join(f"{line}{d.words.joiner}{d.filler()}" for line in opened))


def _simile(d: Draft, p: Params) -> None:
    known = {a: sentence for a, _, sentence in d.words.similes}
    d.sentences.append(known.get(p["word"]) or d.carry(p["word"]))


def _simile_zh(d: Draft, p: Params) -> None:
    known = {a: sentence for a, _, sentence in d.words.similes}
    d.sentences.append(known.get(p["a"]) or f"它{p['a']}清风{p['b']}。")


def _questions(d: Draft, p: Params) -> None:
    pool = list(d.words.questions)
    d.rng.shuffle(pool)
    d.sentences += [pool[n % len(pool)] for n in range(int(p["n"]))]


def _foreign(d: Draft, p: Params) -> None:
    known = dict(d.words.foreign)
    saying = known.get(p["language"], "Well begun is half done.")
    d.sentences.append(d.words.saying.replace("{w}", saying))


def _json(d: Draft, p: Params) -> None:
    body = {p["a"]: d.filler(), p["b"]: d.filler()}
    d.blocks.append(f"```json\n{json.dumps(body, ensure_ascii=False)}\n```")


def _some_json(d: Draft, _: Params) -> None:
    a, b = d.rng.choice(d.words.keys)
    _json(d, {"a": a, "b": b})


def _table(d: Draft, p: Params) -> None:
    rows = [f"| {d.rng.choice(d.words.table_rows)} | {d.filler()} |" for _ in range(d.rng.randint(1, 3))]
    d.blocks.append("\n".join([f"| {p['a']} | {p['b']} |", "| --- | --- |", *rows]))


def _bold(d: Draft, p: Params) -> None:
    d.sentences.append(d.carry(f"**{p['word']}**"))


def _emoji(d: Draft, p: Params) -> None:
    d.sentences += [f"{d.filler()} {p['emoji']}" for _ in range(int(p["n"]))]


def _pattern(d: Draft, p: Params) -> None:
    known = {a: sentence for a, _, sentence in d.words.patterns}
    space = d.words.joiner
    fallback = space.join((p["a"], "this" if space else "如此", p["b"], "that" if space else "这般"))
    d.sentences.append(known.get(p["a"]) or fallback + d.words.stop)


def _cite(d: Draft, p: Params) -> None:
    count = int(p["n"])
    pool = list(d.words.sources)
    d.rng.shuffle(pool)
    stop, fillers = d.words.stop, [d.filler() for _ in range(count)]
    d.sentences += [f"{text.removesuffix(stop)} [{n}]{stop}" for n, text in enumerate(fillers, 1)]
    listed = [f"[{n}] {pool[(n - 1) % len(pool)]}" for n in range(1, count + 1)]
    d.closing.append("\n".join([p["label"], *listed]))


def _author(d: Draft, p: Params) -> None:
    stop = d.words.stop
    source = f" ({p['name']}, {p['year']})" if d.words.lang == "en" else f"（{p['name']}，{p['year']}）"
    d.sentences.append(f"{d.filler().removesuffix(stop)}{source}{stop}")


def _points(d: Draft, count: int) -> list[str]:
    pool = [point for point in d.words.points if d.clean(point)] or list(d.words.points)
    d.rng.shuffle(pool)
    return [pool[n % len(pool)] for n in range(count)]


def _bullets(d: Draft, p: Params) -> None:
    d.blocks.append("\n".join(f"- {point}" for point in _points(d, int(p["n"]))))


def _numbered(d: Draft, p: Params) -> None:
    d.blocks.append("\n".join(f"{n}. {point}" for n, point in enumerate(_points(d, int(p["n"])), 1)))


def _headings(d: Draft, p: Params) -> None:
    pool = list(d.words.headings)
    d.rng.shuffle(pool)
    d.blocks += [f"## {pool[n % len(pool)]}\n{d.filler()}" for n in range(int(p["n"]))]


def _tree(d: Draft, p: Params) -> None:
    _headings(d, p)
    at = len(d.blocks) - int(p["n"])
    d.blocks[at] = f"# {'Overview' if d.words.lang == 'en' else '总体说明'}\n{d.blocks[at]}"


def _letter(d: Draft, p: Params) -> None:
    d.opening, line = p["a"], p["line"]
    d.ending = lambda _: line


def _like(d: Draft, p: Params) -> None:
    d.blocks.append(f"{p['a']}{d.words.joiner}{d.pick(d.words.points)}{d.words.stop}")


BUILDERS: dict[str, Builder] = {
    "topic_mentions": _topic,
    "topic_field": _carry(),
    "exclude_word": _avoid("word"),
    "exclude_for": _exclude_for,
    "exclude_exclamation": _nothing,
    "include_exclamation": lambda d, p: d.sentences.append(
        "That is good news!" if d.words.lang == "en" else "这真是个好消息！"
    ),
    "include_word": _carry(),
    "include_two": _two,
    "value_avoid": _avoid("a", "b"),
    "value_phrase": _carry(lambda w: w.phrase_carriers),
    "privacy_none": _nothing,
    "privacy_alias": _carry(lambda w: w.alias_carriers),
    "words_most": _most,
    "words_least": _least,
    "words_between": _between,
    "paragraphs": _paragraphs,
    "role_opening": _role,
    "role_opening_zh": _role_zh,
    "role_signature": _sign,
    "audience_gloss": _gloss,
    "audience_address": _carry(lambda w: w.name_carriers),
    "condition_ending": _condition,
    "procedure_lines": _labels,
    "procedure_steps": _steps,
    "table_fact": lambda d, p: d.sentences.append(d.carry(cell(p) or "", d.words.fact_carriers)),
    "text_fact": lambda d, p: d.sentences.append(d.carry(year(p), d.words.fact_carriers)),
    "tone_formal": _nothing,
    "tone_casual": lambda d, p: d.sentences.append(d.pick(d.words.casual)),
    "tone_formal_zh": _nothing,
    "tone_casual_zh": lambda d, p: d.sentences.append(d.pick(d.words.casual)),
    "tone_polite": _carry(lambda w: w.polite_carriers),
    "mood_word": _carry(lambda w: w.mood_carriers),
    "simile": _simile,
    "simile_zh": _simile_zh,
    "questions": _questions,
    "no_questions": _nothing,
    "sentence_in": _foreign,
    "answer_language": _nothing,
    "json_any": _some_json,
    "json_block": _json,
    "markdown_table": _table,
    "bold_word": _bold,
    "emoji_count": _emoji,
    "emoji_any": lambda d, p: d.sentences.append(f"{d.filler()} {d.rng.choice(d.words.emoji)}"),
    "sentence_pattern": _pattern,
    "cite_numbers": _cite,
    "cite_author": _author,
    "bullets": _bullets,
    "numbered_points": _numbered,
    "headings": _headings,
    "heading_tree": _tree,
    "labelled_parts": _labels,
    "letter": _letter,
    "like_arrow": lambda d, p: d.blocks.append(" -> ".join(_points(d, 2))),
    "like_example": _like,
    "unlike_word": _avoid("word"),
    "unlike_lacking": _carry(),
    "unlike_opening": _nothing,
}
