"""English rules for words: in, out, how often, one of several; and for how an answer begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.english.english_counts import scope_of
from trace_builder.checks.grammar.english.english_mood import ALWAYS
from trace_builder.checks.grammar.english.english_sentences import Sentence
from trace_builder.checks.grammar.rules import Rule, rule

_KIND = (
    r"(?:(?:key|specific|exact|following|given|single|special|all|of|these|those|some|"
    r"particular|main|negative|positive|certain|"
    r"forbidden|required|two|three|four|five|‹a\d+›|English|French|German|Chinese|model|"
    r"product|brand|company|exact|user|city|person|author|book|full|short|closing|opening|"
    r"safety) )*"
    r"(?:key ?words?|keywords?|words?|phrases?|terms?|names?|expressions?|items?|strings?|"
    r"lines?|sentences?|text|elements?|tokens?|hash ?tags?|word pairs?|quote|idioms?|verbs?|"
    r"adjectives?|nouns?|slogans?|mottos?|taglines?|catchphrases?|proverbs?|sayings?|"
    r"statements?|messages?|disclaimers?|warnings?|greetings?|dates?|numbers?|url)"
)
_SUCH = r"(?:,? ?(?:such as|like|including|eg|ie|namely|as follows|below|in d))?"
_GIVEN = (
    r"(?:(?:the|a|an|both|all|of|any|these|either|‹a\d+› of)(?: of)? "
    rf"){{0,3}}(?:{_KIND}{_SUCH})?:? ?,?\(?"
)
_QL = r"(?P<q>[ql]\d+)"
_USE = (
    r"(?:include|includes|including|mention|mentions|mentioning|use|uses|using|contain|"
    r"contains|containing|incorporate|incorporating|feature|featuring|insert|add|have|has|"
    r"having|say|saying|employ|reference|work in|weave in|write|state)"
)
_TIMES = (
    r"(?:,? (?:for )?‹a(?P<a>\d+)› times?(?P<less> or (?:less|fewer)| at (?:the "
    r")?most)?(?P<more> or more| at least)?)?"
)
_IN = (
    r"(?:,? (?:somewhere |anywhere |at all |throughout |only )?(?:in|within|throughout|of|to|"
    r"into|across|from) (?:‹d›|‹p›))?"
)
_BARE_WORD = (
    r"(?!(?:anything|something|nothing|everything|more|them|any|much|many|too|"
    r"the|a|an|or|and|in|at|should|must|is|are|was|be|of|that|which|you|it|to|will|"
    r"can|not|with|from|for|on|as|by|your)(?![\w'’-]))[\w'’.&%-]+"
)
_BARE_LIST = rf"(?P<bare>{_BARE_WORD}(?:(?:, (?:and |or )?| and | or ){_BARE_WORD})*)"
_NOT = (
    r"(?:do not|don't|does not|doesn't|did not|never|avoid|must not|mustn't|should not|"
    r"shouldn't|cannot|can not|can't|may not|without|refrain from|"
    r"not allowed to|not to|not|no|needs? to avoid|are forbidden to|steer clear of|by avoiding|rather than)"
)
_NOT_USE = (
    rf"\b(?:{_NOT} (?:ever |even )?(?:{_USE[3:-1]}|have any of|contain any of|make use of|say any "
    r"of|utter|name)|(?:avoid|exclude|omit|excluding|omitting|leave out|"
    r"drop|forbid|ban|skip|without|do without|refrain from))"
)


def _words(sentence: Sentence, found: re.Match[str]) -> list[str] | None:
    groups = found.groupdict()
    if groups.get("q"):
        return [text for text in sentence.said(groups["q"]) if text]
    bare = groups.get("bare")
    if not bare or "‹" in bare:
        return None
    return [word.strip(".,;:!? ") for word in re.split(r",? and |,? or |, ", bare) if word.strip(".,;:!? ")]


def _range(sentence: Sentence, found: re.Match[str], default: dict[str, int]) -> tuple[dict[str, int], bool]:
    """How often: the amount that was found, and whether it says less than it may mean ("once")."""
    number = found.groupdict().get("a")
    if number is None:
        return default, False
    asked = sentence.range(number)
    if found.groupdict().get("less"):
        return {"most": asked.get("most", asked["least"])}, False
    if found.groupdict().get("more"):
        return {"least": asked["least"]}, False
    if sentence.is_bare(number) and asked == {"least": 1, "most": 1}:
        return {"least": 1}, True
    return asked, False


def _include(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    words = _words(sentence, found)
    scope = scope_of(sentence, found.start(), found.end())
    before = sentence.text[: found.start()]
    if (
        not words
        or scope is None
        or re.search(
            r"(?:\bnot|n't|never|avoid|without|refrain from|instead of|rather than)(?: \w+)?\s*$|"
            r"\b(?:the|its|their|an?|this)\s+$",
            before,
            re.IGNORECASE,
        )
    ):
        return None
    if any(re.search(r"\w\(|\w[_:]\w", word) for word in words) and found[0].lower().startswith("us"):
        return None  # code to use
    if _unlike_words(found[0]) or _is_about_layout(sentence, found) or _EXAMPLES.search(found[0]):
        return None
    as_edge = re.match(r" as (?:the |your )?(?:very )?‹s(\d+)›", sentence.text[found.end() :])
    if as_edge and len(words) == 1:
        return [_being(words[0], sentence.scopes[int(as_edge[1])])]
    if re.match(r",? (?:instead|rather than|in place of|or)\b", sentence.text[found.end() :], re.IGNORECASE):
        return None
    token = found.groupdict().get("q") or "q-1"
    if (
        int(token[1:]) in sentence.quotes.code
        and token[0] == "q"
        and not re.match(r"includ|mention|contain", found[0], re.IGNORECASE)
    ):
        return None
    asked, _ = _range(sentence, found, {"least": 1})
    some = re.search(r"‹a(\d+)› of ", found[0])
    if some and len(words) > 1:
        return [Claim("any_word", {"texts": words, **sentence.range(some[1])}, scope)]
    if some:
        return None
    token = found.groupdict().get("q") or ""
    either = (
        sentence.quotes.any_of(token)
        if token
        else re.search(r"\bor\b", found.groupdict().get("bare") or "") is not None
    )
    exact = (
        {"exact": True} if re.search(r"\bexact\b", found[0], re.IGNORECASE) and "phrase" in found[0] else {}
    )
    if either and len(words) > 1:
        return [Claim("any_word", {"texts": words, "least": 1}, scope)] if asked == {"least": 1} else None
    return [Claim("word", {"word": word, **asked, **exact}, scope) for word in words]


#: What is named for examples need not be there.
_EXAMPLES = re.compile(r"\b(?:such as|like|eg)\b", re.IGNORECASE)


def _unlike_words(text: str) -> bool:
    """Whether what is asked for is no word: a thing that the quotation names or marks."""
    return (
        re.search(
            r"\b(?:titled|called|entitled|named|format|button|symbol|sign|bullet|heading|header|"
            r"font)\b",
            text,
            re.IGNORECASE,
        )
        is not None
    )


#: A quotation that only says which: 'the "multiverse" theory'.
_WHICH = re.compile(
    r" (?!(?:in|at|as|to|and|or|but|when|where|while|for|with|within|throughout|somewhere|anywhere|exactly|"
    r"only|once|twice|times|least|no|more|on|from|instead|if|because|so|since|before|after|by|into|across|"
    r"every|each|key|word|words|keyword|keywords|phrase|phrases|term|terms|followed|together|both|multiple|"
    r"several|appears?|is|are|must|should|that|which|this|verbatim|the|an?|is|also|too|naturally)\b)"
    r"[a-z]{3,}",
)


def _is_about_layout(sentence: Sentence, found: re.Match[str]) -> bool:
    said = " ".join(sentence.said(found["q"])) if found.groupdict().get("q") else "a"
    after = sentence.text[found.end() : found.end() + 60]
    if re.search(rf"\b{_USE} (?:the|an?|some) ‹[ql]\d+›$", found[0], re.IGNORECASE) and _WHICH.match(after):
        return True
    return (
        bool(re.fullmatch(r"[\W_]*", said))
        or re.match(
            r" (?:to (?:indicate|mark|separate|denote|highlight|show|represent|begin|start)|as (?:the |"
            r"a |your )?(?:bullet|separator|divider|marker|heading|title|key|signature|delimiter)|"
            r"(?:key|field|column|tag|button|section|heading|label|font|style|format|function|method|"
            r"class|variable|command|table|marker)s?\b|for (?:each|every|bullets?))",
            after,
            re.IGNORECASE,
        )
        is not None
    )


def _exclude(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    words = _words(sentence, found)
    scope = scope_of(sentence, found.start(), found.end())
    if not words or scope is None or _is_about_layout(sentence, found):
        return None
    if found.groupdict().get("a"):
        return _so_often(sentence, found, words, scope)
    if not ALWAYS.match(sentence.text[found.end() :]):
        return None
    denied = re.search(r"(?:\bnot|n't|never)\s*$", sentence.text[: found.start()], re.IGNORECASE)
    asked: dict[str, int] = {"least": 1} if denied else {"most": 0}
    return [Claim("word", {"word": word, **asked}, scope) for word in words]


def _so_often(
    sentence: Sentence, found: re.Match[str], words: list[str], scope: str
) -> Iterable[Claim] | None:
    """That a word stands there no more often than so: "do not use it more than twice"."""
    asked = sentence.range(found["a"])
    if found.groupdict().get("more") or found.groupdict().get("less") or "least" in asked:
        return None
    return [Claim("word", {"word": word, **asked}, scope) for word in words]


def _appears(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    words = _words(sentence, found)
    scope = scope_of(sentence, found.start(), found.end())
    if not words or scope is None:
        return None
    if found["no"]:
        if found.groupdict().get("a"):
            return _so_often(sentence, found, words, scope)
        if not ALWAYS.match(sentence.text[found.end() :]):
            return None
        asked: dict[str, int] = {"most": 0}
    else:
        asked, _ = _range(sentence, found, {"least": 1})
    return [Claim("word", {"word": word, **asked}, scope) for word in words]


def _neither(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    words = [*sentence.said(found["q"]), *sentence.said(found["r"])]
    return [Claim("word", {"word": word, "most": 0}) for word in words]


def _question_last(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    before = sentence.text[: found.start()]
    part = re.search(r"\b(?:which|that|who|each|every|first|second)\b|‹s\d+›[^,;]*$", before, re.IGNORECASE)
    return (
        None
        if part or _OF_A_PART.search(before)
        else [Claim("mark", {"mark": "?", "least": 1}, "last sentence")]
    )


def _forbidden(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    words = _words(sentence, found)
    return [Claim("word", {"word": word, "most": 0}) for word in words] if words else None


def _letter(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    said = sentence.said(found["q"])[0] if found.groupdict().get("q") else found["x"]
    scope = scope_of(sentence, found.start(), found.end())
    before = sentence.text[: found.start()] + found[0]
    after = sentence.text[found.end() :]
    if scope is None or len(said) != 1:
        return None
    if re.search(
        r"\b(?:not|\w+n't|never|avoid|without|no|refrain from)(?: \w+)? (?:the )?letters?\b|"
        r"letter ‹?\w+›? (?:should|must|may|can|does|is)(?: not|not|n't)",
        before,
        re.IGNORECASE,
    ):
        asked = sentence.range(found["a"]) if found.groupdict().get("a") else {"most": 0}
        narrowed = asked == {"most": 0} and not ALWAYS.match(after)
        return None if narrowed or "least" in asked else [Claim("letter", {"letter": said, **asked}, scope)]
    if not found.groupdict().get("a"):
        return (
            [Claim("letter", {"letter": said, "least": 1}, scope)] if found.groupdict().get("verb") else None
        )
    return [Claim("letter", {"letter": said, **sentence.range(found["a"])}, scope)]


def _hashtag(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    return [Claim("hashtags", sentence.range(found["a"]))]


#: What stands behind a text that is not the last of it.
_GOES_ON = re.compile(r" (?:and(?! (?:no|nothing|do not|don't)\b)|followed|plus|then)\b", re.IGNORECASE)
#: "Each answer on its own line, starting with": a part begins so, and not the whole.
_OF_A_PART = re.compile(
    r"\b(?:that|which|who|lines?|rows?|entry|entries|items?|bullets?|points?|steps?|sections?|paragraphs?|sentences?|names?|"
    r"words?|answers?|files?|titles?|headings?|options?|questions?|parts?|list|verses?|stanzas?|urls?|keys?|"
    r"tweets?|quotes?|examples?|reasons?|tips?)\b[^.;:‹]{0,30}$",
    re.IGNORECASE,
)


def _edge(kind: str):  # type: ignore[no-untyped-def]
    def build(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
        groups = found.groupdict()
        before = sentence.text[: found.start()]
        if groups.get("q"):
            said = sentence.said(groups["q"])
            if len(said) != 1:
                return None
            text = said[0]
        else:
            text = groups["rest"].strip().strip('"')
        scope = scope_of(sentence, found.start(), found.start())
        number = re.search(r"‹s(\d+)›", found[0])
        scope = sentence.scopes[int(number[1])] if number else scope
        if (
            scope is None
            or not text
            or "‹" in text
            or re.search(r"(?:^| )[XN#]$|\[.*\]", text)
            or re.search(
                r"\b(?:if|when|where|unless|file|folder|key|tag|code|function)\b", before, re.IGNORECASE
            )
        ):
            return None
        if _OF_A_PART.search(before) and re.match(r"\w+ing\b", found[0]):
            return None
        if re.search(r"s (?:that|which|who)\s*$", before):
            return None  # "words that start with"
        after = sentence.text[found.end() :]
        if kind == "end" and (
            text.endswith(":")
            or re.match(r" (?:and(?! (?:no|nothing|do not|don't)\b)|followed|plus|then)\b", after)
        ):
            return None
        if re.search(r"\b(?:not|\w+n't|never|avoid)\b[^,;]{0,12}$", before, re.IGNORECASE) or re.match(
            r"(?:do not|don't|never|avoid)\b", found[0], re.IGNORECASE
        ):
            return [Claim("not_start", {"text": text}, scope)] if kind in ("start", "first_word") else None
        if kind == "is":
            return [_being(text, scope)]
        of_kind = (
            "first_word" if kind == "start" and re.search(r"\bword\b", found[0]) and " " not in text else kind
        )
        return [Claim(of_kind, {"text": text}, scope)]

    return build


def _being(text: str, scope: str) -> Claim:
    """That a first or last sentence or line is a text."""
    if scope.startswith("last"):
        return Claim("end", {"text": text})
    return Claim("start", {"text": text}, "response" if scope.startswith("first") else scope)


def _one_of(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    said = sentence.said(found["q"])
    return [Claim("one_of", {"texts": said})] if len(said) > 1 else None


def _choices(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    options = [option.strip() for option in found["options"].split("/")]
    return [Claim("one_of", {"texts": options})] if len(options) > 1 else None


def _positioned(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    words = _words(sentence, found)
    scope = sentence.scopes[int(found["s"])]
    return [Claim("word", {"word": word, "least": 1}, scope) for word in words] if words else None


_EXACT = (
    r"(?:exactly )?(?:(?:the|this|these|that|your|an?) )?(?:very |same |following |exact |"
    r"single |final |concluding |opening |closing )*(?:phrases?|words?|sentences?|text|lines?|"
    r"questions?|statements?|expression|quote|punctuation|letters?|call to action)?(?: of)?:? "
    r"?,?\(?"
)
_ENDING = (
    r"(?:end|ends|ending|finish|finishes|conclude|concludes|close|closes|sign off|wrap "
    rf"up)(?: off)?(?: (?:‹d›|‹p›|‹s\d+›|this|the [\w-]+|your [\w -]{{1,20}}?))?,? (?:with|in|"
    rf"by saying|by writing|on)(?: exactly)? ?{_EXACT}"
)
_STARTING = (
    r"(?:start|starts|starting|begin|begins|beginning|open|opens)(?: off)?(?: (?:‹d›|‹p›|"
    rf"‹s\d+›|the [\w-]+|your [\w -]{{1,20}}?))?,? (?:with|by saying|by writing|using)(?: "
    rf"exactly)? {_EXACT}"
)

WORD_RULES: tuple[Rule[Sentence], ...] = (
    rule(rf"neither (?:the {_KIND} )?‹(?P<q>q\d+)› nor ‹(?P<r>q\d+)›", _neither),
    rule(
        r"(?:end|ends|finish|conclude|close)(?: (?:‹d›|‹p›))?,? with (?:an? |one )(?:[\w-]+ "
        r"){0,3}question\b",
        _question_last,
    ),
    rule(
        r"(?:answer|respond|reply|choose|pick|select|say|contain|include|use|output|"
        r"return)\b[^.‹]{0,60}?\b(?:one|1|exactly ‹a\d+›|‹a\d+›|only ‹a\d+›) of (?:the "
        r")?(?:following )?(?:\w+ ){0,3}?(?:phrases|options|answers|words|responses|statements|"
        r"labels|choices|sentences|values|categories|strings|items|from the following|these)?:? "
        r"?\(?‹(?P<q>l\d+)›",
        _one_of,
    ),
    rule(
        r"(?:answer|respond|reply|choose|pick|select|just say|say|choose from the following)(?: "
        r"(?:with|from|between|among|either|only|just|the following|one of))*:? "
        r"?\(?‹(?P<q>l\d+)›(?=\)?(?:$|[.;!]| -| as| only| and nothing| or))",
        _one_of,
    ),
    rule(
        r"(?:one of|choose (?:between|from)|options?:)(?: the)?(?: following)?(?: options| "
        r"answers| words| labels| choices)?:? ?(?P<options>[\w-]+(?:/[\w-]+)+)",
        _choices,
    ),
    rule(rf"{_NOT_USE} {_GIVEN} ?‹{_QL}›{_TIMES}{_IN}", _exclude),
    rule(
        rf"{_NOT_USE} (?:the |any of the |any )?{_KIND}(?: |: ?){_BARE_LIST}(?= in | throughout | "
        r"within | at all| anywhere|[.;!)]|$| from )",
        _exclude,
    ),
    rule(rf"{_NOT_USE} (?P<bare>[\w-]+ (?:and|or) [\w-]+) (?=in ‹d›|throughout ‹d›)", _exclude),
    rule(rf"(?:{_USE}) keywords? (?P<bare>[\w'-]+) (?:‹a(?P<a>\d+)› times?)", _include),
    rule(r"(?:and |, )keywords? (?P<bare>[\w'-]+) (?:‹a(?P<a>\d+)› times?)", _include),
    rule(
        rf"(?:include |use |place |put )?(?:the )?{_KIND} (?:‹{_QL}›|(?P<bare>[\w'-]+)) (?:in|as "
        r"part of|within) (?:the )?‹s(?P<s>\d+)›",
        _positioned,
    ),
    rule(
        rf"(?:the )?(?:{_KIND} ?‹{_QL}›|(?:the )?(?:key ?)?(?:words?|terms?|phrases?) "
        rf"{_BARE_LIST}) (?:(?:should|must|has to|have to|needs? to|shall|will|can|may|do|does|is "
        r"to|are to)?(?P<no> ?not| ?n't|not| never)?)? ?(?:be )?(?:appears?|occurs?|shows? up|used|"
        rf"included?|mentioned|present|featured|repeated|in ‹d›|found)(?: at all)?{_TIMES}{_IN}",
        _appears,
    ),
    rule(
        rf"(?:the )?{_KIND} ?‹{_QL}› (?:is|are) (?:forbidden|prohibited|banned|not allowed|not "
        r"permitted|off limits)",
        _forbidden,
    ),
    rule(
        rf"{_USE} (?:all |both |each |every )?(?:the |a |an )?letters? (?:‹{_QL}›|"
        r"(?P<x>[A-Za-z])(?![\w]))(?:,? (?:for )?‹a(?P<a>\d+)› times?)?(?P<verb>)",
        _letter,
    ),
    rule(
        rf"letters? (?:‹{_QL}›|(?P<x>[A-Za-z])(?!\w)) (?:(?:should|must|has to|needs to|can|may|"
        r"does|is to)?(?: not|n't)?)? ?(?:be )?(?P<verb>appears?|occurs?|used|included|present|"
        r"show up)(?: at all)?(?:,? (?:for )?‹a(?P<a>\d+)› times?)?",
        _letter,
    ),
    rule(
        rf"{_NOT} (?:use|using|include|including|contain|containing) (?:the |any )?letters? "
        rf"(?:‹{_QL}›|(?P<x>[A-Za-z])(?!\w))(?:,? ‹a(?P<a>\d+)› times?)?",
        _letter,
    ),
    rule(
        r"‹s(?P<sc>\d+)› (?:should|must|has to|needs to|shall)? ?(?:start|begin|open)s? with "
        rf"{_EXACT} ?‹{_QL}›",
        _edge("start"),
    ),
    rule(
        r"‹s(?P<sc>\d+)› (?:should|must|has to|needs to|shall)? ?(?:start|begin|open)s? with "
        r"(?:exactly )?(?:the )?(?:exact )?(?:word|phrase|words) (?P<rest>[\w'-]+)(?=$|[.,;!?]| "
        r"and)",
        _edge("start"),
    ),
    rule(
        rf"(?:start|begin) (?:the )?‹s(?P<sc>\d+)› with {_EXACT} ?(?:‹{_QL}›|(?P<rest>(?<=word "
        r")[\w'-]+)(?=$|[.,;!?]))",
        _edge("start"),
    ),
    rule(rf"{_ENDING} ?‹{_QL}›", _edge("end")),
    rule(rf"{_ENDING}(?<=[:]) ?(?P<rest>[A-Z][^‹\n]{{2,200}})$", _edge("end")),
    rule(
        rf"{_ENDING}(?<=(?:phrase|estion|ntence|e line) )(?P<rest>(?-i:[A-Z])[^‹\n]{{2,200}})$", _edge("end")
    ),
    rule(
        r"(?:very )?(?:last|final|ending|closing) (?:sentence|words?|phrase|line|thing|part)?(?: "
        r"of (?:‹d›|‹p›))? ?(?:should|must|has to|needs to|is to|shall)? ?(?:be|read|say|reads?|"
        rf"is)(?: exactly)?(?: like)?:? {_EXACT} ?‹{_QL}›",
        _edge("end"),
    ),
    rule(
        r"‹s(?P<sc>\d+)›(?: of (?:‹d›|‹p›))? (?:should|must|has to|needs to|is to|shall) (?:be|"
        rf"read|say)(?: exactly)?(?: like)?:? {_EXACT} ?‹{_QL}›",
        _edge("is"),
    ),
    rule(
        r"(?:very )?end of (?:‹d›|‹p›) (?:should|must|has to|needs to) (?:be|read|say)(?: "
        rf"exactly)?(?: like)?:? ?{_EXACT} ?(?:‹{_QL}›|(?<=: )(?P<rest>[^‹\n]{{3,200}})$)",
        _edge("end"),
    ),
    rule(rf"{_STARTING} ?‹{_QL}›", _edge("start")),
    rule(
        r"(?:very )?first (?:word|sentence|line|phrase)s?(?: of (?:‹d›|‹p›))? (?:should|must|has "
        rf"to|needs to|shall) (?:be|read|say):? {_EXACT} ?‹{_QL}›",
        _edge("start"),
    ),
    rule(r"‹a(?P<a>\d+)› hashtags?(?:,? starting with ‹q\d+›)?", _hashtag),
    rule(rf"(?<!s )\b{_USE} {_GIVEN} ?‹{_QL}›{_IN}{_TIMES}{_IN}", _include),
    rule(
        rf"\b{_USE} (?:both |all )?(?:the |these |those |this )?(?:following )?(?:key ?words?|"
        rf"words?|phrases?|terms?|names?)(?: below)?(?: |: ?){_BARE_LIST}(?:,? (?:for "
        r")?‹a(?P<a>\d+)› times?)?(?= in | throughout | within | somewhere|[.;!)]|$|,? and | at )",
        _include,
    ),
    rule(rf"\b{_USE} (?:these|the following) (?:items|elements|names): {_BARE_LIST}(?=[.;!)]|$)", _include),
    rule(r"mention (?:the name )?(?P<bare>(?-i:[A-Z])[\w'-]+) (?:only )?‹a(?P<a>\d+)› times?", _include),
)
