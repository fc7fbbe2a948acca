"""What can happen to a finished run's folder, as data: a kind of damage, and the files it is done to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STAGES = ("stages/expand.jsonl", "stages/respond.jsonl", "stages/iopo.jsonl")
CALLS = ("calls/expand.jsonl", "calls/iopo.jsonl")
PRODUCTS = ("sft.jsonl", "iopo.jsonl")
SEEDS = ("seeds.jsonl",)
MANIFEST = ("run.json",)
JOURNALS = (STAGES[1], CALLS[0])
EVERY = (*MANIFEST, *SEEDS, *STAGES, *CALLS, *PRODUCTS)


@dataclass(frozen=True)
class Damage:
    name: str
    file: str
    do: Callable[[Path], object]


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], object]:
    return _bytes(lambda data: b"".join(change(data.splitlines(keepends=True))))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _flipped(share: float) -> Callable[[Path], object]:
    def flip(data: bytes) -> bytes:
        place = int(len(data) * share)
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return _bytes(flip)


def _replaced(pattern: bytes, by: bytes) -> Callable[[Path], object]:
    def replace(data: bytes) -> bytes:
        changed = re.sub(pattern, by, data, count=1)
        assert changed != data
        return changed

    return _bytes(replace)


_D400 = b"9" * 400
#: A kind of damage, the files, and what is done to each.
KINDS: tuple[tuple[str, tuple[str, ...], Callable[[Path], object]], ...] = (
    ("deleted", EVERY, Path.unlink),
    ("emptied", EVERY, lambda path: path.write_bytes(b"")),
    ("a folder", EVERY, _folder),
    ("a link to itself", (MANIFEST[0], SEEDS[0], STAGES[1], CALLS[0], PRODUCTS[0]), _loop),
    ("cut after a byte", (*MANIFEST, *SEEDS, *JOURNALS), _bytes(lambda data: data[:1])),
    (
        "cut in the middle",
        (*MANIFEST, *SEEDS, *JOURNALS, PRODUCTS[0]),
        _bytes(lambda data: data[: len(data) // 2]),
    ),
    ("cut before its end", (*SEEDS, *JOURNALS, PRODUCTS[1]), _bytes(lambda data: data[:-1])),
    ("a bit flipped at the start", (*MANIFEST, *SEEDS, *JOURNALS, PRODUCTS[0]), _flipped(0.0)),
    ("a bit flipped in the first line", (*SEEDS, *JOURNALS), _flipped(0.02)),
    ("a bit flipped in the middle", (*MANIFEST, *SEEDS, *STAGES, *CALLS, *PRODUCTS), _flipped(0.5)),
    ("a bit flipped at the end", JOURNALS, _flipped(0.9999)),
    (
        "the first line doubled",
        (*SEEDS, *STAGES, *CALLS, PRODUCTS[0]),
        _lines(lambda lines: [lines[0], *lines]),
    ),
    ("the last line doubled", JOURNALS, _lines(lambda lines: [*lines, lines[-1]])),
    ("two lines swapped", (*SEEDS, *JOURNALS, PRODUCTS[0]), _lines(lambda x: [x[1], x[0], *x[2:]])),
    ("lines in reverse", (*SEEDS, *JOURNALS), _lines(lambda lines: lines[::-1])),
    ("two lines merged", (*SEEDS, *JOURNALS), _lines(lambda x: [x[0].rstrip() + x[1], *x[2:]])),
    ("a line lost", (*SEEDS, *STAGES, *CALLS, PRODUCTS[0]), _lines(lambda lines: lines[1:])),
    ("a blank line", (*SEEDS, *JOURNALS), _lines(lambda lines: [lines[0], b"\n", *lines[1:]])),
    ("a line of something else", (*SEEDS, *JOURNALS, PRODUCTS[0]), _lines(lambda lines: [b"{}\n", *lines])),
    ("a page of zeros at the end", (*SEEDS, *JOURNALS), _bytes(lambda data: data + bytes(4096))),
    (
        "zeros in the middle",
        (*SEEDS, *JOURNALS, PRODUCTS[0]),
        _bytes(lambda d: d[:200] + bytes(64) + d[264:]),
    ),
    ("all zeros", (*MANIFEST, *SEEDS, *JOURNALS), _bytes(lambda data: bytes(len(data)))),
    ("line ends of Windows", (*MANIFEST, *SEEDS, *JOURNALS), _bytes(lambda d: d.replace(b"\n", b"\r\n"))),
    ("a byte order mark", (*MANIFEST, *SEEDS, *JOURNALS), _bytes(lambda data: b"\xef\xbb\xbf" + data)),
    ("not UTF-8", (*MANIFEST, *SEEDS, *JOURNALS), _replaced(rb"instruction|text|config", b"\xff\xfe")),
    ("the file of another stage", STAGES[1:], lambda p: shutil.copy(p.with_name("structure.jsonl"), p)),
    ("the calls of another stage", CALLS, lambda p: shutil.copy(p.with_name("structure.jsonl"), p)),
    ("the calls of the stage", STAGES[1:2], lambda p: shutil.copy(p.parent.parent / "calls" / p.name, p)),
    ("another id", (*SEEDS, *JOURNALS), _replaced(rb'"id":"[^"]+"', b'"id":"nobody"')),
    ("an id that is escaped", (*SEEDS, *JOURNALS), _replaced(rb'"id":"e', rb'"id":"\\u0065')),
    ("an id that is half a surrogate", (*SEEDS, *JOURNALS), _replaced(rb'"id":"e', rb'"id":"\\ud83d')),
    ("another status", STAGES, _replaced(rb'"accepted"', b'"rejected"')),
    ("an unknown status", STAGES[:1], _replaced(rb'"accepted"', b'"splendid"')),
    ("another fingerprint", STAGES, _replaced(rb'"fingerprint":"\w', b'"fingerprint":"_')),
    ("another digest", STAGES[:2], _replaced(rb'"digest":"\w{4}', b'"digest":"0000')),
    ("another upstream", STAGES[:2], _replaced(rb'"upstream":"\w{4}', b'"upstream":"0000')),
    ("a round of 400 digits", STAGES[:1], _replaced(rb'"round":\d+', b'"round":' + _D400)),
    ("a round far ahead", STAGES[:1], _replaced(rb'"round":\d+', b'"round":999999999')),
    ("tokens of 400 digits", CALLS[:1], _replaced(rb'"completion":\d+', b'"completion":' + _D400)),
    ("fewer than no tokens", CALLS[:1], _replaced(rb'"completion":\d+', b'"completion":-5')),
    ("tokens that are a text", CALLS[:1], _replaced(rb'"completion":\d+', b'"completion":"x"')),
    ("a latency beyond all numbers", CALLS[:1], _replaced(rb'"latency":[\d.]+', b'"latency":1e999')),
    ("another answer", CALLS, _replaced(rb'"text":"', b'"text":"other ')),
    ("another key", CALLS, _replaced(rb'"key":"\w{4}', b'"key":"0000')),
    ("another version", MANIFEST, _replaced(rb'"version": \d+', b'"version": 99')),
    ("another profile", MANIFEST, _replaced(rb'"profile": "\w+', b'"profile": "x')),
    ("other fingerprints", MANIFEST, _replaced(rb'"fingerprint": "\w', b'"fingerprint": "_')),
    ("said to be unfinished", MANIFEST, _replaced(rb'"finished": true', b'"finished": false')),
    ("walks of 300 digits", MANIFEST, _replaced(rb'"walks": \d+', b'"walks": ' + b"9" * 300)),
    ("walks below none", MANIFEST, _replaced(rb'"walks": \d+', b'"walks": -7')),
    ("endless seconds", MANIFEST, _replaced(rb'"seconds": [\d.]+', b'"seconds": Infinity')),
    ("fewer seeds", MANIFEST, _replaced(rb'"count": \d+', b'"count": -1')),
    ("a stage that follows itself", MANIFEST, _replaced(rb'"follows": "expand"', b'"follows": "structure"')),
    (
        "deeply nested",
        MANIFEST,
        _replaced(rb'"config": \{', b'"config": {"x": ' + b"[" * 5000 + b"]" * 5000 + b","),
    ),
)
DAMAGES = tuple(Damage(name, file, do) for name, files, do in KINDS for file in files)
