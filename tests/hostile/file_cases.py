"""Hostile files as data: what stands in them, which commands read them, and what may be said. One more is one
line; it goes to every command that reads files of its kind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

DEEP = 100_000
DIGITS = "9" * 5000
HALF = '"\\ud83d"'


@dataclass(frozen=True)
class Content:
    """What stands in a file.

    Attributes:
        says: a regular expression for what is said of it, by every command, beside the file's name.
        fine: commands that have no complaint about it.
    """

    name: str
    data: bytes
    says: str = ""
    fine: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """A command that reads one file; ``{}`` is its place. ``file``: what the file must be called."""

    name: str
    words: str
    file: str = "hostile.jsonl"

    def command(self, file: str) -> list[str]:
        return [word.replace("{}", file) for word in self.words.split()]


def _row(**changes: Any) -> bytes:
    row = {"id": "0", "description": "d", "constraints_splits": ["a"], "levels2": ["x"], **changes}
    return json.dumps(row).encode() + b"\n"


def _manifest(**changes: Any) -> bytes:
    return json.dumps({"version": 2, "seeds": {"count": 3}, **changes}).encode()


def _aliases(levels: int, merge: bool = False) -> bytes:
    """A few lines that mean 9 to the power of ``levels`` values."""
    lines = ["a0: &a0 {x: 1}" if merge else "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for n in range(1, levels):
        names = ", ".join([f"*a{n - 1}"] * 9)
        lines.append(f"a{n}: &a{n} {{<<: [{names}]}}" if merge else f"a{n}: &a{n} [{names}]")
    return "\n".join(lines).encode()


YAML = (
    Content("aliases", _aliases(9), r":\d+: more than 20,000 values"),
    Content("merged aliases", _aliases(12, merge=True), r":\d+: more than 20,000 values"),
    Content("a list in itself", b"a: &a [*a]", r":1: nested deeper than 50 levels"),
    Content("a map in itself", b"&a {b: *a}", r":1: nested deeper than 50 levels"),
    Content("a key in itself", b"&a {*a : 1}", r":1: a key must be a text"),
    Content("lists in lists", b"seed: " + b"[" * DEEP, r":1: not YAML \(exceeded maximum nesting depth\)"),
    Content("closed lists in lists", b"seed: " + b"[" * 900 + b"]" * 900, r":1: nested deeper than 50"),
    Content("maps in maps", b"{a: " * DEEP, r":1: not YAML \(exceeded"),
    Content("dashes", b"- " * DEEP, r":1: not YAML \(exceeded"),
    Content("question marks", b"? " * DEEP, r":1: not YAML \(exceeded"),
    Content("stairs", b"".join(b" " * n + b"a:\n" for n in range(1400)), r":\d+: not YAML \(exceeded"),
    Content("many keys", b"".join(b"k%d: 1\n" % n for n in range(20_001)), r"20,000 values"),
    Content("a long text", b"profile: " + b"x" * (2 << 20), r":1: larger than 1,048,576 bytes"),
    Content("a date", b"\nlimit: 2026-01-01", r":2: "),
    Content("no date", b"\nlimit: 2026-13-45", r":2: "),
    Content("a tag of Python", b"\na: !!python/object:os.system x", r":2: values of the type tag:\S+ are"),
    Content("a tag of binary", b"a: !!binary '***'", r":1: values of the type \S+ are not read"),
    Content("a set", b"a: !!set {b, c}", r":1: values of the type"),
    Content("a list for a key", b"? [a, b]\n: c", r":1: a key must be a text"),
    Content("a key twice", b"seed: 1\nseed: 2", r":2: 'seed' is set twice"),
    Content("two documents", b"seed: 1\n---\nseed: 2", r":2: not YAML"),
    Content("a text alone", b"hello", r":1: expected keys and values"),
    Content("a list alone", b"- a", r":1: expected keys and values"),
    Content("a tab", b"wire:\n\tretries: 1", r":2: not YAML"),
    Content("NUL", b"seed: \0", r":1: not YAML"),
    Content("not UTF-8", b"seed: 1\nprofile: \xff", r":2: not UTF-8"),
    Content("UTF-16", "seed: 1".encode("utf-16"), r":1: not UTF-8"),
    Content("half a surrogate", b"profile: " + HALF.encode(), r":1: not YAML"),
    Content("an unknown directive", b"%YAML 9.9\n---\nseed: 1", r":1: not YAML"),
    Content("JSON that is cut", b'{"seed": 1,', r":\d: not YAML"),
    Content("a shell script", b"#!/bin/sh\nrm -rf /tmp/x && true\n", r":\d: "),
)

#: Scalars, which are texts in a taxonomy.
NUMBERS = (
    Content("digits", f"seed: {DIGITS}".encode(), r":1: a number of 5,000 digits"),
    Content("hexadecimal digits", b"seed: 0x" + b"f" * DEEP, r":1: a number of 100,002 digits"),
    Content("minutes", b"seed: " + b":".join([b"1"] * 5000), r":1: a number of 9,999 digits"),
    Content("a wrong boolean", b"\na: !!bool x", r":2: 'x' is no bool"),
    Content("an empty number", b"a: !!int ''", r":1: '' is no int"),
)

#: Values of a configuration that YAML has no objection to.
CONFIG = (
    Content("a text for a number", b"limit: many", r":1: limit: "),
    Content("a negative number", b"limit: -1", r":1: limit: "),
    Content("400 digits", b"seed: 1\nlimit: " + b"9" * 400, r":2: a number of 400 digits"),
    Content("infinity", b"wire: {timeout: .inf, retries: .inf}", r":1: wire\.retries: "),
    Content("no number", b"rehearsal: {miss: .nan}", r":1: rehearsal\.miss: "),
    Content("a section that is a list", b"wire: [1]", r":1: wire: "),
    Content("a section that is a text", b"models: qwen", r":1: models: "),
    Content("an unknown key", b"sede: 1", r":1: unknown key 'sede'"),
    Content("a key that is a number", b"1: 2", r":1: unknown key '1'"),
    Content("an unknown model", b"judge: {call: {model: x}}", r":1: judge\.call\.model: 'x' is not one"),
    Content("no model at all", b"models: {}", r"judge|models"),
    Content("no servers", b"models: {default: {base_urls: []}}", r":1: models\.default\.base_urls: "),
    Content("no address", b"models: {default: {base_urls: [nowhere]}}", r":1: models\.default\.base_urls"),
    Content("an unknown fault", b"rehearsal: {faults: {gremlins: 1}}", r":1: .*gremlins"),
    Content("a fault for a text", b"rehearsal: {faults: x}", r":1: rehearsal\.faults: "),
    Content("latency", b"rehearsal: {latency: 'soon'}", r":1: .*soon"),
    Content("a seed file that is a number", b"seeds: 5", r":1: seeds: "),
    Content("a seed file with NUL", b'seeds: ["a\\0b"]', r":1: a text with a NUL character"),
    Content("an environment variable", b'models: {default: {api_key_env: "a=b"}, x: 1}', r":1: models\.x"),
)

TAXONOMY = (
    Content("no types", b"types: []", r":1: types: "),
    Content("types that are texts", b"types: [a, b]", r":1: types"),
    Content("another language", b"types: [{id: a, name: {en: A}, dimensions: []}]", r":1: types\.0"),
    Content("nothing", b"", r"types: "),
)

_CSV = b"id,set,empty_description,redundancy,input_mismatch,decision,note\n"
_SEED = b'{"instruction": "Write a poem about the sea."}\n'
SEEDS = (
    Content("empty", b"", r"the file holds no rows"),
    Content("blank lines", b"\n\n \n", r"the file holds no rows"),
    Content("null", _SEED + b"null\n", r":2: a row must be a JSON object, this is null"),
    Content("a number", _SEED + b"5\n", r":2: a row must be a JSON object"),
    Content("a list in a line", _SEED + b"[1]\n", r":2: a row must be a JSON object"),
    Content("deep lists", _SEED + b'{"instruction": ' + b"[" * DEEP + b"\n", r":2: nested too deeply"),
    Content("deep objects", _SEED + b'{"a":' * DEEP + b"\n", r":2: nested too deeply"),
    Content("a deep array", b"[" * DEEP, r":1: "),
    Content("an array that is not closed", b'[{"instruction": "a"},', r"the JSON array is not closed"),
    Content("text after an array", b'[{"instruction": "Go on."}] x', r":1: there is text after the end"),
    Content("a comma too many", b'[{"instruction": "Go on."},]', r":1: a comma with no element"),
    Content("digits", _SEED + f'{{"id": {DIGITS}}}\n'.encode(), r":2: a number has too many digits"),
    Content("an id of 400 digits", b'{"id": ' + b"9" * 400 + b', "instruction": "a"}\n', r":1: 'id' is long"),
    Content("an id that is a list", b'{"id": [1], "instruction": "a"}\n', r":1: 'id' must be a text"),
    Content("an id with a line break", b'{"id": "a\\nb", "instruction": "a"}\n', r":1: 'id' holds a line"),
    Content("an id with an escape", b'{"id": "\\u001b[2J", "instruction": "a"}\n', r":1: 'id' holds a"),
    Content("an unknown key with an escape", b'{"\\u001b[2J": 1}\n', r":1: no instruction"),
    Content("an unknown key of a megabyte", b'{"' + b"k" * 1_000_000 + b'": 1}\n', r":1: no instruction"),
    Content("half a surrogate", b'{"instruction": ' + HALF.encode() + b"}\n", r":1: \S+ holds half of a"),
    Content("half a surrogate for a key", b"{" + HALF.encode() + b": 1}\n", r":1: no instruction"),
    Content(
        "half a surrogate for an id", b'{"id": ' + HALF.encode() + b', "instruction": "a"}\n', r":1: 'id"
    ),
    Content(
        "half a surrogate for a key that is ignored",
        _SEED[:-2] + b", " + HALF.encode() + b": 1}\n",
        "",
        ("run",),
    ),
    Content("an escape for a key that is ignored", _SEED[:-2] + b', "\\u001b[2J": 1}\n', "", ("run",)),
    Content(
        "a megabyte for a key that is ignored",
        _SEED[:-2] + b', "' + b"k" * 1_000_000 + b'": 1}\n',
        "",
        ("run",),
    ),
    Content("NUL", b"\0\0\0\n", r":1: not JSON"),
    Content("NUL in a text", b'{"instruction": "a\\u0000b"}\n', r":1: \S+ holds a NUL"),
    Content("not UTF-8", _SEED + b'{"instruction": "\xff"}\n', r":2: byte \d+ of the row is not UTF-8"),
    Content("UTF-16", '{"instruction": "a"}'.encode("utf-16"), r":1: the file is UTF-16"),
    Content("gzip", b"\x1f\x8b\x08\0\0", r":1: the file is gzip"),
    Content("Parquet", b"PAR1\0\0", r":1: the file is Parquet"),
    Content("an endless line", b"x" * (3 << 20), r":1: the row is 3,145,728 bytes long"),
    Content("an object over lines", b'{\n"instruction": "a"\n}\n', r":1: a row of JSONL must stand on one"),
    Content("not a number", b'{"instruction": NaN}\n', r":1: "),
    Content("a list for a text", b'{"instruction": ["a"]}\n', r":1: 'instruction' must be a text"),
    Content("turns that are texts", b'{"messages": ["a"]}\n', r":1: a turn of 'messages'"),
    Content("no turns", b'{"messages": []}\n', r":1: 'messages' must be a list of turns"),
    Content("an answer first", b'{"messages": [{"role": "assistant", "content": "a"}]}\n', r":1: the conv"),
    Content("an image", b'{"messages": [{"role": "user", "content": [{"type": "image"}]}]}\n', r":1: a turn"),
    Content("a language", b'{"instruction": "a", "lang": "tlh"}\n', r":1: 'lang' must be en or zh"),
    Content("a row twice", _SEED + _SEED, r":2: the same row is already at"),
)

ROWS = (
    Content("empty", b"", r"", ("checks",)),
    Content("null", b"null\n", r":1: "),
    Content("a number", b"5\n", r":1: "),
    Content("a text", b'"x"\n', r":1: ", ("against",)),
    Content("a list of lists", b"[[1]]", r":1: "),
    Content("a deep list", b"[" * DEEP, r":1: not JSON \(nested too deep\)"),
    Content("a deep line", b'{"id": ' + b"[" * DEEP + b"\n", r":1: "),
    Content("deep objects", b'{"a":' * DEEP + b"\n", r":1: "),
    Content("digits", f'{{"id": {DIGITS}}}\n'.encode(), r":1: "),
    Content("a float of digits", f'{{"id": "0", "response": {DIGITS}.5e99999}}\n'.encode(), r":1: "),
    Content("not UTF-8", b'{"id": "\xff"}\n', r":1: not UTF-8"),
    Content("UTF-16", '{"id": "0"}'.encode("utf-16"), r":1: not UTF-8"),
    Content("NUL", b"\0\0\0\n", r":1: "),
    Content("gzip", b"\x1f\x8b\x08\0\0", r":1: "),
    Content("a line that is cut", b'{"id": "0"', r":1: "),
    Content("an id that is a list", b'{"id": [1], "text": 5, "response": {"a": 1}}\n', r":1: "),
    Content("an id with an escape", b'{"id": "\\u001b[2J", "text": "a"}\n', r":1: ", ("against",)),
    Content("half a surrogate", _row(id="\ud83d"), r":1: "),
    Content("wrong types", _row(id={"a": 1}, description=[], constraints_splits=5), r":1: "),
    Content("constraints of wrong types", _row(constraints_splits=[1, None]), r":1: "),
    Content("no constraints", _row(constraints_splits=[], levels2=[]), r":1: ", ("stats", "report")),
    Content("a row of another file", b'{"foo": 1}\n', r":1: "),
    Content("an object over lines", b'{\n"id": "0"\n}\n', r":1: "),
    Content("a megabyte of a key", b'{"' + b"k" * 1_000_000 + b'": 1}\n', r":1: "),
)

RESULTS = (
    Content("another version", b'{"kind": "trace_builder.evaluation", "version": 9}', r"version"),
    Content("nothing more", b'{"kind": "trace_builder.evaluation", "version": 1}', r": \w+: Field required"),
    Content("wrong types", b'{"kind": "trace_builder.evaluation", "version": 1, "data": 5}', r": \w"),
    Content("another kind", b'{"kind": "cake"}', r"not the results of an evaluation"),
    Content("null", b"null", r""),
    Content("empty", b"", r""),
    Content("deep", b"[" * DEEP, r""),
    Content("digits", f'{{"kind": {DIGITS}}}'.encode(), r""),
    Content("not UTF-8", b'{"kind": "\xff"}', r""),
    Content("cut", b'{"kind": "trace_builder.evaluation", "ver', r""),
)

RELEASE = (
    Content("empty", b"", r"release\.json:1: not JSON"),
    Content("null", b"null", r"release\.json"),
    Content("a list", b"[]", r"release\.json"),
    Content("deep", b"[" * DEEP, r"release\.json:1: "),
    Content("digits", f'{{"rows": {DIGITS}}}'.encode(), r"release\.json:1: "),
    Content("400 digits", b'{"rows": {"x": ' + b"9" * 400 + b'}, "figures": {}}', r"", ("stats", "report")),
    Content("wrong types", b'{"rows": [], "figures": 5}', r"release\.json"),
    Content("not UTF-8", b"\xff", r"release\.json:1: not UTF-8"),
)

MANIFEST = (
    Content("empty", b"", r"run\.json:1: not JSON"),
    Content("null", b"null", r"run\.json:1: a JSON object was expected"),
    Content("a list", b"[]", r"run\.json:1: a JSON object was expected"),
    Content("cut", b'{\n"version": 2,\n"stages": {', r"run\.json:3: not JSON"),
    Content("deep", b"[" * DEEP, r"run\.json:1: not JSON \(nested too deep\)"),
    Content("digits", f'{{"version": {DIGITS}}}'.encode(), r"run\.json:1: a number of 5000 digits"),
    Content("not UTF-8", b'{\n"version": "\xff"}', r"run\.json:2: not UTF-8"),
    Content("no version", b"{}", r"made by another version"),
    Content("a later version", b'{"version": 99}', r"made by another version"),
    Content("a version that is a list", b'{"version": [2]}', r"made by another version"),
    Content("stages that are a list", _manifest(stages=[]), r"run\.json: stages: "),
    Content("a stage that is a text", _manifest(stages={"expand": "x"}), r"run\.json: stages\.expand"),
    Content("a fingerprint that is a number", _manifest(stages={"a": {"fingerprint": 5}}), r"run\.json"),
    Content(
        "a stage that follows none",
        _manifest(stages={"dpo": {"fingerprint": "a", "follows": "x"}}),
        r"run\.json: dpo follows x, which is not there",
        ("run",),
    ),
    Content(
        "a stage with a path for a name",
        _manifest(stages={"../../secret": {"fingerprint": "a"}}),
        r"run\.json: stages\.",
    ),
    Content("models that are a list", _manifest(config={"models": []}), r"run\.json: config\.models"),
    Content("a model that is a text", _manifest(config={"models": {"a": "b"}}), r"run\.json: config\.models"),
    Content("a source outside", _manifest(source="../../etc/passwd"), r"run\.json: source: "),
    Content("a source that is a folder", _manifest(source="."), r"run\.json: source: "),
    Content(
        "seconds of 400 digits", b'{"version": 2, "seconds": ' + b"9" * 400 + b"}", r"run\.json:1: a numb"
    ),
    Content("half a surrogate", b'{"version": 2, "profile": ' + HALF.encode() + b"}", r"run\.json"),
)

CSV = (
    Content("a cell of 5 MB", _CSV + b'1,x,no,no,no,keep,"' + b"y" * (5 << 20) + b'"\n', r":\d+: "),
    Content("an open quote", _CSV + b'"1,x', r":\d+: "),
    Content("NUL", _CSV + b"\0,\0\n", r":\d+: "),
    Content("not UTF-8", b"id,set\n\xff,1\n", r":2: not UTF-8"),
    Content("no heading", b"", r""),
    Content("other columns", b"a,b\n1,2\n", r":\d+: "),
)

PROMPT = (
    Content("empty", b"", r"no '--- user ---' part"),
    Content("not UTF-8", b"--- user ---\n\xff", r":2: not UTF-8"),
    Content("no part", b"hello", r":1: text before the first"),
    Content("two user parts", b"--- user ---\na\n--- user ---\nb", r":3: a second"),
    Content("an unknown slot", b"--- system ---\n{{nope}}\n--- user ---\na", r":2: the system part"),
    Content("an endless file", b"x" * (2 << 20), r"more than 1,048,576 characters"),
)

#: By kind of file: its contents, and the commands that read it.
TABLES: dict[str, tuple[tuple[Content, ...], tuple[Reader, ...]]] = {
    "config": (
        (*YAML, *NUMBERS, *CONFIG),
        (
            Reader("run", "run --config {}", "hostile.yaml"),
            Reader("evaluate", "evaluate --data set.jsonl --config {}", "hostile.yaml"),
            Reader("check", "evalset check set.jsonl --output out --config {}", "hostile.yaml"),
        ),
    ),
    "taxonomy": (
        (*YAML, *TAXONOMY),
        (
            Reader("run", "run --output out --set taxonomy={}", "hostile.yaml"),
            Reader("stats", "stats run --taxonomy {}", "hostile.yaml"),
            Reader("report", "report run --to page.html --taxonomy {}", "hostile.yaml"),
        ),
    ),
    "seeds": (SEEDS, (Reader("run", "run --output out --seeds {}"),)),
    "rows": (
        ROWS,
        (
            Reader("data", "evaluate --output out --data {}"),
            Reader("responses", "evaluate --output out --data set.jsonl --responses {}"),
            Reader("judgements", "evaluate --output out --data set.jsonl --judgements {}"),
            Reader("select", "evalset select --to new.jsonl {}"),
            Reader("check", "evalset check --output out {}"),
            Reader("export", "evalset export --to sheet {}"),
            Reader("checks", "evalset export --to sheet set.jsonl --checks {}"),
            Reader("stats", "stats {}"),
            Reader("report", "report --to page.html {}"),
            Reader("against", "release --to released run --against {}"),
        ),
    ),
    "annotations": (
        # Of rows like these it is only said that they are no annotator's.
        tuple(replace(content, says="") for content in ROWS),
        (
            Reader("agree", "evalset agree set.jsonl {}"),
            Reader("write", "evalset write --to new.jsonl set.jsonl {}"),
        ),
    ),
    "results": (
        RESULTS,
        (
            Reader("compare", "evaluate --compare done {}", "hostile/results.json"),
            Reader("stats", "stats hostile", "hostile/results.json"),
            Reader("report", "report hostile --to page.html", "hostile/results.json"),
        ),
    ),
    "release": (
        RELEASE,
        (
            Reader("stats", "stats hostile", "hostile/release.json"),
            Reader("report", "report hostile --to page.html", "hostile/release.json"),
        ),
    ),
    "manifest": (
        MANIFEST,
        (
            Reader("status", "status run", "run/run.json"),
            Reader("stats", "stats run", "run/run.json"),
            Reader("report", "report run", "run/run.json"),
            Reader("trace", "trace en-001 run", "run/run.json"),
            Reader("release", "release run --to released", "run/run.json"),
            Reader("run", "run --output run --limit 3", "run/run.json"),
            Reader("select", "evalset select run --to new.jsonl", "run/run.json"),
        ),
    ),
    "CSV": (
        CSV,
        (
            Reader("agree", "evalset agree set.jsonl {}", "hostile.csv"),
            Reader("write", "evalset write --to new.jsonl set.jsonl {}", "hostile.csv"),
            Reader("against", "release --to released run --against {}", "hostile.csv"),
        ),
    ),
    "prompt": (PROMPT, (Reader("run", "run --output out --set prompts=prompts", "prompts/en/expand.md"),)),
}


def _closed(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"{}\n")
    path.parent.chmod(0)


def _unreadable(path: Path) -> None:
    path.write_bytes(b"{}\n")
    path.chmod(0)


def _nothing(path: Path) -> None:
    """Nothing is there."""


@dataclass(frozen=True)
class Place:
    """What may stand where a file should be. ``closed``: to everybody but root."""

    name: str
    file: str
    make: Callable[[Path], object] = _nothing
    closed: bool = False


PLACES = (
    Place("nothing", "nothing"),
    Place("a folder", "folder", Path.mkdir),
    Place("a link to itself", "loop", lambda path: path.symlink_to("loop")),
    Place("a link to nothing", "dangling", lambda path: path.symlink_to("nowhere")),
    Place("a name of 300 characters", "x" * 300),
    Place("a path of 5,000 characters", "x/" * 2500 + "x"),
    Place("a file in a file", "set.jsonl/file"),
    Place("a file in a closed folder", "closed/file", _closed, closed=True),
    Place("a file that is not ours to read", "unreadable", _unreadable, closed=True),
    Place("a name that is not UTF-8", os.fsdecode(b"caf\xe9")),
    Place("a device that never ends", "/dev/zero"),
)

#: Commands that read a file or a folder of any name.
PLACE_READERS = (
    *(reader for _, readers in TABLES.values() for reader in readers if "{}" in reader.words),
    Reader("status", "status {}"),
    Reader("trace", "trace en-001 {}"),
    Reader("release", "release {} --to released"),
    Reader("prompts", "run --output out --set prompts={}"),
    Reader("seeds of a file", "run --output out --set seeds=[{}]"),
    Reader("compared", "evaluate --compare {} done"),
    Reader("adjudicated", "evalset write --to new.jsonl set.jsonl {} --adjudicated {}"),
    Reader("a field of a benchmark", "release --to released run --against {}:prompt"),
)

#: Commands that write; what stands there must be none of these.
PLACE_WRITERS = (
    Reader("run", "run --limit 1 --output {}"),
    Reader("report", "report run --to {}"),
    Reader("evaluate", "evaluate --data set.jsonl --judgements texts.jsonl --output {}"),
    Reader("compare", "evaluate --compare done done --output {}"),
    Reader("select", "evalset select set.jsonl --quota 1=1 --to {}"),
    Reader("check", "evalset check set.jsonl --output {}"),
    Reader("export", "evalset export set.jsonl --to {}"),
    Reader("release", "release run --to {}"),
)
NO_TARGETS = (
    Place("a name of 300 characters", "x" * 300),
    Place("a path of 5,000 characters", "x/" * 2500 + "x"),
    Place("a file in a file", "set.jsonl/file"),
    Place("a file in a closed folder", "closed/file", _closed, closed=True),
    Place("a device", "/dev/null"),
)

_D400, _D5000 = "9" * 400, "9" * 5000
#: Command lines that name no file, a line each, and what is said.
ARGUMENTS = (
    ("trace \ud83d run", "no record"),
    ("trace \x1b[2J run", "no record '"),
    (f"trace {'x' * 5000} run", "no record"),
    (f"trace {'#' * 2000} run", "no record"),
    (f"run --limit {_D400}", "option for limit: a number of more than 300 digits"),
    (f"run --limit {_D5000}", "Error: "),
    ("run --limit 0x10", "Error: "),
    (f"run --concurrency {_D400}", "option for wire.concurrency: a number of more than"),
    ("run --outage-limit nan", "wire.outage_limit: "),
    ("run --stage \ud83d", "--stage \\ud83d: expected all"),
    (f"run --stage {'x' * 5000}", "--stage xxx"),
    ("run --model \ud83d", "option for models.default.name: not UTF-8"),
    ("run --base-url \ud83d", "models.default.base_urls"),
    (f"run --base-url http://{'x' * 300}", "models.default.base_urls"),
    ("run --base-url file:///etc/passwd", "models.default.base_urls"),
    ("run --base-url http://[::1", "models.default.base_urls"),
    ("run --base-url http://127.0.0.1:99999999/v1", "models.default.base_urls"),
    ("run --set \ud83d", "--set \\ud83d: not UTF-8"),
    ("run --set \ud83d=1", "not UTF-8"),
    ("run --set profile=\ud83d", "not UTF-8"),
    (f"run --set seed={_D5000}", "a number of 5,000 digits"),
    (f"run --set limit={_D400}", "a number of 400 digits"),
    (f"run --set {'a.' * 1000}b=1", "nested deeper than 50 levels"),
    (f"run --set {'x' * 100_000}=1", "unknown key"),
    (f"run --set seed={'[' * 20_000}", "not YAML"),
    (f"run --set {{}}={'{' * 20_000}", "not YAML"),
    ("run --set wire={a:&a[*a]}", "not YAML"),
    ("run --set =1", "expected key=value"),
    ("run --set .=1", "unknown key"),
    ("run --set seed=2026-01-01", "seed: Input should be a valid integer"),
    ("run --set seed=!!python/name:os.system", "are not read"),
    ("run --set models.default=1", "models.default: "),
    ("run --set models.x.y.z=1", "models.x.y"),
    ("run --set wire.timeout=.nan", "wire.timeout: "),
    ("run --set rehearsal.latency=soon", "latency 'soon'"),
    (f"run --set rehearsal.latency={_D400}", "a number of 400 digits"),
    ("run --set rehearsal.faults={gremlins:1}", "rehearsal.faults"),
    (f"evaluate --data set.jsonl --votes {_D5000}", "Error: "),
    (f"evaluate --data set.jsonl --limit {_D400}", "a number of more than 300 digits"),
    ("evaluate", "--data FILE is missing"),
    (f"evaluate --compare done done --resamples {_D400}", "Error: "),
    (f"evalset select set.jsonl --to n --quota {_D5000}=1", "--quota"),
    (f"evalset select set.jsonl --to n --quota 1={_D5000}", "--quota"),
    ("evalset select set.jsonl --to n --quota \ud83d", "--quota"),
    ("evalset select set.jsonl --to n --quota 1=-1", "--quota"),
    (f"evalset select set.jsonl --to n --total {_D400}", "Error: "),
    ("release run --to rel --format \ud83d", "--format \\ud83d"),
    (f"release run --to rel --format {'x' * 5000}", "--format xxx"),
    ("release run --to rel --near-duplicates nan", "--near-duplicates nan"),
    (f"release run --to rel --near-duplicates {_D5000}", "--near-duplicates 9"),
    ("release run --to rel --validation nan", "--validation nan"),
    (f"release run --to rel --max-length-ratio {_D400}", "--max-length-ratio inf"),
    (f"release run --to rel --eval-quota {_D5000}=1", "--eval-quota"),
    ("release run --to rel --seed-licence \ud83d", "--seed-licence \\ud83d"),
    ("release run --to rel --against \ud83d", "--against \\ud83d: no such file"),
    (f"release run --to rel --against set.jsonl:{'a.' * 50_000}", "no text in the field"),
    ("rehearse --port 99999999", "rror: "),
    ("rehearse --latency \ud83d", "rror: "),
    ("\ud83d", "No such command"),
    ("\x1b[2J", "No such command"),
)
