"""expand: a plain instruction becomes one with constraints drawn from the taxonomy (paper B.1)."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from trace_builder.config import AskingSection, CallConfig, RunConfig, Weight, one_above_zero
from trace_builder.errors import InputError
from trace_builder.records import Expanded, Rejection, Seed
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import Expansion
from trace_builder.stages.common.leaked_names import NAME_LEAKED
from trace_builder.support.bilingual import Text
from trace_builder.support.paper import TRAIN_COUNTS
from trace_builder.support.randomness import generator, weighted_sample
from trace_builder.support.text import containment, squeeze
from trace_builder.taxonomy import Taxonomy


class ExpandConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.9)
    counts: Annotated[tuple[Weight, ...], AfterValidator(one_above_zero)] = Field(
        default=TRAIN_COUNTS,
        min_length=1,
        max_length=15,
        description="Weights of 1, 2, 3 ... constraints; the default is the paper's training row.",
    )
    spare: float = Field(default=2.0, ge=1, description="Dimensions offered for each constraint wanted.")
    dimension_weights: dict[str, Weight] = Field(
        default_factory=dict, description="Weight of a dimension id in the draw; 1 where absent, 0 never."
    )
    samples: int = Field(
        default=2, ge=1, description="Expansions tried when one leaks a name or adds nothing."
    )
    keep: float = Field(
        default=0.25, ge=0, le=1, description="Share of the seed's wording that the expanded text must keep."
    )


class Expand(Stage[Seed, Expanded]):
    """Draws how many constraints the instruction should get and which dimensions are offered, asks for the
    expanded text, and turns it down when it leaks a dimension's name, adds nothing or leaves the task."""

    name = "expand"
    label = Text("constraints written in", "写入约束")
    reads = Seed
    makes = Expanded
    prompts = ("expand",)
    config = ExpandConfig
    reasons = {
        "unchanged": Text("no constraint was added", "没有加入任何约束"),
        **NAME_LEAKED,
        "theme_lost": Text("no longer about the seed's task", "已偏离原指令的任务"),
    }
    shows = ("text", "target", "offered")

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(ExpandConfig)
        self._seed = config.seed
        unknown = set(self._config.dimension_weights) - {d.id for d in taxonomy.dimensions}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise InputError(f"expand.dimension_weights names {names}, which the taxonomy does not have")

    @property
    def settings(self) -> dict[str, Any]:
        return {**super().settings, "seed": self._seed, "taxonomy": self.taxonomy.digest()}

    async def process(self, record: Seed, ask: Ask) -> Expanded | Rejection:
        target, offered = self.draw(record.id)
        names = (self.taxonomy.get(d) for d in offered)
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
        weights = {d.id: self._config.dimension_weights.get(d.id, 1.0) for d in self.taxonomy.dimensions}
        return target, weighted_sample(rng, weights, max(target + 2, math.ceil(target * self._config.spare)))

    def _fault(self, seed: Seed, text: str) -> Rejection | None:
        known = set(self.taxonomy.leaked(f"{seed.instruction}\n{seed.input or ''}"))
        leaked = [name for name in self.taxonomy.leaked(text) if name not in known]
        if leaked:
            return Rejection(reason="name_leaked", detail=f"the text holds {', '.join(leaked)}")
        if len(squeeze(text)) <= len(squeeze(seed.instruction)):
            return Rejection(reason="unchanged", detail="no constraint was added")
        kept = containment(seed.instruction, text)
        if kept < self._config.keep:
            return Rejection(reason="theme_lost", detail=f"{kept:.0%} of the seed's wording is left")
        return None
