"""expand: a plain instruction becomes one with constraints drawn from the taxonomy (paper B.1)."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from trace_builder.config import AskingSection, CallConfig, RunConfig, Weight, one_above_zero
from trace_builder.errors import InputError
from trace_builder.records import Expanded, Instruction, Rejection, Seed
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.answer_schemas import Expansion, Parts
from trace_builder.stages.common.cut_answers import CUT_OFF, TRUNCATED, skipping_cut_answers
from trace_builder.stages.common.instruction_text import (
    fragment,
    lost_material,
    repetition,
    theme_lost,
    whole_text,
)
from trace_builder.stages.common.leaked_names import NAME_LEAKED, leaked_name
from trace_builder.stages.common.parts import LOST_TEXT, make_instruction
from trace_builder.support.bilingual import Text
from trace_builder.support.paper import TRAIN_COUNTS
from trace_builder.support.randomness import generator, weighted_sample
from trace_builder.support.text import squeeze
from trace_builder.taxonomy import Taxonomy


class ExpandConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.9)
    writes: Literal["parts", "text"] = Field(
        default="parts",
        description="parts: description and constraints at once; text: running text, taken apart after.",
    )
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
        default=2, ge=1, description="Expansions tried when one is cut off, loses something or adds nothing."
    )


class Expand(Stage[Seed, Expanded]):
    """Draws how many constraints the instruction should get and which dimensions are offered, asks for the
    expansion, and turns it down when it adds nothing, loses something or leaves the task.

    The number drawn is a wish: fewer is right where the task cannot bear it.
    """

    name = "expand"
    label = Text("constraints written in", "写入约束")
    reads = Seed
    makes = Expanded
    prompts = ("expand", "expand_text")
    config = ExpandConfig
    reasons = {
        "unchanged": Text("no constraint was added", "没有加入任何约束"),
        **NAME_LEAKED,
        **LOST_TEXT,
        **TRUNCATED,
        "theme_lost": Text("no longer about the seed's task", "已偏离原指令的任务"),
    }
    shows = ("text", "parts", "target", "offered", "fewer")

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
        head = {
            **record.model_dump(include={"id", "lang", "source", "instruction", "input"}),
            "target": target,
            "offered": offered,
        }
        as_text = self._config.writes == "text" or record.complex
        made: Expanded | Rejection = CUT_OFF
        for sample in range(self._config.samples):
            last = sample == self._config.samples - 1
            with skipping_cut_answers():
                if as_text:
                    made = await self._text(record, head, values, ask, sample)
                else:
                    made = await self._parts(record, head, values, ask, sample, last=last)
                if isinstance(made, Expanded):
                    break
        return made

    async def _text(
        self, record: Seed, head: dict[str, Any], values: dict[str, str | None], ask: Ask, sample: int
    ) -> Expanded | Rejection:
        answer = await ask("expand_text", values, Expansion, self._config.call, sample=sample)
        text = answer.value.text.strip()
        leaked = set(self.taxonomy.leaked(text)) - set(self.taxonomy.leaked(record.instruction))
        if leaked:
            return Rejection(reason="name_leaked", detail=f"the text holds {', '.join(sorted(leaked))}")
        if len(squeeze(text)) <= len(squeeze(record.instruction)):
            return Rejection(reason="unchanged", detail="no constraint was added")
        if theme_lost(record.instruction, text):
            return Rejection(reason="theme_lost", detail="nothing of the seed's subject is left")
        return Expanded(**head, text=text)

    async def _parts(
        self,
        record: Seed,
        head: dict[str, Any],
        values: dict[str, str | None],
        ask: Ask,
        sample: int,
        *,
        last: bool,
    ) -> Expanded | Rejection:
        """What only makes an expansion worse is asked again while there is a sample left, and then taken."""
        reply = (await ask("expand", values, Parts, self._config.call, sample=sample)).value
        parts = self._instruction(reply, record)
        added = len(parts.constraints) - sum(c.stated for c in reply.constraints)
        if added < 1:
            return Rejection(reason="unchanged", detail="no constraint was added")
        if leaked := leaked_name(parts.constraints, self.taxonomy):
            return leaked
        if lost := lost_material(record.instruction, parts):
            return Rejection(reason="lost_text", detail=lost)
        if theme_lost(record.instruction, whole_text(parts)):
            return Rejection(reason="theme_lost", detail="nothing of the seed's subject is left")
        if not last and (flaw := self._flaw(parts, reply, head["target"])):
            return Rejection(reason="unchanged", detail=flaw)
        return Expanded(**head, parts=parts, fewer=reply.fewer or "")

    def _instruction(self, reply: Parts, record: Seed) -> Instruction:
        return make_instruction(
            reply.description,
            [(c.text, c.dimension) for c in reply.constraints],
            reply.input,
            record.input,
            self.taxonomy,
        )

    def _flaw(self, parts: Instruction, reply: Parts, target: int) -> str | None:
        """What a further try may do better: fragments, repetitions, labels, a number far from the wish."""
        stated = sum(c.stated for c in reply.constraints)
        wanted = max(1, target - stated)
        added = len(parts.constraints) - stated
        if added > wanted + 1 or (added < wanted - 1 and not (reply.fewer or "").strip()):
            return f"{added} constraints were added where {wanted} were wanted"
        unlabelled = next((c.id for c in parts.constraints if c.dimension is None), None)
        if unlabelled:
            return f"the label of {unlabelled} is not in the taxonomy"
        return fragment(parts.constraints) or repetition(parts)

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
