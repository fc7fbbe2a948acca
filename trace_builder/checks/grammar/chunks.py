"""A text in chunks: quotations, numbers with what compares them, and subjects become tokens that rules are
written over."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from trace_builder.checks.claims import Parameters

#: Quotation marks by how they open: the sign that closes, and whether what is in them is a title or code.
_QUOTE = re.compile(
    r"```[^`]{0,400}```|``(?P<tex>[^`'\n]{1,300})''|`(?P<code>[^`\n]{1,300})`|"
    r"“(?P<curly>[^“”\n]{1,400})[”\"]|”(?P<odd>[^“”\"\n]{1,400})[”\"]"
    r"|\"(?P<straight>[^\"“”\n]{1,400})[\"”“]|「(?P<corner>[^「」\n]{1,300})」|"
    r"『(?P<white>[^『』\n]{1,300})』"
    r"|《(?P<book>[^《》\n]{1,300})》|‘(?P<single>[^‘’\n]{1,300})’(?!\w)|"
    r"(?<![\w’'])'(?P<tick>[^'\n]{1,200})'(?!\w)"
    r"|(?<![\w’])’(?P<wrong>[^’'\n]{1,80})’(?!\w)"
)
_TOKEN_SIGNS = str.maketrans({"‹": "<", "›": ">"})
_LIST = re.compile(
    r"(?:\[\s*)?‹q\d+›(?:\s*(?:[、,，;；/]|(?:,\s*)?(?:\band\b|\bor\b|&|和|与|及|以及|或者|或|"
    r"还有|跟)|\s|)\s*"
    r"(?:(?:\band\b|\bor\b|和|与|及|以及|或者|或)\s*)?‹q\d+›)+(?:\s*\])?",
    re.IGNORECASE,
)
#: A short explanation in parentheses behind a quotation, as in "a" (one), "b" (two).
_EXPLAINED = re.compile(r"(‹q\d+›)\s?[（(][^（()）]{1,40}[)）](?=\s*(?:[、,，]|和|以及|and))")
_ITEM = re.compile(r"‹q(\d+)›")


@dataclass
class Quotes:
    """What stood in quotation marks, by the numbers of the tokens, and lists of such tokens.

    Attributes:
        texts: the quoted texts.
        books: the numbers of those in 《》.
        lists: for each list token its texts, and whether "or" joins them.
    """

    texts: list[str] = field(default_factory=list)
    books: set[int] = field(default_factory=set)
    code: set[int] = field(default_factory=set)
    lists: list[tuple[list[str], bool]] = field(default_factory=list)

    def said(self, token: str) -> list[str]:
        """The texts behind a token "q3" or "l0"."""
        number = int(token[1:])
        return [self.texts[number]] if token[0] == "q" else self.lists[number][0]

    def any_of(self, token: str) -> bool:
        """Whether one of the texts is enough."""
        return token[0] == "l" and self.lists[int(token[1:])][1]


def quoted(text: str) -> tuple[str, Quotes]:
    """``text`` in one width, with ‹q0› for what is quoted and ‹l0› for a list of quotations."""
    quotes = Quotes()

    def put(found: re.Match[str]) -> str:
        said = next((part for part in found.groups() if part is not None), None)
        if said is None:
            return found[0]
        number = len(quotes.texts)
        if found["book"]:
            quotes.books.add(number)
        if found["code"]:
            quotes.code.add(number)
        quotes.texts.append(said.strip().rstrip("，,") or said)
        return f"‹q{number}›"

    text = _QUOTE.sub(put, text.translate(_TOKEN_SIGNS))

    def gather(found: re.Match[str]) -> str:
        numbers = [int(number) for number in _ITEM.findall(found[0])]
        if len({number in quotes.books for number in numbers}) > 1 and re.search("[,，;；]", found[0]):
            return found[0]  # a title, and then the next clause
        either = re.search(r"\bor\b|或|/", _ITEM.sub("", found[0]), re.IGNORECASE) is not None
        quotes.lists.append(([quotes.texts[number] for number in numbers], either))
        return f"‹l{len(quotes.lists) - 1}›"

    return _LIST.sub(gather, _EXPLAINED.sub(r"\1", _narrow(text))), quotes


def _narrow(text: str) -> str:
    """``text`` with letters, digits and signs of full width in half width; Chinese punctuation stays."""
    return "".join(
        unicodedata.normalize("NFKC", char)
        if "０" <= char <= "９" or "Ａ" <= char <= "ｚ" or char in "＊＃＋－～　％＜＞＝"
        else char
        for char in text
    ).replace("\xa0", " ")


@dataclass
class Amounts:
    """The ranges that stood in a text, by the numbers of their tokens."""

    ranges: list[Parameters] = field(default_factory=list)
    #: Those that are a number alone.
    bare: set[int] = field(default_factory=set)
    #: The words that they were in.
    words: list[str] = field(default_factory=list)

    def put(self, parameters: Parameters, words: str = "", *, bare: bool = False) -> str:
        self.ranges.append(parameters)
        self.words.append(words)
        if bare:
            self.bare.add(len(self.ranges) - 1)
        return f"‹a{len(self.ranges) - 1}›"
