"""English rules for counts: so many words, sentences, bullet points, in the whole answer or in its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trace_builder.checks.claims import Claim, Parameters, bounded
from trace_builder.checks.grammar.english.english_sentences import ANSWER, DOCUMENT, PASSAGE, Sentence
from trace_builder.checks.grammar.rules import Match

_ADJECTIVES = (
    r"(?:(?!(?:different|unique|distinct) words)(?:short|very|long|brief|concise|complete|full|"
    r"distinct|separate|total|clear|main|key|additional|individual|well-written|"
    r"detailed|simple|well-developed|informative|relevant|different|unique|single|markdown|"
    r"text|plain|non-empty|English) ){0,3}"
)
#: What is counted: pattern, kind, parameters. The first that fits counts.
UNITS: tuple[tuple[str, str, Parameters], ...] = (
    (r"(?:different |unique |distinct )words", "unique_words", {}),
    (
        r"(?:all[- ]caps|fully capitali[sz]ed|(?:all[- ])?upper-?case|capitali[sz]ed) words?",
        "capital_words",
        {},
    ),
    (
        r"(?:words?|words? or phrases|terms)(?: that are| written| with| be| should be| to be| "
        r"which are)?(?: in)? (?:all[- ]caps|all capital(?:s| letters)"
        r"|(?:all )?upper-?case(?: letters)?|capital letters(?: only)?|full caps)",
        "capital_words",
        {},
    ),
    (r"words?(?! in all| with all| that (?:start|begin|end|contain|are|rhyme|have)|-long)", "words", {}),
    (r"(?:chinese characters|汉字)", "han", {}),
    (
        r"characters?(?! names| in the story| from| who)(?: \(?including (?:white ?)?spaces(?: and "
        r"punctuation)?\)?)?",
        "characters",
        {},
    ),
    (r"sentences?", "sentences", {}),
    (r"paragraphs?", "paragraphs", {}),
    (r"lines? of code|code lines", "code_lines", {}),
    (r"lines?(?! graph| item| break)", "lines", {}),
    (r"(?:bullet(?:ed)?[- ]?(?:points?|items?|list items?)|bullets|bullet-points?)", "bullets", {}),
    (r"(?:numbered (?:points?|items?|list items?|steps?)|items? in a numbered list)", "numbered", {}),
    (r"(?:list items|items in (?:a|the|your) list)", "items", {}),
    (
        r"(?:first|top)[- ]level (?:markdown )?(?:sub)?(?:headings?|headers?)|h1 (?:headings?|"
        r"headers?)",
        "headings",
        {"level": 1},
    ),
    (
        r"second[- ]level (?:markdown )?(?:sub)?(?:headings?|headers?)|h2 (?:headings?|headers?)",
        "headings",
        {"level": 2},
    ),
    (
        r"third[- ]level (?:markdown )?(?:sub)?(?:headings?|headers?)|h3 (?:headings?|headers?)",
        "headings",
        {"level": 3},
    ),
    (r"(?:(?:sub)?headings|(?:sub)?headers|section headings|headings? levels?)", "headings", {}),
    (r"place ?holders?", "placeholders", {}),
    (r"exclamation (?:marks?|points?)", "mark", {"mark": "!"}),
    (r"question marks?|rhetorical questions?|questions? marks", "mark", {"mark": "?"}),
    (r"commas?", "mark", {"mark": ","}),
    (r"semi-?colons?", "mark", {"mark": ";"}),
    (r"(?<!semi)(?<!semi-)colons?", "mark", {"mark": ":"}),
    (r"em[- ]?dash(?:es)?", "mark", {"mark": "—"}),
    (r"ellips[ei]s", "mark", {"mark": "…"}),
    (r"emojis?|emoticons?", "emoji", {}),
    (r"hash ?tags?", "hashtags", {}),
    (r"(?:hyper)?links?|urls?", "links", {}),
    (r"code blocks?|blocks? of code|code snippets?", "code_blocks", {}),
    (r"(?:direct )?quotations?|quotes(?! around)", "quotations", {}),
    (r"numbers(?! (?:from|between|of))|numerals|numeric values", "numbers", {}),
    (r"(?:sections?|parts)(?! of (?:speech|the (?:body|book)))", "parts_of_text", {}),
    (r"stanzas?|verses|quatrains", "paragraphs", {}),
    (r"(?:bold(?:ed)?|boldface) (?:words?|phrases?|terms?|sections?|sentences?|text)", "bold", {}),
    (
        r"(?:italic(?:i[sz]ed)?) (?:words?|phrases?|terms?|sections?|sentences?|text(?: "
        r"(?:phrases?|sections?|parts?))?)",
        "italic",
        {},
    ),
    (r"parenthe(?:ses|tical (?:phrases|remarks|asides))|parenthes[ei]s", "parentheses", {}),
    (r"contractions?", "contractions", {}),
)
_COUNT = re.compile(rf"‹a(?P<a>\d+)›(?: ‹h›)? (?P<adj>{_ADJECTIVES})", re.IGNORECASE)
_UNITS = tuple(
    (re.compile(unit + r"(?![\w-])", re.IGNORECASE), kind, parameters) for unit, kind, parameters in UNITS
)
#: "The word count should be at least 100": the unit first, and no other behind the amount.
_COUNT_OF = re.compile(
    r"\b(?:(?P<unit>word|character|sentence|paragraph|line)[- ]counts?|"
    r"number of (?P<units>(?:unique |different )?words|characters|sentences|paragraphs|lines|bullet points|"
    r"(?:sub)?headings|list items|emojis|hashtags|placeholders))"
    r"(?:[ :(]|‹[dp]›|\b(?:in|of|for|you|use|used|should|must|has|have|to|needs?|be|is|are|lie|lies|stay|"
    r"stays|kept|keep|remain|fall|range|from|between|somewhere|total|overall|within|the|at|not|may|can)\b)*"
    r"‹a(?P<a>\d+)›(?! ?[a-z‹%])",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:,? (?:or (?P<more>more|above|longer|greater)|or (?P<less>less|fewer|under|shorter)|"
    r"(?P<least>at (?:the )?least|minimum|at minimum)|"
    r"(?P<most>at (?:the )?most|maximum|max|in maximum)))?(?: long| in length| in total| "
    r"total| altogether| overall)*",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r",? (?:but|and|yet)?,? ?(?:also )?(?:not |has |have |with |be )?‹a(?P<b>\d+)›(?! "
    r"(?:times|‹h›|[a-z]+(?:s|es)\b))",
    re.IGNORECASE,
)

#: "One sentence or two sentences".
_OR = re.compile(r",? or ‹a(\d+)› ", re.IGNORECASE)
#: Words that say that what follows is of a part that is not told here.
_TAINT = re.compile(
    r"\b(?:under|below|within|in|for) ‹[ql]\d+›|\b(?:not exactly|each|every|per|both|either|"
    r"another|other|respective(?:ly)?|apiece|one of them|(?:first|second|last|third|next) "
    r"(?!of all)\w+)\b",
    re.IGNORECASE,
)
_PART_NOUNS = (
    r"introduction|intro|conclusion|body|heading|headline|header|caption|section|bullets?|"
    r"points?|items?|example|step|definition|"
    r"rows?|columns?|cells?|stanza|verse|chorus|quote|comments?|function|class|variable|name|"
    r"names|postscript|ps|pps|question|answers|options?|"
    r"scene|chapter|slide|subject line|signature|greeting|entry|entries|reason|argument|"
    r"solution|idea|fact|tip|label|field|value|"
    r"title|sentence|paragraph|footnote|preface|opening|closing|ending|character|day|week|"
    r"slogan for|note|hint|clue"
)
_PART = re.compile(
    r"\b(?:an?|the|its?|their|your|with|his|her|of) (?:[\w'-]+ "
    rf"){{0,2}}(?:{_PART_NOUNS})(?![\w'])[^,;]{{0,60}}$",
    re.IGNORECASE,
)
_UNKNOWN_SUBJECT = re.compile(
    r"(?:^|[,;:] |\b(?:and|that|but|where|while) )(?:the|your|its|an?|any|this|these|those|my|"
    r"all|their|his|her|our|such) "
    r"(?:(?!‹d›|‹p›|‹s\d|number\b)[\w'-]+ ){1,6}(?:should|must|has to|have to|needs? to|can|"
    r"may|will|shall|are|is|contains?|includes?|has|have|consists?)\b[^,;]*$",
    re.IGNORECASE,
)
_SCOPE_BEFORE = re.compile(
    r"‹s(\d+)›(?:,| should| must| has to| have to| needs? to| is| are| to| shall| will| can| "
    r"may| also| only| then| always| not|"
    r"'s length| be| have| has| contains?| includes?| consists? of| with| of| containing| "
    r"having| use| using| limited| in| at| kept| under| exceed|"
    r" be limited to| make up| comprise| itself| in ‹d›| of ‹d›| length)*\s*$",
    re.IGNORECASE,
)
#: "No more than ten words in a sentence".
_IN_ONE = re.compile(
    r"^,? (?:in|within|inside) (?:an?|one|‹a\d+›|a single) (?P<unit>sentence|paragraph|line|section)\b",
    re.IGNORECASE,
)
_SCOPE_AFTER = re.compile(r"^(?:,)? ?(?:in|for|of|within|to|per|on|inside)? ?‹s(\d+)›", re.IGNORECASE)
_EACH_AFTER = re.compile(
    r"\b(paragraph|sentence|section|line)s?(?:,| \(| and| where| -)? each(?: of (?:which|"
    r"them))?(?: (?:with|should|must|having|has|have|containing|contains?|of|be|one|being|"
    r"consisting of|at|is|limited|to|paragraph|sentence|no longer))*\s*$",
    re.IGNORECASE,
)
_RESTRICTED = re.compile(
    r"^ (?:that|which|who|whose|starting|beginning|ending|containing|with|of the form|related|"
    r"about|from|rhyming|using|describing)\b"
    r"(?! (?:is|are|the markdown|markdown|double))",
    re.IGNORECASE,
)
#: "Three bullet points must mention": of others nothing is said.
_SAYS_OF_SOME = re.compile(
    r"^ (?:(?:should|must|may|can|has to|have to|needs? to) (?:not )?(?!be (?:used|written|included|"
    r"given|there|enough)\b))"
    r"(?:be|mention|contain|include|use|start|begin|end|have|refer)\b",
    re.IGNORECASE,
)
_ABOUT_TOPIC = re.compile(
    r"^ (?:about|on|describing|for|from|that (?:describes?|explains?))\b", re.IGNORECASE
)
_CLAUSE = re.compile(
    r"[,;:](?= )|\band (?=make|use|include|write|have|ensure|be |contain|must|should|keep|"
    r"limit|end|add|it |‹a)|\bbut\b",
    re.IGNORECASE,
)
_EACH_RIGHT = re.compile(
    r"(?: long)?,? (?:(?:each|apiece)(?=\W*(?:$|[,.;)]|and\b))|per\b|for (?:each|every)\b|in "
    r"(?:each|every)\b)",
    re.IGNORECASE,
)
#: What a sentence speaks of: the answer, a part of its layout, or a part that is not told.
_LAST_SUBJECT = re.compile(rf"‹[dp]›|‹s\d+›|{_TAINT.pattern}", re.IGNORECASE)
#: "Each row of the table": the whole only says of what the part is one.
_OF_WHOLE = re.compile(
    r"(‹s\d+›|\b(?:each|every|one)\b(?: [\w-]+){1,3}) (?:of|in|within|from) ‹[dp]›", re.IGNORECASE
)
#: A scope that goes on in a participle: "each paragraph is short, comprising at most".
_CONTINUED = re.compile(
    r"‹s(\d+)›[^‹;]{0,80},? (?:and )?(?:comprising|containing|consisting of|consist of|not|"
    r"limited to|with|having|including|capped at|using|be|"
    r"should be|must be|is|contains?|has|have|must have|should have|should contain|must "
    r"contain|strictly)\s*$",
    re.IGNORECASE,
)
#: What is done with words, sentences and the like that are there.
_WORKED_ON = re.compile(
    r"\b(?:add|insert|append|delete|remove|find|identify|compare|combine|connect(?:ing)?|replace|substitute|"
    r"between|separate|merge|join|swap|categori[sz]e|classify|rank|sort|count|read|takes?|enter|given|"
    r"(?:sum|difference|product|list|series|set|group|meaning) of|how|which|what)\s+$",
    re.IGNORECASE,
)
#: Words and sentences behind these are what is listed, not the length of the list.
_LISTED = re.compile(
    r"\b(?:list|name|suggest|pick|choose|select|give|offer|propose|mention|think of|come up with)"
    r"(?: (?:me|us|out|down|another|only|just))*\s+$",
    re.IGNORECASE,
)
#: Where a bare number of words is one of the answer's.
_SO_MANY_WORDS = re.compile(
    r"(?:^\W*|\b(?:in|of|be|is|to|with|exactly|write|writes|use|uses|contain|contains|have|has|are|at|limit|"
    r"only|just|about|approximately|around|keep|under|within|spanning|comprising|totaling|output|"
    r"respond with|reply with|or|and|a|an|the|your|this|single)\s+|[:(]\s*)$",
    re.IGNORECASE,
)
#: "A two-word phrase": of what a hyphen makes a length, it must be something that is written.
_WRITTEN = re.compile(
    rf"^[- ](?:[\w'’-]+[- ]){{0,4}}?(?:{ANSWER}|{DOCUMENT}|{PASSAGE}|description|overview|introduction|"
    r"explanation|stor(?:y|ies)|essays?|articles?|version|draft|synopsis|blurb|copy|piece|bio|note|"
    r"‹[dp]›|letter|posts?|paragraphs?|pitch|monologue|dialogue|caption)\b|^[- ]?(?:$|[.,;:!?)])|"
    r"^[- ](?:limit|maximum|minimum|max|min|long|count|or|and|to|in|for|about|on|that|length)\b",
    re.IGNORECASE,
)
#: What goes on behind a number of words that opens a sentence.
_ALONE = re.compile(
    r"\W*(?:$|\W*\b(?:max|min|limit|or|only|exactly|total|long|in|for|about|per|each|at|and)\b)"
)
_PEOPLE = re.compile(
    r"\b(?:play|story|script|scene|novel|drama|skit|movie|film|show|cast|main|password|usernames?|"
    r"string|key|id|code|pin)\b[^,;.]*$",
    re.IGNORECASE,
)
_PRINTS = re.compile(
    r"\b(?:prints?|outputs?|returns?|reads?|displays?|code|function)\b[^,;.]*$", re.IGNORECASE
)
#: Numbers that are to be written, not to be reckoned with.
_WRITE = re.compile(
    r"\b(?:include|includes|including|use|uses|using|mention|mentions|contain|contains|containing|with|"
    r"have|has|cite|give|provide)\s+$",
    re.IGNORECASE,
)
#: Kinds whose count says nothing where only some of them are meant.
_TRIVIAL = frozenset({"words", "characters", "han", "lines", "numbers"})
_WHOLE_TEXT = frozenset(
    {"words", "characters", "sentences", "paragraphs", "lines", "parts_of_text", "bullets", "unique_words"}
)


#: Things that there are several of, each with a length of its own.
_LONG_ONES = "sentences|paragraphs|lines|sections|stanzas|verses|bullets|points|items|chapters|parts"
_SHORT_ONES = (
    "examples|reasons|tips|titles|headings|headlines|slogans|names|options|questions|answers|tweets|captions|"
    "quotes|facts|steps|definitions|descriptions|summaries|ideas|entries|posts|poems|stories|messages|replies|"
    "explanations|comments|paraphrases|versions|jokes|riddles|hints|taglines"
)
#: The ends of what either of two ranges allows.
_WIDER = (("least", min), ("most", max))
_BLANK_LINES = re.compile(
    r"separat\w+ [^.]{0,40}(?:blank lines?|empty lines?|‹a\d+› (?:new ?lines?|line ?breaks?)|"
    r"double (?:new ?lines?|line ?breaks?))",
    re.IGNORECASE,
)
#: A comparison that only says where, before headings: "under three headings".
_PLACE = re.compile(r"(?:under|within|below|over|above)\s+(\d+)$", re.IGNORECASE)


def counts(sentence: Sentence) -> Iterator[Match]:
    """So many of a unit, wherever the sentence says it."""
    text = sentence.text
    for found in _COUNT_OF.finditer(text):
        named = f"{found['unit']}s" if found["unit"] else found["units"]
        scope = scope_of(sentence, found.start(), found.end())
        kind, parameters = next((k, p) for unit, k, p in _UNITS if unit.fullmatch(named))
        if scope:
            claim = Claim(kind, {**parameters, **sentence.range(found["a"])}, scope)
            yield Match((claim,), found.start(), found.end())
    for found in _COUNT.finditer(text):
        for pattern, kind, parameters in _UNITS:
            unit = pattern.match(text, found.end())
            if unit is None:
                continue
            if "‹h›" in found[0] or unit:
                match = _bound(sentence, found, unit, kind, dict(parameters))
                if match is not None:
                    yield match
            break


def _bound(
    sentence: Sentence, found: re.Match[str], unit: re.Match[str], kind: str, parameters: dict[str, object]
) -> Match | None:
    text = sentence.text
    place = _PLACE.match(sentence.amounts.words[int(found["a"])])
    end = unit.end()
    tail = _TAIL.match(text, end)
    assert tail is not None
    asked = sentence.range(found["a"])
    bare = sentence.is_bare(found["a"])
    if place and kind in ("headings", "parts_of_text"):
        asked = bounded(int(place[1]), int(place[1]))
    if tail["more"] or tail["least"]:
        asked.pop("most", None)
    elif tail["less"] or tail["most"]:
        asked.pop("least", None)
    elif bare and kind == "characters" and "‹h›" in found[0]:
        asked = {"about": asked["least"]}
    elif bare and kind == "words":
        limit = re.search(r"\blimit(?:ed)?\b[^,;.]*$", text[: found.start()], re.IGNORECASE)
        asked = {"most" if limit else "about": asked["least"]}
    end = tail.end()
    joined = _JOINED.match(text, end)
    if joined:
        more = sentence.range(joined["b"])
        if not set(more) & set(asked):
            asked |= more
            end = joined.end()
            again = unit.re.match(text, end + 1) if text[end : end + 1] == " " else None
            end = again.end() if again else end
    either = _OR.match(text, end)
    if either and (again := unit.re.match(text, either.end())) is not None:
        other = sentence.range(either[1])
        if "about" in (*asked, *other):
            return None
        asked = {
            name: pick(asked[name], other[name]) for name, pick in _WIDER if name in asked and name in other
        }
        end, bare = again.end(), False
    left, right = text[: found.start()], text[end:]
    if left.endswith(" or ") or not _counts_the_answer(
        kind, left, text[unit.end() :], bare=bare, hyphen="‹h›" in found[0]
    ):
        return None
    scope = scope_of(sentence, found.start(), end)
    if scope is None:
        return None
    part = False
    if _SAYS_OF_SOME.match(right):
        if kind in _TRIVIAL or "least" not in asked or left.strip(" *-"):
            return None
        asked, part = {"least": asked["least"]}, True
    elif _RESTRICTED.match(right) and not (kind in _WHOLE_TEXT and _ABOUT_TOPIC.match(right)):
        if kind in _TRIVIAL or "least" not in asked:
            return None
        asked, part = {"least": asked["least"]}, True
    if "least" in asked and "most" in asked and asked["least"] > asked["most"]:
        return None
    if asked.get("least") == 0:
        asked.pop("least")
    if not asked:
        return None
    if kind == "paragraphs" and _BLANK_LINES.search(text):
        parameters["blank"] = True
    if kind == "mark" and parameters.get("mark") == "?" and "question mark" not in unit[0].lower():
        if "least" not in asked:
            return None
        asked, part = {"least": asked["least"]}, part or not bare  # other questions may be there
    return Match((Claim(kind, {**parameters, **asked}, scope),), found.start(), end, part)


#: "Sentences of ten words", "five titles, at most ten words": a length of each of several.
_OF_SEVERAL = re.compile(
    rf"\b(?:{_LONG_ONES}|{_SHORT_ONES})(?: (?!and|but|in)[\w'-]+){{0,2}} ?(?:\(|(?:of|with|at|under|"
    rf"below|over|containing|"
    rf"having|limited to|not exceeding|between|that (?:are|have))(?: about| around)?)\s*$|"
    rf"\b(?:{_SHORT_ONES}),\s*$|\b(?:{_LONG_ONES}|{_SHORT_ONES})[;:]\s*$",
    re.IGNORECASE,
)


#: "On the background": a part gets so much.
_FOR_A_PART = re.compile(
    rf"^,? (?:on|for|to|in|of|about) (?:the|your|its|an?|this|each|every|both) (?:[\w'-]+ ){{0,2}}"
    rf"(?:{_PART_NOUNS}|summary|abstract|background|plot|overview)\b|"
    r"^,? (?:on|for|to|in|of|about) (?:each|every|both) ",
    re.IGNORECASE,
)
_SPENT = re.compile(r"\b(?:spend|devote|dedicate|allocate|allot|reserve|assign)\w*\b", re.IGNORECASE)
#: One thing after another, of which a length is that of one.
_IN_TURN = re.compile(r"\b(?:and then|,? then|followed by|after (?:that|which)|afterwards)\b", re.IGNORECASE)
_EMPHASIS = re.compile(
    r"\b(?:bold|italics?|emphasis|caps|capitals|underlin\w*|highlight\w*) (?:for|on|to) $", re.IGNORECASE
)


def _counts_the_answer(kind: str, left: str, right: str, *, bare: bool, hyphen: bool) -> bool:
    """Whether a count is one of what is written in answer, not of what there is to work with."""
    if hyphen and kind in ("words", "characters", "sentences") and not _WRITTEN.match(right):
        return False
    if bare and kind == "words" and not left.strip(" *-") and not _ALONE.match(right):
        return False
    if bare and kind == "unique_words":
        return False
    if kind in _WHOLE_TEXT - {"bullets"} and (
        _FOR_A_PART.match(right)
        or _SPENT.search(left)
        or ("‹s" not in left and _IN_TURN.search(left + right))
    ):
        return False
    if _EMPHASIS.search(left) or (kind == "lines" and _PRINTS.search(left)):
        return False
    if kind == "numbers":
        return _WRITE.search(left) is not None
    if kind in ("words", "sentences") and _LISTED.search(left):
        return False
    if kind == "characters" and _PEOPLE.search(left):
        return False
    if kind == "words" and bare and not hyphen and not _SO_MANY_WORDS.search(left):
        return False
    return not (kind in _WHOLE_TEXT and (_WORKED_ON.search(left) or _OF_SEVERAL.search(left)))


def scope_of(sentence: Sentence, start: int, end: int) -> str | None:
    """What a stretch of a sentence is said of: a scope, or None where it is a part that is not told."""
    left, right = sentence.text[:start], sentence.text[end:]
    after = _SCOPE_AFTER.match(right)
    if after:
        return sentence.scopes[int(after[1])]
    one = _IN_ONE.match(right)
    if one:
        return f"each {one['unit'].lower()}"
    before = _SCOPE_BEFORE.search(left)
    if before:
        return sentence.scopes[int(before[1])]
    each = _EACH_AFTER.search(left)
    if each:
        return f"each {each[1].lower()}"
    clause = _CLAUSE.split(left)[-1]
    speaks_of = _LAST_SUBJECT.findall(_OF_WHOLE.sub(r"\1", left))
    if speaks_of and not speaks_of[-1].startswith(("‹d", "‹p")):
        continued = _CONTINUED.search(left)
        return sentence.scopes[int(continued[1])] if continued else None
    if "‹s" in clause or _EACH_RIGHT.match(right) or _PART.search(clause) or _UNKNOWN_SUBJECT.search(clause):
        return None
    if re.fullmatch(r"\W*(?:\d\W)?\s*(?:contains|has|includes|is)\s*", left):
        return None
    return "passage" if speaks_of and speaks_of[-1].startswith("‹p") else "response"
