"""The dataset card: README.md with the Hub's YAML header, and LLaMA-Factory's dataset_info.json.

With huggingface_hub there, header and text go through its DatasetCard; without it the same bytes are written
from PyYAML, which it uses too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from trace_builder.release.card import card_tables, card_text
from trace_builder.release.formats.columns import to_yaml
from trace_builder.release.formats.release_format import PARQUET

if TYPE_CHECKING:
    from trace_builder.release.builder import Release


def card(release: Release, sums: dict[str, str]) -> str:
    """The whole README.md. ``sums`` are the checksums of the other files."""
    sections = [
        card_text.title(release),
        card_text.making(release),
        card_text.contents(release),
        card_text.sample(release),
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
    configs: list[dict[str, Any]] = []
    infos: list[dict[str, Any]] = []
    first = card_text.first_format(release)
    for format_ in release.formats:
        files: list[dict[str, Any]] = []
        splits: list[dict[str, Any]] = []
        for split, rows in release.rows_of(format_).items():
            copy = format_.parquet(split).removeprefix(f"{PARQUET}/")
            files.append({"split": format_.files[split], "path": copy if parquet else format_.path(split)})
            size = release.writer.sizes[format_.parquet(split) if parquet else format_.path(split)]
            splits.append({"name": format_.files[split], "num_bytes": size, "num_examples": rows})
        if files:
            named = {"config_name": format_.config}
            # What a viewer, and load_dataset without a name, show first.
            default = {"default": True} if format_ is first else {}
            configs.append({**named, **default, "data_files": files})
            whole = sum(int(split["num_bytes"]) for split in splits)
            sizes = {"download_size": whole, "dataset_size": whole}
            infos.append({**named, "features": to_yaml(format_.columns), "splits": splits, **sizes})
    return {
        "language": sorted({lang for figures in release.figures.values() for lang in figures.langs}),
        "license": card_text.licence_of(release),
        "size_categories": [_size(release.instructions)],
        "task_categories": ["text-generation"],
        "pretty_name": f"Complex instructions ({release.run.profile})",
        "tags": ["instruction-following", "complex-instructions", "sft", "dpo", "iopo", "synthetic"],
        "configs": configs,
        "dataset_info": infos,
    }


def dataset_info(release: Release) -> dict[str, Any]:
    """LLaMA-Factory's register of every file that it loads, and those for forks of it."""
    return {
        (format_.entry or format_.config) + ("" if split == "train" else f"_{split}"): {
            "file_name": format_.path(split),
            **format_.llamafactory,
        }
        for format_ in release.formats
        if format_.llamafactory is not None
        for split in release.rows_of(format_)
    }


def _size(number: int) -> str:
    """The Hub's name for a number of examples."""
    limits = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for limit, name in limits if number < limit), "1M<n<10M")
