"""The answers of one stage: ``calls/<stage>.jsonl``, and replaying them.

Every answer that came over the wire is kept as it was received, usable or not. A record that is walked
again finds the answers to the questions it asks by their keys, and only asks for those that are missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.llm.types import ChatAnswer, ChatRequest, Usage
from trace_builder.storage.journal import JournalFile, LineReader
from trace_builder.storage.seeds import Source

#: Field order is fixed; the raw text comes last, so that the head can be read without it.
_HEAD = re.compile(
    rb'\{"id":"((?:[^"\\]|\\.)*)","key":"(\w+)",.*?"model":"((?:[^"\\]|\\.)*)",.*?"finish_reason":"\w+",'
    rb'"usage":\{"prompt":(\d+),"cached":(\d+),"completion":(\d+)\},'
    rb'"latency":([\d.e+-]+),"retries":(\d+),"wasted":(\d+),'
)


_ID = re.compile(rb'\{"id":"((?:[^"\\]|\\.)*)","key":"')


@dataclass
class CallTotals:
    """What a stage's calls add up to. ``wasted`` counts the completion tokens of answers that could not be
    used and were asked for again; ``seconds`` adds up the latencies."""

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


@dataclass(slots=True)
class Asked:
    """What a call was asked for. ``wasted``: completion tokens of the unusable answers that it replaces."""

    record: str
    stage: str
    prompt: str
    attempt: int = 0
    wasted: int = 0


class CallLog:
    """Appends answers, and finds those of a record again."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path = path
        self._source = source
        self._offsets: dict[int, list[int]] = {}
        self._file: JournalFile | None = None
        self._reader = LineReader(path)

    def index(self, wanted: bytearray) -> int:
        """Notes where the answers of the records lie whose place is set in ``wanted``; returns how many."""
        found = 0
        if not any(wanted):
            return found
        for offset, match in self._heads(_ID):
            place = self._source.place(match.group(1))
            if place is not None and wanted[place]:
                self._offsets.setdefault(place, []).append(offset)
                found += 1
        return found

    def take(self, place: int) -> dict[str, ChatAnswer]:
        """The stored answers of a record by key; of several for one key the one with the largest
        ``max_tokens`` that ended by itself, else the largest. The record's index is let go."""
        answers: dict[str, ChatAnswer] = {}
        for offset in self._offsets.pop(place, ()):
            row = json.loads(self._reader.line(offset), strict=False)
            answer = _answer(row)
            before = answers.get(row["key"])
            if before is None or _rank(answer) >= _rank(before):
                answers[row["key"]] = answer
        return answers

    def open(self) -> None:
        self._file = JournalFile(self.path)

    def append(self, asked: Asked, request: ChatRequest, answer: ChatAnswer, at: float) -> None:
        """Keeps one answer. ``at`` is Unix seconds."""
        assert self._file is not None
        usage = answer.usage
        row = {
            "id": asked.record,
            "key": request.key,
            "stage": asked.stage,
            "prompt": asked.prompt,
            "sample": request.sample,
            "attempt": asked.attempt,
            "model": request.model,
            "server": answer.server,
            "finish_reason": answer.finish_reason,
            "usage": {"prompt": usage.prompt, "cached": usage.cached, "completion": usage.completion},
            "latency": round(answer.latency, 4),
            "retries": answer.retries,
            "wasted": asked.wasted,
            "max_tokens": answer.max_tokens,
            "at": round(at, 3),
            "text": answer.text,
        }
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        # A lone surrogate cannot be UTF-8; its escape reads back as the same character.
        self._file.append(text.encode("utf-8", "backslashreplace"))

    def totals(self) -> CallTotals:
        """What all calls add up to."""
        totals = CallTotals()
        for part in self.totals_by_model().values():
            totals.add(part)
        return totals

    def totals_by_model(self) -> dict[str, CallTotals]:
        """The same, for each model by the name its servers know it by."""
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

    def _heads(self, head: re.Pattern[bytes]) -> Iterator[tuple[int, re.Match[bytes]]]:
        """The lines' offsets and what ``head`` finds at their beginning."""
        if not self.path.exists():
            return
        offset = 0
        with self.path.open("rb", buffering=1 << 20) as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                match = head.match(line)
                if match is None:
                    raise InputError(
                        f"{self.path}:{number}: not a call of this stage; restore or remove the line"
                    )
                yield offset, match
                offset += len(line)


def _rank(answer: ChatAnswer) -> tuple[bool, int]:
    return (answer.finish_reason != "length", answer.max_tokens)


def _answer(row: dict[str, Any]) -> ChatAnswer:
    usage = row["usage"]
    return ChatAnswer(
        text=row["text"],
        finish_reason=row["finish_reason"],
        usage=Usage(usage["prompt"], usage["cached"], usage["completion"]),
        latency=row["latency"],
        retries=row["retries"],
        server=row["server"],
        max_tokens=row["max_tokens"],
    )
