"""harvest: an imperfect answer is a perfect one to another instruction, in which the constraints that it
fails are rewritten to what it does (constraint reversal, after RPO, arXiv 2505.22172)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import (
    Attempted,
    Changes,
    FailedResponse,
    Harvested,
    Instruction,
    IopoGroup,
    Rejection,
    Revision,
)
from trace_builder.stages.base import Ask, Product, Stage
from trace_builder.stages.common.answer_schemas import Revisions
from trace_builder.stages.common.constraint_changes import EditFault, asked_edits, second_instruction
from trace_builder.stages.common.constraint_checks import (
    OVERLAPPING,
    contradiction,
    overlap_rejection,
    overlapping,
)
from trace_builder.stages.common.cut_answers import skipping_cut_answers
from trace_builder.stages.common.instruction_text import fragment, repetition
from trace_builder.stages.common.leaked_names import leaked_name
from trace_builder.stages.common.product_rows import harvested_rows
from trace_builder.stages.common.prompt_values import failed_lines, instruction_values
from trace_builder.stages.judging.cells import Pair, judge_group
from trace_builder.stages.judging.judging import judge, judge_call, judge_settings
from trace_builder.support.bilingual import Text
from trace_builder.taxonomy import Taxonomy


class HarvestConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.5)
    enabled: bool = Field(default=True, description="Make groups of imperfect answers; false: no such stage.")
    most: int = Field(default=2, ge=1, description="Imperfect answers of a record that are made use of.")


class Harvest(Stage[Attempted, Harvested]):
    """Rewrites the constraints that an imperfect answer fails into what it does, has it judged anew on every
    constraint, and joins it with the perfect answer, or with another one made in the same way."""

    name = "harvest"
    label = Text("imperfect answers made into groups", "由不完美的回答组成的组")
    follows = "respond"
    takes_rejected = True
    reads = Attempted
    makes = Harvested
    prompts = ("harvest", "judge")
    config = HarvestConfig
    reasons = {
        "nothing_to_harvest": Text(
            "no imperfect answer whose failures are beyond dispute", "没有确定违反约束的不完美回答"
        ),
        "not_rewritten": Text(
            "the failed constraints could not be rewritten into what the answer does",
            "未能把违反的约束改写成回答实际做到的",
        ),
        **OVERLAPPING,
        "not_perfect": Text(
            "the answer is not perfect under the rewritten instruction either", "回答对改写后的指令也不完美"
        ),
        "no_partner": Text(
            "a single rewritten instruction and no perfect answer", "只有一条改写后的指令，且没有完美的回答"
        ),
        "no_contrast": Text(
            "each response follows the other's instruction too", "两个回答也都符合对方的指令"
        ),
    }
    shows = ("groups",)
    product = Product(
        "iopo",
        "IOPO",
        Text("groups of two instructions and two responses", "两条指令与两个回答"),
        harvested_rows,
    )

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(HarvestConfig)
        self._judge = config.judge

    @property
    def enabled(self) -> bool:
        return self._config.enabled

    @property
    def calls(self) -> tuple[CallConfig, ...]:
        return (self._config.call, judge_call(self._judge))

    @property
    def settings(self) -> dict[str, Any]:
        fields = {name: value for name, value in super().settings.items() if name != "enabled"}
        return {**fields, "taxonomy": self.taxonomy.digest(), "judge": judge_settings(self._judge)}

    async def process(self, record: Attempted, ask: Ask) -> Harvested | Rejection:
        imperfect = _of_use(record)
        partners = 1 if record.response is not None else 2
        if len(imperfect) < partners:
            return Rejection(reason="nothing_to_harvest", detail=f"{len(imperfect)} imperfect answers of use")
        tried = imperfect[: self._config.most]
        pairs: list[Pair] = []
        verdict = Rejection(reason="no_contrast", detail="no two answers are told apart")
        for sample, attempt in enumerate(tried):
            if len(pairs) + len(tried) - sample < partners:
                break  # What is left can make no group any more.
            made = await self._rewritten(record, attempt, ask, sample)
            if isinstance(made, Rejection):
                verdict = made
            else:
                pairs.append(made)
        groups = await self._groups(record, pairs, ask)
        if groups:
            return Harvested(id=record.id, lang=record.lang, source=record.source, groups=tuple(groups))
        if len(pairs) == 1 and record.response is None:
            return Rejection(reason="no_partner", detail="one answer alone makes no group")
        return verdict

    async def _rewritten(
        self, record: Attempted, attempt: FailedResponse, ask: Ask, sample: int
    ) -> Pair | Rejection:
        """The instruction that an answer follows, and its judgement under it, with full votes. The verdict it
        was picked for is not used again: a judge's slip would be its own proof."""
        assert attempt.judgement is not None
        failed = {score.constraint for score in attempt.judgement.scores if score.short}
        values = {
            **instruction_values(record.instruction),
            "response": attempt.response,
            "failed": failed_lines(attempt.judgement),
        }
        made: Instruction | Rejection = Rejection(reason="not_rewritten", detail="the answer was cut off")
        with skipping_cut_answers():
            told = record.instruction if self._judge.code_checks else None
            edits = await asked_edits(ask, "harvest", values, Revisions, self._config.call, sample, told)
            made = self._instruction(record.instruction, edits, failed)
        if isinstance(made, Rejection):
            return made
        judgement = await judge(ask, made, attempt.response, self._judge)
        if not judgement.perfect:
            detail = f"short of full marks: {', '.join(judgement.imperfect)}"
            return Rejection(reason="not_perfect", detail=detail)
        return made, attempt.response, judgement

    def _instruction(self, x1: Instruction, edits: Revisions, failed: set[str]) -> Instruction | Rejection:
        try:
            made, changes = second_instruction(x1, edits, self.taxonomy)
        except EditFault as exc:
            return Rejection(reason="not_rewritten", detail=str(exc))
        revised = {revision.before.id for revision in changes.revised}
        if revised != failed:
            return Rejection(
                reason="not_rewritten",
                detail=f"{', '.join(sorted(failed))} are failed, {', '.join(sorted(revised))} were rewritten",
            )
        new = [revision.after for revision in changes.revised]
        if self._judge.code_checks and (same := overlapping(changes.revised)):
            return overlap_rejection(same)
        leaked = leaked_name(new, self.taxonomy)
        flaw = (leaked.detail if leaked else None) or fragment(new) or repetition(made)
        if self._judge.code_checks:
            flaw = flaw or contradiction(made.constraints)
        return Rejection(reason="not_rewritten", detail=flaw) if flaw else made

    async def _groups(self, record: Attempted, pairs: list[Pair], ask: Ask) -> list[IopoGroup]:
        """Each rewritten instruction beside the perfect answer; without one, the first two together."""
        if record.response is not None and record.judgement is not None:
            first: Pair = (record.instruction, record.response, record.judgement)
            joined = [(first, pair) for pair in pairs]
        else:
            joined = [(pairs[0], pairs[1])] if len(pairs) >= 2 else []
        groups: list[IopoGroup] = []
        for one, other in joined:
            cells, terms, grade = await judge_group(ask, one, other, self._judge)
            if grade is not None:
                groups.append(
                    IopoGroup(
                        id=f"{record.id}#h{len(groups) + 1}",
                        lang=record.lang,
                        source=record.source,
                        operation="harvest",
                        x1=one[0],
                        x2=other[0],
                        y1=one[1],
                        y2=other[1],
                        changes=_changes(one[0], other[0]),
                        cells=cells,
                        terms=terms,
                        certificate=grade,
                    )
                )
        return groups


def _of_use(record: Attempted) -> list[FailedResponse]:
    """The imperfect answers that can be made use of, each once, the likeliest first: of fewer failures to be
    rewritten, and of those the plainer one. Of a small slip it can seldom be said what was done instead."""
    found = {a.response.strip(): a for a in reversed(record.imperfect) if _usable(a)}
    found.pop((record.response or "").strip(), None)
    distinct = [a for a in record.imperfect if found.get(a.response.strip()) is a]
    return sorted(distinct, key=lambda a: (len(_failures(a)), max(_failures(a))))


def _usable(attempt: FailedResponse) -> bool:
    """Whether an answer was judged, does the task, and fails constraints beyond dispute."""
    judgement = attempt.judgement
    if judgement is None or judgement.unscored or judgement.disputed:
        return False
    return (judgement.task is None or judgement.task.full) and bool(_failures(attempt))


def _failures(attempt: FailedResponse) -> list[int]:
    """The scores of the constraints that an answer fails."""
    scores = attempt.judgement.scores if attempt.judgement else ()
    return [score.score for score in scores if score.short and score.score is not None]


def _changes(x1: Instruction, x2: Instruction) -> Changes:
    new = {constraint.id: constraint for constraint in x2.constraints}
    return Changes(
        revised=tuple(Revision(before=c, after=new[c.id]) for c in x1.constraints if new[c.id].text != c.text)
    )
