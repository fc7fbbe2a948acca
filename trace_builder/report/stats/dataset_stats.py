"""Statistics of one set of instructions: the paper's Tables 1 and 2, Figure 3, and what is odd about it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from trace_builder.checks.coverage import Coverage
from trace_builder.report.stats.coverage_stats import CoverageStats, coverage_stats
from trace_builder.report.stats.histogram import Figures, Histogram, Summary, percent
from trace_builder.report.stats.instructions import Example
from trace_builder.stages.common.constraint_checks import check_of
from trace_builder.support import paper
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


class Ids(Figures):
    first: str | None
    last: str | None
    repeated: int


class ConstraintTotals(Figures):
    """Table 1: constraints in all, and an instruction."""

    total: int
    min: int | None
    max: int | None
    mean: float | None
    median: int | None


class CountRow(Figures):
    """Table 2: instructions with this many constraints, and the paper's."""

    constraints: int
    records: int
    share: float
    paper_train: int
    paper_eval: int


class TypeRow(Figures):
    """Figure 3: constraints of one type; shares are percent of all constraints."""

    id: str
    name: str
    count: int
    share: float
    paper: float | None


class DimensionRow(Figures):
    id: str
    type: str
    name: str
    name_zh: str
    count: int
    share: float


class StrayLabel(Figures):
    """A label that the taxonomy does not have, and records that carry it."""

    label: str
    count: int
    ids: tuple[str, ...]


class Kept(Figures):
    """How many records keep a property of their format."""

    kept: int
    of: int


class Duplicates(Figures):
    """Records with the same prompt; ``extra_records`` are those beyond the first of each group."""

    groups: tuple[tuple[str, ...], ...]
    group_count: int
    extra_records: int


class Oddity(Figures):
    what: str
    count: int
    last: str | None
    listed: tuple[dict[str, Any], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(str(place["id"]) for place in self.listed)


class DatasetStats(Figures):
    """Everything about a set of instructions. Lengths are characters."""

    records: int
    ids: Ids
    constraints: ConstraintTotals
    counts: tuple[CountRow, ...]
    types: tuple[TypeRow, ...]
    dimensions: tuple[DimensionRow, ...]
    dimensions_present: int
    labels_outside: tuple[StrayLabel, ...]
    unlabelled: int
    languages: dict[str, int]
    with_input: int
    checks: dict[str, Kept]
    duplicates: Duplicates
    oddities: dict[str, Oddity]
    lengths: dict[str, Summary]
    coverage: CoverageStats


class Statistics(Figures):
    """What a path holds; each kind has figures of its own besides. ``sets`` has its sets of instructions by
    name."""

    kind: str
    path: str
    sets: dict[str, DatasetStats]


@dataclass
class Dataset:
    """Counts a set of instructions, fed one example at a time, so that it can be larger than memory."""

    taxonomy: Taxonomy
    records: int = 0
    first_id: str | None = None
    last_id: str | None = None
    per_instruction: Histogram = field(default_factory=Histogram)
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
    lengths: dict[str, Histogram] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    by_model: int = 0
    _prompts: dict[bytes, str] = field(default_factory=dict)
    _ids: set[bytes] = field(default_factory=set)
    _repeated: dict[str, list[str]] = field(default_factory=dict)

    def add_all(self, examples: Iterable[Example]) -> Dataset:
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
        self._count_checks(example)
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

    def _count_checks(self, example: Example) -> None:
        for (_, label), bound in zip(example.constraints, example.bound, strict=True):
            found = self.taxonomy.find(label) if label else None
            self.coverage.count(check_of(bound), example.lang, found.id if found else None)
            self.by_model += bound is not None and bound.by == "model"

    def _measure(self, example: Example) -> None:
        texts = {"instruction": [example.prompt], "description": [example.description]}
        texts["constraint"] = [text for text, _ in example.constraints]
        texts["input"] = [example.input] if example.input is not None else []
        texts["response"] = list(example.responses)
        for name, values in texts.items():
            lengths = self.lengths.setdefault(name, Histogram())
            for value in values:
                lengths.add(len(value))

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
        digest = _digest(example.prompt)
        if digest in self._prompts:
            self._repeated.setdefault(self._prompts[digest], []).append(example.id)
        else:
            self._prompts[digest] = example.id
        self._ids.add(_digest(example.id))

    def _note(self, what: str, record: str, **details: Any) -> None:
        self.odd_count[what] += 1
        self.odd_last[what] = record
        listed = self.odd.setdefault(what, [])
        if len(listed) < LISTED:
            listed.append({"id": record, **details})

    # -- what comes out ------------------------------------------------------------------------------------

    def stats(self) -> DatasetStats:
        spread = self.per_instruction.summary()
        groups = tuple((first, *others) for first, others in self._repeated.items())
        return DatasetStats(
            records=self.records,
            ids=Ids(first=self.first_id, last=self.last_id, repeated=self.records - len(self._ids)),
            constraints=ConstraintTotals(
                total=self.per_instruction.total,
                min=spread.min,
                max=spread.max,
                mean=spread.mean,
                median=spread.median,
            ),
            counts=self._counts(),
            types=self._types(),
            dimensions=tuple(self._dimension(d) for d in self.taxonomy.dimensions),
            dimensions_present=sum(1 for d in self.taxonomy.dimensions if self.dimensions[d.id]),
            labels_outside=tuple(
                StrayLabel(label=label, count=n, ids=tuple(self.outside[label]))
                for label, n in self.outside_count.most_common()
            ),
            unlabelled=self.unlabelled,
            languages=dict(sorted(self.languages.items())),
            with_input=self.with_input,
            checks={name: Kept(kept=n, of=self.records) for name, n in self.checks.items()},
            duplicates=Duplicates(
                groups=groups[:LISTED],
                group_count=len(groups),
                extra_records=sum(len(group) - 1 for group in groups),
            ),
            oddities={name: self._oddity(name) for name in ODDITIES},
            lengths={name: lengths.summary() for name, lengths in self.lengths.items()},
            coverage=coverage_stats(self.coverage, self.by_model),
        )

    def _counts(self) -> tuple[CountRow, ...]:
        found = self.per_instruction.counts
        return tuple(
            CountRow(
                constraints=n,
                records=found[n],
                share=percent(found[n], self.records),
                paper_train=int(paper.TRAIN_COUNTS[n - 1]) if 1 <= n <= _TABLE_2 else 0,
                paper_eval=paper.EVAL_COUNTS[n - 1] if 1 <= n <= _TABLE_2 else 0,
            )
            for n in range(min([1, *found]), max([_TABLE_2, *found]) + 1)
        )

    def _types(self) -> tuple[TypeRow, ...]:
        counts = {t.id: sum(self.dimensions[d.id] for d in t.dimensions) for t in self.taxonomy.types}
        return tuple(
            TypeRow(
                id=t.id,
                name=t.name.en,
                count=counts[t.id],
                share=percent(counts[t.id], self.per_instruction.total),
                paper=paper.TYPE_SHARES.get(t.id),
            )
            for t in self.taxonomy.types
        )

    def _dimension(self, dimension: Dimension) -> DimensionRow:
        count = self.dimensions[dimension.id]
        return DimensionRow(
            id=dimension.id,
            type=dimension.type,
            name=dimension.name.en,
            name_zh=dimension.name.zh,
            count=count,
            share=percent(count, self.per_instruction.total),
        )

    def _oddity(self, name: str) -> Oddity:
        return Oddity(
            what=ODDITIES[name],
            count=self.odd_count[name],
            last=self.odd_last.get(name),
            listed=tuple(self.odd.get(name, ())),
        )


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
