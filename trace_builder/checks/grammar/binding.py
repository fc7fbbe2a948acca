"""Binds a constraint's text to a check by the grammar of its language."""

from __future__ import annotations

import re

from trace_builder.checks.bound import Check, contradict
from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.chinese.chinese_clauses import LABEL, SUBJECT, clauses_of
from trace_builder.checks.grammar.chinese.chinese_counts import counts as chinese_counts
from trace_builder.checks.grammar.chinese.chinese_forms import RULES
from trace_builder.checks.grammar.chinese.chinese_mood import is_asked as is_asked_in_chinese
from trace_builder.checks.grammar.chunks import Quotes, quoted
from trace_builder.checks.grammar.english.english_counts import counts
from trace_builder.checks.grammar.english.english_forms import FORM_RULES, PART_RULES
from trace_builder.checks.grammar.english.english_layout import LAYOUT_RULES
from trace_builder.checks.grammar.english.english_mood import is_asked
from trace_builder.checks.grammar.english.english_sentences import Sentence, sentences_of
from trace_builder.checks.grammar.english.english_words import WORD_RULES
from trace_builder.checks.grammar.rules import Match, apart, left_over
from trace_builder.checks.grammar.sample_lines import form_labels
from trace_builder.checks.kind import RANGE
from trace_builder.checks.reading.counting import is_cjk
from trace_builder.checks.registry import catalogue

#: Longer texts are documents to work by rather than constraints.
_LONGEST = 1200
_FILLER_EN = re.compile(
    r"‹[dph]›|‹s\d+›|\b(?:please|kindly|also|and|but|or|to|the|a|an|of|in|into|on|for|with|by|"
    r"as|is|are|be|that|this|it|its|you|your|i|my|me|we|must|should|shall|"
    r"will|would|has|have|had|need|needs|make|makes|sure|ensure|ensures|use|uses|using|write|"
    r"writes|include|includes|including|contain|contains|"
    r"containing|provide|give|answer|respond|response|reply|keep|limit|limited|long|length|"
    r"total|overall|at|all|least|do|does|so|just|only|exactly|"
    r"format|markdown|words?|each|every|whatsoever|somewhere|throughout|within|want|like|"
    r"remember|not|don't|additionally|finally|then|"
    r"there|up|from|both|entire|whole|time|times|least|other|no|allowed|letters?|language|"
    r"consist|consists|final|number|may|can|mention|mentions|"
    r"once|again|text|output|set|put|present|return|result|results|used|separate|separated|"
    r"stay|range|between|organize|produce|generate|"
    r"forget|try|add|insert|place|run|end|bottom|after|before|nothing else|word|verbatim|"
    r"avoid|avoiding|don't|do|can't|cannot|won't|mustn't|shouldn't|isn't|never|writing|go|any|ever|"
    r"following|further|furthermore|moreover|in addition|if possible)\b|[^\w‹]",
    re.IGNORECASE,
)


#: What makes a sentence ask for something only sometimes.
_CONDITIONAL = re.compile(
    r"(?:^|[,;:] |\b(?:and|but|so|then) )(?:if|when|in the event|otherwise)\b|"
    r"\b(?:only if|even if|unless|whenever|wherever|in case)\b|"
    r"\b(?:(?:if|when|where) possible|(?:if|when|where|as) (?:appropriate|needed|necessary|relevant|"
    r"applicable|suitable|required))\b|"
    r"(?<!as )\bif (?:the |an? |any |more )?(?!‹)[\w'-]+ (?:is|are|has|have|was|were|exists?)\b|"
    r"\bwhere (?:there|you|it|they|nothing|no \w+|information|data|details|facts|values?|any\w*|something)\b",
    re.IGNORECASE,
)


def bind(text: str) -> Check | None:
    """What of a constraint is known: the claims of all its sentences; None where there is none."""
    if len(text) > _LONGEST:
        return None
    chunked, quotes = quoted(text)
    form = form_labels(text)
    if form:
        return _check(form, whole=False)
    if is_cjk(chunked):
        return _bind_chinese(chunked, quotes)
    claims: list[Claim] = []
    whole = True
    for sentence in sentences_of(chunked, quotes):
        found = apart(_english(sentence))
        claims += [claim for match in found for claim in match.claims]
        rest = _FILLER_EN.sub("", left_over(sentence.text, found))
        repeats = [match for match in found if match.claims[0].kind == "repeat"]
        whole = whole and (bool(repeats) or not rest.strip()) and not any(match.part for match in found)
    return _check(claims, whole=whole)


#: What the claims' words leave of a Chinese clause without asking for anything more.
_FILLER_ZH = re.compile(
    r"(?:段(?:落|与段)?)?之间(?:用|以)?(?:空(?:‹a\d+›)行|空行)(?:分隔|隔开|分开)?|‹[sa]\d+›|请|应该?|应当|需要?|须|必须|务必|要求?|在|的|地|中|里|内|要|文中|文末|为|是|以|用|使用|采用|"
    r"并|且|和|与|也|都|均|将|把|其|它|来|全文|文章|报告|回答|答案|回复|输出|结果|内容|"
    r"文本|全部|整个|整篇|最终|最后|所有|给出|提供|写|呈现|展示|返回|格式|形式|进行|即可|确保|"
    r"保证|注意|同时|此外|另外|最好|一词|这个词|这|两|三|个|词|等|"
    r"出现|提到|数值约束|[\u4e00-\u9fff]{0,6}约束|[\W_]"
)


def _bind_chinese(text: str, quotes: Quotes) -> Check | None:
    claims: list[Claim] = []
    whole = not re.search(r"[（(]", text)
    for clause in clauses_of(text, quotes):
        matches = [*(match for rule in RULES for match in rule.matches(clause)), *chinese_counts(clause)]
        found = apart([match for match in matches if is_asked_in_chinese(clause, match)])
        claims += [claim for match in found for claim in match.claims]
        if found or not LABEL.match(clause.text):
            rest = _FILLER_ZH.sub("", _without_subject(clause.text, left_over(clause.text, found)))
            whole = whole and not rest and not any(match.part for match in found)
    keys = {key for claim in claims if claim.kind == "json" for key in claim.parameters.get("keys", ())}
    return _check([claim for claim in claims if claim.parameters.get("word") not in keys], whole=whole)


def _check(claims: list[Claim], *, whole: bool) -> Check | None:
    """One check of the claims of a text. Those that no response keeps together are of different parts, which
    are not told, and are left."""
    kept = [
        claim
        for claim in claims
        if claim.scope == "passage"
        or not any(contradict(Check((claim,)), Check((other,))) for other in claims)
    ]
    found = tuple(merged(kept))
    return Check(found, whole and len(kept) == len(claims)) if found else None


def _without_subject(text: str, rest: str) -> str:
    """What is left of a clause, without what it opens with where that is the whole answer."""
    subject = SUBJECT.match(text)
    return rest[subject.end() :] if subject else rest


def _english(sentence: Sentence) -> list[Match]:
    if _CONDITIONAL.search(sentence.text):
        return []
    found = [
        match
        for rule in (*PART_RULES, *WORD_RULES, *FORM_RULES, *LAYOUT_RULES)
        for match in rule.matches(sentence)
    ]
    if re.search(r"\brepeat\b", sentence.text, re.IGNORECASE):
        return [match for match in found if match.claims[0].kind == "repeat"]
    found += counts(sentence)
    return [match for match in found if is_asked(sentence.text, match, bare=_is_bare(sentence, match))]


def _is_bare(sentence: Sentence, match: Match) -> bool:
    """Whether a match opens with a number that nothing compares."""
    number = re.match(r"‹a(\d+)›", sentence.text[match.start :])
    return number is not None and sentence.is_bare(number[1])


_ALWAYS_SOME = frozenset({"words", "sentences", "paragraphs", "lines", "characters"})


def merged(claims: list[Claim]) -> list[Claim]:
    """Claims without repetition, two limits of one measure made one range; only those their kinds take."""
    found: list[Claim] = []
    for claim in claims:
        kind = catalogue()[claim.kind]
        if not kind.valid(claim.parameters) or _empty(claim):
            continue
        at = next((n for n, other in enumerate(found) if _same_measure(other, claim)), None)
        joined = None if at is None else {**found[at].parameters, **claim.parameters}
        if joined is not None and at is not None and kind.valid(joined) and _compatible(found[at], claim):
            found[at] = Claim(claim.kind, joined, claim.scope)
        else:
            found.append(claim)
    return list(dict.fromkeys(found))


def _empty(claim: Claim) -> bool:
    """Whether every response that says anything is as claimed."""
    return claim.kind in _ALWAYS_SOME and claim.parameters == {"least": 1}


def _same_measure(one: Claim, other: Claim) -> bool:
    rest = [
        {name: value for name, value in claim.parameters.items() if name not in RANGE}
        for claim in (one, other)
    ]
    return one.kind == other.kind and one.scope == other.scope and rest[0] == rest[1]


def _compatible(one: Claim, other: Claim) -> bool:
    """Whether two ranges are one in two halves, or the same."""
    if "about" in {*one.parameters, *other.parameters} and one.parameters != other.parameters:
        return False
    shared = set(one.parameters) & set(other.parameters) & set(RANGE)
    return all(one.parameters[name] == other.parameters[name] for name in shared)
