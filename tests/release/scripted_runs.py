"""Whole runs without a server: the real stages, asked and written by the real code, answered from a
script."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from run_folders import Failure, make_run

from trace_builder.config import CallConfig
from trace_builder.records import Instruction, Lang, Record, Rejection, Seed
from trace_builder.run.asking.answers import read_answer
from trace_builder.run.config_file import load_config
from trace_builder.stages.base import Answer, Stage
from trace_builder.stages.stage_registry import build_stages
from trace_builder.storage.calls import Call, Usage
from trace_builder.storage.layout import outcomes_file, product_file
from trace_builder.storage.seeds import record_digest
from trace_builder.taxonomy import load_taxonomy

T = TypeVar("T")
Data = dict[str, Any]

STAGES = ("expand", "structure", "quality", "respond", "dpo", "iopo")
FOLLOWS = {
    "structure": "expand",
    "quality": "structure",
    "respond": "quality",
    "dpo": "respond",
    "iopo": "respond",
}

BASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "bases.jsonl").read_text(encoding="utf-8").splitlines()
]
TASKS = {
    lang: [base[key] for key in ("task", "other") for base in BASES if base["lang"] == lang]
    for lang in ("en", "zh")
}

#: What each seed becomes, by its number modulo ten. What a group becomes depends on the operation drawn.
FATES = ("group",) * 5 + ("no_group", "unanswered", "failed", "group", "poor")

#: The dimensions of the four constraints that a seed's instruction is given.
DIMENSIONS = ("numerical", "inclusion", "table_background", "tone_and_style")
CONSTRAINTS = {
    "en": (
        "Use exactly {} sentences.",
        "Mention the word “harbour”.",
        "Follow this table:\n| part | length |\n|---|---|\n| opening | short |",
        "Keep a calm manner.",
    ),
    "zh": ("全文恰好{}句话。", "必须出现“码头”一词。", "按以下步骤写：\n1. 开头\n2. 结尾", "下笔要平和。"),
}
_SETTINGS = (
    "judge.code_checks=false",
    "respond.samples=2",
    "expand.writes=text",
    "quality.questions=two",
    "harvest.enabled=false",
)
HARVESTED = {"en": "Use between one and two sentences.", "zh": "全文一到两句话。"}
REVISED = {"en": "Use at most two sentences.", "zh": "全文不超过两句话。"}
ADDED = {"en": "Add a heading of your own.", "zh": "加上一行标题。"}


@dataclass(frozen=True)
class Scripted:
    """One seed, and what becomes of it. ``response`` is the perfect one."""

    seed: Seed
    number: int
    fate: str = "group"
    response: str = ""

    @property
    def texts(self) -> list[str]:
        """One to four constraints; some hold a newline or a table."""
        chosen = CONSTRAINTS[self.seed.lang][: self.number % 4 + 1]
        return [text.replace("{}", str(self.number + 3)) for text in chosen]

    @property
    def y1(self) -> str:
        return self.response or f"Response to {self.seed.id}.\n\n- 一\n- two"

    @property
    def worse(self) -> str:
        return f"Sampled and worse {self.seed.id}"


def seed_of(lang: Lang, number: int) -> Seed:
    """Every third has an input."""
    input_ = {"en": f"Note {number}: the ferry leaves at dawn.", "zh": f"备注{number}：渡船天亮时出发。"}[
        lang
    ]
    return Seed(
        id=f"{lang}-{number:03d}",
        lang=lang,
        instruction=TASKS[lang][number],
        input=input_ if number % 3 == 0 else None,
        source="own" if number % 2 else "hired 雇",
    )


def cast_of(number: int) -> list[Scripted]:
    """``number`` seeds of each language, with the fates above in turn."""
    langs: tuple[Lang, Lang] = ("en", "zh")
    return [
        Scripted(seed_of(langs[place % 2], place // 2), place // 2, FATES[(place + place // 10) % len(FATES)])
        for place in range(2 * number)
    ]


def scripted_run(
    folder: Path, cast: Iterable[Scripted] | int = 20, *overrides: str, finish: bool = True, **decide: Any
) -> Path:
    """A run over these seeds.

    Args:
        overrides: of the configuration, as ``--set`` takes them.
        decide: by stage, what decides instead of the stage: takes the incoming record.
    """
    config = load_config(overrides=(*_SETTINGS, *overrides), values={"profile": "test"})
    cast = cast_of(cast) if isinstance(cast, int) else list(cast)
    players = {one.seed.id: one for one in cast}
    asked: dict[tuple[str, str], list[Call]] = {}

    def play(stage: Stage[Any, Any], incoming: Any) -> Any:
        player = players[incoming.id]
        if stage.name == "respond" and player.fate == "failed":
            return Failure("server_error", "gone")
        ask = ScriptedAsk(stage.name, player)
        made: Record | Rejection = asyncio.run(stage.decide(incoming, ask))
        asked[stage.name, incoming.id] = ask.calls
        return made

    stages = {stage.name: partial(play, stage) for stage in build_stages(config, load_taxonomy())}
    return make_run(
        folder,
        [one.seed for one in cast],
        {**stages, **decide},
        calls=lambda stage, incoming, made: asked.pop((stage, incoming.id), ()),
        config=config,
        finish=finish,
    )


@dataclass
class ScriptedAsk:
    """The ``ask`` of one record in one stage."""

    stage: str
    player: Scripted
    calls: list[Call] = field(default_factory=list)

    async def __call__(
        self,
        prompt: str,
        values: Mapping[str, str | None],
        want: type[T],
        call: CallConfig,
        *,
        sample: int = 0,
        check: Callable[[T], None] | None = None,
    ) -> Answer[T]:
        answer = getattr(self, f"_{prompt.partition('_')[0]}")(prompt, values, sample)
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        parts = (self.stage, self.player.seed.id, prompt, sample, *sorted(map(str, values.items())))
        answered = Call(
            id=self.player.seed.id,
            key=hashlib.sha256("".join(map(str, parts)).encode()).hexdigest()[:32],
            stage=self.stage,
            prompt=prompt,
            sample=sample,
            model="rule-model",
            finish_reason="stop",
            usage=Usage(prompt=10, cached=5, completion=7),
            latency=0.25,
            max_tokens=100,
            at=1.5,
            text=text,
        )
        if answered.key not in {known.key for known in self.calls}:
            self.calls.append(answered)
        return read_answer(answered, want, "json_schema", check)

    def _expand(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        return {"text": "\n".join([self.player.seed.instruction, *self.player.texts])}

    def _structure(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        verdict = "poor" if self.player.fate == "poor" else "ok"
        constraints = [
            # Outside the taxonomy, now and then.
            {"text": text, "dimension": "none" if n == 2 and self.player.number % 8 == 2 else DIMENSIONS[n]}
            for n, text in enumerate(self.player.texts)
        ]
        about = {"description": self.player.seed.instruction, "constraints": constraints, "input": None}
        return {"reasoning": "read", "verdict": verdict, **about}

    def _complete(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        return {"reasoning": "whole", "verdict": "complete"}

    def _redundant(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        return {"reasoning": "nothing twice", "verdict": "none"}

    def _rational(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        return {"reasoning": "fits", "verdict": "rational"}

    def _respond(self, prompt: str, values: Mapping[str, str | None], sample: int) -> str:
        if self.stage == "iopo":
            return f"Second response to {self.player.seed.id}.\n二。"
        fails = self.player.fate == "unanswered" or (self.player.number % 2 and sample == 0)
        return f"<think>hm</think>\n{self.player.worse if fails else self.player.y1}\n"

    def _worse(self, prompt: str, values: Mapping[str, str | None], sample: int) -> str:
        if self.player.number % 7 == 6:
            return self.player.y1
        return f"Worse {self.player.seed.id}" + " on and on" * (self.player.number % 5)

    def _iopo(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        lang = self.player.seed.lang
        edits: dict[str, Data] = {
            "iopo_add": {"added": [{"text": ADDED[lang], "dimension": "template"}]},
            "iopo_delete": {"deleted": ["c1"]},
            "iopo_revise": {"revised": [{"id": "c1", "text": REVISED[lang], "dimension": "numerical"}]},
        }
        return {"reasoning": "changed", **edits[prompt]}

    def _harvest(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        failed = [json.loads(line)["id"] for line in (values["failed"] or "").splitlines()]
        text = f"{HARVESTED[self.player.seed.lang]} {sample + 1}"
        return {
            "reasoning": "turned round",
            "revised": [{"id": name, "text": text, "dimension": "numerical"} for name in failed],
        }

    def _judge(self, prompt: str, values: Mapping[str, str | None], sample: int) -> Data:
        rows = [json.loads(line) for line in (values["constraints"] or "").splitlines()]
        matching = "task" in (values["wanted"] or "")
        failed = self._failed([row["text"] for row in rows], values["response"] or "", matching=matching)
        verdicts = {
            row["id"]: {
                "reasoning": f"checked “{row['text'][:12]}”",
                "score": 4 if row["text"] in failed else 10,
            }
            for row in rows
        }
        return {**({"task": {"reasoning": "done", "score": 10}} if matching else {}), **verdicts}

    def _failed(self, texts: list[str], response: str, *, matching: bool) -> set[str]:
        """The constraints that a response fails: a bad one the first, and in a group each response those of
        the other instruction."""
        if self.stage == "harvest":
            return set() if matching else set(texts)
        if self.stage != "iopo":
            return set() if response == self.player.y1.strip() else {texts[0]}
        if self.player.fate == "no_group":
            return set()
        if response == self.player.y1.strip():
            return set(texts) - set(self.player.texts)
        return set() if matching else {self.player.texts[0]} & set(texts)


def edit(folder: Path, stage: str, id_: str, change: Callable[[Data], None]) -> int:
    """Changes an accepted record as somebody would who knows the folder: its digest, those that later stages
    rest on, and its row in the product are made to fit. Returns its line."""
    path, found = outcomes_file(folder, stage), 0
    rows = _rows(path)
    for number, row in enumerate(rows, start=1):
        if row["id"] == id_:
            change(row["record"])
            found, old = number, row["digest"]
            row["digest"] = f"{record_digest(_compact(row['record'])):016x}"
    _write(path, rows)
    new = rows[found - 1]["digest"]
    for later in (name for name, before in FOLLOWS.items() if before == stage):
        after = _rows(outcomes_file(folder, later))
        for row in after:
            if row["upstream"] == old:
                row["upstream"] = new
        _write(outcomes_file(folder, later), after)
    product = product_file(folder, {"respond": "sft"}.get(stage, stage))
    if product.exists():
        lines = _rows(product)
        for row in lines:
            if row["id"] == id_:
                row.update(rows[found - 1]["record"])
                if "instruction" in row:
                    row["prompt"] = Instruction.model_validate(row["instruction"]).render()
        product.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines), "utf-8")
    return found


def _rows(path: Path) -> list[Data]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _write(path: Path, rows: list[Data]) -> None:
    path.write_bytes(b"".join(_compact(row) + b"\n" for row in rows))
