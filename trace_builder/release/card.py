"""The dataset card: README.md with the Hub's YAML header, and LLaMA-Factory's dataset_info.json.

With huggingface_hub there, header and text go through its DatasetCard; without it the same bytes are written
from PyYAML, which it uses too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from trace_builder.release import card_tables, card_text
from trace_builder.release.features import Kind, to_yaml
from trace_builder.release.formats_iopo import TRACE
from trace_builder.release.layout import EVALUATION_FIELDS, EVALUATION_NAME

if TYPE_CHECKING:
    from trace_builder.release.build import Release

#: Name under which the authors registered their file; stock LLaMA-Factory drops its rows (docs/release.md).
AUTHORS_ENTRY = "trace_iopo"


def card(release: Release, sums: dict[str, str]) -> str:
    """The whole README.md. ``sums`` are the checksums of the other files."""
    sections = [
        card_text.title(release),
        card_text.making(release),
        card_text.contents(release),
        card_tables.constraints(release),
        card_tables.dimensions(release),
        card_tables.funnel(release),
        card_tables.yields(release),
        card_tables.lengths(release),
        card_tables.usage(release),
        card_tables.removed(release),
        card_text.training(release),
        card_text.limits(release),
        card_text.licences(release),
        card_text.checksums(sums),
    ]
    text = "\n\n".join(section for section in sections if section) + "\n"
    return with_header(header(release), text)


def with_header(data: dict[str, Any], text: str) -> str:
    """A card from its metadata and its text, through huggingface_hub's classes where they are."""
    try:
        from huggingface_hub import DatasetCard, DatasetCardData
    except ImportError:
        return plain(data, text)
    return str(DatasetCard(f"---\n{DatasetCardData(**data).to_yaml()}\n---\n\n{text}"))


def plain(data: dict[str, Any], text: str) -> str:
    """The same card without huggingface_hub."""
    head: str = yaml.dump(data, sort_keys=False, allow_unicode=True, stream=None, width=float("inf"))
    return f"---\n{head}---\n\n{text}"


def parquet_card(release: Release) -> str:
    """The card of ``parquet/``: one folder's card can only describe files of one type."""
    data = header(release, parquet=True)
    names = ", ".join(f"`{config['config_name']}`" for config in data["configs"])
    text = f"The rows of the folder above, which has the card. Configurations: {names}.\n"
    return with_header(data, f"# {data['pretty_name']}, as Parquet\n\n{text}")


def header(release: Release, *, parquet: bool = False) -> dict[str, Any]:
    """The Hub's metadata: licence, languages, size, and a configuration with its columns for every folder.

    Args:
        release: what was made.
        parquet: describe the files under ``parquet/``, by their paths there.
    """
    parts = _parts(release, parquet)
    prefix = "parquet/" if parquet else ""
    languages = sorted({lang for figures in release.figures.values() for lang in figures.langs})
    licence = card_text.licence_of(release)
    return {
        "language": languages,
        "license": licence,
        "size_categories": [_size(sum(figures.instructions for figures in release.figures.values()))],
        "task_categories": ["text-generation"],
        "pretty_name": f"Complex instructions ({release.run.profile})",
        "tags": ["instruction-following", "complex-instructions", "sft", "dpo", "iopo", "synthetic"],
        "configs": [
            {
                "config_name": name,
                "data_files": [{"split": split, "path": path} for split, path in files.items()],
            }
            for name, files, _ in parts
        ],
        "dataset_info": [
            {
                "config_name": name,
                "features": to_yaml(fields),
                "splits": [
                    {"name": split, "num_bytes": 0, "num_examples": release.counts[prefix + path]}
                    for split, path in files.items()
                ],
            }
            for name, files, fields in parts
        ],
    }


def dataset_info(release: Release) -> dict[str, Any]:
    """LLaMA-Factory's register of every file that it loads, and the authors' entry for their own trainer."""
    entries: dict[str, Any] = {}
    for format_ in release.formats:
        for split in ("train", "validation"):
            path = f"{format_.name}/{split}.{format_.suffix}"
            if not release.counts.get(path):
                continue
            suffix = "" if split == "train" else f"_{split}"
            if format_.llamafactory is not None:
                entries[format_.config + suffix] = {"file_name": path, **format_.llamafactory}
            elif format_.fields is TRACE:
                entries[AUTHORS_ENTRY + suffix] = {
                    "file_name": path,
                    "ranking": True,
                    "formatting": "sharegpt",
                    "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
                }
    return entries


def _parts(release: Release, parquet: bool) -> list[tuple[str, dict[str, str], dict[str, Kind]]]:
    """(configuration, its files by split, its columns) of every folder that has rows."""
    folders: list[tuple[str, str, str, dict[str, Kind]]] = []
    for format_ in release.formats:
        folders.append((format_.config, format_.name, format_.suffix, format_.fields))
    folders.append((EVALUATION_NAME, EVALUATION_NAME, "jsonl", EVALUATION_FIELDS))
    found = []
    for name, folder, suffix, fields in folders:
        paths = {split: f"{folder}/{split}.{suffix}" for split in ("train", "validation", "test")}
        files = {split: path for split, path in paths.items() if release.counts.get(path)}
        if parquet:
            files = {split: f"{folder}/{split}.parquet" for split in files}
        if files:
            found.append((name, files, fields))
    return found


def _size(number: int) -> str:
    """The Hub's name for a number of examples."""
    limits = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for limit, name in limits if number < limit), "1M<n<10M")
