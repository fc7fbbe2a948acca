"""Whether an English sentence asks for something, rather than telling of it, and asks it of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trace_builder.checks.claims import Claim
from trace_builder.checks.grammar.rules import Match

#: What is left to the reader's liking binds nothing.
_ALLOWED = re.compile(
    r"\b(?:feel free|if (?:you|needed|necessary|possible|appropriate|desired)|optional(?:ly)?|need not|"
    r"needn't|(?:not|\w+n't) (?:need|have) to|no need|not (?:necessary|required|necessarily)|"
    r"you (?:can|could|may|might)(?: also| even| then)* (?!only|not|answer|respond|reply|choose|"
    r"select|pick))\b",
    re.IGNORECASE,
)
#: What may stand behind a ban without narrowing it: nothing, another clause, or "at all".
ALWAYS = re.compile(
    r"\W*(?:$|[.;:!?)]|(?:‹[dps]\d*›|and|or|nor|but|while|so|since|because|at all|anywhere|whatsoever|ever|"
    r"either|altogether|entirely|completely|please|throughout|in any (?:way|form|part|case)|"
    r"(?:in|within|throughout|to|from|inside) ‹[dps]\d*›|under any circumstances|for any reason|of any kind|"
    r"(?:are |is |should be |to be |must be |may be )?(?:allowed|permitted|used|present|included)|"
    r"as (?:it|they|this|these) (?:is|are)|when (?:writing|answering|responding))(?![\w-]))|, ",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:what|which|who|whom|whose|why|how|when|where|did|does|do you|is|are|was|were|has|have)\b",
    re.IGNORECASE,
)
#: What somebody is told to say or explain is not asked of the answer.
_TOLD_OF = re.compile(
    r"\bhow to (?:write|draft|compose|create|make|use|say|spell|structure|format|add|include)\b[^,;]*$|"
    r"\bhow (?:many|much|often)\b[^,;]*$|\b(?:why|whether|how|where) (?:the )?$|"
    r"\b(?:explain|say|stat|tell|argu|claim|suggest|mean|know|report|complain|remind|warn)\w* (?:\w+ )?that "
    r"[^,;]*\b(?:must|should|has to|have to|needs?|is|are)\b[^,;]*$|"
    r"^\W*(?:even though|although|though|because|since)\b[^,]*$|^\W*(?:here|below|there) (?:is|are|"
    r"was|were) an? "
    r"[^.;]*$|"
    r"\b(?:unlike|example|sample|snippet|input|source)\b[^.;]{0,40}\b(?:which|that|who)\s*$",
    re.IGNORECASE,
)
#: What is there to work with.
_GIVEN = re.compile(
    r"(?:\b(?:is|are|be|been|was|were|'re|will be) (?:given|shown|provided|presented)|"
    r"^\W*(?:[\w ]{1,30}: ?)?given|"
    r"\bwith the given|\bfrom the)\b(?:(?!\b(?:generate|write|find|choose|translate|need|must|should|"
    r"create|provide|summari[sz]e|make|output|answer|return|give)\b)[^;])*$",
    re.IGNORECASE,
)
_DEFINITE = re.compile(
    r"\b(?:the|these|those|this|both|following|first|last|previous|next|other|above|original|given|"
    r"provided|his|her|its|their|which)\s*$",
    re.IGNORECASE,
)
_GIVEN_AFTER = re.compile(
    r"^,? (?:above|below|(?:of|in|from) the (?:given|following|above|original|provided|passage|input|"
    r"source|quoted))\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"‹[dps]\d*›|\b(?:should|must|shall|needs? to|ha(?:s|ve) to|required?|requires|(?:i|we) (?:want|need)|"
    r"would like|'d like|wish|please|make sure|making sure|ensur\w+|be sure|remember|cannot|can't|may not|"
    r"may only|can only|is to|are to|not allowed|forbidden|prohibited|not permitted|banned|let's|"
    r"expected|supposed|you will|you'll|can you|could you|will you|would you|you (?:can|may) (?:only )?"
    r"(?:answer|respond|reply|choose|select|pick)|do not|don't|never|avoid|refrain)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"‹[aq]\d+›|\b(?:a|an|the|and|but|or|also|with|in|as|of|to|by|for|at|least|most|exactly|only|all|no|not|"
    r"any|each|every|total|length|format|language|style|tone|text|word|words|letter|phrase|keyword|"
    r"output|answer|response|title|using|including|containing|use|include|there|be|is|are|just|then|"
    r"finally|additionally|both|single|one|use of|number|strictly|limit|minimum|maximum|count|"
    r"constraints?|requirements?|structure|punctuation|written|entirely|instead)\b|[\W\d_]",
    re.IGNORECASE,
)
_VERBS = (
    "act add address analyze answer append apply argue arrange ask assign attach avoid be begin bold break "
    "bring build capitalize categorize change check choose cite classify close come compare compile complete "
    "compose conclude confine consider consist construct contain continue convert copy cover craft create "
    "define deliver describe design develop discuss display divide do don't draft draw edit elaborate embed "
    "emphasize employ enclose end ensure enumerate evaluate exclude expand explain express fill finish "
    "follow forget format formulate generate get give go group help highlight identify illustrate imagine "
    "improve include incorporate indent indicate insert introduce italicize keep label leave let limit link "
    "list mark make mention name narrate number offer omit open order organize outline output paraphrase "
    "pick place plan polish present print produce propose provide put quote rate read recommend refer refine "
    "refrain reformat rephrase repeat replace reply report respond restrict return review revise rewrite "
    "say select separate set share show sign simplify split spell start state stay stick structure style "
    "submit suggest summarize supply surround take talk tell title transform translate try turn type use "
    "wrap write yield"
)
_VERB = "|".join(_VERBS.split()).replace("ize", "i[sz]e")
_OPENING = (
    r"(?:(?:please|kindly|also|and|then|now|next|finally|additionally|furthermore|lastly|first|second|"
    r"always|never|only|just|simply|strictly|briefly|so|or|but|\d+[.)]|"
    r"note|important|again|carefully|do not|don't|not)[ ,:]+)*"
)
_NO_VERBS = (
    r"the|this|these|those|that|there|here|they|he|she|we|i|it|its|their|his|her|our|my|some|many|most|one|"
    r"another|such|so|however|because|since|although|though|while|who|what|which|why|how|when|where|in|on|"
    r"at|by|for|from|as|of|with|to|after|before|during|under|over|through|into|and|or|but|if|also|for|then|"
    r"an?|all|each|every|no|not|\w+(?:ing|ed|ly|tion|ment|ness|ity|er|or|(?<![sui])s)"
)
_IMPERATIVE = re.compile(
    rf"(?:^|[.;:,(!?\-]\s*|\b(?:and|then|but|or)\s+)\W*{_OPENING}\W*(?:{_VERB})\b|"
    rf"^\W*{_OPENING}(?!(?:{_NO_VERBS})\b)[a-z]+ (?:an?|the|your|my|this|that|these|those|it|me|"
    r"us|in|with|to|for|at|on|by|as|how|why|what|‹\w+›|all|any|each|every|some|no|only|exactly|out|up|down|"
    r"about|from|into|and)(?!\w)",
    re.IGNORECASE,
)
#: What denies what stands behind it.
_DENIED = re.compile(
    r"\b(?:not|\w+n't|never|avoid(?:ing)?|without|refrain(?:ing)? from|cannot)"
    r"(?P<rest>(?: (?!forget|fail|neglect|miss|hesitate|only|just|other|except|but)[\w‹›'-]+){0,5}) ?$",
    re.IGNORECASE,
)
_THERE_IS = re.compile(r"\bthere (?:is|are|were|was)\s*$", re.IGNORECASE)


#: Words that may stand before a comma without being a sentence.
_FEW = 4
_OF_DENIAL = frozenset({"not_start", "no_markdown", "no_space", "lower_case", "upper_case"})


def is_asked(text: str, match: Match, *, bare: bool = False) -> bool:
    """Whether a sentence asks for what was found in it.

    Args:
        bare: the match is a number of something that nothing compares.
    """
    left, right = text[: match.start], text[match.end :]
    counted = text.startswith("‹a", match.start)
    if _ALLOWED.search(text) or (text.rstrip().endswith("?") and _QUESTION.match(text)):
        return False
    if re.search(r"‹[dp]› (?:below|above|provided|given)\b", left):
        return False
    if _TOLD_OF.search(left) or _GIVEN.search(left) or _GIVEN_AFTER.match(right):
        return False
    if not counted and _DENIED.search(left) and not _is_denial(text[match.start :], match.claims):
        return False
    if counted and (_DEFINITE.search(left) or (bare and _THERE_IS.search(left))):
        return False
    clause = re.split(r"[.;:!?](?=\s)|\s-+\s", text[: match.end])[-1]
    here = clause[: max(0, len(clause) - (match.end - match.start))]
    return bool(_ASKED.search(clause) or _IMPERATIVE.search(text[: match.end]) or _is_fragment(here))


def _is_fragment(left: str) -> bool:
    """Whether what stands before a match makes no sentence: "Formal tone, ..."."""
    *before, own = re.split(r"[,(]", left)
    return not _FILLER.sub("", own).strip() and len(" ".join(before).split()) <= _FEW


def _is_denial(text: str, claims: Iterable[Claim]) -> bool:
    """Whether claims are such as words of denial make: that something is not there, or not left out."""
    return re.match(r"(?:omit|leave|skip|exclud|drop|forget)", text) is not None or any(
        claim.parameters.get("most") == 0 or claim.kind in _OF_DENIAL for claim in claims
    )
