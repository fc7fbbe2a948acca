"""expand: a plain instruction becomes one with constraints drawn from the taxonomy (paper B.1)."""

from __future__ import annotations

import math
from typing import Any

from trace_builder.config import CallConfig, RunConfig
from trace_builder.errors import InputError
from trace_builder.randomness import generator, weighted_sample
from trace_builder.records import Expanded, Rejection, Seed
from trace_builder.stages.base import Ask
from trace_builder.stages.common.answer_schemas import Expansion
from trace_builder.taxonomy import Taxonomy
from trace_builder.text import containment, squeeze


class Expand:
    """Draws how many constraints the instruction should get and which dimensions are offered, asks for the
    expanded text, and turns it down when it leaks a dimension's name, adds nothing or leaves the task."""

    name = "expand"
    follows = None
    reads = Seed
    makes = Expanded
    prompts = ("expand",)
    code = (
        __name__,
        "trace_builder.randomness",
        "trace_builder.stages.common.answer_schemas",
        "trace_builder.taxonomy",
        "trace_builder.text",
    )

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        self._config = config.expand
        self._seed = config.seed
        self._taxonomy = taxonomy
        unknown = set(self._config.dimension_weights) - {d.id for d in taxonomy.dimensions}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise InputError(f"expand.dimension_weights names {names}, which the taxonomy does not have")

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call,)

    @property
    def settings(self) -> dict[str, Any]:
        fields = self._config.model_dump(exclude={"call"}, mode="json")
        return {**fields, "seed": self._seed, "taxonomy": self._taxonomy.digest()}

    async def process(self, record: Seed, ask: Ask) -> Expanded | Rejection:
        target, offered = self.draw(record.id)
        names = (self._taxonomy.get(d) for d in offered)
        values = {
            "instruction": record.instruction,
            "input": record.input,
            "count": str(target),
            "offered": "\n".join(f"{d.id}: {d.name[record.lang]}" for d in names),
        }
        verdict: Rejection | None = None
        for sample in range(self._config.samples):
            answer = await ask("expand", values, Expansion, self._config.call, sample=sample)
            text = answer.value.text.strip()
            verdict = self._fault(record, text)
            if verdict is None:
                return Expanded(
                    id=record.id,
                    lang=record.lang,
                    source=record.source,
                    instruction=record.instruction,
                    input=record.input,
                    text=text,
                    target=target,
                    offered=offered,
                )
        assert verdict is not None
        return verdict

    def draw(self, record_id: str) -> tuple[int, tuple[str, ...]]:
        """The wanted number of constraints, after the target distribution, and the dimensions offered.

        Each record draws by its own id, so the set as a whole covers the taxonomy whatever the order or the
        sharding of the seeds.
        """
        rng = generator(self._seed, record_id, self.name, "draw")
        counts = range(1, len(self._config.counts) + 1)
        target = rng.choices(counts, weights=self._config.counts)[0]
        weights = {d.id: self._config.dimension_weights.get(d.id, 1.0) for d in self._taxonomy.dimensions}
        return target, weighted_sample(rng, weights, max(target + 2, math.ceil(target * self._config.spare)))

    def _fault(self, seed: Seed, text: str) -> Rejection | None:
        known = set(self._taxonomy.leaked(f"{seed.instruction}\n{seed.input or ''}"))
        leaked = [name for name in self._taxonomy.leaked(text) if name not in known]
        if leaked:
            return Rejection(reason="name_leaked", detail=f"the text holds {', '.join(leaked)}")
        if len(squeeze(text)) <= len(squeeze(seed.instruction)):
            return Rejection(reason="unchanged", detail="no constraint was added")
        kept = containment(seed.instruction, text)
        if kept < self._config.keep:
            return Rejection(reason="theme_lost", detail=f"{kept:.0%} of the seed's wording is left")
        return None
