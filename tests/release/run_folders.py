"""A run's folder as the pipeline leaves it: both languages, every kind of outcome, every kind of group."""

from __future__ import annotations

import json
import zlib
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
    Revision,
    Score,
    Seed,
    Structured,
)
from trace_builder.stages.common.certificate import certificate, proven_terms

STAGES = ("expand", "structure", "quality", "respond", "dpo", "iopo")
FINGERPRINT = "f00d"
MODEL = {"name": "rule-model", "prices": {"currency": "EUR", "prompt": 2.0}}
USED = {"calls": 3, "prompt": 1_000_000, "cached": 500_000, "completion": 10, "retries": 0}

BASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "bases.jsonl").read_text(encoding="utf-8").splitlines()
]
TASKS = {
    lang: [base[key] for key in ("task", "other") for base in BASES if base["lang"] == lang]
    for lang in ("en", "zh")
}

#: What each seed becomes, by its number modulo ten.
FATES = (
    "full",
    "one_sided_x2y1",
    "no_group",
    "full",
    "one_sided_x1y2",
    "full",
    "unanswered",
    "failed",
    "full",
    "poor",
)


def judged(instruction: Instruction, *failed: str) -> Judgement:
    return Judgement(
        scores=tuple(
            Score(constraint=c.id, score=4 if c.id in failed else 10, reasoning=f"checked “{c.text[:12]}”")
            for c in instruction.constraints
        )
    )


def instruction_of(number: int, lang: str) -> Instruction:
    """One to four constraints; some hold a newline or a table, every third has an input."""
    if lang == "en":
        task = TASKS[lang][number]
        texts = [
            f"Use exactly {number + 3} sentences.",
            "Mention the word “harbour”.",
            "Follow this table:\n| part | length |\n|---|---|\n| opening | short |",
            "Keep a calm tone.",
        ]
        input_ = f"Note {number}: the ferry leaves at dawn." if number % 3 == 0 else None
    else:
        task = TASKS[lang][number]
        texts = [
            f"全文恰好{number + 3}句话。",
            "必须出现“码头”一词。",
            "按以下步骤写：\n1. 开头\n2. 结尾",
            "语气要平和。",
        ]
        input_ = f"备注{number}：渡船天亮时出发。" if number % 3 == 0 else None
    dimensions = ["numerical", "inclusion", "table_background", "tone_and_style"]
    count = number % 4 + 1
    constraints = tuple(
        Constraint(id=f"c{i + 1}", text=texts[i], dimension=dimensions[i] if i != 2 or number % 8 else None)
        for i in range(count)
    )
    return Instruction(description=task, constraints=constraints, input=input_)


def revised(x1: Instruction, lang: str) -> tuple[Instruction, Changes]:
    before = x1.constraints[0]
    text = "Use at most two sentences." if lang == "en" else "全文不超过两句话。"
    after = before.model_copy(update={"text": text})
    x2 = x1.model_copy(update={"constraints": (after, *x1.constraints[1:])})
    return x2, Changes(revised=(Revision(before=before, after=after),))


def group_of(answered: Answered, fate: str) -> IopoGroup:
    x1 = answered.instruction
    y2 = f"Second response to {answered.id}.\n二。"
    if fate == "full":
        x2, changes = revised(x1, answered.lang)
        operation = "revise"
        cells = Cells(x1y1=judged(x1), x1y2=judged(x1, "c1"), x2y1=judged(x2, "c1"), x2y2=judged(x2))
    elif fate == "one_sided_x2y1":
        new = Constraint(
            id="c9", text="Add a title." if answered.lang == "en" else "加上标题。", dimension="template"
        )
        x2 = x1.model_copy(update={"constraints": (*x1.constraints, new)})
        changes, operation = Changes(added=(new,)), "add"
        cells = Cells(x1y1=judged(x1), x1y2=None, x2y1=judged(x2, "c9"), x2y2=judged(x2))
    else:
        gone, *rest = x1.constraints
        x2 = x1.model_copy(update={"constraints": tuple(rest)})
        changes, operation = Changes(removed=(gone,)), "delete"
        cells = Cells(x1y1=judged(x1), x1y2=judged(x1, gone.id), x2y1=None, x2y2=judged(x2))
    terms = proven_terms(cells, x1, x2)
    grade = certificate(terms)
    assert grade is not None
    return IopoGroup(
        id=answered.id, lang=answered.lang, source=answered.source, operation=operation, x1=x1, x2=x2,
        y1=answered.response, y2=y2, changes=changes, cells=cells, terms=terms, certificate=grade,
    )  # fmt: skip


class RunFolder:
    """Builds a run's folder; records can be changed before ``write``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seeds: list[Seed] = []
        self.outcomes: dict[str, dict[str, Outcome]] = {stage: {} for stage in STAGES}
        self.manifest: dict[str, Any] = {
            "version": 1,
            "created": "2026-01-02T03:04:05+00:00",
            "profile": "test",
            "config": {"seed": 7, "rehearsal": {"seed": 0}, "models": {"default": MODEL}},
            "seeds": {"count": 0, "digest": "abc"},
            "source": "seeds.jsonl",
            "stages": {stage: {"fingerprint": FINGERPRINT, "parts": {"prompts": "p0"}} for stage in STAGES},
            "finished": True,
            "usage": {"expand": USED},
        }  # fmt: skip

    def put(self, stage: str, id_: str, status: str, record: Any = None, reason: str | None = None) -> None:
        seed = next(s for s in self.seeds if s.id == id_)
        data = record.model_dump(mode="json") if record is not None else None
        self.outcomes[stage][id_] = Outcome(
            id=id_, stage=stage, status=status, reason=reason, fingerprint=FINGERPRINT, seed=digest(seed),
            calls=(f"{stage}0000{len(self.outcomes[stage])}",), record=data,
        )  # fmt: skip

    def write(self) -> Path:
        (self.folder / "stages").mkdir(parents=True, exist_ok=True)
        (self.folder / "calls").mkdir(exist_ok=True)
        self.manifest["seeds"]["count"] = len(self.seeds)
        text = json.dumps(self.manifest, ensure_ascii=False)
        (self.folder / "run.json").write_text(text, encoding="utf-8")
        lines = "".join(f"{seed.model_dump_json()}\n" for seed in self.seeds)
        (self.folder / "seeds.jsonl").write_text(lines, encoding="utf-8")
        for stage, outcomes in self.outcomes.items():
            text = "".join(f"{outcome.model_dump_json()}\n" for outcome in outcomes.values())
            (self.folder / "stages" / f"{stage}.jsonl").write_text(text, encoding="utf-8")
            calls = "".join(self._call(stage, outcome) for outcome in outcomes.values())
            (self.folder / "calls" / f"{stage}.jsonl").write_text(calls, encoding="utf-8")
        return self.folder

    def _call(self, stage: str, outcome: Outcome) -> str:
        operation = (outcome.record or {}).get("operation", "revise")
        row = {
            "id": outcome.id, "key": outcome.calls[0], "stage": stage,
            "prompt": f"iopo_{operation}" if stage == "iopo" else stage,
            "sample": 0, "attempt": 0, "model": "rule-model", "server": "", "finish_reason": "stop",
            "usage": {"prompt": 10, "cached": 5, "completion": 7}, "latency": 0.25, "retries": 0, "wasted": 0,
            "max_tokens": 100, "at": 1.5, "text": f"raw answer for {outcome.id} 原文",
        }  # fmt: skip
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"

    def record(self, stage: str, id_: str) -> dict[str, Any]:
        """An accepted record's data, to be changed in place."""
        record = self.outcomes[stage][id_].record
        assert record is not None
        return record


def digest(seed: Seed) -> str:
    return f"{zlib.crc32(seed.model_dump_json().encode()):08x}"


def fill(run: RunFolder, number: int) -> None:
    """``number`` seeds of each language, with the fates above in turn."""
    for position in range(2 * number):
        lang, index = ("en", "zh")[position % 2], position // 2
        add_seed(run, f"{lang}-{index:03d}", lang, index, FATES[(position + position // 10) % 10])


def add_seed(run: RunFolder, id_: str, lang: str, number: int, fate: str) -> None:
    instruction = instruction_of(number, lang)
    source = "own" if number % 2 else "hired 雇"
    seed = Seed(
        id=id_, lang=lang, instruction=instruction.description, input=instruction.input, source=source
    )
    run.seeds.append(seed)
    base = {"id": id_, "lang": lang, "source": source}
    expanded = Expanded(
        **base, instruction=seed.instruction, input=seed.input, text=instruction.render(),
        target=len(instruction.constraints), offered=("theme",),
    )  # fmt: skip
    run.put("expand", id_, "accepted", expanded)
    if fate == "poor":
        run.put("structure", id_, "rejected", reason="poor_instruction")
        return
    run.put("structure", id_, "accepted", Structured(**base, instruction=instruction))
    run.put(
        "quality",
        id_,
        "accepted",
        Checked(**base, instruction=instruction, completeness="ok", redundancy="ok"),
    )
    if fate == "failed":
        run.put("respond", id_, "failed", reason="server_error")
        return
    if fate == "unanswered":
        run.put("respond", id_, "rejected", reason="imperfect_response")
        return
    worse = FailedResponse(response=f"Sampled and worse {id_}", judgement=judged(instruction, "c1"))
    answered = Answered(
        **base, instruction=instruction, response=f"Response to {id_}.\n\n- 一\n- two",
        judgement=judged(instruction), imperfect=(worse,) if number % 2 else (),
    )  # fmt: skip
    run.put("respond", id_, "accepted", answered)
    rejected = worse.response if number % 2 else f"Worse {id_}" + " on and on" * (number % 5)
    preference = Preference(
        **base, instruction=instruction, chosen=answered.response, rejected=rejected,
        origin="sampled" if number % 2 else "prompted", failed=("c1",),
        chosen_judgement=answered.judgement, rejected_judgement=judged(instruction, "c1"),
    )  # fmt: skip
    if number % 7 == 6:
        run.put("dpo", id_, "rejected", reason="no_worse_response")
    else:
        run.put("dpo", id_, "accepted", preference)
    if fate == "no_group" or (fate == "one_sided_x1y2" and len(instruction.constraints) < 2):
        run.put("iopo", id_, "rejected", reason="no_contrast")
    else:
        run.put("iopo", id_, "accepted", group_of(answered, fate))
