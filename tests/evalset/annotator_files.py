"""Annotators' files as the sheet, a spreadsheet and Label Studio save them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

PLAIN = {
    "empty_description": False,
    "redundancy": False,
    "input_mismatch": False,
    "decision": "keep",
    "note": "",
}


def answer(**changes: Any) -> dict[str, Any]:
    return {**PLAIN, "correction": None, **changes}


def sheet_file(folder: Path, name: str, digest: str, given: dict[str, Any], **changes: Any) -> Path:
    value = {
        "kind": "trace_builder.annotations", "version": 1, "set": digest, "annotator": name,
        "saved": "2026-01-01T00:00:00Z", "answers": given, **changes,
    }  # fmt: skip
    path = folder / f"annotations-{name}.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def csv_file(exported: Path, path: Path, answers: dict[str, Any]) -> Path:
    """Fills in the exported table the way a person would."""
    rows = list(csv.DictReader(io.StringIO(exported.read_text(encoding="utf-8-sig"), newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        given = answers.get(row["id"])
        if given:
            row.update({k: "yes" if given[k] else "no" for k in PLAIN if isinstance(given[k], bool)})
            row.update(decision=given["decision"], note=given["note"])
            if given.get("correction"):
                c = given["correction"]
                lines = [json.dumps(x, ensure_ascii=False) for x in c["constraints"]]
                row.update(
                    corrected_description=c["description"],
                    corrected_constraints="\n".join(lines),
                    corrected_input=c["input"] or "",
                )
        writer.writerow(row)
    path.write_text("\ufeff" + out.getvalue(), encoding="utf-8", newline="")
    return path


def label_studio_file(tasks: Path, path: Path, people: dict[str, dict[str, Any]]) -> Path:
    """An export with every person's annotations on each task."""
    exported = []
    for number, task in enumerate(json.loads(tasks.read_text(encoding="utf-8")), start=1):
        annotations = [
            {
                "id": 1,
                "completed_by": {"id": 7, "email": name},
                "was_cancelled": False,
                "result": _result(given),
            }
            for name, answers in people.items()
            if (given := answers.get(task["data"]["id"]))
        ]
        exported.append({"id": number, "data": task["data"], "annotations": annotations})
    path.write_text(json.dumps(exported, ensure_ascii=False), encoding="utf-8")
    return path


def _result(given: dict[str, Any]) -> list[dict[str, Any]]:
    faults = [name for name in PLAIN if given[name] is True]
    result = [{"from_name": "decision", "type": "choices", "value": {"choices": [given["decision"]]}}]
    if faults:
        result.append({"from_name": "faults", "type": "choices", "value": {"choices": faults}})
    if given["note"]:
        result.append({"from_name": "note", "type": "textarea", "value": {"text": [given["note"]]}})
    if given.get("correction"):
        c = given["correction"]
        texts = {
            "corrected_description": c["description"],
            "corrected_constraints": "\n".join(json.dumps(x, ensure_ascii=False) for x in c["constraints"]),
            "corrected_input": c["input"],
        }
        for name, text in texts.items():
            if text:
                result.append({"from_name": name, "type": "textarea", "value": {"text": [text]}})
    return result
