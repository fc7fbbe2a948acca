"""The card's prose: what the set is, how it was made, how to train with it, its limits and licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trace_builder.release.card_tables import table
from trace_builder.release.layout import EVALUATION_NAME

if TYPE_CHECKING:
    from trace_builder.release.build import Release


#: The bundled seeds are the project's own.
OWN_SEEDS = {"trace-builder-demo": "Apache-2.0"}

_INTRODUCTION = (
    "Instructions with constraints over content, situation, style, format and examples, each with a "
    "response judged constraint by constraint; preference pairs; and IOPO groups of two instructions and "
    "two responses whose claims are proven by judging. Built by trace_builder after the procedure of the "
    "IOPO paper (arXiv 2411.06208)."
)
_REHEARSAL = (
    "**Made by the embedded rehearsal model**, which follows rules: a drill of the pipeline. Its text is "
    "not meant for training."
)
_CELLS = (
    "of each IOPO group all four cells are judged, and a claim counts when a matching cell is perfect and "
    "the mismatching one fails a constraint of its own."
)
_RATIONALITY = (
    "IOPO groups passed the paper's own rationality check, one question about the whole group; their claims "
    "are not proven."
)
_READING = (
    "Every row carries its `id`: the seed's id, and behind a `#` what was made of it. `iopo/trace` has the "
    "authors' layout, which has no room for one: line n of `iopo/trace_ids` has the id of record n. "
    "`lineage.jsonl` names the stages and the calls behind every seed, `removed.jsonl` what was left out. "
    "All that came from one seed is in one split. `SHA256SUMS` has the checksum of every file."
)
_TRL = """PATH is this folder, or its name on the Hub. With TRL; its trainers drop a row whose prompt alone
fills `max_length` (1,024 by default), so that is set to the paper's 6,000:

```
{commands}
```"""
_TRL_COMMAND = (
    "trl {trainer} --dataset_name PATH --dataset_config {config} --max_length 6000 \\\n"
    "    --model_name_or_path {model} --output_dir {trainer}"
)
_LLAMAFACTORY = """With LLaMA-Factory, from a copy of this folder (`dataset_info.json` registers its files;
`ranking` sets train with `--stage dpo`, `kto` sets with `--stage kto`):

```
{command}
```"""
_LLAMAFACTORY_COMMAND = (
    "llamafactory-cli train --stage {stage} --do_train --dataset_dir PATH --dataset {config} \\\n"
    "    --template qwen --cutoff_len 6000 --finetuning_type lora \\\n"
    "    --model_name_or_path MODEL --output_dir {stage}"
)


def title(release: Release) -> str:
    """What it is, in one paragraph; what the embedded model made, and an unfinished run, are named first."""
    there = {name: figures.instructions for name, figures in release.figures.items()}
    sizes = ", ".join(f"{there.get(name, 0):,} {name}" for name in ("train", "validation", "evaluation"))
    notes = []
    if release.run.config.get("rehearsal"):
        notes.append(f"> {_REHEARSAL}")
    if release.run.unfinished:
        listed = "\n".join(f"> - {reason}" for reason in release.run.unfinished)
        notes.append(f"> **Released from a run that is not finished:**\n>\n{listed}")
    heading = f"# Complex instructions, profile `{release.run.profile}`"
    return "\n\n".join([heading, *notes, f"{_INTRODUCTION} Instructions: {sizes}."])


def making(release: Release) -> str:
    """Models, prompts' fingerprints and profile."""
    run, judge = release.run, release.run.config.get("judge") or {}
    votes = judge.get("votes", 1)
    judged_by = f"{_model(run.config, judge)}, {votes} vote{'s' if votes != 1 else ''}"
    certified = (run.config.get("iopo") or {}).get("certificate", "cells") == "cells"
    about = (
        f"{len(run.seeds):,} seeds went through expand, structure, quality, respond, dpo and iopo. "
        f"A response is kept when the judge ({judged_by}) gives every "
        f"constraint 10; {_CELLS if certified else _RATIONALITY}"
    )
    rows = []
    for stage, known in (run.manifest.get("stages") or {}).items():
        section: dict[str, Any] = run.config.get(stage) or {}
        prompts = (known.get("parts") or {}).get("prompts", "-")
        call = section.get("call") or judge.get("call") or {}
        rows.append(
            (
                stage,
                _model(run.config, section),
                call.get("temperature", "-"),
                prompts,
                known.get("fingerprint"),
            )
        )
    stages = table(("stage", "model", "temperature", "prompts", "fingerprint"), rows) if rows else ""
    seeds = run.manifest.get("seeds")
    digest = seeds.get("digest") if isinstance(seeds, dict) else None
    last = f"Seeds' digest: `{digest}`. Run seed: {run.config.get('seed', 0)}." if digest else ""
    return "\n\n".join(part for part in ("## How it was made", about, stages, last) if part)


def contents(release: Release) -> str:
    """Every folder with its rows and its reader."""
    rows: list[tuple[Any, ...]] = []
    for format_ in release.formats:
        train, held = (release.rows(format_.name, s, format_.suffix) for s in ("train", "validation"))
        if train or held:
            rows.append((f"`{format_.name}`", train, held, format_.about))
    test = release.rows(EVALUATION_NAME, "test")
    if test:
        rows.append((f"`{EVALUATION_NAME}`", 0, test, "the evaluation set, in the released set's format"))
    listed = table(("folder", "train", "validation / test", "what"), rows)
    copies = (
        " `parquet/` holds the same rows as Parquet, under the same names of configurations."
        if release.parquet
        else ""
    )
    return f"## Contents\n\n{listed}\n\n{_READING}{copies}"


def training(release: Release) -> str:
    """The commands that follow."""
    commands, model = [], "MODEL"
    for trainer, name in (("sft", "sft/messages"), ("dpo", "dpo/trl"), ("kto", "dpo/kto")):
        if any(format_.name == name for format_ in release.formats) and release.rows(name, "train"):
            config = name.replace("/", "_")
            commands.append(_TRL_COMMAND.format(trainer=trainer, config=config, model=model))
            model = "sft" if trainer == "sft" else model
    parts = [_TRL.format(commands="\n".join(commands))] if commands else []
    for stage, name in (("sft", "sft/sharegpt"), ("dpo", "dpo/ranking")):
        if release.rows(name, "train"):
            command = _LLAMAFACTORY_COMMAND.format(stage=stage, config=name.replace("/", "_"))
            parts.append(_LLAMAFACTORY.format(command=command))
            break
    return "\n\n".join(["## Training", *parts]) if parts else ""


def _model(config: dict[str, Any], section: dict[str, Any]) -> str:
    """The name of the model that a section of the config calls."""
    entry = (section.get("call") or {}).get("model", "default")
    return str(((config.get("models") or {}).get(entry) or {}).get("name", "-"))


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
    stated = {**OWN_SEEDS, **release.options.licences}
    counts: dict[str, int] = {}
    for figures in release.figures.values():
        for source, number in figures.sources.items():
            counts[source] = counts.get(source, 0) + number
    rows = [(source, number, stated.get(source, "not stated")) for source, number in sorted(counts.items())]
    return "## Licence of the seeds\n\n" + table(("source", "instructions", "licence"), rows)


def licence_of(release: Release) -> str:
    """The header's licence: the seeds' own where all sources have the same one, else "other"."""
    sources = {source for figures in release.figures.values() for source in figures.sources}
    known = {**OWN_SEEDS, **release.options.licences}
    stated = {known.get(source) for source in sources}
    only = stated.pop() if len(stated) == 1 else None
    return only.lower() if only else "other"


def checksums(sums: dict[str, str]) -> str:
    """Checksums of the other files."""
    lines = "\n".join(f"{digest}  {name}" for name, digest in sums.items())
    return f"## Checksums (SHA-256)\n\n```\n{lines}\n```"
