"""English rules for forms: formats, lists, headings, emphasis, letter case, languages, forbidden marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.english.english_counts import scope_of
from trace_builder.checks.grammar.english.english_mood import ALWAYS
from trace_builder.checks.grammar.english.english_sentences import Sentence
from trace_builder.checks.grammar.rules import Rule, rule
from trace_builder.checks.reading.languages import language_named, names

_LANGUAGE = "|".join(sorted((name for name in names() if name.isascii()), key=len, reverse=True))
_WHOLE = re.compile(
    r"\b(?:entire|whole|only|nothing else|solely|exclusively|wrap(?:ped)?|all words|"
    r"strictly|purely|just)\b|anything (?:else|outside)",
    re.IGNORECASE,
)
_STRICT = re.compile(
    r"‹d› (?:should|must|has to|needs to|shall|is to) (?:only )?be (?:formatted |returned |"
    r"given |provided )?(?:in |as |a |valid )*$",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|\w+n't|never|avoid|without|no|refrain from|instead of|rather than|do without|"
    r"cannot)\b[^,;]{0,25}$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|unless|whenever|in case|should you|where (?:appropriate|needed|"
    r"necessary)|optionally|you (?:can|may)|may be|can be)\b",
    re.IGNORECASE,
)
_OR = re.compile(r"^,? (?:or|/)\b|\b(?:or|either)\s+(?:an? |in |as )?$", re.IGNORECASE)
_SYSTEM = re.compile(
    r"\b(?:function|program|script|api|endpoint|app|application|system|server|database|"
    r"class|method|query|code should|website|page should|button|component|user interface|"
    r"ui)\b",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    r"\b(?:title|heading|headline|header|name|word|phrase|sentence|line|quote|quotation|"
    r"translation|subtitle|caption|part|paragraph|section|names?|passage|excerpt|"
    r"version|copy|term|instructions?|narration|half|rest|remainder|portion|stanza|verse|chorus|bullet|item|"
    r"labels?|dialogue|characters?|comments?|example|ending|intro(?:duction)?|signature|"
    r"greeting)s? (?:should be |must be |is |are |written |be )?(?:in |into )?$",
    re.IGNORECASE,
)

#: A form that something to work with has.
_GIVEN = re.compile(
    r"\bthe (?:words?|text|phrases?|parts?|terms?|sentences?)\s*$|"
    r"\b(?:given|following|provided|above|below|existing|from (?:the|an?|this|these|your)|"
    r"convert(?: the| this)?)"
    r"\s+(?:\w+ )?$",
    re.IGNORECASE,
)

Build = Callable[[Sentence, re.Match[str]], Iterable[Claim] | None]


def _fits(sentence: Sentence, found: re.Match[str]) -> bool:
    """Whether nothing around says that the form is not asked for, or of something else than the answer."""
    before, after = sentence.text[: found.start()], sentence.text[found.end() :]
    return not (
        _NEGATION.search(before)
        or _OR.search(before)
        or _OR.match(after)
        or _CONDITION.search(sentence.text)
        or _SYSTEM.search(sentence.text)
        or _GIVEN.search(before)
    )


def _asks(kind: str, **parameters: object) -> Build:
    def build(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
        return [Claim(kind, parameters)] if _fits(sentence, found) else None

    return build


#: That only some part is written so: "write the warning in".
_OF_SOMETHING = re.compile(
    r"\b(?:write|put|set|print|give|format|render|type|present|show|spell|keep|place|highlight|"
    r"emphasi[sz]e|state|display) (?:the|each|every|any|its|one|some|"
    r"only|this|these|those|key|important)(?! ‹d›)(?: [\w'-]+)+ $|\b(?:bold|italic|key|important)\s*$",
    re.IGNORECASE,
)


_EXCEPT = re.compile(r"\b(?:except|excepting|apart from|other than|but for)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|\w+n't|never|avoid\w*|without|no|none|refrain\w*|instead of|rather than)\b[^,;.]*$",
    re.IGNORECASE,
)


def _case(kind: str, other: str) -> Build:
    """One letter case; that no word may have the other one is the same."""

    def build(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
        before = sentence.text[: found.start()]
        scope = scope_of(sentence, found.start(), found.end())
        if scope is None or _CONDITION.search(before) or _EXCEPT.search(sentence.text):
            return None
        if _OF_SOMETHING.search(before):
            return None
        negated = re.search(
            r"\b(?:not (?:‹a\d+›|exactly 1|one|any)|no (?:word|letter)s?)[^,;]*$", before, re.IGNORECASE
        )
        if not negated and _DENIED.search(before):
            return None
        return [Claim(other if negated else kind, {}, scope)]

    return build


def _always(kind: str, **parameters: object) -> Build:
    def build(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
        scope = scope_of(sentence, found.start(), found.end())
        return (
            [Claim(kind, parameters, scope)]
            if scope and not _CONDITION.search(sentence.text[: found.start()])
            else None
        )

    return build


#: What stands before a format that an answer is given in.
_IS_GIVEN_AS = re.compile(
    r"(?:^\W*|\b(?:in|as|into|using|with|return|output|outputs|generate|produce|provide|give|write|print|only|just|but|"
    r"be|is|of|raw|respond|reply|contains?|includes?)[ :]+|"
    r"\b(?:the|your) (?=json (?:should|must|has to|needs|output|response)))$",
    re.IGNORECASE,
)


def _emphasis(kind: str) -> Build:
    def build(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
        number = re.search(r"‹a(\d+)› [\w ]{0,24}$", sentence.text[: found.start()])
        if number and not sentence.range(number[1]).get("least"):
            return None  # "no more than three words in bold"
        return [Claim(kind, {"least": 1})] if _fits(sentence, found) else None

    return build


def _table(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    number = re.search(r"‹a(\d+)› (?!column)(?:\w+ )*tables?\b", found[0], re.IGNORECASE)
    if number and not sentence.range(number[1]).get("least"):
        return None  # "no more than one table"
    return [Claim("table", {})] if _fits(sentence, found) else None


def _list_of(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    kind = "bullets" if re.match("bullet|unordered", found["style"], re.IGNORECASE) else "numbered"
    return [Claim(kind, sentence.range(found["a"]))] if _fits(sentence, found) else None


def _json(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    if not _fits(sentence, found) or re.search(
        r"\b(?:schema|parse|read|load|input|file)\b", sentence.text, re.IGNORECASE
    ):
        return None
    bare = re.fullmatch(r"(?:an? |one )*json", found[0], re.IGNORECASE) is not None
    if bare and not _IS_GIVEN_AS.search(sentence.text[: found.start()]):
        return None
    parameters: dict[str, object] = (
        {"only": True}
        if _WHOLE.search(sentence.text) or _STRICT.search(sentence.text[: found.start()])
        else {}
    )
    if found["keys"]:
        parameters["keys"] = sentence.said(found["keys"])
    return [Claim("json", parameters)]


def _format(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    before = sentence.text[: found.start()]
    if not _fits(sentence, found) or re.search(
        r"(?:bullet(?:ed)?(?: points?)?|bullets|lists?|headings?|divider|table|title|titles|"
        r"code|links?|sections?|points?|blocks?|schema|separator|syntax)(?: with| in| using)? "
        r"?(?:the )?$",
        before,
        re.IGNORECASE,
    ):
        return None
    if found["f"].lower() == "markdown" and re.search(r"\btables?$", found[0], re.IGNORECASE):
        return [Claim("table", {})]
    name = {
        "html": "HTML",
        "markdown": "Markdown",
        "latex": "LaTeX",
        "xml": "XML",
        "csv": "CSV",
        "yaml": "YAML",
    }[found["f"].lower()]
    return [Claim("format", {"format": name})]


#: A share of the answer, which is not all of it.
_SHARE_OF = re.compile(
    r"\b(?:half|halves|parts?|portions?|some|most|rest|remainder|thirds?|quarters?|percent|beginning|end|start|"
    r"sections?|paragraphs?|lines?) of ‹[dp]›",
    re.IGNORECASE,
)


def _language(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    before = sentence.text[: found.start()]
    language = language_named(found["lang"])
    if (
        language is None
        or _PART_BEFORE.search(before)
        or _NEGATION.search(before)
        or _CONDITION.search(sentence.text)
        or re.search(r"\bthere (?:is|are|was|were)\s*$", before, re.IGNORECASE)
    ):
        return None
    if re.search(
        r"\b(?:translat\w+|how|say|says|phrase|word|mean\w*|called|speaker|speaking|course|"
        r"lesson|movie|book)\b(?![^,;]*‹d›)[^,;]*$",
        before,
        re.IGNORECASE,
    ):
        return None
    if _SHARE_OF.search(before):
        return None
    if scope_of(sentence, found.start(), found.end()) != "response" or re.search(
        r"\b(?:that|which|who) (?:are|is|were|was)\s*$|\b(?:column|row|\d+th word|word)\b", before
    ):
        return None
    return [Claim("language", {"language": language})]


def _several(sentence: Sentence, found: re.Match[str]) -> bool:
    """Whether more than one is asked for."""
    return bool(found["a"]) and sentence.range(found["a"]) != {"least": 1}


def _sentence_in(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    if found["a"] and not sentence.range(found["a"]).get("least"):
        return None
    language = language_named(found["lang"])
    return [Claim("sentence_in", {"language": language})] if language else None


def _capital_words(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    number = found.groupdict().get("a")
    asked = sentence.range(number) if number else {"least": 1}
    return [Claim("capital_words", asked)]


def _highlights(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    number = found.groupdict().get("a")
    asked = sentence.range(number) if number else {"least": 1}
    if number and sentence.is_bare(number):
        asked = {"least": asked["least"]}
    return [Claim("highlights", asked)]


def _postscript(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    marker = found.groupdict().get("m")
    if found.groupdict().get("q"):
        marker = sentence.said(found["q"])[0]
    if marker is None:
        return None
    letters = re.sub(r"\W", "", marker).upper()
    return (
        [Claim("postscript", {"marker": {"PS": "P.S.", "PPS": "P.P.S"}.get(letters, marker)})]
        if letters in ("PS", "PPS")
        else None
    )


def _repeat(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    if re.match(r",? but (?:capitali|replac|chang|with|in|mak|remov|correct)", sentence.text[found.end() :]):
        return None
    said = found.groupdict().get("q")
    return [Claim("repeat", {"text": sentence.said(said)[0]} if said else {})]


def _sections(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    groups = found.groupdict()
    said = sentence.said(groups["q"]) if groups.get("q") else [groups["marker"]]
    if groups.get("q") and not all(
        re.search(r"\s(?:X|#|N|\d+|\[.*?\]|[A-Z])\.?:?$", text.strip()) for text in said
    ):
        return None
    names = [re.sub(r"\s+(?:X|#|N|\d+|\[.*?\]|[A-Z])\.?:?$", "", text.strip()) for text in said]
    names = [name for name in names if name]
    if not names or len({name.lower() for name in names}) > 1 or len(names[0]) > 30:
        return None
    number = groups.get("a")
    asked = sentence.range(number) if number else {"least": max(2, len(said))}
    if number and sentence.is_bare(number):
        asked = {"least": asked["least"]}
    return [Claim("sections", {"marker": names[0], **asked})]


def _parts(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    groups = found.groupdict()
    divider = groups.get("stars")
    if groups.get("q"):
        divider = sentence.said(groups["q"])[0].strip()
    if groups.get("n"):
        divider = (divider or "*")[0] * sentence.range(groups["n"]).get("least", 3)
    if divider is None or not re.fullmatch(r"[*\-=#_~+]{2,12}", divider):
        return None
    if re.search(r"\b(?:head|titl|begin|start|open|introduc)\w*", found[0]):
        return None
    two = re.search(
        r"(?:‹a(\d+)›)(?: \w+){0,2} (?:responses|answers|versions|paragraphs|parts|sections|"
        r"jokes|poems|options|pieces|limericks|critiques|stories|\w+s)\b",
        sentence.text,
    )
    asked = {"least": 2}
    if two and two.start() < found.start():
        asked = sentence.range(two[1])
    elif re.search(r"\b(?:both|the ‹a\d+›|your ‹a\d+›|those ‹a\d+›)", sentence.text):
        number = re.search(r"‹a(\d+)›", sentence.text)
        asked = sentence.range(number[1]) if number and number.start() < found.start() else asked
    if asked.get("least", 2) < 2 or asked.get("least", 2) > 40:
        asked = {"least": 2}
    return [Claim("parts", {"divider": divider, **asked})]


def _no_marks(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    scope = scope_of(sentence, found.start(), found.end())
    if scope is None or re.search(r"\b(?:if|unless|except)\b", sentence.text, re.IGNORECASE):
        return None
    if not ALWAYS.match(sentence.text[found.end() :]):
        return None
    claims = []
    for unit in re.split(r",? (?:or|and|nor) (?:any )?|, ", found["units"]):
        claim = _forbidden(unit.strip().lower(), scope)
        if claim is None:
            return None
        claims.append(claim)
    return claims


_FORBIDDEN: tuple[tuple[str, str, dict[str, object]], ...] = (
    (r"commas?", "mark", {"mark": ",", "most": 0}),
    (r"exclamation (?:marks?|points?)", "mark", {"mark": "!", "most": 0}),
    (r"question marks?|questions", "mark", {"mark": "?", "most": 0}),
    (r"semi-?colons?", "mark", {"mark": ";", "most": 0}),
    (r"colons?", "mark", {"mark": ":", "most": 0}),
    (r"(?:em[- ]?)?dash(?:es)?", "mark", {"mark": "—", "most": 0}),
    (r"ellips[ie]s", "mark", {"mark": "…", "most": 0}),
    (r"periods?|full stops?", "mark", {"mark": ".", "most": 0}),
    (r"quotation marks|double quotes", "mark", {"mark": '"', "most": 0}),
    (r"parenthes[ei]s|brackets", "parentheses", {"most": 0}),
    (r"emojis?|emoticons?", "emoji", {"most": 0}),
    (r"bullet(?:ed)?(?: points?| lists?)?|bullets|bulleted lists?", "bullets", {"most": 0}),
    (r"(?:numbered )?lists?|numbering", "items", {"most": 0}),
    (r"headings?|headers?|subheadings?", "headings", {"most": 0}),
    (r"bold(?: text| type| font)?|bolding", "bold", {"most": 0}),
    (r"italics?(?: text)?", "italic", {"most": 0}),
    (r"markdown(?: formatting| syntax| format)?", "no_markdown", {}),
    (r"links?|urls?|hyperlinks?", "links", {"most": 0}),
    (r"numbers|digits|numerals", "numbers", {"most": 0}),
    (r"hash ?tags?", "hashtags", {"most": 0}),
    (r"code blocks?|code fences", "code_blocks", {"most": 0}),
    (r"contractions?", "contractions", {"most": 0}),
    (r"(?:capital|upper-?case)(?: letters?)?|capitali[sz]ations?|capitals", "lower_case", {}),
    (r"(?:lower-?case|small)(?: letters?)?", "upper_case", {}),
    (r"white ?space|spaces", "no_space", {}),
)
_UNIT = "|".join(unit for unit, _, _ in _FORBIDDEN)


def _forbidden(unit: str, scope: str) -> Claim | None:
    for pattern, kind, parameters in _FORBIDDEN:
        if re.fullmatch(pattern, unit, re.IGNORECASE):
            return Claim(kind, parameters, scope)
    return None


_DATA = (
    r"(?:e-?mails?(?: address(?:es)?)?|(?:tele|mobile |cell )?phone numbers?|contact (?:details|information))"
)


def _personal(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    scope = scope_of(sentence, found.start(), found.end())
    if scope is None or not ALWAYS.match(sentence.text[found.end() :]):
        return None
    mail, phone = (re.search(word, found["data"], re.IGNORECASE) is not None for word in ("mail", "phone"))
    both = mail == phone or "contact" in found["data"].lower()
    return [Claim("personal_data", {} if both else {"data": "email" if mail else "phone"}, scope)]


def _personal_among(sentence: Sentence, found: re.Match[str]) -> Iterable[Claim] | None:
    """Phone numbers or addresses in a list of what not to tell."""
    if re.search(
        r"\b(?:except|unless|without|but|that|which|who|if|other than)\b", sentence.text, re.IGNORECASE
    ):
        return None
    return _personal(sentence, found)


_NO = (
    r"(?:(?:do not|don't|does not|doesn't|must not|should not|shouldn't|cannot|can't|may not|"
    r"never|avoid|without|refrain from|not allowed to|not to|"
    r"make sure not to|free (?:of|from)|by avoiding|not)(?: (?:use|using|include|including|"
    r"contain|containing|have|having|add|adding|write|put|employ|insert|be|have to use|the use "
    r"of|use of|any use of))?"
    r"(?: any| a single| even one| the)*|(?<![\w'])no|zero|contains? no|without(?: any| the "
    r"use of)*|exclude(?: all| any)?|omit(?: all| any)?|leave out(?: all| any)?)"
)
_FORMATS = r"(?P<f>markdown|html|latex|xml|csv|yaml)"

#: What parts an answer; asked before the words that mark the parts are taken for words to use.
PART_RULES: tuple[Rule[Sentence], ...] = (
    rule(
        r"(?:‹a(?P<a>\d+)›(?: ‹h›)? sections?[^.]{0,60}?)(?:marked|marking|starting|start|"
        r"label\w*|noted|beginning|begin|titled|named|denoted|indicated|mark the beginning of "
        r"‹s\d+›|\()[^.‹]{0,40}?(?:with|as|by|\()? ?(?:‹(?P<q>[ql]\d+)›|"
        r"(?P<marker>(?-i:[A-Z])[A-Za-z]{2,15}) (?:X|‹a\d+›|1))",
        _sections,
    ),
    rule(r"‹a(?P<a>\d+)› sections?: ‹(?P<q>l\d+)›", _sections),
    rule(
        r"(?:‹s\d+›|sections?|paragraphs?|parts?|chapters?|versions?)?[^.‹]{0,50}(?:mark|marked|"
        r"label|labell?ed|start|starting|begin|noted|denote|name)(?: (?:the )?(?:beginning|start) "
        r"of)?(?: (?:‹s\d+›|each section|them|it))?[^.‹]{0,20} (?:with|as|by) (?:‹(?P<q>q\d+)›|"
        r"(?P<marker>(?-i:[A-Z])[A-Za-z]{2,15}) (?:X\b|1\b|‹a\d+›(?! \w+ing)))",
        _sections,
    ),
    rule(
        r"(?:separat\w+|divid\w+|split|broken|break|following|delimited|between)\b(?:[^.‹*]|"
        r"‹[dps]\d*›){0,60}?(?:‹a(?P<n>\d+)› (?:asterisks?(?: symbols?| marks?| signs?)?|"
        r"aster?isk symbols?|stars|dashes))?[^.‹*]{0,30}?[:(]? ?(?:‹(?P<q>q\d+)›|"
        r"(?P<stars>\*{3,9}|-{3,9}|={3,9}|#{3,9}))",
        _parts,
    ),
    rule(
        r"(?:separat\w+|divid\w+)\b(?:[^.‹*]|‹[dps]\d*›){0,60}?‹a(?P<n>\d+)› (?:asterisks?|"
        r"aster?isks?)(?: symbols?| marks?| signs?)?",
        _parts,
    ),
    rule(
        r"(?:use|and use|with) (?P<stars>\*{3,9}|-{3,9}) as (?:the |a )?(?:section |paragraph "
        r")?(?:separator|divider)",
        _parts,
    ),
)

FORM_RULES: tuple[Rule[Sentence], ...] = (
    rule(
        r"\btables? (?:with|having|that has|containing|whose|with exactly)(?: the| exactly| these| "
        r"following| "
        r"‹a\d+›)*(?: markdown)? columns?(?: headers?| headings?| names?| titles?)?(?: are| named| "
        r"called| titled| "
        r"labell?ed|:)* ?‹(?P<q>l\d+)›",
        lambda s, m: [Claim("table", {"headers": s.said(m["q"])})] if _fits(s, m) else None,
    ),
    rule(
        rf"{_NO} (?P<units>(?:{_UNIT})(?:(?:,? (?:or|and|nor) (?:any )?|, "
        rf")(?:{_UNIT}))*)(?![\w-])(?! (?:in (?!‹d›|all|any)|before|at the (?:start|beginning)|"
        r"next to|between|that|which|of|for|with|longer|to (?!‹d›)))",
        _no_marks,
    ),
    rule(
        rf"(?:{_NO}|(?:do not|don't|never|must not|cannot|should not) (?:reveal|share|give|disclose|mention|"
        rf"provide|show|list)(?: any| an?| the)*) (?P<data>{_DATA}(?:(?:,? (?:or|and|nor)|,)(?: no| any| "
        rf"an?)? "
        rf"{_DATA})*)",
        _personal,
    ),
    rule(
        r"(?:do not|don't|never|must not|cannot|should not) (?:reveal|share|give|disclose|mention|"
        r"provide|show|list|"
        rf"include)(?P<data>(?: [\w'-]+,?){{0,12}}? {_DATA}(?:(?:,| or| and)(?: [\w'-]+,?){{0,3}} {_DATA})?)",
        _personal_among,
        part=True,
    ),
    rule(
        r"(?:there (?:should|must|are|is)(?: be)? no|(?:contains?|have|has|with|and|use|includes?|"
        rf"using) no) (?P<units>(?:{_UNIT})(?:(?:,? (?:or|and) |, )(?:{_UNIT}))*)(?![\w-])",
        _no_marks,
    ),
    rule(
        rf"(?:^|[.,;] |and )(?P<units>{_UNIT}) (?:are|is) (?:not allowed|forbidden|prohibited|not "
        r"permitted|banned|not used|not to be used)",
        _no_marks,
    ),
    rule(
        r"(?:the )?number of words (?:with|in) all capital letters (?:to|should be|must be|is|be) "
        r"‹a(?P<a>\d+)›",
        _capital_words,
    ),
    rule(
        r"(?:those |the )?(?:all-caps|capitali[sz]ed|capital) words (?:should |must )?(?:appears?|"
        r"be used|occur) ‹a(?P<a>\d+)› times?",
        _capital_words,
    ),
    rule(r"‹a(?P<a>\d+)› (?:such )?(?:capitali[sz]ed|all[- ]caps|capital) words", _capital_words),
    rule(
        r"‹a(?P<a>\d+)› (?:(?:short|key|important) )?words?(?: or phrases)?(?: in ‹d›)?(?: that "
        r"are| be| should be| must be| are)? ?(?:in|with|written in) (?:all )?(?:caps|"
        r"capitals?(?: letters)?|upper-?case(?: letters)?)(?: letters)?",
        _capital_words,
    ),
    rule(
        r"(?:use |include |using |add |with )?(?:some |a few |several |many )?words?(?: \w+)? "
        r"(?:with|in|written in|be in|of)(?: all)?[- ](?:all[- ])?(?:capital(?: letters)?s?|caps|"
        r"upper-?case(?: letters)?)(?:,? ?\([^)]*\))?(?:,? (?:should |must |to )?(?:appears?|be "
        r"used|used|occur)?(?: for)? ?‹a(?P<a>\d+)› times?)?",
        _capital_words,
    ),
    rule(r"words?(?: which are|that are)? capitali[sz]ed", _capital_words, part=True),
    rule(
        r"\b(?<!words )(?<!word )(?<!words with )(?<!words in )(?:(?:in |use |using |with |be |only "
        r"use |only )(?:only |exclusively )?(?:all[- ]?|the )?|all[- ]?)?(?:capital letters|capitals|"
        r"(?:(?<=all)|(?<=all[ -])|(?<=in )|(?<=using )|(?<=only ))caps|"
        r"upper-?case(?: letters)?)(?: only)?(?! letter at| of |\w| words| times| and lower)",
        _case("upper_case", "lower_case"),
    ),
    rule(
        r"capitali[sz]e (?:all (?:your |the )?(?:words|letters)|every (?:word|letter))|all "
        r"letters (?:in ‹d› )?(?:should|must) be (?:capitali[sz]ed|capital|upper-?case)|every "
        r"letter (?:should|must) be (?:capital\w*|upper-?case)",
        _case("upper_case", "lower_case"),
    ),
    rule(
        r"\b(?:in |use |using |with |be |only use |only )?(?:only |exclusively )?(?:all[- ]?|the |"
        r"all of the )?(?:letters (?:in ‹d› )?(?:are |must be |"
        r"should be )?)?(?:(?<!upper and )(?<!upper or )lower-? ?case(?:s|"
        r"d)?|small letters)(?: letters?)?(?: english)?(?: only)?(?! letters? (?:at|of)|\w)",
        _case("lower_case", "upper_case"),
    ),
    rule(
        r"not a single letter (?:in ‹d› )?is capitali[sz]ed(?: whatsoever)?",
        _case("lower_case", "upper_case"),
    ),
    rule(
        r"(?:in )?title[- ]case|capitali[sz]e the first letter of (?:each|every) (?:major )?word",
        _always("title_case"),
    ),
    rule(
        r"(?:wrap|put|enclose|surround|place|start and end|begin and end)(?: up)? (?:‹d›|‹p›|your "
        r"one-sentence response|the entire [\w ]{1,20}?|your [\w -]{1,20}?)(?: up)? (?:in|with|"
        r"inside|within|between|by)(?: a pair of)? (?:double )?(?:quotation marks?|quotations? "
        r"marks?|quotes)",
        _always("quoted"),
    ),
    rule(
        r"(?:put|place|add|use) (?:double )?(?:quotation marks?|quotations? marks?|quotes) "
        r"(?:around|surrounding|before and after) (?:‹d›|‹p›|your entire [\w -]{1,30}?response|"
        r"the entire [\w ]{1,20})",
        _always("quoted"),
    ),
    rule(
        r"(?:‹d›|‹p›|it) ?(?:should|must|is|be|has to|needs to)?(?: be)? (?:wrapped|enclosed|"
        r"surrounded|put|placed)(?: up)? (?:in|with|inside|within|by|between) (?:double "
        r")?(?:quotation marks?|quotes)|be wrapped (?:in|with) double quot\w+(?: marks?)?",
        _always("quoted"),
    ),
    rule(r"double quot(?:es|ation marks) (?:should|must) be (?:placed|put) around ‹d›", _always("quoted")),
    rule(
        r"(?:valid |well-formed |single |raw |one |a |an )*(?<![.\w])json\b(?!\()(?:[- ](?:format(?:ted)?|"
        r"object|block|array|structure|document|list|output|response|data|string))*"
        r"(?:[^‹.]{0,40}\b(?:keys?|fields?|properties|attributes)\b[^‹.]{0,20}‹(?P<keys>[ql]\d+)›)?",
        _json,
    ),
    rule(
        r"\b(?:(?:in|as|using|into|use|with|rendered as|written in) (?:valid |the (?!\w+ document)|"
        r"well-formed |"
        rf"proper |raw |a |an )*{_FORMATS}(?: (?:format(?:ting)?|markup|syntax|file|code|document|"
        r"table)s?)?|generate (?:an? )?(?P<g>csv|xml|html|yaml) (?:data|file|document))",
        lambda s, m: (
            _format(s, m) if m.groupdict().get("f") else [Claim("format", {"format": m["g"].upper()})]
        ),
        part=True,
    ),
    rule(
        r"(?:(?:include|contain|provide|create|add|draw|make|give|use)s? (?:a |the )(?:\w+ "
        r")?)?table (?:should|must|with|that has|having|has|contain\w*)[^.‹]{0,20}‹a(?P<a>\d+)› "
        r"columns",
        lambda s, m: (
            [Claim("table", {"columns": s.range(m["a"])["least"]})]
            if s.range(m["a"]).get("least") == s.range(m["a"]).get("most")
            else None
        ),
    ),
    rule(
        r"\b(?:in|as|into|using|use|with|(?:form|format) of)(?: (?:an?|the(?= form)|form of|at least ‹a\d+›|"
        r"‹a\d+›))?(?: "
        r"(?:clear|simple|markdown|comparison|summary|detailed|well-formatted|formatted|"
        r"structured|small|single|neat|‹a\d+›(?:[- ]column| column)?))* ?\btables?\b(?: (?:format|"
        r"form|of(?! contents))\b)?"
        r"(?! of contents| \w*cloth| tennis| manners| setting| ‹?a?\d)",
        _table,
        part=True,
    ),
    rule(
        r"\b(?:include|includes?|contains?|containing|creates?|provide|generate|add|draw|make|"
        r"give)(?: (?:a|an|the|at least ‹?a?\d*›?|‹a\d+›))?(?: (?:clear|simple|markdown|"
        r"comparison|summary|detailed|well-formatted|formatted|structured|small|single|neat|"
        r"‹a\d+›(?:[- ]column| column)?))* ?\btables?\b(?: (?:format|form|of(?! contents))\b)?"
        r"(?! of contents| \w*cloth| tennis| manners| setting| ‹?a?\d)",
        _table,
    ),
    rule(
        r"\b(?:in|as|into|using|use|with|include|contains?|provide|create|make|give|write) (?:an? |the )?"
        r"(?P<style>numbered|ordered|bullet(?:ed)?(?:[- ]points?)?|unordered) lists? (?:of|with|"
        r"containing|having|"
        r"that has|that contains) ‹a(?P<a>\d+)› (?:items?|points?|entries|steps|bullets|bullet points)\b"
        r"(?! (?:each|of|with|that))",
        _list_of,
    ),
    rule(
        r"\b(?:in|as|into|using|use|with|include|contains?|format \w+ as|of|provide|create|make|"
        r"give|list \w+ in) (?:an? |the |at least one )?(?:numbered|ordered|enumerated) lists?(?: "
        r"format)?",
        _asks("list", style="numbered"),
    ),
    rule(
        r"\b(?:in|as|into|using|use|with|include|contains?|format \w+ as|of|provide|create|make|"
        r"give) (?:an? |the |at least one )?(?:bullet(?:ed)?(?:[- ]points?)?|unordered|"
        r"bullet-point) lists?(?: format)?",
        _asks("list", style="bullet"),
    ),
    rule(
        r"\b(?:in|as|into|using|use|via) (?:the form of )?(?:markdown )?bullet(?:ed)?[- "
        r"]?points?(?: format)?|put [^.]{0,30}into bullet points|(?:list|lists?) of bullet points",
        _asks("list", style="bullet"),
    ),
    rule(
        r"\b(?:in|as|into|using) (?:the form(?:at)? of )?an? (?:simple |plain |markdown )?list(?: "
        r"format)?(?= of items|$|[.,;]| with| where| and)",
        _asks("list"),
    ),
    rule(
        r"\b(?:in|as|inside|within|using|with|include|contains?) (?:a|an|the|at least one)(?: "
        r"\w+)? code (?:blocks?|fence)",
        _asks("code_blocks", least=1),
    ),
    rule(
        r"(?:a |the )?(?:title|name|heading|your answer|answer)[^.;‹]{0,40}?,? (?:which is |that "
        r"is |is |be |should be |must be |are )?(?:wrapped |contained |enclosed |surrounded |put |"
        r"placed |written )?(?:in|with|by|inside|within) double angular brackets|wrapped in "
        r"double angular brackets|(?:in|with) double angle brackets",
        _always("bracketed_titles", least=1),
    ),
    rule(r"(?:double angular brackets|<<[^<>]{1,60}>>)", _always("bracketed_titles", least=1), part=True),
    rule(
        r"(?:highlight|italici[sz]e|emphasi[sz]e|bold|highlight/bold)(?: (?:and|or|/) ?(?:bold|"
        r"italici[sz]e|highlight))? (?:at least )?‹a(?P<a>\d+)› (?:(?:short|key|different|"
        r"important|text|of the|main) )*(?:sections?|parts?|phrases?|words?|pieces?|sentences?|"
        r"terms?|points?|areas?|names?|text sections?|text parts?)(?: of text)?",
        _highlights,
    ),
    rule(
        r"‹a(?P<a>\d+)› (?:(?:text|short|key|different) )?(?:sections?|parts?|phrases?|words?|"
        r"pieces?)(?: of (?:text|‹d›))?(?: that)? (?:should|must|are|is|be)?(?: be)? "
        r"?(?:highlighted|italici[sz]ed|emphasi[sz]ed)",
        _highlights,
    ),
    rule(
        r"‹a(?P<a>\d+)› (?:highlighted|italici[sz]ed|italic|emphasi[sz]ed|bolded?)(?: text)? "
        r"(?:sections?|parts?|phrases?|words?|pieces?|text)(?: sections?| phrases?| parts?)?",
        _highlights,
    ),
    rule(
        r"(?:highlight|italici[sz]e|emphasi[sz]e)(?: (?:some|a few|several|the|key|important|"
        r"certain|your|main|each|favorite|\w+))* (?:words?|phrases?|parts?|terms?|points?|"
        r"sections?|text|names?|keywords?)(?: or phrases)?(?: in ‹d›)?(?:,? ‹a(?P<a>\d+)› "
        r"times?)?(?=[^.]*(?:\*|markdown|asterisk|‹q))",
        _highlights,
    ),
    rule(
        r"\b(?:use|using|in|with|include) (?:at least ‹a\d+› )?(?:markdown )?italics?(?: text| "
        r"font)?\b(?! or)",
        _emphasis("italic"),
    ),
    rule(
        r"\b(?:use|using|in|with|put [^.]{1,40} in|include|set [^.]{1,40} in|make [^.]{1,40}) "
        r"(?:markdown )?bold(?:ed|face)?(?: (?:text|font|type|letters))?\b(?! or| and (?:vivid|"
        r"creative)|er|ly|est| moves?| move)",
        _emphasis("bold"),
        part=lambda _, found: re.match(r"put|set|make", found[0], re.IGNORECASE) is not None,
    ),
    rule(
        r"\b(?:in|using|use|only|be|written|respond|answer|reply|entirely|write|‹d› is|speak)(?: "
        r"(?:only|entirely|using|in|just|with|the|exclusively|"
        r"completely|fully|solely|be|simple|standard|proper|written|strictly|lowercase))* "
        rf"(?P<lang>{_LANGUAGE})(?: language)?(?: only)?(?!,? (?:and|or) (?-i:[A-Z])|, (?:this|the|it|"
        rf"that|we|they|there|these)\b)"
        r"(?=$|[.,;:!?)(]| (?:and|or|but|with|without|for|about|using|only|throughout|in|on|as|no|at|"
        r"to|that|which|where|is|so)\b)",
        _language,
    ),
    rule(rf"(?P<lang>{_LANGUAGE})(?: language)?,? (?:and )?no other languages?", _language),
    rule(rf"(?:is|be|are|response is|word in ‹d› is) in (?:the )?(?P<lang>{_LANGUAGE}) language", _language),
    rule(
        rf"(?:‹(?P<a>a\d+)›|an?) (?:sentence|phrase|line)s? (?:written )?in (?P<lang>{_LANGUAGE})",
        _sentence_in,
        part=_several,
    ),
    rule(
        r"(?:postscript|post script|note)[^.‹]{0,60}?(?:start(?:s|ing)?|beginn?(?:s|ing)?|"
        r"indicated|marked|opening|opens) (?:with|by) (?:the )?(?:‹(?P<q>q\d+)›|(?P<m>PP?S))",
        _postscript,
    ),
    rule(r"(?:a|an|with a|add a|include a) (?P<m>PP?S)\b", _postscript),
    rule(
        r"repeat(?:s|ing)? (?:(?:the|this|my|these|that|all|exact|entire|whole|original|following|"
        r"same|above|it|itself|request|,|your|user's|given) ?){1,5}(?:request|prompt|question|"
        r"sentences?|text|instruction|query|message|exactly as it is|at the very beginning|"
        r"without (?:any )?change|word (?:for|by) word|verbatim|above|as it is)",
        _repeat,
    ),
    rule(r"repeat(?:ing)? ‹(?P<q>q\d+)›", _repeat),
    rule(
        r"before (?:you )?(?:answer\w*|respond\w*|giv\w+|"
        r"say\w*)[^.]{0,80}\brepeat\b[^.]{0,40}(?:it|request|prompt|question|sentence)",
        _repeat,
    ),
    rule(r"(?:an? )?emojis? at the end of ‹s\d+›|end ‹s\d+› with an emoji", _always("sentence_emoji")),
    rule(
        r"\b(?:use|add|include|with|have|insert) (?:some |a few |fitting |appropriate |relevant |"
        r"an |several |fun )*emojis?(?: and emoticons)?\b",
        _asks("emoji", least=1),
    ),
    rule(
        r"(?:at least (?:one|‹a\d+›)|an?) placeholders?(?:,? (?:represented by|in|wrapped in|"
        r"with) square brackets)?",
        _asks("placeholders", least=1),
    ),
    rule(r"not contain any (?:white ?space|spaces)", _always("no_space")),
    rule(
        r"(?:each|every) word (?:of ‹d› )?on (?:a new|its own|a separate) line",
        lambda s, m: [Claim("words", {"least": 1, "most": 1}, "each line")],
    ),
    rule(r"(?:all|every|each) (?:of the )?(?:standard )?punctuation marks?", _always("all_marks"), part=True),
)
