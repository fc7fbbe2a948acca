"""iopo: a second instruction by adding, deleting or revising constraints, its own response, and the
certificate over the four cells (paper D; the certificate is ours)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from trace_builder.config import AskingSection, CallConfig, RunConfig, Weight, one_above_zero
from trace_builder.records import (
    Answered,
    Cells,
    Changes,
    Instruction,
    IopoGroup,
    Judgement,
    Operation,
    Rejection,
    Terms,
)
from trace_builder.stages.base import Ask, Product, Stage
from trace_builder.stages.common.answer_schemas import Rationality, Rewriting
from trace_builder.stages.common.certificate import certificate, mismatch_fails, proven_terms
from trace_builder.stages.common.constraint_changes import is_operation, is_unchanged, second_instruction
from trace_builder.stages.common.judging import judge, judge_call, judge_settings
from trace_builder.stages.common.leaked_names import NAME_LEAKED, leaked_name
from trace_builder.stages.common.product_rows import group_row
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.stages.common.response_faults import response_fault
from trace_builder.stages.respond import RespondConfig
from trace_builder.support.bilingual import Text
from trace_builder.support.randomness import generator
from trace_builder.taxonomy import Taxonomy

_NO_CONTRAST = Rejection(reason="no_contrast", detail="each response follows the other's instruction too")


class IopoConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.8)
    operations: Annotated[dict[Operation, Weight], AfterValidator(one_above_zero)] = Field(
        default={"add": 1.0, "delete": 1.0, "revise": 4.0}, description="Weights of the operations."
    )
    samples: int = Field(default=1, ge=1, description="Responses to x2 tried until one is perfect.")
    certificate: Literal["cells", "rationality"] = Field(
        default="cells", description="cells: all four judged; rationality: the paper's single check."
    )


class Iopo(Stage[Answered, IopoGroup]):
    """Makes x2 with one drawn operation, answers it, and judges the four cells, the cheapest decisive one
    first, so that nothing more is paid for once the outcome is known."""

    name = "iopo"
    label = Text("x2 and y2; four cells judged", "生成 x2 与 y2，判定四个组合")
    follows = "respond"
    reads = Answered
    makes = IopoGroup
    prompts = ("iopo_add", "iopo_delete", "iopo_revise", "respond", "judge", "rational")
    config = IopoConfig
    reasons = {
        "x2_unchanged": Text("the second instruction is the first", "第二条指令与第一条相同"),
        "wrong_operation": Text(
            "the constraints changed in another way than asked for", "约束的改动方式与要求不符"
        ),
        **NAME_LEAKED,
        "y2_imperfect": Text(
            "no response to x2 with 10 for every constraint", "x2 没有各项约束均得 10 分的回答"
        ),
        "no_contrast": Text(
            "each response follows the other's instruction too", "两个回答也都符合对方的指令"
        ),
        "not_rational": Text("the group was judged not rational", "该组被判为不合理"),
    }
    shows = ("operation", "certificate", "x1", "x2", "y1", "y2", "changes", "cells", "terms")
    product = Product(
        "iopo",
        "IOPO",
        Text("groups of two instructions and two responses", "两条指令与两个回答"),
        group_row,
    )

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(IopoConfig)
        self._answering = config.section(RespondConfig).call
        self._judge = config.judge
        self._seed = config.seed

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call, self._answering, judge_call(self._judge), self._judge.call)

    @property
    def settings(self) -> dict[str, Any]:
        judging = judge_settings(self._judge)
        return {**super().settings, "seed": self._seed, "taxonomy": self.taxonomy.digest(), "judge": judging}

    async def process(self, record: Answered, ask: Ask) -> IopoGroup | Rejection:
        operation = self.draw(record.id, len(record.instruction.constraints))
        values = {**instruction_values(record.instruction), "response": record.response}
        values["operation"] = operation
        reply = (await ask(f"iopo_{operation}", values, Rewriting, self._config.call)).value
        x2, changes = second_instruction(record.instruction, reply, self.taxonomy)
        fault = self._fault(operation, x2, changes)
        if fault is not None:
            return fault
        if self._config.certificate == "rationality":
            return await self._by_rationality(record, operation, x2, changes, ask)
        return await self._by_cells(record, operation, x2, changes, ask)

    def draw(self, record_id: str, constraints: int) -> Operation:
        """An operation by weight. A single constraint cannot be deleted, since x2 needs one: another takes
        the place of deletion, revision where no other has a weight."""
        weights: dict[Operation, float] = {
            name: weight
            for name, weight in sorted(self._config.operations.items())
            if weight > 0 and not (name == "delete" and constraints < 2)
        }
        rng = generator(self._seed, record_id, self.name, "operation")
        return rng.choices(list(weights), weights=list(weights.values()))[0] if weights else "revise"

    def _fault(self, operation: Operation, x2: Instruction, changes: Changes) -> Rejection | None:
        if is_unchanged(changes):
            return Rejection(reason="x2_unchanged", detail=f"{operation} changed nothing")
        if not is_operation(changes, operation) or not x2.constraints:
            made = (
                f"{len(changes.added)} added, {len(changes.removed)} removed, {len(changes.revised)} revised"
            )
            return Rejection(reason="wrong_operation", detail=f"{operation} was asked for: {made}")
        return leaked_name((*changes.added, *(r.after for r in changes.revised)), self.taxonomy)

    async def _by_cells(
        self, record: Answered, operation: Operation, x2: Instruction, changes: Changes, ask: Ask
    ) -> IopoGroup | Rejection:
        x1, y1 = record.instruction, record.response
        x2y1 = None
        if operation != "delete":
            # Needs no second response. An addition that y1 happens to follow has lost its only contrast.
            x2y1 = await judge(ask, x2, y1, self._judge, claim="fails")
            if operation == "add" and not mismatch_fails(x2y1, x2, x1):
                return _NO_CONTRAST
        answered = await self._respond(x2, y1, ask)
        if isinstance(answered, Rejection):
            return answered
        y2, x2y2 = answered
        x1y2 = await judge(ask, x1, y2, self._judge, claim="fails")
        if operation == "delete" and not mismatch_fails(x1y2, x1, x2):
            return _NO_CONTRAST
        if x2y1 is None:
            x2y1 = await judge(ask, x2, y1, self._judge, claim="fails")
        cells = Cells(x1y1=record.judgement, x1y2=x1y2, x2y1=x2y1, x2y2=x2y2)
        terms = proven_terms(cells, x1, x2)
        grade = certificate(terms)
        if grade is None:
            return _NO_CONTRAST
        return _group(record, operation, x2, y2, changes, cells, terms, grade)

    async def _by_rationality(
        self, record: Answered, operation: Operation, x2: Instruction, changes: Changes, ask: Ask
    ) -> IopoGroup | Rejection:
        """The paper's weaker check (D, step 4): one question about the whole group, and nothing proven."""
        answered = await self._respond(x2, record.response, ask)
        if isinstance(answered, Rejection):
            return answered
        y2, x2y2 = answered
        values = {
            "x1": record.instruction.render(),
            "y1": record.response,
            "x2": x2.render(),
            "y2": y2,
        }
        reply = (await ask("rational", values, Rationality, self._judge.call)).value
        if reply.verdict != "rational":
            return Rejection(reason="not_rational", detail=reply.reasoning)
        cells = Cells(x1y1=record.judgement, x2y2=x2y2)
        terms = proven_terms(cells, record.instruction, x2)
        return _group(record, operation, x2, y2, changes, cells, terms, "rationality")

    async def _respond(self, x2: Instruction, y1: str, ask: Ask) -> tuple[str, Judgement] | Rejection:
        """y2 with its judgement, after up to ``iopo.samples`` tries."""
        values = {"instruction": x2.render()}
        detail = ""
        for sample in range(self._config.samples):
            answer = await ask("respond", values, str, self._answering, sample=sample)
            fault = response_fault(answer)
            if fault is not None or answer.value.strip() == y1.strip():
                detail = fault or "the response to x2 is the response to x1"
                continue
            judgement = await judge(ask, x2, answer.value, self._judge)
            if judgement.perfect:
                return answer.value, judgement
            detail = f"short of full marks: {', '.join(judgement.imperfect)}"
        return Rejection(reason="y2_imperfect", detail=detail)


def _group(
    record: Answered,
    operation: Operation,
    x2: Instruction,
    y2: str,
    changes: Changes,
    cells: Cells,
    terms: Terms,
    grade: Any,
) -> IopoGroup:
    return IopoGroup(
        id=record.id,
        lang=record.lang,
        source=record.source,
        operation=operation,
        x1=record.instruction,
        x2=x2,
        y1=record.response,
        y2=y2,
        changes=changes,
        cells=cells,
        terms=terms,
        certificate=grade,
    )
