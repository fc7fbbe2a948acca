"""Reads and renders the prompt files of ``prompts/<lang>/<name>.md``.

A prompt file has two parts, each opened by a line of its own::

    --- system ---
    what never changes: task, rules, taxonomy, examples
    --- user ---
    the record, last

``{{name}}`` inserts a value as a fenced data block that the text inside cannot close; ``{{raw:name}}``
inserts it as it is. The system part takes run constants only (``{{raw:taxonomy}}``), so that it is
byte-identical for every record of a stage and a server's prefix cache can serve it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from trace_builder.errors import InputError
from trace_builder.records import Lang
from trace_builder.support.bilingual import LANGS

#: No prompt file is longer than this.
MAX_CHARACTERS = 1 << 20
#: What a data block shows for a value that is not there.
NULL = "NULL"

_OPENING = re.compile(r"<<<[a-z_]\w* ([0-9a-f]{8})\n")
_PART = re.compile(r"^--- (system|user) ---[ \t]*$", re.MULTILINE)
_SLOT = re.compile(r"\{\{\s*(raw:)?([a-z_]\w*)\s*\}\}")


def block_tag(texts: Iterable[str | None], secret: str) -> str:
    """The tag of all data blocks of one question: 8 hex digits that occur in none of their texts.

    A text can then neither end its own block, nor open one that passes for ours, not even by holding a whole
    block with the tag that the real one would have had. It is the first of a series made from ``secret``, so
    that questions about the same texts get the same tag and share their beginning.
    """
    held = [text for text in texts if text]
    for number in count():
        tag = hashlib.sha256(f"{secret}\x1f{number}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
        if not any(tag in text for text in held):
            return tag
    raise AssertionError("unreachable")


def data_block(name: str, text: str | None, tag: str) -> str:
    """``text`` between two fences."""
    return f"<<<{name} {tag}\n{NULL if text is None else text}\n{name} {tag}>>>"


def read_blocks(message: str) -> tuple[dict[str, str | None], str]:
    """The texts of a question's data blocks by name (None for NULL), and what stands around them."""
    opening = _OPENING.search(message)
    if opening is None:
        return {}, message
    parts = re.split(rf"<<<([a-z_]\w*) {opening[1]}\n", message)
    blocks: dict[str, str | None] = {}
    around = [parts[0]]
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        text, _, after = rest.partition(f"\n{name} {opening[1]}>>>")
        blocks[name] = None if text == NULL else text
        around.append(after)
    return blocks, "".join(around)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt in one language: where it came from, and its two parts with their slots unfilled."""

    name: str
    path: Path
    system: str
    user: str
    slots: frozenset[str] = field(default_factory=frozenset)
    #: The line of the file that the user part begins on.
    user_line: int = 1

    def render(self, values: Mapping[str, str | None], secret: str = "") -> list[dict[str, str]]:
        """The chat messages for one record; ``secret`` makes the tag of its data blocks (``block_tag``).

        Raises:
            InputError: a slot of the user part has no value, naming the prompt file and line.
        """

        tag = block_tag((values.get(slot) for slot in sorted(self.slots)), secret)

        def fill(match: re.Match[str]) -> str:
            raw, name = match.groups()
            if name not in values:
                line = self.user_line + self.user.count("\n", 0, match.start())
                raise InputError(f"{self.path}:{line}: the slot {{{{{name}}}}} has no value here")
            value = values[name]
            return (value or "") if raw else data_block(name, value, tag)

        messages = [{"role": "system", "content": self.system}] if self.system else []
        messages.append({"role": "user", "content": _SLOT.sub(fill, self.user)})
        return messages


class PromptBook:
    """All prompts of a folder with one sub-folder a language, its run constants already filled in. What the
    folder does not have is looked for in ``others``, where installed stages keep theirs. A prompt that
    ``reference`` has too may use the slots of the one there: those are what its stage has values for."""

    def __init__(
        self,
        folder: Path,
        constants: Mapping[str, Mapping[Lang, str]] | None = None,
        others: Sequence[Path] = (),
        reference: Path | None = None,
    ) -> None:
        self._folder = folder
        self._others = others
        self._reference = reference
        self._constants = constants or {}
        self._cache: dict[tuple[str, Lang], Prompt] = {}
        if not folder.is_dir():
            raise InputError(f"{folder}: no such prompts folder")

    def get(self, name: str, lang: Lang) -> Prompt:
        """The prompt ``name`` in ``lang``.

        Raises:
            InputError: the file is missing, has no user part, or its system part names a slot that is not a
                run constant.
        """
        key = (name, lang)
        if key not in self._cache:
            self._cache[key] = self._read(name, lang)
        return self._cache[key]

    def digest(self, names: tuple[str, ...]) -> str:
        """A hash of the rendered-constant text of these prompts in every language, for fingerprints."""
        digest = hashlib.sha256()
        for name in names:
            for lang in LANGS:
                prompt = self.get(name, lang)
                digest.update(f"{name}\0{lang}\0{prompt.system}\0{prompt.user}\0".encode())
        return digest.hexdigest()[:12]

    def _read(self, name: str, lang: Lang) -> Prompt:
        paths = [folder / lang / f"{name}.md" for folder in (self._folder, *self._others)]
        path = next((path for path in paths if path.is_file()), paths[0])
        try:
            with path.open(encoding="utf-8-sig") as file:
                text = file.read(MAX_CHARACTERS + 1)
        except FileNotFoundError:
            raise InputError(f"{path}: no such prompt file") from None
        except OSError as exc:
            raise InputError(f"{path}: {exc.strerror or exc}") from None
        except UnicodeDecodeError as exc:
            line = exc.object[: exc.start].count(b"\n") + 1
            raise InputError(f"{path}:{line}: not UTF-8") from None
        if len(text) > MAX_CHARACTERS:
            raise InputError(f"{path}: a prompt of more than {MAX_CHARACTERS:,} characters")
        pieces = _PART.split(text)
        if pieces[0].strip():
            raise InputError(f"{path}:1: text before the first '--- system ---' or '--- user ---' line")
        parts = {part: body.strip("\n") for part, body in zip(pieces[1::2], pieces[2::2], strict=True)}
        if "user" not in parts:
            raise InputError(f"{path}: no '--- user ---' part")
        for match in _PART.finditer(text):
            if match.group(1) in [m.group(1) for m in _PART.finditer(text[: match.start()])]:
                line = text.count("\n", 0, match.start()) + 1
                raise InputError(f"{path}:{line}: a second '{match.group().strip()}' line")
        begins = {match.group(1): _first_line(text, match.end()) for match in _PART.finditer(text)}
        system = self._fill_constants(parts.get("system", ""), path, begins.get("system", 1), lang)
        user = parts["user"]
        slots = frozenset(m.group(2) for m in _SLOT.finditer(user))
        self._check_slots(name, path, user, begins["user"])
        return Prompt(name, path, system, user, slots, begins["user"])

    def _check_slots(self, name: str, path: Path, user: str, first: int) -> None:
        """Refuses a slot that no value will come for, before a question is paid for."""
        if self._reference is None:
            return
        theirs = [self._reference / lang / f"{name}.md" for lang in LANGS]
        texts = [other.read_text(encoding="utf-8") for other in theirs if other.is_file() and other != path]
        known = {m.group(2) for text in texts for m in _SLOT.finditer(text)} - self._constants.keys()
        for match in _SLOT.finditer(user) if texts else ():
            if match.group(2) not in known:
                line = first + user.count("\n", 0, match.start())
                raise InputError(
                    f"{path}:{line}: there is no value for {{{{{match.group(2)}}}}} in the prompt {name}; it "
                    f"has {', '.join(sorted(known))}"
                )

    def _fill_constants(self, text: str, path: Path, first: int, lang: Lang) -> str:
        def fill(match: re.Match[str]) -> str:
            name = match.group(2)
            if name not in self._constants:
                line = first + text.count("\n", 0, match.start())
                raise InputError(
                    f"{path}:{line}: the system part takes run constants only, and {{{{{name}}}}} is not one "
                    f"of them ({', '.join(sorted(self._constants)) or 'none'}); a record's text goes in the "
                    "user part"
                )
            return self._constants[name][lang]

        return _SLOT.sub(fill, text)


def _first_line(text: str, offset: int) -> int:
    """The number of the first line with something in it behind ``offset``."""
    rest = text[offset:]
    return text.count("\n", 0, offset + len(rest) - len(rest.lstrip("\n"))) + 1
