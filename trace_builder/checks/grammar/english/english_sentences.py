"""English sentences in chunks: ‹aN› for an amount, ‹d› for the whole answer, ‹p› for a passage that may be
part of it, ‹sN› for a part of its layout, ‹qN› and ‹lN› for quotations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from trace_builder.checks.claims import Parameters, bounded
from trace_builder.checks.grammar.chunks import Amounts, Quotes
from trace_builder.checks.grammar.numbers import ORDINALS, english_digits

_NOT = r"(?:no|not|never)(?: (?:be|go|fall|drop|run|get|stay|to|any))*"
_MORE = (
    r"more than|over|above|greater than|exceed(?:s|ing)?|surpass(?:es|ing)?|upwards of|in excess of|"
    r"longer than|higher than|beyond"
)
_LESS = r"less than|fewer than|under|below|shorter than|lower than|smaller than"
_LEAST = (
    r"at least|at the least|(?:with |to |of )?a minimum of|minimum(?: of)?|min\.?|at a minimum|a min of|"
    rf"{_NOT} (?:{_LESS})"
)
_MOST = (
    r"at most|at the most|up to|a maximum of|maximum(?: of)?|max\.?(?: of)?|not to exceed|within|"
    r"limited to|capped at|capping at|caps? (?:at|of)|as many as|a max of|a limit of|"
    rf"{_NOT} (?:{_MORE})"
)
_EXACT = r"exactly|precisely|only|just|strictly|a total of|in total|no more and no less than|exact"
_ABOUT = (
    r"about|around|approximately|approx\.?|roughly|circa|nearly|almost|close to|an average of|"
    r"~|somewhere around"
)
_COMPARE = (
    rf"(?:(?P<least>{_LEAST})|(?P<more>{_MORE})|(?P<most>{_MOST})|(?P<less>{_LESS})|"
    rf"(?P<exact>{_EXACT})|(?P<about>{_ABOUT}))"
)
_POST_LEAST = (
    r"(?:\+|(?:,? ?(?:or|and) (?:more|above|over|greater|longer|up))|,? (?:at (?:the "
    r")?least|at minimum|at a minimum|minimum|min\b))"
)
_POST_MOST = (
    r"(?:,? ?or (?:less|fewer|under|below|shorter)|,? (?:at (?:the )?most|at maximum|"
    r"maximum|max\b|tops|or so less))"
)
_AMOUNT = re.compile(
    rf"(?:\b{_COMPARE}\s+(?:a total of |the |or equal to )?)?(?<![\w.#$-])(?:(?:between|from|in "
    r"the range of|a range of)\s+)?"
    rf"(?P<n>\d{{1,7}})(?!\.\d|[\d/%:])(?:\s*(?P<joint>to|-|–|—|~|and|"
    rf"or)\s*(?P<m>\d{{1,7}})(?![\d%:/]|\.\d))?(?P<plus>{_POST_LEAST})?"
    rf"(?P<minus>{_POST_MOST})?",
    re.IGNORECASE,
)
#: What turns a comparison round, where it stands before it in one clause.
_NEGATION = re.compile(
    r"\b(?:not(?! (?:only|just|including|counting))|no|never|cannot|nor|neither|none|nothing|without|"
    r"avoid(?:s|ing)?|refrain(?:s|ing)?|\w+n't)\b",
    re.IGNORECASE,
)
_CLAUSE_BREAK = re.compile(r"[,;:(]|\b(?:but|while|yet|although|then)\b", re.IGNORECASE)
#: Nobody says what must be where it need not be.
_NEED_NOT = re.compile(
    r"\b(?:not|no|\w+n't) (?:need|have to|necessary|required|necessarily)|\bneed(?:s)? not\b|"
    r"\bno need\b|\band\b",
    re.IGNORECASE,
)

ANSWER = (
    r"responses?|answer|reply|output|text|content|message|results?|completion|submission|"
    r"writing|writeup|write-up|generation"
)
DOCUMENT = (
    r"essay|article|story|poem|song|e-?mail|letter(?! [A-Za-z](?!\w)| ‹q)|post|blog(?: post)?|"
    r"tweet|report|review|speech|advertisement|advert|ad(?: copy)?|"
    r"pitch|resume|résumé|cv|cover letter|itinerary|limerick|haiku|rap(?: song)?|riddle|joke|"
    r"document|paper|proposal|plan|guide|"
    r"tutorial|narrative|script|dialogue|dialog|conversation|announcement|press release|memo|"
    r"newsletter|slogan|outline|template|"
    r"file|page|rubric|fairy tale|tale|piece|composition|thread|lyrics|recipe|biography|bio|"
    r"critique|rant|translation|ballad|sonnet|"
    r"novel|short story|blog|manual|brochure|flyer|statement|schedule|presentation|obituary|"
    r"eulogy|toast|monologue|diary entry|"
    r"journal entry|jingle|tagline|product description|job description|business plan|lesson "
    r"plan|meal plan|list|work|"
    r"memoir|fable|chant|verse|prose|playlist|quiz|note|manifesto|op-?ed|column|editorial|"
    r"curriculum|profile|facebook post|"
    r"cover letter|startup pitch|social media post|forum thread|logic quiz|blog entry|summary "
    r"report|anecdote|parody|compliment"
)
PASSAGE = (
    r"summary|description|explanation|abstract|passage|caption|analysis|"
    r"paragraph|rationale|reasoning|justification|body(?= of| should| must| has| is| text)"
)
_ADJECTIVE = (
    r"(?:entire|whole|full|complete|final|overall|generated|written|resulting|actual|own|"
    r"main|model's|ai's|total|finished)"
)
_SUBJECT = re.compile(
    r"\b(?:the|your|this(?! (?:text|content|message|passage|paragraph|summary|description)s?\b)|my|our|that|"
    r"all of (?:the|your)|all your|its|"
    rf"you)\s+(?:(?:{_ADJECTIVE}|{DOCUMENT})\s+){{0,3}}"
    rf"(?:(?P<doc>{ANSWER}|{DOCUMENT})|(?P<passage>{PASSAGE}))(?:\s+(?:itself|as a whole|in "
    r"full))?(?![\w'’-])|\b(?P<everything>everything)\b"
    r"|(?<![\w'])(?P<it>it)(?=\s+(?:should|must|has to|have to|needs|be|to be|can|cannot|under|within|"
    r"at|in|with|short|"
    r"longer|into|all)\b)|(?:(?<=sure )|(?<=ensure )|(?<=that ))it(?=\s+(?:has|have|contains?|includes?|is|"
    r"ends?|begins?|starts?|uses?|mentions?)\b)",
    re.IGNORECASE,
)
_UNIT_SCOPES = {
    "paragraph": "paragraph", "sentence": "sentence", "line": "line", "section": "section", "bullet": "item",
    "bullet point": "item", "list item": "item", "item": "item", "numbered item": "item",
}  # fmt: skip
_UNITS = "|".join(sorted(_UNIT_SCOPES, key=len, reverse=True))
_ORDINAL = "|".join([*ORDINALS, r"\d{1,2}-?(?:st|nd|rd|th)"])
_SCOPE = re.compile(
    r"\b(?<!not )(?:(?P<each>each|every|per|all(?: of)?(?: the)?|any)(?: single| individual| of the| of "
    rf"your| one of the)?\s+(?P<unit>{_UNITS})s?"
    rf"|(?:the |your )?(?:very )?(?P<nth>{_ORDINAL}|last|final|opening|"
    r"closing)\s+(?P<part>paragraph|sentence|line)"
    r"|(?<!\w )(?:generated |resulting |your |output |the )?(?P<plural>sentences|paragraphs|lines|"
    r"bullet points)"
    r"(?= (?:should|must|shall|may not|cannot|need to|have to|are to))"
    rf"|(?P<named>paragraph|sentence|line)\s+(?P<number>\d{{1,2}})"
    rf"|(?:the|its|your|a)\s+(?:{DOCUMENT}|{ANSWER})?\s*(?:'s |’s )?(?P<title>title|"
    r"headline)(?= (?:should|must|has|is|of|under|can|may|needs|cannot)))(?![\w'’-])",
    re.IGNORECASE,
)


@dataclass
class Sentence:
    """One sentence, in chunks.

    Attributes:
        text: the sentence with tokens.
        scopes: the scopes that its ‹sN› stand for.
    """

    text: str
    quotes: Quotes
    amounts: Amounts
    scopes: list[str] = field(default_factory=list)

    def range(self, token: str) -> dict[str, int]:
        """The range of an amount's token, "a0" or its number."""
        return dict(self.amounts.ranges[int(token.lstrip("a"))])

    def is_bare(self, token: str) -> bool:
        """Whether an amount is a number alone, with nothing that compares it."""
        return int(token.lstrip("a")) in self.amounts.bare

    def said(self, token: str) -> list[str]:
        return self.quotes.said(token)


#: "No sentence exceeds" is a limit on each.
_NO_UNIT = re.compile(
    r"\b(?:no|not (?:one|a single)|none of (?:the|your)) (?:single )?(?P<unit>sentence|"
    r"paragraph|line|section|"
    r"bullet point)s? (?:(?:should|may|can|must|is|are|to|ever|be|have|has|contain|contains|run|go|goes|of|"
    rf"with|any) )*(?:(?P<more>{_MORE})|(?P<less>{_LESS}))",
    re.IGNORECASE,
)
#: "Neither more nor less than".
_EITHER_WAY = re.compile(
    r"\b(?:neither|no|not) (?:more|less|fewer),? (?:n?or|and)(?: no| not)? (?:more|less|fewer) than\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = (
    (re.compile(r"\bi\.e\.?,?", re.IGNORECASE), "ie"),
    (re.compile(r"\be\.g\.?,?", re.IGNORECASE), "eg"),
    (re.compile(r"\betc\.", re.IGNORECASE), "etc"),
    (re.compile(r"\bvs\.", re.IGNORECASE), "vs"),
    (re.compile(r"\bP\.\s?P\.\s?S\b\.?"), "PPS"),
    (re.compile(r"\bP\.\s?S\b\.?"), "PS"),
)
#: Longer sentences are texts to work with, and say nothing of the answer.
_LONGEST, _UNREAD = 500, "unread"
_BREAK = re.compile(r"(?<=[.!?;])\s+(?=[A-Z‹\"(*\d])|\n+|(?<=[a-z›\d][.!?])(?=[A-Z][a-z])|\s+[-–—]{1,3}\s+")


def sentences_of(text: str, quotes: Quotes) -> list[Sentence]:
    """The sentences of a text whose quotations are tokens already."""
    for pattern, short in _ABBREVIATIONS:
        text = pattern.sub(short, text)
    amounts = Amounts()
    found = []
    for piece in _BREAK.split(text):
        if piece and len(piece) > _LONGEST:
            found.append(Sentence(_UNREAD, quotes, amounts))
        elif piece and piece.strip():
            found.append(_chunked(" ".join(piece.split()).replace("’", "'"), quotes, amounts))
    return found


def _chunked(text: str, quotes: Quotes, amounts: Amounts) -> Sentence:
    sentence = Sentence("", quotes, amounts)
    text = english_digits(_EITHER_WAY.sub("exactly", _NO_UNIT.sub(_each_unit, text)))
    text = re.sub(r"(?<=\d)\s?\+(?=[\s-])", " or more", text)
    text = re.sub(
        r"(?<!\b1)(?<=\d)[- ](word|sentence|paragraph|line|character|section|stanza)\b(?=[- "
        r"][a-z])",
        r" ‹h› \1",
        text,
    )
    text = re.sub(
        r"(?<= or more)[- ](word|sentence|paragraph|line|character|section)\b(?=[- ][a-z])", r" ‹h› \1", text
    )

    def scope(found: re.Match[str]) -> str:
        sentence.scopes.append(_scope_of(found))
        return f"‹s{len(sentence.scopes) - 1}›"

    text = _SCOPE.sub(scope, text)
    text = _SUBJECT.sub(lambda found: "‹p›" if found["passage"] else "‹d›", text)
    text = text.replace("‹p› of ‹d›", "‹p›")
    sentence.text = _AMOUNT.sub(lambda found: _amount(found, amounts, text), text)
    return sentence


def _each_unit(found: re.Match[str]) -> str:
    return f"each {found['unit']} has at {'most' if found['more'] else 'least'}"


def _scope_of(found: re.Match[str]) -> str:
    if found["each"]:
        return f"each {_UNIT_SCOPES[found['unit'].lower()]}"
    if found["plural"]:
        return f"each {_UNIT_SCOPES[found['plural'].lower()[:-1]]}"
    if found["title"]:
        return "title"
    if found["named"]:
        return f"{found['named'].lower()} {int(found['number'])}"
    nth, part = found["nth"].lower(), found["part"].lower()
    named = {
        "opening": "first",
        "closing": "last",
        "final": "last",
        "first": "first",
        "1st": "first",
        "last": "last",
    }.get(nth)
    if named:
        return f"{named} {part}"
    number = ORDINALS.get(nth) or int(re.match(r"\d+", nth)[0])  # type: ignore[index]
    return f"{part} {number}"


def _amount(found: re.Match[str], amounts: Amounts, text: str) -> str:
    """The token of an amount; a number that is none stays as it is."""
    n, m = int(found["n"]), found["m"]
    before = text[: found.start()]
    if re.search(r"‹[a-z]$", before) or (found["joint"] in ("and", "or") and not _joins(found, n)):
        return _alone(found, amounts, before)
    if m is not None:
        low, high = sorted((n, int(m)))
        return amounts.put(bounded(low, high)) + _rest(found)
    return _alone(found, amounts, before)


def _joins(found: re.Match[str], n: int) -> bool:
    """Whether "and" or "or" makes one range of two numbers."""
    said = found[0].lower()
    if found["joint"].lower() == "or":
        return int(found["m"]) == n + 1
    return "between" in said or "from" in said


def _alone(found: re.Match[str], amounts: Amounts, before: str) -> str:
    if re.search(r"‹[a-z]$", before):
        return found[0]
    n = int(found["n"])
    negated = _negated(before)
    compared = found["more"] or found["less"]
    if negated is None or (negated and not compared):
        return found[0]
    tail = "" if found["m"] is None else f" {found['joint']} {found['m']}"
    if found["more"]:
        parameters: Parameters = bounded(most=n) if negated else bounded(n + 1)
    elif found["less"]:
        parameters = bounded(n) if negated else bounded(most=n - 1) if n else bounded(most=0)
    elif found["least"] or found["plus"]:
        parameters = bounded(n)
    elif found["most"] or found["minus"]:
        parameters = bounded(most=n)
    elif found["about"]:
        parameters = {"about": n}
    elif found["exact"]:
        parameters = bounded(n, n)
    else:
        return amounts.put(bounded(n, n), bare=True) + tail
    return amounts.put(parameters, found[0]) + tail


def _negated(before: str) -> bool | None:
    """Whether what stands before a comparison turns it round; None where that cannot be told."""
    clause = _AMOUNT.sub("", _CLAUSE_BREAK.split(before)[-1])
    negations = list(_NEGATION.finditer(clause))
    if not negations:
        return False
    return None if len(negations) > 1 or _NEED_NOT.search(clause, negations[0].start()) else True


def _rest(found: re.Match[str]) -> str:
    return found["plus"] or found["minus"] or ""
