"""Requests to the embedded model as the pipeline makes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from trace_builder.prompts import block_tag, data_block
from trace_builder.records import Lang
from trace_builder.rehearsal.rule_model import RuleModel
from trace_builder.rehearsal.writer.choose import choose
from trace_builder.rehearsal.writer.kind_writers import DIMENSIONS, Worded
from trace_builder.rehearsal.writer.parameters import Picker

INSTRUCTIONS: dict[Lang, str] = {
    "en": "Describe how bees make honey in the hills of Tuscany.",
    "zh": "介绍一下蜜蜂在山谷酿蜜的过程。",
}


def some_checks(lang: Lang, count: int, seed: int) -> list[Worded]:
    """``count`` checks that go together, of a random choice of dimensions."""
    rng = Random(seed)
    offered = rng.sample(DIMENSIONS, min(len(DIMENSIONS), 2 * count))
    return choose(offered, count, Picker(lang, rng, INSTRUCTIONS[lang]))


def written(checks: Iterable[Worded], lang: Lang) -> list[str]:
    return [check.wording.write(check.slots, lang, n) for n, check in enumerate(checks)]


def constraint_lines(texts: Iterable[str], mark: str = "c") -> str:
    rows = ({"id": f"{mark}{n}", "text": text} for n, text in enumerate(texts, 1))
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def rendered(description: str, texts: Iterable[str], held: str | None = None) -> str:
    lines = [description, *texts, *([] if held is None else ["# Inputs:", held])]
    return "\n".join(lines) + "\n"


def plain_body(message: str, seed: int = 0, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": message}], "seed": seed, **more}


def in_blocks(blocks: Mapping[str, str | None], between: str = "\n") -> str:
    """A question's data blocks, as the pipeline writes them."""
    tag = block_tag(blocks.values(), "")
    return between.join(data_block(name, value, tag) for name, value in blocks.items())


def task_body(name: str, blocks: Mapping[str, str | None], seed: int = 0, **more: Any) -> dict[str, Any]:
    message = "\n\n".join(
        data_block(key, value, block_tag(blocks.values(), "")) for key, value in blocks.items()
    )
    form = {"type": "json_schema", "json_schema": {"name": name, "schema": {"type": "object"}}}
    messages = [{"role": "system", "content": "rules"}, {"role": "user", "content": message}]
    return {"model": "m", "messages": messages, "seed": seed, "response_format": form, **more}


def ask(model: RuleModel, name: str, blocks: Mapping[str, str | None], seed: int = 0) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(model.answer(task_body(name, blocks, seed)))
    return loaded
