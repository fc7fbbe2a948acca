"""Statistics of one set of instructions: the paper's Tables 1 and 2, Figure 3, and what is odd about it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from trace_builder import paper
from trace_builder.report.stats.histogram import Spread, percent
from trace_builder.report.stats.instructions import Example
from trace_builder.taxonomy import Dimension, Taxonomy

#: A constraint of at least this many characters is a document that was pasted into the list.
DOCUMENT_LENGTH = 800

#: How many ids, texts or groups of an oddity are listed; all are counted.
LISTED = 50

#: Constraints are counted up to this number in the paper's Table 2; more are shown by their own number.
_TABLE_2 = len(paper.EVAL_COUNTS)

#: "3. **角色扮演约束**：..." or "Numerical constraint: ...": a label copied from the expansion prompt.
_LABEL = re.compile(
    r"[\s\d.、．)(（\-*#•]*(?P<label>[^，,。；;：:\n*]{1,60}?(?:约束|[ -]constraints?))\**[ \t]*[:：]",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_NUMBERED = re.compile(r"\s*\d+[.、．)）]")


@dataclass
class SetStatistics:
    """What a set of instructions holds; fed one example at a time, so that it can be larger than memory."""

    taxonomy: Taxonomy
    records: int = 0
    first_id: str | None = None
    last_id: str | None = None
    per_instruction: Spread = field(default_factory=Spread)
    languages: Counter[str] = field(default_factory=Counter)
    with_input: int = 0
    dimensions: Counter[str] = field(default_factory=Counter)
    outside: dict[str, list[str]] = field(default_factory=dict)
    outside_count: Counter[str] = field(default_factory=Counter)
    unlabelled: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    odd: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    odd_count: Counter[str] = field(default_factory=Counter)
    odd_last: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, Spread] = field(default_factory=dict)
    _prompts: dict[bytes, str] = field(default_factory=dict)
    _ids: set[bytes] = field(default_factory=set)
    _repeated: dict[str, list[str]] = field(default_factory=dict)

    def add_all(self, examples: Iterable[Example]) -> SetStatistics:
        for example in examples:
            self.add(example)
        return self

    def add(self, example: Example) -> None:
        self.records += 1
        self.first_id = example.id if self.first_id is None else self.first_id
        self.last_id = example.id
        self.languages[example.lang] += 1
        self.with_input += example.input is not None
        self.per_instruction.add(len(example.constraints))
        self.checks.update({name: int(kept) for name, kept in example.checks})
        for label in (label for _, label in example.constraints):
            self._count_label(example.id, label)
        self._measure(example)
        self._look_at_constraints(example)
        self._look_for_repeats(example)

    def _count_label(self, record: str, label: str | None) -> None:
        if label is None:
            self.unlabelled += 1
            return
        found = self.taxonomy.find(label)
        if found is not None:
            self.dimensions[found.id] += 1
            return
        self.outside_count[label] += 1
        ids = self.outside.setdefault(label, [])
        if len(ids) < LISTED:
            ids.append(record)

    def _measure(self, example: Example) -> None:
        texts = {"instruction": [example.prompt], "description": [example.description]}
        texts["constraint"] = [text for text, _ in example.constraints]
        texts["input"] = [example.input] if example.input is not None else []
        texts["response"] = list(example.responses)
        for name, values in texts.items():
            spread = self.lengths.setdefault(name, Spread())
            for value in values:
                spread.add(len(value))

    def _look_at_constraints(self, example: Example) -> None:
        for position, (text, _) in enumerate(example.constraints, start=1):
            label = _LABEL.match(text)
            if label:
                self._note("label_leaked", example.id, constraint=position, label=label["label"].strip())
            if self._may_leak(text) and self.taxonomy.leaked(text):
                self._note("name_anywhere", example.id, constraint=position)
            if "\n" in text:
                self._note("newline", example.id, constraint=position, characters=len(text))
            if len(text) >= DOCUMENT_LENGTH:
                self._note("document", example.id, constraint=position, characters=len(text))
            if not _LETTER.search(text):
                self._note("no_words", example.id, constraint=position, text=text[:80])
        if example.constraints and _NUMBERED.match(example.constraints[0][0]):
            self._note("numbered", example.id)
        if "\u00a0" in example.prompt:
            self._note("no_break_space", example.id)

    @cached_property
    def _first_words(self) -> tuple[str, ...]:
        """What a text must hold, in any case, before a dimension's name can stand in it."""
        names = (name for d in self.taxonomy.dimensions for name in (d.name.en, d.name.zh))
        firsts = {re.split(r"[\s_-]", name.lower().removesuffix("约束"))[0] for name in names}
        return tuple(sorted(firsts))

    def _may_leak(self, text: str) -> bool:
        """A cheap test before the exact one, which takes fifty patterns; it only ever errs towards yes."""
        lowered = text.lower()
        return any(word in lowered for word in self._first_words)

    def _look_for_repeats(self, example: Example) -> None:
        digest = hashlib.blake2b(example.prompt.encode("utf-8", "surrogatepass"), digest_size=12).digest()
        if digest in self._prompts:
            self._repeated.setdefault(self._prompts[digest], []).append(example.id)
        else:
            self._prompts[digest] = example.id
        self._ids.add(hashlib.blake2b(example.id.encode("utf-8", "surrogatepass"), digest_size=12).digest())

    def _note(self, what: str, record: str, **details: Any) -> None:
        self.odd_count[what] += 1
        self.odd_last[what] = record
        listed = self.odd.setdefault(what, [])
        if len(listed) < LISTED:
            listed.append({"id": record, **details})

    # -- what comes out ------------------------------------------------------------------------------------

    @property
    def constraints(self) -> int:
        return self.per_instruction.total

    def summary(self) -> dict[str, Any]:
        """Everything, JSON-able. Shares are percent of all constraints; lengths are characters."""
        return {
            "records": self.records,
            "ids": {
                "first": self.first_id,
                "last": self.last_id,
                "repeated": self.records - len(self._ids),
            },
            "constraints": self._table_1(),
            "counts": self._table_2(),
            "types": self._types(),
            "dimensions": [self._dimension(d) for d in self.taxonomy.dimensions],
            "dimensions_present": sum(1 for d in self.taxonomy.dimensions if self.dimensions[d.id]),
            "labels_outside": [
                {"label": label, "count": n, "ids": self.outside[label]}
                for label, n in self.outside_count.most_common()
            ],
            "unlabelled": self.unlabelled,
            "languages": dict(sorted(self.languages.items())),
            "input": {"with": self.with_input, "without": self.records - self.with_input},
            "checks": {name: {"kept": n, "of": self.records} for name, n in self.checks.items()},
            "duplicates": self._duplicates(),
            "oddities": {name: self._oddity(name) for name in ODDITIES},
            "lengths": {name: spread.summary() for name, spread in self.lengths.items()},
        }

    def _table_1(self) -> dict[str, Any]:
        spread = self.per_instruction.summary()
        return {"total": self.constraints, **{key: spread[key] for key in ("min", "max", "mean", "median")}}

    def _table_2(self) -> list[dict[str, Any]]:
        highest = max([_TABLE_2, *self.per_instruction.counts])
        lowest = min([1, *self.per_instruction.counts])
        return [
            {
                "constraints": n,
                "records": self.per_instruction.counts[n],
                "share": percent(self.per_instruction.counts[n], self.records),
                "paper_train": int(paper.TRAIN_COUNTS[n - 1]) if 1 <= n <= _TABLE_2 else 0,
                "paper_eval": paper.EVAL_COUNTS[n - 1] if 1 <= n <= _TABLE_2 else 0,
            }
            for n in range(lowest, highest + 1)
        ]

    def _types(self) -> list[dict[str, Any]]:
        counts = {t.id: sum(self.dimensions[d.id] for d in t.dimensions) for t in self.taxonomy.types}
        return [
            {
                "id": t.id,
                "name": t.name.en,
                "count": counts[t.id],
                "share": percent(counts[t.id], self.constraints),
                "paper": paper.TYPE_SHARES.get(t.id),
            }
            for t in self.taxonomy.types
        ]

    def _dimension(self, dimension: Dimension) -> dict[str, Any]:
        count = self.dimensions[dimension.id]
        return {
            "id": dimension.id,
            "type": dimension.type,
            "name": dimension.name.en,
            "name_zh": dimension.name.zh,
            "count": count,
            "share": percent(count, self.constraints),
        }

    def _duplicates(self) -> dict[str, Any]:
        groups = [[first, *others] for first, others in self._repeated.items()]
        extra = sum(len(group) - 1 for group in groups)
        return {"groups": groups[:LISTED], "group_count": len(groups), "extra_records": extra}

    def _oddity(self, name: str) -> dict[str, Any]:
        return {
            "what": ODDITIES[name],
            "count": self.odd_count[name],
            "last": self.odd_last.get(name),
            "listed": self.odd.get(name, []),
        }


#: What is looked for, in words. The first five count constraints, the others records.
ODDITIES: dict[str, str] = {
    "newline": "constraints with a newline inside",
    "document": f"constraints of {DOCUMENT_LENGTH} characters or more",
    "label_leaked": "constraints that begin with a dimension's name as a label",
    "name_anywhere": "constraints with a dimension's name anywhere in the text",
    "no_words": "constraints without a single letter",
    "numbered": "records whose first constraint starts with a number",
    "no_break_space": "records with a non-breaking space",
}
