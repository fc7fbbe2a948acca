"""What can be seen of an instruction's wording without a model: fragments, repetitions, what got lost.

Each function says in a sentence what it has found, or None. The thresholds were measured on real texts in
both languages (docs/procedure.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from trace_builder.records import Constraint, Instruction
from trace_builder.support.text import containment, numbers, squeeze, unmarked

#: A shorter piece may well stand in another field by chance ("in English").
_REPEAT_LENGTH = 10
#: A sentence counts as lost when less than this share of it is found again.
FOUND_AGAIN = 0.6
#: A piece is a near-copy of a sentence from this likeness on.
NEAR_COPY = 0.6
#: Material behind a colon counts from so many letters and digits on.
_MATERIAL = 8
#: Letters times letters that are compared: a model that is stuck writes texts of any length.
_COMPARED = 4_000_000
#: A near-copy that lacks so many letters at the beginning of its sentence gets them back ("请你").
_OPENING = 2

_FRAGMENT = re.compile(
    r"[,;:，；：、)）]"
    r"|(?:that|which|who|whom|whose|and|or|but|nor|so that|because|as well as|including|such as|then)\b"
    r"|(?:并且|而且|且|以及|或者|但(?!凡)|从而|因此|同时也|的)"
    r"|并(?![列非行排联发肩])"
)
_QUOTED = re.compile(
    r"“([^”\n]{2,})”|\"([^\"\n]{2,})\"|「([^」\n]{2,})」|『([^』\n]{2,})』|《([^》\n]{2,})》|`([^`\n]+)`"
)
_SENTENCE = re.compile(r"[^。！？!?；;\n.]*(?:\.(?=\S)[^。！？!?；;\n.]*)*[。！？!?；;.]*[”\"」』）)]*\n?")
#: A line that announces a list of demands, and demands nothing itself.
_LEAD_IN = re.compile(
    r"(?:(?:the|some|additional|further|specific|please note the)\s+)*"
    r"(?:requirements|constraints|conditions|rules|guidelines|notes?)(?: are)?(?: as follows)?\s*[:：]"
    r"|(?:please )?(?:keep to|stick to|follow|observe|adhere to|meet|respect|note|mind) (?:all )?"
    r"(?:these|the following)(?: [a-z]+)?\s*[:：]"
    r"|(?:具体|其他|另外|写作|内容|格式)?(?:要求|条件|规则|注意事项)(?:如下)?[:：]"
    r"|请?(?:务必|严格)?(?:遵守|注意|满足|遵循|符合|做到)(?:以下|下列|如下)[^。：:]{0,6}[:：]",
    re.IGNORECASE,
)
#: What announces material, and is no material itself.
_ANNOUNCES = re.compile(r"(?:inputs?|输入)\s*[:：]\s*", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_COMMON = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "your",
        "what",
        "which",
        "will",
        "would",
        "should",
        "could",
        "have",
        "been",
        "into",
        "about",
        "than",
        "then",
        "them",
        "they",
        "their",
        "there",
        "these",
        "those",
        "when",
        "where",
        "while",
        "also",
        "some",
        "such",
        "each",
        "please",
        "given",
        "following",
        "below",
        "above",
        "using",
        "make",
        "write",
        "give",
        "answer",
        "question",
        "sentence",
        "instruction",
        "task",
        "text",
        "input",
    ]
)


def fragment(constraints: Iterable[Constraint]) -> str | None:
    """A constraint that goes on where another text broke off, and cannot stand alone."""
    for constraint in constraints:
        if _FRAGMENT.match(constraint.text):
            return f"{constraint.id} does not stand alone: {constraint.text[:80]}"
    return None


def repetition(instruction: Instruction) -> str | None:
    """The three fields must not repeat one another (B.2); nearer judgements are left to quality."""
    fields = {
        "the description": squeeze(instruction.description),
        "the input": squeeze(instruction.input or ""),
    }
    seen: dict[str, str] = {}
    for constraint in instruction.constraints:
        piece = squeeze(constraint.text)
        if piece in seen:
            return f"{constraint.id} says what {seen[piece]} says"
        seen[piece] = constraint.id
        for name, text in fields.items():
            if len(piece) >= _REPEAT_LENGTH and piece in text:
                return f"{constraint.id} stands in {name} too"
    given = fields["the input"]
    places = {"the description": fields["the description"], **{name: text for text, name in seen.items()}}
    for name, text in places.items():
        if len(given) >= _REPEAT_LENGTH and given in text:
            return f"the input stands in {name} too"
    return None


def lost_material(seed: str, instruction: Instruction) -> str | None:
    """Figures, quoted words and material of a seed's instruction that stand in none of its parts."""
    kept = squeeze(whole_text(instruction))
    for quoted in (next(filter(None, groups)) for groups in _QUOTED.findall(seed)):
        if squeeze(quoted) not in kept:
            return f"{quoted[:80]!r} of the plain instruction got lost"
    for material in _materials(seed):
        if squeeze(material) not in kept:
            return f"{material[:80]!r} of the plain instruction got lost"
    figures = set().union(*(numbers(unmarked(line)) for line in seed.splitlines())) - numbers(
        whole_text(instruction)
    )
    return f"{', '.join(sorted(figures))} of the plain instruction got lost" if figures else None


def whole_text(instruction: Instruction) -> str:
    """All parts of an instruction as one text."""
    return "\n".join(
        [instruction.description, *(c.text for c in instruction.constraints), instruction.input or ""]
    )


def _materials(seed: str) -> list[str]:
    """What an instruction works on and holds itself: further lines, and what stands behind a colon."""
    first, *rest = [line for line in seed.splitlines() if squeeze(line)] or [""]
    behind = re.split(r"[:：]\s*", first, maxsplit=1)[1:]
    return [
        text
        for text in [*behind, *(_ANNOUNCES.sub("", unmarked(line), 1) for line in rest)]
        if len(squeeze(text)) >= _MATERIAL
    ]


def theme_lost(seed: str, text: str) -> bool:
    """Whether nothing of a seed's subject is left: not one of its words of substance, nor, in Chinese, one
    pair of characters. Less is left to the model's own word: an honest paraphrase may keep little."""
    wanted = _substance(seed)
    return bool(wanted) and not wanted & _substance(text)


def _substance(text: str) -> set[str]:
    lowered = text.casefold()
    words = {word[:5] for word in _WORD.findall(lowered) if word not in _COMMON}
    runs = re.findall(r"[\u3400-\u9fff]+", lowered)
    return words | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, in order, none of them empty."""
    return [piece.strip() for piece in _SENTENCE.findall(text) if squeeze(piece)]


def lost_sentence(text: str, instruction: Instruction) -> str | None:
    """A sentence of a text that was taken apart and is found again in none of the parts. A list's marks and
    what only announces it or the input ("Start from these words:") are no loss."""
    kept, given = whole_text(instruction), squeeze(instruction.input or "")
    for sentence in sentences("\n".join(map(unmarked, text.splitlines()))):
        if _LEAD_IN.fullmatch(sentence) or containment(sentence, kept) >= FOUND_AGAIN:
            continue
        behind = squeeze(re.split("[:：]", sentence, maxsplit=1)[-1])
        leads = behind in given or (given in behind and 2 * len(given) >= len(behind))
        if behind == squeeze(sentence) or not given or not leads:
            return sentence
    return None


def snapped(piece: str, text: str) -> str | None:
    """A piece as it stands in the text it was taken from: itself, or the passage that it nearly copies. None
    where the text has nothing like it."""
    if squeeze(piece) in squeeze(text):
        return piece
    found = sentences(text)
    spans = [" ".join(found[i : i + n]) for n in (1, 2, 3) for i in range(len(found) - n + 1)]
    best = max(spans, key=lambda span: _likeness(piece, span), default="")
    if _likeness(piece, best) < NEAR_COPY:
        return None
    return _passage(piece, best)


def _likeness(piece: str, span: str) -> float:
    """How much of a piece a span holds, in order, 0 to 1."""
    one, other = squeeze(piece), squeeze(span)
    if not one:
        return 1.0
    if len(other) < NEAR_COPY * len(one) or len(one) * len(other) > _COMPARED:
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks() if block.size > 1) / len(one)


def _passage(piece: str, span: str) -> str:
    """The part of a span that a piece copies, from its first to its last likeness, whole words."""
    blocks = [
        b for b in SequenceMatcher(None, piece, span, autojunk=False).get_matching_blocks() if b.size > 1
    ]
    if not blocks:
        return span
    start, end = blocks[0].b, blocks[-1].b + blocks[-1].size
    while start > 0 and span[start - 1].isalnum() and span[start].isalnum() and not _HAN.match(span[start]):
        start -= 1
    if len(squeeze(span[:start])) <= _OPENING:
        start = 0
    tail = re.match(r"[^\s。！？!?；;.,，、]*[。！？!?；;.]*[”\"」』）)]*", span[end:])
    end += tail.end() if tail and not _HAN.match(span[end - 1 : end]) else 0
    closing = re.match(r"[。！？!?；;.]*[”\"」』）)]*", span[end:])
    return span[start : end + (closing.end() if closing else 0)].strip()
