"""The answers of one stage: ``calls/<stage>.jsonl``, and finding them again.

Every answer that came over the wire is kept as it was received, usable or not. A record that is walked
again finds the answers to the questions it asks by their keys, and only asks for those that are missing.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from trace_builder.storage.journal import JournalFile, LineReader, damaged, unfit
from trace_builder.storage.jsonl import encode
from trace_builder.storage.seeds import SeedIndex

#: Field order is fixed; the raw text comes last, so that the head can be read without it.
_HEAD = re.compile(
    rb'\{"id":"((?:[^"\\]|\\.)*)","key":"(\w+)",.*?"model":"((?:[^"\\]|\\.)*)",.*?"finish_reason":"\w+",'
    rb'"usage":\{"prompt":(\d{1,18}),"cached":(\d{1,18}),"completion":(\d{1,18})\},'
    rb'"latency":(\d{1,18}(?:\.\d{1,18})?(?:e-\d\d?)?),"retries":(\d{1,18}),"wasted":(\d{1,18}),'
)
_ID = re.compile(rb'\{"id":"((?:[^"\\]|\\.)*)","key":"')
_END = b'"}\n'


Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Usage(_Frozen):
    """Token counts as the server reports them; ``cached`` is the part of ``prompt`` its cache served."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


class Call(_Frozen):
    """One line of ``calls/<stage>.jsonl``.

    ``key`` is a hash of all that shapes the answer; ``sample`` and ``attempt`` tell apart repeated questions.
    ``latency`` is seconds, ``at`` Unix seconds; ``retries`` counts the sends that failed before this one;
    ``wasted`` the completion tokens of unusable answers that it replaces.
    """

    id: str
    key: str
    stage: str
    prompt: str
    sample: int = 0
    attempt: int = 0
    model: str
    server: str = ""
    finish_reason: str
    usage: Usage = Field(default_factory=Usage)
    latency: Seconds = 0.0
    retries: int = 0
    wasted: int = 0
    max_tokens: int = 0
    at: Seconds = 0.0
    text: str

    @property
    def cut(self) -> bool:
        """Whether the answer was cut off by max_tokens."""
        return self.finish_reason == "length"


@dataclass
class CallTotals:
    """What calls add up to. ``wasted`` counts the completion tokens of answers that could not be used and
    were asked for again; ``seconds`` adds up the latencies."""

    calls: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    retries: int = 0
    wasted: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "seconds": round(self.seconds, 3)}

    def add(self, other: CallTotals) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


class CallLog:
    """Appends answers, and finds those of a record again.

    Raises:
        InputError: a line is not a call; names file and line.
    """

    def __init__(self, path: Path, seeds: SeedIndex) -> None:
        self.path = path
        self._seeds = seeds
        # A list a record, newest first, in flat arrays: answers are many.
        self._newest: array[int] | None = None
        self._older = array("Q")
        self._offsets = array("Q")
        self._file: JournalFile | None = None
        self._reader = LineReader(path)

    def index(self, wanted: Container[int] | None = None) -> None:
        """Notes where the answers of records lie; ``wanted`` limits them to some places."""
        self._newest = array("Q", bytes(8 * len(self._seeds)))
        for offset, match in self._heads(_ID):
            place = self._seeds.place(match.group(1))
            if place is not None and (wanted is None or place in wanted):
                self._older.append(self._newest[place])
                self._offsets.append(offset)
                self._newest[place] = len(self._offsets)

    @property
    def indexed(self) -> bool:
        return self._newest is not None

    def take(self, place: int) -> dict[str, Call]:
        """The stored answers of an indexed record by key; of several for one key the one with the largest
        ``max_tokens`` that ended by itself, else the largest, the later one of equals."""
        answers: dict[str, Call] = {}
        number = self._newest[place] if self._newest is not None else 0
        while number:
            call = self._read(self._offsets[number - 1])
            before = answers.get(call.key)
            if before is None or _rank(call) > _rank(before):
                answers[call.key] = call
            number = self._older[number - 1]
        return answers

    def open(self) -> None:
        self._file = JournalFile(self.path)

    def append(self, call: Call) -> None:
        assert self._file is not None
        self._file.append(encode(call))

    def read_all(self, wanted: Container[str] | None = None) -> Iterator[Call]:
        """Every answer, in the file's order; ``wanted`` limits them to some records' ids."""
        for offset, match in self._heads(_ID):
            if wanted is None or json.loads(b'"' + match.group(1) + b'"') in wanted:
                yield self._read(offset)

    def totals(self) -> dict[str, CallTotals]:
        """What the calls add up to, for each model by the name its servers know it by."""
        found: dict[bytes, CallTotals] = {}
        for _, match in self._heads(_HEAD):
            model, prompt, cached, completion, latency, retries, wasted = match.groups()[2:]
            totals = found.setdefault(model, CallTotals())
            totals.calls += 1
            totals.prompt += int(prompt)
            totals.cached += int(cached)
            totals.completion += int(completion)
            totals.seconds += float(latency)
            totals.retries += int(retries)
            totals.wasted += int(wasted)
        return {str(json.loads(b'"' + model + b'"')): totals for model, totals in found.items()}

    def sync(self) -> None:
        if self._file is not None:
            self._file.sync()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._reader.close()

    def _read(self, offset: int) -> Call:
        line = self._reader.line(offset)
        try:
            return Call.model_validate(json.loads(line, strict=False))
        except (ValueError, RecursionError) as exc:
            raise unfit(self._reader, offset, line, exc) from None

    def _heads(self, head: re.Pattern[bytes]) -> Iterator[tuple[int, re.Match[bytes]]]:
        """The lines' offsets and what ``head`` finds at their beginning."""
        for offset, number, line in self._reader.lines():
            match = head.match(line)
            if match is None or not line.endswith(_END):
                raise damaged(self._reader, number, "not a call of this stage")
            yield offset, match


def _rank(call: Call) -> tuple[bool, int]:
    return (not call.cut, call.max_tokens)
