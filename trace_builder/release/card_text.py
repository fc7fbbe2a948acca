"""The card's prose: what the set is, how it was made, how to train with it, its limits and licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trace_builder.release.card_tables import table
from trace_builder.release.layout import EVALUATION_NAME

if TYPE_CHECKING:
    from trace_builder.release.build import Release


def title(release: Release) -> str:
    """What it is, in one paragraph; an unfinished run is named first."""
    figures = release.figures
    total = {
        name: figures[name].instructions if name in figures else 0
        for name in ("train", "validation", "evaluation")
    }
    text = (
        f"# Complex instructions, profile `{release.run.profile}`\n\n"
        "Instructions with constraints over content, situation, style, format and examples, each with a response "
        "judged constraint by constraint; preference pairs; and IOPO groups of two instructions and two responses "
        "whose claims are proven by judging. Built by trace_builder after the procedure of the IOPO paper "
        "(arXiv 2411.06208). "
        f"{total['train']:,} training, {total['validation']:,} validation and {total['evaluation']:,} evaluation "
        "instructions."
    )
    notes = []
    if release.run.config.get("rehearsal"):
        notes.append(
            "**Made by the embedded rehearsal model**, which follows rules: a drill of the pipeline. Its text is not "
            "meant for training."
        )
    if release.run.unfinished:
        listed = "\n".join(f"> - {_public(release, reason)}" for reason in release.run.unfinished)
        notes.append(f"**Released from a run that is not finished:**\n>\n{listed}")
    return "\n\n".join([text, *(f"> {note}" for note in notes)])


def making(release: Release) -> str:
    """Models, prompts' fingerprints and profile."""
    run = release.run
    stages = run.manifest.get("stages") or {}
    models = run.config.get("models") or {}
    rows = []
    for stage, known in stages.items():
        section: dict[str, Any] = run.config.get(stage) or {}
        call = section.get("call") or (run.config.get("judge") or {}).get("call") or {}
        model = (models.get(call.get("model", "default")) or {}).get("name", "-")
        prompts = (known.get("parts") or {}).get("prompts", "-")
        rows.append((stage, model, call.get("temperature", "-"), prompts, known.get("fingerprint", "-")))
    judge = (run.config.get("judge") or {}).get("call") or {}
    judged_by = (models.get(judge.get("model", "default")) or {}).get("name", "-")
    votes = (run.config.get("judge") or {}).get("votes", 1)
    certificate = (run.config.get("iopo") or {}).get("certificate", "cells")
    lines = [
        "## How it was made",
        f"Seeds ({len(run.seeds):,}) -> expand -> structure -> quality -> respond -> dpo, iopo. A response is kept when the "
        f"judge ({judged_by}, {votes} vote{'s' if votes != 1 else ''}) gives every constraint 10. IOPO groups: "
        + (
            "all four cells are judged, and a claim counts when a matching cell is perfect and the mismatching one "
            "fails a constraint of its own."
            if certificate == "cells"
            else "the paper's own rationality check, one question about the whole group; its claims are not proven."
        ),
        table(("stage", "model", "temperature", "prompts", "fingerprint"), rows) if rows else "",
    ]
    seeds = run.manifest.get("seeds")
    if isinstance(seeds, dict) and seeds.get("digest"):
        lines.append(f"Seeds' digest: `{seeds['digest']}`. Run seed: {run.config.get('seed', 0)}.")
    return "\n\n".join(line for line in lines if line)


def contents(release: Release) -> str:
    """Every folder with its rows and its reader."""
    rows = []
    for format_ in release.formats:
        train, held = (
            release.counts.get(f"{format_.name}/{s}.{format_.suffix}", 0) for s in ("train", "validation")
        )
        if train or held:
            rows.append((f"`{format_.name}`", train, held, format_.about))
    test = release.rows(EVALUATION_NAME, "test")
    if test:
        rows.append((f"`{EVALUATION_NAME}`", 0, test, "the evaluation set, in the released set's format"))
    text = "## Contents\n\n" + table(("folder", "train", "validation / test", "what"), rows)
    return text + (
        "\n\nEvery row carries its `id`: the seed's id, and behind a `#` what was made of it. "
        "`iopo/trace` has the authors' layout, which has no room for one: line n of `iopo/trace_ids` is the id of record n. "
        "`lineage.jsonl` names the stages and the calls behind every seed. `SHA256SUMS` has every file's checksum."
        + (" `parquet/` holds the same rows as Parquet." if release.parquet else "")
        + " All that came from one seed is in one split."
    )


def training(release: Release) -> str:
    """The commands that follow."""
    lines = ["## Training"]
    names = {format_.name for format_ in release.formats}
    if "sft/messages" in names:
        lines.append(
            "TRL:\n\n```\ntrl sft --dataset_name PATH --dataset_config sft_messages --model_name_or_path MODEL --output_dir sft\n```"
        )
    if "dpo/trl" in names:
        lines.append(
            "```\ntrl dpo --dataset_name PATH --dataset_config dpo_trl --model_name_or_path sft --output_dir dpo\n```"
        )
    if "sft/sharegpt" in names:
        lines.append(
            "LLaMA-Factory, with `dataset_info.json` of this folder:\n\n"
            "```\nllamafactory-cli train stage=sft dataset_dir=PATH dataset=sft_sharegpt template=qwen model_name_or_path=MODEL output_dir=sft\n```"
        )
    return "\n\n".join(lines) if len(lines) > 1 else ""


def limits(release: Release) -> str:
    """What a user should know before trusting the set."""
    config = release.run.config
    votes = (config.get("judge") or {}).get("votes", 1)
    lines = [
        "Responses were judged by a model, constraint by constraint; what the judge overlooks is in the set.",
        "Constraints are those of one taxonomy, and instructions are no more varied than their seeds.",
        "The languages are those of the seeds; English and Chinese were made with prompts of their own.",
    ]
    if votes == 1:
        lines.append("Every response was judged once; a second vote would have been stricter.")
    if "rationality" in release.stock.groups.values():
        kept = "are in the IOPO files" if release.options.uncertified else "are left out of the IOPO files"
        lines.append(f"Groups that passed the paper's rationality check alone, unproven, {kept}.")
    if release.options.near_duplicates is None:
        lines.append("Near duplicates were not looked for.")
    if not release.targets:
        lines.append("The set was not decontaminated against any benchmark.")
    return "## Known limits\n\n" + "\n".join(f"- {line}" for line in lines)


def licences(release: Release) -> str:
    """The seeds' licences, by source."""
    stated = release.options.licences
    counts: dict[str, int] = {}
    for figures in release.figures.values():
        for source, number in figures.sources.items():
            counts[source] = counts.get(source, 0) + number
    rows = [(source, number, stated.get(source, "not stated")) for source, number in sorted(counts.items())]
    return "## Licence of the seeds\n\n" + table(("source", "instructions", "licence"), rows)


def licence_of(release: Release) -> str:
    """The header's licence: the seeds' own where all sources have the same one, else "other"."""
    sources = {source for figures in release.figures.values() for source in figures.sources}
    stated = {release.options.licences.get(source) for source in sources}
    only = stated.pop() if len(stated) == 1 else None
    return only.lower() if only else "other"


def checksums(sums: dict[str, str]) -> str:
    """Checksums of the other files."""
    lines = "\n".join(f"{digest}  {name}" for name, digest in sums.items())
    return f"## Checksums (SHA-256)\n\n```\n{lines}\n```"


def _public(release: Release, reason: str) -> str:
    """A reason without the path of the machine it was found on."""
    return reason.replace(f"{release.run.folder}/", "")
