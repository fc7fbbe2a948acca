"""What annotators get: a sheet that works offline, CSV for spreadsheets, and tasks for Label Studio."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trace_builder.evalset.adjudicate import AgreementReport, Disagreement
from trace_builder.evalset.annotation_files import CORRECTED, no_formula
from trace_builder.evalset.annotations import DECISIONS, KIND, set_digest
from trace_builder.evalset.second_check import FAULTS, Finding, read_findings
from trace_builder.evaluate.dataset import read_evalset
from trace_builder.quotas import fill
from trace_builder.records import Instruction
from trace_builder.released_rows import EvalItem
from trace_builder.stages.common.prompt_values import constraint_lines
from trace_builder.storage.jsonl import write_json, write_jsonl, write_text
from trace_builder.taxonomy import load_taxonomy

_TEMPLATE = Path(__file__).with_name("sheet.html")
_DATA_SLOT = "/*DATA*/"

COLUMNS = (
    "id", "set", "lang", "description", "constraints", "input", "check", "proposed_description",
    "proposed_constraints", "proposed_input", *FAULTS, "decision", *CORRECTED, "note",
)  # fmt: skip

#: Label Studio's labelling interface for the tasks.
LABEL_STUDIO = """<View>
  <Header value="$id"/>
  <Header value="Description / 描述"/><Text name="description" value="$description"/>
  <Header value="Constraints / 约束"/><Text name="constraints" value="$constraints"/>
  <Header value="Input / 输入"/><Text name="input" value="$input"/>
  <Header value="What the check found / 机器检查"/><Text name="check" value="$check"/>
  <Text name="proposal" value="$proposal"/>
  <Choices name="faults" toName="description" choice="multiple" showInline="true">
    <Choice value="empty_description" hotkey="1"/>
    <Choice value="redundancy" hotkey="2"/>
    <Choice value="input_mismatch" hotkey="3"/>
  </Choices>
  <Choices name="decision" toName="description" choice="single" required="true" showInline="true">
    <Choice value="keep" hotkey="k"/><Choice value="correct" hotkey="c"/><Choice value="drop" hotkey="d"/>
  </Choices>
  <View visibleWhen="choice-selected" whenTagName="decision" whenChoiceValue="correct">
    <TextArea name="corrected_description" toName="description" maxSubmissions="1" editable="true"/>
    <TextArea name="corrected_constraints" toName="description" maxSubmissions="1" editable="true" rows="5"/>
    <TextArea name="corrected_input" toName="description" maxSubmissions="1" editable="true" rows="5"/>
  </View>
  <TextArea name="note" toName="description" maxSubmissions="1" placeholder="Note / 备注"/>
</View>
"""


def export_set(
    path: Path, folder: Path, checks: Path | None = None, sample: int | None = None, rng_seed: int = 0
) -> tuple[int, tuple[Path, ...]]:
    """Writes what annotators need: ``sheet.html``, ``annotations.csv``, ``label_studio_tasks.json`` and
    ``label_studio.xml``.

    Args:
        path: the set; folder: where the files go.
        checks: what the second model found.
        sample: take only so many instructions, drawn.

    Returns:
        how many instructions were taken, and the files.

    Raises:
        InputError: set or findings cannot be read.
    """
    items = read_evalset(path, load_taxonomy()).items
    findings = read_findings(checks, items)
    digest = set_digest(items)
    if sample is not None:
        drawn = fill({1: sample}, {item.id: 1 for item in items}, rng_seed, "annotate")
        items = tuple(item for item in items if item.id in drawn)
    names = ("sheet.html", "annotations.csv", "label_studio_tasks.json", "label_studio.xml")
    paths = tuple(folder / name for name in names)
    write_text(paths[0], sheet(items, digest, findings))
    write_text(paths[1], "\ufeff" + csv_text(items, digest, findings))  # without the mark Excel guesses wrong
    write_json(paths[2], label_studio_tasks(items, digest, findings))
    write_text(paths[3], LABEL_STUDIO)
    return len(items), paths


def export_disputes(
    folder: Path,
    items: Sequence[EvalItem],
    report: AgreementReport,
    disputes: Sequence[Disagreement],
    checks: Path | None = None,
) -> Path | None:
    """Writes ``agreement.json``, ``disagreements.jsonl`` and, where there are any, the adjudicator's sheet;
    returns its path.

    Raises:
        InputError: the findings cannot be read.
    """
    findings = read_findings(checks, items)
    write_json(folder / "agreement.json", report.model_dump(mode="json"))
    write_jsonl(folder / "disagreements.jsonl", (dispute.as_dict() for dispute in disputes))
    if not disputes:
        return None
    by_id = {dispute.item.id: dispute for dispute in disputes}
    page = folder / "adjudication.html"
    write_text(page, sheet([dispute.item for dispute in disputes], report.set, findings, by_id))
    return page


def sheet(
    items: Sequence[EvalItem],
    digest: str,
    findings: Mapping[str, Finding],
    disputes: Mapping[str, Disagreement] | None = None,
) -> str:
    """The annotators' page: one HTML file that asks for nothing from a network. With ``disputes`` it is the
    adjudicator's, who sees what the others answered."""
    data = {
        "kind": KIND,
        "set": digest,
        "adjudication": disputes is not None,
        "items": [_sheet_item(item, findings.get(item.id), (disputes or {}).get(item.id)) for item in items],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Inside <script> only these could end it or open a comment; in JSON they stand in strings alone.
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    safe = safe.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return _TEMPLATE.read_text(encoding="utf-8").replace(_DATA_SLOT, safe)


def _sheet_item(item: EvalItem, finding: Finding | None, dispute: Disagreement | None) -> dict[str, Any]:
    return {
        "id": item.id,
        "lang": item.lang,
        **_parts(item.instruction),
        "check": {"faults": list(finding.faults), "reasoning": finding.reasoning} if finding else None,
        "proposal": _parts(finding.proposal) if finding and finding.proposal else None,
        "others": dispute.as_dict() if dispute else None,
    }


def _parts(instruction: Instruction) -> dict[str, Any]:
    return {
        "description": instruction.description,
        "constraints": [{"id": c.id, "text": c.text} for c in instruction.constraints],
        "input": instruction.input,
    }


def csv_text(items: Sequence[EvalItem], digest: str, findings: Mapping[str, Finding]) -> str:
    """One row an instruction; yes or no in the three faults' columns, then one of the decisions."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for item in items:
        finding = findings.get(item.id)
        row = {"id": item.id, "set": digest, "lang": item.lang, **_text_parts(item.instruction)}
        row["check"] = _check_text(finding)
        if finding and finding.proposal:
            row.update({f"proposed_{name}": v for name, v in _text_parts(finding.proposal).items()})
        writer.writerow({name: no_formula(cell) for name, cell in row.items()})
    return out.getvalue()


def _text_parts(instruction: Instruction) -> dict[str, str]:
    return {
        "description": instruction.description,
        "constraints": constraint_lines(instruction.constraints),
        "input": instruction.input or "",
    }


def _check_text(finding: Finding | None) -> str:
    return f"{', '.join(finding.faults) or 'no fault'}: {finding.reasoning}" if finding else ""


def label_studio_tasks(
    items: Sequence[EvalItem], digest: str, findings: Mapping[str, Finding]
) -> list[dict[str, Any]]:
    """Tasks to import; the interface is ``LABEL_STUDIO``, and its decisions are keep, correct and drop."""
    assert all(f'value="{decision}"' in LABEL_STUDIO for decision in DECISIONS)
    tasks = []
    for item in items:
        finding = findings.get(item.id)
        proposed = _text_parts(finding.proposal) if finding and finding.proposal else None
        tasks.append(
            {
                "data": {
                    "id": item.id,
                    "set": digest,
                    "lang": item.lang,
                    **_text_parts(item.instruction),
                    "check": _check_text(finding),
                    "proposal": "\n".join(proposed.values()) if proposed else "",
                }
            }
        )
    return tasks
