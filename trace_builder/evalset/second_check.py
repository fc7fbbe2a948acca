"""A second model checks each instruction of an evaluation set and proposes a correction (paper 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trace_builder.config import RunConfig
from trace_builder.errors import InputError
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.evaluate.evaluation import run_on_items
from trace_builder.records import Instruction, Record
from trace_builder.released_rows import EvalItem
from trace_builder.run.pipeline import open_prompts
from trace_builder.stages.base import Ask, Stage, Unfit
from trace_builder.stages.common.answer_schemas import Reply
from trace_builder.stages.common.prompt_values import instruction_values
from trace_builder.stages.quality import QualityConfig
from trace_builder.storage.jsonl import parse_model, raw_lines, write_jsonl
from trace_builder.storage.layout import is_folder
from trace_builder.storage.lock import folder_lock
from trace_builder.storage.run_folder import RunFolder
from trace_builder.support.bilingual import Text
from trace_builder.taxonomy import Taxonomy, load_taxonomy

CHECKS = "checks.jsonl"
FAULTS = ("empty_description", "redundancy", "input_mismatch")


class CorrectedConstraint(Reply):
    id: str
    text: str


class Inspection(Reply):
    """Prompt ``evalset_check``. Where a fault is named, the last three fields are the whole instruction as it
    should be; else they are null, empty and null."""

    reasoning: str
    empty_description: bool
    redundancy: bool
    input_mismatch: bool
    description: str | None
    constraints: list[CorrectedConstraint]
    input: str | None

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(name for name in FAULTS if getattr(self, name))


class Finding(Record):
    """What the check found in one instruction. ``proposal`` keeps the constraints' ids; None where nothing is
    wrong, or nothing better was proposed."""

    id: str
    lang: str
    faults: tuple[str, ...]
    reasoning: str
    proposal: Instruction | None = None


class CheckInstruction(Stage[EvalItem, Finding]):
    """One question an instruction: three faults, and how it should read without them."""

    name = "evalset_check"
    label = Text("checked by a second model", "由另一模型检查")
    reads = EvalItem
    makes = Finding
    prompts = ("evalset_check",)
    config = QualityConfig

    def __init__(self, config: RunConfig, taxonomy: Taxonomy) -> None:
        super().__init__(config, taxonomy)
        self._call = config.section(QualityConfig).call

    async def process(self, record: EvalItem, ask: Ask) -> Finding:
        def usable(reply: Inspection) -> None:
            proposal(record.instruction, reply)

        values = instruction_values(record.instruction)
        answer = await ask("evalset_check", values, Inspection, self._call, check=usable)
        return Finding(
            id=record.id,
            lang=record.lang,
            faults=answer.value.faults,
            reasoning=answer.value.reasoning,
            proposal=proposal(record.instruction, answer.value),
        )


def proposal(instruction: Instruction, reply: Inspection) -> Instruction | None:
    """The corrected instruction; None without a fault, or where the correction changes nothing.

    Raises:
        Unfit: a fault without a usable correction: no description, no constraint, an unknown or doubled id.
    """
    if not reply.faults:
        return None
    if not (reply.description or "").strip():
        raise Unfit("a fault is named, but the corrected description is empty")
    try:
        corrected = with_texts(
            instruction, reply.description or "", [(c.id, c.text) for c in reply.constraints], reply.input
        )
    except ValueError as exc:
        raise Unfit(str(exc)) from None
    return None if corrected == instruction else corrected


def with_texts(
    instruction: Instruction, description: str, texts: list[tuple[str, str]], given: str | None
) -> Instruction:
    """The instruction with other texts; constraints keep their ids and dimensions, and some may be gone.

    Raises:
        ValueError: no constraint, an empty one, an unknown or doubled id.
    """
    known = {constraint.id: constraint for constraint in instruction.constraints}
    if not texts:
        raise ValueError("a corrected instruction without constraints")
    if len({id_ for id_, _ in texts}) != len(texts):
        raise ValueError("a corrected instruction with the same constraint twice")
    constraints = []
    for id_, text in texts:
        if id_ not in known:
            raise ValueError(f"a correction of {id_!r}, which the instruction does not have")
        if not text.strip():
            raise ValueError(f"an empty correction of {id_}")
        constraints.append(known[id_].model_copy(update={"text": text}))
    kept = given if given is not None and given.strip() not in ("", "NULL") else None
    return Instruction(description=description, constraints=tuple(constraints), input=kept)


@dataclass(frozen=True)
class SetCheck:
    """How a check ended: findings by id, of so many instructions that were asked about."""

    asked: int
    interrupted: bool = False
    failed: int = 0
    findings: Mapping[str, Finding] = field(default_factory=dict)


def check_set(config: RunConfig, path: Path, say: Callable[[str], None] = lambda line: None) -> SetCheck:
    """Checks every instruction of a set into ``config.output``, resumable, and writes ``checks.jsonl``.

    Raises:
        InputError, StoppedError: as ``run``.
    """
    taxonomy = load_taxonomy(config.taxonomy)
    data = read_evalset(path, taxonomy)
    stage = CheckInstruction(config, taxonomy)
    prompts = open_prompts(config, taxonomy)
    with folder_lock(config.output):
        summary = run_on_items(config, data, data.items, (stage,), prompts, taxonomy, say)
        if summary.interrupted:
            return SetCheck(len(data.items), interrupted=True)
        with RunFolder.open(config.output) as run:
            found = {finding.id: finding for finding in run.records(stage.name, Finding)}
        write_jsonl(config.output / CHECKS, found.values())
    return SetCheck(len(data.items), failed=summary.failed, findings=found)


def read_findings(path: Path | None, items: Iterable[EvalItem]) -> dict[str, Finding]:
    """The findings of ``checks.jsonl`` (or of the folder that holds it), by id; none without a path.

    Raises:
        InputError: no such file, a damaged line, or a finding for an instruction that is not in the set.
    """
    if path is None:
        return {}
    path = path / CHECKS if is_folder(path) else path
    found: dict[str, Finding] = {}
    known = {item.id for item in items}
    for number, line in raw_lines(path):
        finding = parse_model(path, number, line, Finding)
        if finding.id not in known:
            raise InputError(f"{path}:{number}: a finding for {finding.id!r}, which the set does not have")
        found[finding.id] = finding
    return found
