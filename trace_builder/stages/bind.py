"""bind: what the grammar could not read of the constraints, the model binds to checks; it is believed only
where its bindings pass a test."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import Field

from trace_builder.checks import Check
from trace_builder.config import AskingSection, CallConfig, RunConfig
from trace_builder.records import Checked, Constraint, Lang
from trace_builder.stages.base import Ask, Stage
from trace_builder.stages.common.binding_answers import Binding, Bindings, Likenesses
from trace_builder.stages.common.constraint_checks import bound, check_of, contradiction
from trace_builder.stages.common.cut_answers import skipping_cut_answers
from trace_builder.stages.common.prompt_values import constraint_lines
from trace_builder.support.bilingual import Text
from trace_builder.taxonomy import Taxonomy


class BindConfig(AskingSection):
    call: CallConfig = CallConfig(temperature=0.0, top_p=1.0, max_tokens=4096)
    enabled: bool = Field(
        default=False, description="Have the model bind what the grammar cannot; false: no such stage."
    )


class Bind(Stage[Checked, Checked]):
    """One question about all constraints that the grammar has not bound as a whole. A binding counts where
    code tells the example that keeps it from the one that breaks it, where the model finds the check's own
    words to ask for what the constraint asks for, and where it contradicts no other check: the instruction
    was found feasible. No record is rejected here."""

    name = "bind"
    label = Text("bound to checks by code", "绑定到代码检查")
    follows = "quality"
    reads = Checked
    makes = Checked
    prompts = ("bind", "bind_check")
    config = BindConfig
    shows = ("instruction",)

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._config = config.section(BindConfig)

    @property
    def enabled(self) -> bool:
        return self._config.enabled and self.run_config.judge.code_checks

    @property
    def settings(self) -> dict[str, bool]:
        return {}

    async def process(self, record: Checked, ask: Ask) -> Checked:
        left = tuple(c for c in record.instruction.constraints if c.check is None or not c.check.whole)
        checks: dict[str, Check] = {}
        if left:
            with skipping_cut_answers():
                checks = await self._believed(record, left, await self._proposed(record, left, ask), ask)
        constraints = list(record.instruction.constraints)
        for place, constraint in enumerate(constraints):
            if constraint.id in checks:
                check = bound(checks[constraint.id], "model")
                constraints[place] = constraint.model_copy(update={"check": check})
                if contradiction(constraints):
                    constraints[place] = constraint
        instruction = record.instruction.model_copy(update={"constraints": tuple(constraints)})
        return record.model_copy(update={"instruction": instruction})

    async def _proposed(self, record: Checked, left: tuple[Constraint, ...], ask: Ask) -> dict[str, Check]:
        """What the model binds, by the constraints' ids, as far as its own examples bear it out."""
        values = {
            "description": record.instruction.description,
            "constraints": constraint_lines(left),
        }
        reply = (await ask("bind", values, Bindings, self._config.call)).value
        given: dict[str, list[Binding]] = {}
        for binding in reply.bindings:
            given.setdefault(binding.id, []).append(binding)
        found: dict[str, Check] = {}
        for constraint in left:
            # Two for one constraint are none.
            rows = given.get(constraint.id, ())
            check = rows[0].check() if len(rows) == 1 else None
            if check is not None:
                found[constraint.id] = _joined(check_of(constraint.check), check)
        return found

    async def _believed(
        self, record: Checked, left: tuple[Constraint, ...], proposed: Mapping[str, Check], ask: Ask
    ) -> dict[str, Check]:
        """The proposed checks whose own words the model finds to ask for the same; for a part at least."""
        if not proposed:
            return {}
        texts = {c.id: c.text for c in left}
        values = {"pairs": _pairs(texts, proposed, record.lang)}
        reply = (await ask("bind_check", values, Likenesses, self._config.call)).value
        verdicts = {row.id: row.verdict for row in reply.verdicts}
        believed: dict[str, Check] = {}
        for name, check in proposed.items():
            if verdicts.get(name) == "same":
                believed[name] = check
            elif verdicts.get(name) == "part":
                believed[name] = Check(check.claims, whole=False)
        return believed


def _joined(read: Check | None, proposed: Check) -> Check:
    """A proposed check with what the grammar has read of the same constraint, which stays."""
    claims = dict.fromkeys((*(read.claims if read else ()), *proposed.claims))
    return Check(tuple(claims), proposed.whole)


def _pairs(texts: Mapping[str, str], checks: Mapping[str, Check], lang: Lang) -> str:
    """One JSON object a line: a constraint, and the words of the check that is proposed for it."""
    return "\n".join(
        json.dumps({"id": name, "constraint": texts[name], "check": check.words(lang)}, ensure_ascii=False)
        for name, check in checks.items()
    )
