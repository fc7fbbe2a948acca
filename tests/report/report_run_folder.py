"""Makes run folders for tests out of the real records: a small, bilingual run with every kind of end."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.records import (
    Answered,
    Cells,
    Changes,
    Checked,
    Constraint,
    Expanded,
    FailedResponse,
    Instruction,
    IopoGroup,
    Judgement,
    Outcome,
    Preference,
    Record,
    Revision,
    Score,
    Seed,
    Structured,
    Terms,
)

#: What a hostile record carries in every text of its own.
HOSTILE = (
    "<script>window.pwned = 1</script></script><!-- <script> -->"
    "<img src=x onerror='window.pwned=2'> &amp; \u2028"
)

_DIMENSIONS = ("inclusion", "numerical", "output_format", "tone_and_style", "theme", "role_playing")
_STAGES = ("expand", "structure", "quality", "respond", "dpo", "iopo")
_FINGERPRINT = {stage: hashlib.sha256(stage.encode()).hexdigest()[:12] for stage in _STAGES}
_START = 1_790_000_000.0


@dataclass
class Maker:
    """Writes one run folder. ``size`` seeds; every seventh is in Chinese; seed 0 is hostile."""

    folder: Path
    size: int = 40
    finished: bool = True
    hostile: bool = True
    padding: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(7))
    _at: float = _START

    def write(self) -> Path:
        (self.folder / "stages").mkdir(parents=True)
        (self.folder / "calls").mkdir()
        seeds = [self._seed(n) for n in range(self.size)]
        self._lines("seeds.jsonl", (seed.model_dump_json() for seed in seeds))
        files = {s: (self.folder / "stages" / f"{s}.jsonl").open("w", encoding="utf-8") for s in _STAGES}
        calls = {s: (self.folder / "calls" / f"{s}.jsonl").open("w", encoding="utf-8") for s in _STAGES}
        for number, seed in enumerate(seeds):
            for outcome, prompts in self._journey(number, seed):
                files[outcome.stage].write(outcome.model_dump_json() + "\n")
                for sample, (prompt, text) in enumerate(prompts):
                    calls[outcome.stage].write(self._call(outcome, prompt, sample, text) + "\n")
        for file in (*files.values(), *calls.values()):
            file.close()
        self._manifest()
        return self.folder

    def _lines(self, name: str, lines: Iterator[str]) -> None:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def _manifest(self) -> None:
        manifest = {
            "version": "0.1.0",
            "created": "2026-11-20T23:00:00Z",
            "profile": "rehearsal",
            "config": {"models": {"default": {"name": "rehearsal"}}, "rehearsal": {"seed": 0}},
            "seeds": {"count": self.size, "digest": "0" * 12, "sources": {"bundled": self.size}},
            "stages": {s: {"fingerprint": f, "parts": {}} for s, f in _FINGERPRINT.items()},
            "finished": "2026-11-20T23:01:00Z" if self.finished else None,
            "round": 1,
            "usage": {},
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (self.folder / "run.json").write_text(text, encoding="utf-8")

    def _seed(self, number: int) -> Seed:
        lang = "zh" if number % 7 == 3 else "en"
        hostile = f" {HOSTILE}" if self.hostile and number == 0 else ""
        text = f"写一段关于第{number}个港口的介绍" if lang == "zh" else f"Describe harbour number {number}"
        return Seed(id=f"s{number:05d}", lang=lang, instruction=text + hostile, source="bundled")

    def _journey(self, number: int, seed: Seed) -> Iterator[tuple[Outcome, list[tuple[str, str]]]]:
        who: dict[str, Any] = {"id": seed.id, "lang": seed.lang, "source": seed.source}
        instruction = self._instruction(number, seed)
        expanded = Expanded(
            **who, instruction=seed.instruction, text=instruction.render(), target=3, offered=_DIMENSIONS
        )
        if number % 11 == 5:
            yield self._lost("expand", seed, "name_leaked", ["expand", "expand"])
            return
        yield self._kept("expand", expanded, ["expand"])
        if number % 13 == 6:
            yield self._lost("structure", seed, "invented_text", ["structure"])
            return
        yield self._kept("structure", Structured(**who, instruction=instruction), ["structure"])
        if number % 17 == 9:
            yield self._lost("quality", seed, "redundant_constraints", ["complete", "redundant"])
            return
        checked = Checked(**who, instruction=instruction, completeness="stands alone", redundancy="none")
        yield self._kept("quality", checked, ["complete", "redundant"])
        yield from self._products(number, seed, instruction, who)

    def _products(
        self, number: int, seed: Seed, instruction: Instruction, who: dict[str, Any]
    ) -> Iterator[tuple[Outcome, list[tuple[str, str]]]]:
        missed = FailedResponse(response=self._response(seed, "short"), judgement=_judged(instruction, 6))
        if number % 5 == 4:
            kept = {"imperfect": [missed.model_dump(mode="json")]}
            yield self._lost("respond", seed, "imperfect_response", ["respond", "judge"], kept)
            return
        good = self._response(seed, "long and complete")
        imperfect = (missed,) if number % 3 == 0 else ()
        answered = Answered(
            **who, instruction=instruction, response=good, judgement=_judged(instruction), imperfect=imperfect
        )
        yield self._kept("respond", answered, ["respond", "judge"])
        if number % 9 == 8:
            yield self._lost("dpo", seed, "timeout", ["worse"], status="failed")
        else:
            yield self._kept("dpo", self._pair(answered, bool(imperfect)), ["worse", "judge"])
        operation = ("revise", "add", "delete" if number % 6 else "add", "revise")[number % 4]
        if number % 6 == 1:
            yield self._lost("iopo", seed, "no_contrast", [f"iopo_{operation}", "judge"])
        else:
            group = self._group(answered, operation)
            yield self._kept("iopo", group, [f"iopo_{operation}", "judge", "respond", "judge"])

    def _instruction(self, number: int, seed: Seed) -> Instruction:
        hostile = f" {HOSTILE}" if self.hostile and number == 0 else ""
        count = 1 + number % 6
        texts = [
            f"第{n}条：全文不超过{n}00字" if seed.lang == "zh" else f"Use at most {n}00 words{hostile}"
            for n in range(1, count + 1)
        ]
        constraints = tuple(
            Constraint(id=f"c{n}", text=text, dimension=_DIMENSIONS[(number + n) % len(_DIMENSIONS)])
            for n, text in enumerate(texts, start=1)
        )
        source = f"Input of {number}{hostile}" if number % 3 == 0 else None
        return Instruction(description=seed.instruction, constraints=constraints, input=source)

    def _response(self, seed: Seed, kind: str) -> str:
        hostile = HOSTILE if self.hostile and seed.id == "s00000" else ""
        body = (
            "港口很大，船很多。" if seed.lang == "zh" else f"The harbour is {kind}, and its ships are many. "
        )
        return f"{body}{hostile}" + "x " * self.padding

    def _pair(self, answered: Answered, sampled: bool) -> Preference:
        return Preference(
            id=answered.id,
            lang=answered.lang,
            source=answered.source,
            instruction=answered.instruction,
            chosen=answered.response,
            rejected=answered.response.replace("many", "few").replace("很多", "很少") + "!",
            origin="sampled" if sampled else "prompted",
            failed=("c1",),
            chosen_judgement=answered.judgement,
            rejected_judgement=_judged(answered.instruction, 4),
        )

    def _group(self, answered: Answered, operation: Any) -> IopoGroup:
        x1 = answered.instruction
        new = Constraint(id="c9", text="Name three ships by name", dimension="inclusion")
        if operation == "add":
            x2, changes = _with(x1, (*x1.constraints, new)), Changes(added=(new,))
        elif operation == "delete":
            x2, changes = _with(x1, x1.constraints[1:]), Changes(removed=x1.constraints[:1])
        else:
            after = Constraint(id="c1", text="Use at least 900 words", dimension="numerical")
            x2 = _with(x1, (after, *x1.constraints[1:]))
            changes = Changes(revised=(Revision(before=x1.constraints[0], after=after),))
        one, two = operation != "add", operation != "delete"
        cells = Cells(
            x1y1=answered.judgement,
            x1y2=_judged(x1, 3 if one else 10),
            x2y1=_judged(x2, 2 if two else 10),
            x2y2=_judged(x2),
        )
        terms = Terms(
            y1_over_y2_at_x1=one, y2_over_y1_at_x2=two, x1_over_x2_for_y1=two, x2_over_x1_for_y2=one
        )
        return IopoGroup(
            id=answered.id,
            lang=answered.lang,
            source=answered.source,
            operation=operation,
            x1=x1,
            x2=x2,
            y1=answered.response,
            y2=answered.response + " Ships: Anna, Berta, Clara.",
            changes=changes,
            cells=cells,
            terms=terms,
            certificate="full" if one and two else "one_sided",
        )

    def _kept(self, stage: str, record: Record, prompts: list[str]) -> tuple[Outcome, list[tuple[str, str]]]:
        data = record.model_dump(mode="json")
        outcome = Outcome(
            id=data["id"],
            stage=stage,
            status="accepted",
            fingerprint=_FINGERPRINT[stage],
            seed="00000000",
            record=data,
        )
        return outcome, [
            (prompt, f"raw answer to {prompt} {'' if n else HOSTILE}") for n, prompt in enumerate(prompts)
        ]

    def _lost(
        self,
        stage: str,
        seed: Seed,
        reason: str,
        prompts: list[str],
        record: dict[str, Any] | None = None,
        status: Any = "rejected",
    ) -> tuple[Outcome, list[tuple[str, str]]]:
        outcome = Outcome(
            id=seed.id,
            stage=stage,
            status=status,
            reason=reason,
            fingerprint=_FINGERPRINT[stage],
            seed="00000000",
            detail=f"why {seed.id} was lost",
            record=record,
        )
        return outcome, [(prompt, f"raw answer to {prompt}") for prompt in prompts]

    def _call(self, outcome: Outcome, prompt: str, sample: int, text: str) -> str:
        self._at += self._random.random() * 0.4
        prompt_tokens = 900 + self._random.randrange(200)
        row = {
            "id": outcome.id,
            "key": hashlib.sha256(f"{outcome.id}{outcome.stage}{sample}".encode()).hexdigest()[:32],
            "stage": outcome.stage,
            "prompt": prompt,
            "sample": sample,
            "attempt": 0,
            "model": "rehearsal",
            "server": "http://127.0.0.1:1",
            "finish_reason": "stop",
            "usage": {"prompt": prompt_tokens, "cached": 600, "completion": 20 + self._random.randrange(300)},
            "latency": round(self._random.random(), 4),
            "retries": int(sample == 0 and self._random.random() < 0.1),
            "max_tokens": 2048,
            "at": round(self._at, 3),
            "text": text,
        }
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _judged(instruction: Instruction, first: int = 10) -> Judgement:
    """Full marks but for the first constraint's score."""
    scores = [first, *[10] * (len(instruction.constraints) - 1)]
    return Judgement(
        scores=tuple(
            Score(constraint=c.id, score=s, reasoning=f"{c.id} has {s}")
            for c, s in zip(instruction.constraints, scores, strict=True)
        )
    )


def _with(instruction: Instruction, constraints: tuple[Constraint, ...]) -> Instruction:
    return instruction.model_copy(update={"constraints": constraints})
