"""A small, bilingual run with every kind of end, by the engine's own code; its first seed is hostile."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from run_folders import Failure, make_run

from trace_builder.records import (
    Answered,
    Attempted,
    Cells,
    Changes,
    Checked,
    Constraint,
    Expanded,
    FailedResponse,
    Instruction,
    IopoGroup,
    Item,
    Judgement,
    Preference,
    Record,
    Rejection,
    Revision,
    Score,
    Seed,
    Structured,
    Terms,
)
from trace_builder.storage.calls import Call, Usage

#: What a hostile record carries in every text of its own.
HOSTILE = (
    "<script>window.pwned = 1</script></script><!-- <script> -->"
    "<img src=x onerror='window.pwned=2'> &amp; \u2028"
)

_DIMENSIONS = ("inclusion", "numerical", "output_format", "tone_and_style", "theme", "role_playing")
_START = 1_790_000_000.0
_ASKED = {
    "expand": ("expand",),
    "structure": ("structure",),
    "quality": ("complete", "redundant"),
    "respond": ("respond", "judge"),
    "dpo": ("worse", "judge"),
}


def harbour_run(
    folder: Path,
    size: int = 60,
    *,
    padding: int = 0,
    stages: int = 6,
    finish: bool = True,
    also: dict[str, Any] | None = None,
) -> Path:
    """``size`` seeds; every seventh is in Chinese. ``padding`` words are added to every response; only the
    first ``stages`` are walked, and those in ``also``."""
    decide = {
        "expand": _expand,
        "structure": _structure,
        "quality": _quality,
        "respond": lambda checked: _respond(checked, padding),
        "dpo": _dpo,
        "iopo": _iopo,
    }
    seeds = [_seed(number) for number in range(size)]
    return make_run(
        folder, seeds, {**dict(list(decide.items())[:stages]), **(also or {})}, calls=_Calls(), finish=finish
    )


class _Calls:
    """The answers behind an outcome, a fraction of a second after one another."""

    def __init__(self) -> None:
        self._random = random.Random(7)
        self._at = _START

    def __call__(self, stage: str, incoming: Any, made: Any) -> Iterator[Call]:
        operation = made.operation if isinstance(made, IopoGroup) else _operation(_number(incoming))
        prompts = _ASKED.get(stage) or (f"iopo_{operation}", "judge", "respond", "judge")
        for sample, prompt in enumerate(prompts):
            self._at += self._random.random() * 0.4
            hostile = HOSTILE if isinstance(made, Record) and not sample else ""
            yield Call(
                id=incoming.id,
                key=hashlib.sha256(f"{incoming.id}{stage}{sample}".encode()).hexdigest()[:32],
                stage=stage,
                prompt=prompt,
                sample=sample,
                model="rehearsal",
                server="http://127.0.0.1:1",
                finish_reason="stop",
                usage=Usage(
                    prompt=900 + self._random.randrange(200),
                    cached=600,
                    completion=20 + self._random.randrange(300),
                ),
                latency=round(self._random.random(), 4),
                retries=int(sample == 0 and self._random.random() < 0.1),
                max_tokens=2048,
                at=round(self._at, 3),
                text=f"raw answer to {prompt} {hostile}",
            )


def _number(record: Item | Seed) -> int:
    return int(record.id[1:])


def _who(record: Item | Seed) -> dict[str, Any]:
    return {"id": record.id, "lang": record.lang, "source": record.source}


def _lost(record: Item | Seed, reason: Any, kept: Attempted | None = None) -> Rejection:
    return Rejection(reason=reason, detail=f"why {record.id} was lost", kept=kept)


def _seed(number: int) -> Seed:
    lang = "zh" if number % 7 == 3 else "en"
    text = f"写一段关于第{number}个港口的介绍" if lang == "zh" else f"Describe harbour number {number}"
    hostile = "" if number else f" {HOSTILE}"
    return Seed(id=f"s{number:05d}", lang=lang, instruction=text + hostile, source="bundled")


def _instruction(record: Item | Seed, description: str) -> Instruction:
    number = _number(record)
    hostile = "" if number else f" {HOSTILE}"
    texts = [
        f"第{n}条：全文不超过{n}00字" if record.lang == "zh" else f"Use at most {n}00 words{hostile}"
        for n in range(1, 2 + number % 6)
    ]
    constraints = tuple(
        Constraint(id=f"c{n}", text=text, dimension=_DIMENSIONS[(number + n) % len(_DIMENSIONS)])
        for n, text in enumerate(texts, start=1)
    )
    source = f"Input of {number}{hostile}" if number % 3 == 0 else None
    return Instruction(description=description, constraints=constraints, input=source)


def _expand(seed: Seed) -> Expanded | Rejection:
    if _number(seed) % 11 == 5:
        return _lost(seed, "name_leaked")
    text = _instruction(seed, seed.instruction).render()
    return Expanded(**_who(seed), instruction=seed.instruction, text=text, target=3, offered=_DIMENSIONS)


def _structure(expanded: Expanded) -> Structured | Rejection:
    if _number(expanded) % 13 == 6:
        return _lost(expanded, "invented_text")
    return Structured(**_who(expanded), instruction=_instruction(expanded, expanded.instruction))


def _quality(record: Structured) -> Checked | Rejection:
    if _number(record) % 17 == 9:
        return _lost(record, "redundant_constraints")
    verdicts = {"completeness": "stands alone", "redundancy": "none"}
    return Checked(**_who(record), instruction=record.instruction, **verdicts)


def _respond(record: Checked, padding: int) -> Answered | Rejection:
    number = _number(record)
    missed = FailedResponse(
        response=_response(record, "short", padding), judgement=_judged(record.instruction, 6)
    )
    if number % 5 == 4:
        return _lost(
            record,
            "imperfect_response",
            Attempted(**_who(record), instruction=record.instruction, imperfect=(missed,)),
        )
    return Answered(
        **_who(record),
        instruction=record.instruction,
        response=_response(record, "long and complete", padding),
        judgement=_judged(record.instruction),
        imperfect=(missed,) if number % 3 == 0 else (),
    )


def _response(record: Item, kind: str, padding: int) -> str:
    hostile = "" if _number(record) else HOSTILE
    english = f"The harbour is {kind}, and its ships are many. "
    return ("港口很大，船很多。" if record.lang == "zh" else english) + hostile + "x " * padding


def _dpo(answered: Answered) -> Preference | Failure:
    if _number(answered) % 9 == 8:
        return Failure("timeout", f"why {answered.id} was lost")
    return Preference(
        **_who(answered),
        instruction=answered.instruction,
        chosen=answered.response,
        rejected=answered.response.replace("many", "few").replace("很多", "很少") + "!",
        origin="sampled" if answered.imperfect else "prompted",
        failed=("c1",),
        chosen_judgement=answered.judgement,
        rejected_judgement=_judged(answered.instruction, 4),
    )


def _operation(number: int) -> Any:
    return ("revise", "add", "delete" if number % 6 else "add", "revise")[number % 4]


def _iopo(answered: Answered) -> IopoGroup | Rejection:
    if _number(answered) % 6 == 1:
        return _lost(answered, "no_contrast")
    x1 = answered.instruction
    operation = _operation(_number(answered))
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
    terms = Terms(y1_over_y2_at_x1=one, y2_over_y1_at_x2=two, x1_over_x2_for_y1=two, x2_over_x1_for_y2=one)
    return IopoGroup(
        **_who(answered),
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


def _judged(instruction: Instruction, first: int = 10) -> Judgement:
    """Full marks but for the first constraint's score."""
    scores = [first, *[10] * (len(instruction.constraints) - 1)]
    return Judgement(
        scores=tuple(
            Score(constraint=c.id, score=s, reasoning=f"{c.id} has {s}")
            for c, s in zip(instruction.constraints, scores, strict=False)
        )
    )


def _with(instruction: Instruction, constraints: tuple[Constraint, ...]) -> Instruction:
    return instruction.model_copy(update={"constraints": constraints})
