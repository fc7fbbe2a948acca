"""iopo: a second instruction by adding, deleting or revising constraints, its own response, and the
certificate over the four cells (paper D; the certificate is ours)."""

from __future__ import annotations

from dataclasses import dataclass
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
from trace_builder.stages.common.answer_schemas import Additions, Deletions, Rationality, Revisions
from trace_builder.stages.common.constraint_changes import EditFault, asked_edits, second_instruction
from trace_builder.stages.common.constraint_checks import (
    OVERLAPPING,
    contradiction,
    overlap_rejection,
    overlapping,
)
from trace_builder.stages.common.cut_answers import CUT_OFF, TRUNCATED, skipping_cut_answers
from trace_builder.stages.common.instruction_text import fragment
from trace_builder.stages.common.leaked_names import NAME_LEAKED, leaked_name
from trace_builder.stages.common.product_rows import group_row
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.stages.common.response_faults import response_fault
from trace_builder.stages.judging.cells import fails, judge_group, judge_mismatch
from trace_builder.stages.judging.certificate import Certificate, proven_terms
from trace_builder.stages.judging.judging import judge, judge_call, judge_settings
from trace_builder.stages.respond import RespondConfig
from trace_builder.support.bilingual import Text
from trace_builder.support.randomness import generator
from trace_builder.taxonomy import Taxonomy

_WANTED: dict[Operation, type[Additions | Deletions | Revisions]] = {
    "add": Additions,
    "delete": Deletions,
    "revise": Revisions,
}
_NO_CONTRAST = Rejection(reason="no_contrast", detail="each response follows the other's instruction too")


@dataclass(frozen=True)
class _Second:
    """A second instruction, how it differs from the first, and the verdict on y1 under it."""

    x2: Instruction
    changes: Changes
    x2y1: Judgement | None = None


class IopoConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.8)
    operations: Annotated[
        dict[Literal["add", "delete", "revise"], Weight], AfterValidator(one_above_zero)
    ] = Field(default={"add": 1.0, "delete": 1.0, "revise": 8.0}, description="Weights of the operations.")
    rewritings: int = Field(
        default=2, ge=1, description="Second instructions tried until y1 is found to fail one."
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
        **OVERLAPPING,
        **NAME_LEAKED,
        **TRUNCATED,
        "y2_imperfect": Text(
            "no response to x2 with full marks for every constraint", "x2 没有各项约束均得满分的回答"
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
        made: Rejection | _Second = CUT_OFF
        for sample in range(self._config.rewritings):
            with skipping_cut_answers():
                edits = await asked_edits(
                    ask,
                    f"iopo_{operation}",
                    values,
                    _WANTED[operation],
                    self._config.call,
                    sample,
                    record.instruction if self._judge.code_checks else None,
                )
                made = await self._second(record, operation, edits, ask)
                if isinstance(made, _Second):
                    break
        if isinstance(made, Rejection):
            return made
        if self._config.certificate == "rationality":
            return await self._by_rationality(record, operation, made, ask)
        return await self._by_cells(record, operation, made, ask)

    async def _second(
        self, record: Answered, operation: Operation, edits: Additions | Deletions | Revisions, ask: Ask
    ) -> _Second | Rejection:
        """x2, and the verdict on y1 under it, which needs no second response: an x2 that y1 happens to follow
        is written anew before y2 is paid for."""
        try:
            x2, changes = second_instruction(record.instruction, edits, self.taxonomy)
        except EditFault as exc:
            return Rejection(reason=exc.reason, detail=f"{operation} was asked for: {exc}")
        new = (*changes.added, *(r.after for r in changes.revised))
        if leaked := leaked_name(new, self.taxonomy):
            return leaked
        if broken := fragment(new):
            return Rejection(reason="wrong_operation", detail=broken)
        if self._judge.code_checks and (fault := _fault_by_code(x2, changes)):
            return fault
        if operation == "delete" or self._config.certificate == "rationality":
            return _Second(x2, changes)
        x2y1 = await judge_mismatch(ask, x2, record.response, record.instruction, self._judge)
        return _Second(x2, changes, x2y1) if fails(x2y1, x2, record.instruction) else _NO_CONTRAST

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

    async def _by_cells(
        self, record: Answered, operation: Operation, second: _Second, ask: Ask
    ) -> IopoGroup | Rejection:
        answered = await self._respond(second.x2, record.response, ask)
        if isinstance(answered, Rejection):
            return answered
        first = (record.instruction, record.response, record.judgement)
        cells, terms, grade = await judge_group(ask, first, (second.x2, *answered), self._judge, second.x2y1)
        return _group(record, operation, second, answered[0], cells, terms, grade) if grade else _NO_CONTRAST

    async def _by_rationality(
        self, record: Answered, operation: Operation, second: _Second, ask: Ask
    ) -> IopoGroup | Rejection:
        """The paper's weaker check (D, step 4): one question about the whole group, and nothing proven."""
        answered = await self._respond(second.x2, record.response, ask)
        if isinstance(answered, Rejection):
            return answered
        y2, x2y2 = answered
        values = {
            "x1": record.instruction.render(),
            "y1": record.response,
            "x2": second.x2.render(),
            "y2": y2,
        }
        reply = (await ask("rational", values, Rationality, self._judge.call)).value
        if reply.verdict != "rational":
            return Rejection(reason="not_rational", detail=reply.reasoning)
        cells = Cells(x1y1=record.judgement, x2y2=x2y2)
        terms = proven_terms(cells, record.instruction, second.x2)
        return _group(record, operation, second, y2, cells, terms, "rationality")

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


def _fault_by_code(x2: Instruction, changes: Changes) -> Rejection | None:
    if same := overlapping(changes.revised):
        return overlap_rejection(same)
    told = contradiction(x2.constraints)
    return Rejection(reason="wrong_operation", detail=told) if told else None


def _group(
    record: Answered,
    operation: Operation,
    second: _Second,
    y2: str,
    cells: Cells,
    terms: Terms,
    grade: Certificate,
) -> IopoGroup:
    return IopoGroup(
        id=record.id,
        lang=record.lang,
        source=record.source,
        operation=operation,
        x1=record.instruction,
        x2=second.x2,
        y1=record.response,
        y2=y2,
        changes=second.changes,
        cells=cells,
        terms=terms,
        certificate=grade,
    )
