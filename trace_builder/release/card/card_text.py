"""The card's prose: what the set is, how it was made, how to train with it, its limits and licences."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, get_args

from trace_builder.config import CallConfig
from trace_builder.records import TOP_SCORE
from trace_builder.release.card.markdown import code, escaped, table
from trace_builder.release.formats.release_format import ReleaseFormat, Split, Trainer
from trace_builder.support.certificates import certified_first

if TYPE_CHECKING:
    from trace_builder.release.builder import Release


#: Characters of a text that the example row shows.
_LONGEST = 1200

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
    sizes = ", ".join(f"{there.get(name, 0):,} {name}" for name in get_args(Split))
    notes = []
    if release.run.manifest.rehearsal:
        notes.append(f"> {_REHEARSAL}")
    if release.run.unfinished:
        listed = "\n".join(f"> - {escaped(reason)}" for reason in release.run.unfinished)
        notes.append(f"> **Released from a run that is not finished:**\n>\n{listed}")
    heading = f"# Complex instructions, profile {escaped(release.run.profile)}"
    groups = release.inventory.certificates
    proven = f" IOPO groups of the run: {certified_first(groups)}." if groups else ""
    return "\n\n".join([heading, *notes, f"{_INTRODUCTION} Instructions: {sizes}.{proven}"])


def making(release: Release) -> str:
    """Models, prompts' fingerprints and profile."""
    config, manifest = release.setup.config, release.run.manifest
    votes = config.judge.votes

    def model(call: CallConfig) -> str:
        return config.models[call.model].name

    judged_by = f"{escaped(model(config.judge.call))}, {votes} vote{'s' if votes != 1 else ''}"
    about = (
        f"{release.run.seed_count:,} seeds went through {', '.join(release.run.stages)}. "
        f"A response is kept when the judge ({judged_by}) gives every "
        f"constraint {TOP_SCORE}; {_RATIONALITY if _rationality(release) else _CELLS}"
    )
    rows: list[tuple[Any, ...]] = []
    for name, entry in manifest.stages.items():
        stage = release.setup.stages.get(name)
        calls = stage.calls if stage else ()
        asked = (model(calls[0]), calls[0].temperature) if calls else ("-", "-")
        rows.append((name, *asked, entry.parts.get("prompts", "-"), entry.fingerprint))
    stages = table(("stage", "model", "temperature", "prompts", "fingerprint"), rows)
    digest = manifest.seeds.digest if manifest.seeds else ""
    last = f"Seeds' digest: `{digest}`. Run seed: {config.seed}." if digest else ""
    return "\n\n".join(part for part in ("## How it was made", about, stages, last) if part)


def contents(release: Release) -> str:
    """Every folder with its rows and its reader."""
    rows: list[tuple[Any, ...]] = []
    for format_ in release.formats:
        counts = release.rows_of(format_)
        if counts:
            train = counts.pop("train", 0)
            rows.append((code(format_.name), train, sum(counts.values()), format_.about))
    listed = table(("folder", "train", "validation / test", "what"), rows)
    copies = (
        " `parquet/` holds the same rows as Parquet, under the same names of configurations."
        if release.parquet
        else ""
    )
    return f"## Contents\n\n{listed}\n\n{_READING}{copies}"


def first_format(release: Release) -> ReleaseFormat | None:
    """What somebody wants to see who names none: responses, else pairs, else whatever is there."""
    there = [format_ for format_ in release.formats if release.rows_of(format_)]
    return next((f for trl in (*get_args(Trainer), None) for f in there if f.trl == trl), None)


def sample(release: Release) -> str:
    """One training row, as it stands in its file; long texts are cut."""
    format_ = first_format(release)
    if format_ is None or "train" not in release.rows_of(format_) or format_.suffix != "jsonl":
        return ""
    path = format_.path("train")
    row = _cut(json.loads(release.writer.first[path]))
    # In a fence nothing is markup; a reader that does not know fences finds no tag either.
    text = json.dumps(row, ensure_ascii=False, indent=2).replace("<", "\\u003c")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"## An example\n\nThe first row of `{path}`:\n\n{fence}json\n{text}\n{fence}"


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value]
    return f"{value[:_LONGEST]} ..." if isinstance(value, str) and len(value) > _LONGEST else value


def training(release: Release) -> str:
    """The commands that follow."""
    trained = [format_ for format_ in release.formats if "train" in release.rows_of(format_)]
    commands, model = [], "MODEL"
    for trainer in get_args(Trainer):
        first = next((f for f in trained if f.trl == trainer), None)
        if first is not None:
            commands.append(_TRL_COMMAND.format(trainer=trainer, config=first.config, model=model))
            model = "sft" if trainer == "sft" else model
    parts = [_TRL.format(commands="\n".join(commands))] if commands else []
    for stage, name in (("sft", "sft/sharegpt"), ("dpo", "dpo/ranking")):
        first = next((f for f in trained if f.name == name), None)
        if first is not None:
            command = _LLAMAFACTORY_COMMAND.format(stage=stage, config=first.config)
            parts.append(_LLAMAFACTORY.format(command=command))
            break
    return "\n\n".join(["## Training", *parts]) if parts else ""


def limits(release: Release) -> str:
    """What a user should know before trusting the set."""
    lines = [
        "Responses were judged by a model, constraint by constraint; what the judge overlooks is in the set.",
        "Constraints are those of one taxonomy, and instructions are no more varied than their seeds.",
        "The languages are those of the seeds; English and Chinese were made with prompts of their own.",
    ]
    if release.setup.config.judge.votes == 1:
        lines.append("Every response was judged once; a second vote would have been stricter.")
    if _rationality(release):
        kept = "are in the IOPO files" if release.options.uncertified else "are left out of the IOPO files"
        lines.append(f"Groups that passed the paper's rationality check alone, unproven, {kept}.")
    if release.options.near_duplicates is None:
        lines.append("Near duplicates were not looked for.")
    if not release.targets:
        lines.append("The set was not decontaminated against any benchmark.")
    return "## Known limits\n\n" + "\n".join(f"- {line}" for line in lines)


def licences(release: Release) -> str:
    """The seeds' licences, by source."""
    known = {**OWN_SEEDS, **release.options.licences}
    rows = [(source, number, known.get(source, "not stated")) for source, number in release.sources.items()]
    return "## Licence of the seeds\n\n" + table(("source", "instructions", "licence"), rows)


def licence_of(release: Release) -> str:
    """The header's licence: the seeds' own where all sources have the same one, else "other"."""
    known = {**OWN_SEEDS, **release.options.licences}
    stated = {known.get(source) for source in release.sources}
    only = stated.pop() if len(stated) == 1 else None
    return only.lower() if only else "other"


def checksums(sums: dict[str, str]) -> str:
    """Checksums of the other files."""
    lines = "\n".join(f"{digest}  {name}" for name, digest in sums.items())
    return f"## Checksums (SHA-256)\n\n```\n{lines}\n```"


def _rationality(release: Release) -> bool:
    """Whether groups passed the paper's own check alone."""
    return any(became["rationality"] for became in release.inventory.groups.values())
