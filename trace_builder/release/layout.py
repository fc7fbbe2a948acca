"""Which files a release has: one entry each, with its rows, its columns and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from trace_builder.errors import InputError
from trace_builder.release import formats_dpo, formats_iopo, formats_sft
from trace_builder.release.features import Kind
from trace_builder.release.formats_eval import EVALUATION
from trace_builder.release.material import Material

Row = dict[str, Any]
Trainer = Literal["sft", "dpo", "kto"]

#: Name of the format that adds Parquet copies; it needs pyarrow.
PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Format:
    """One folder of rows.

    Attributes:
        name: "<group>/<kind>", the folder.
        rows: the rows of one seed.
        fields: the columns.
        about: one sentence for the card.
        trl: the TRL trainer that reads it.
        llamafactory: its entry in dataset_info.json, without file_name.
        array: written as one JSON array in the authors' layout instead of JSON lines.
    """

    name: str
    rows: Callable[[Material], Iterator[Row]]
    fields: dict[str, Kind]
    about: str
    trl: Trainer | None = None
    llamafactory: dict[str, Any] | None = None
    array: bool = False

    @property
    def group(self) -> str:
        return self.name.split("/")[0]

    @property
    def config(self) -> str:
        """Its name as a configuration of the dataset and in dataset_info.json."""
        return self.name.replace("/", "_")

    @property
    def suffix(self) -> str:
        return "json" if self.array else "jsonl"


_OPENAI_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
_RANKING = {
    "ranking": True,
    "formatting": "sharegpt",
    "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
}

FORMATS: tuple[Format, ...] = (
    Format(
        "sft/messages",
        formats_sft.messages,
        formats_sft.MESSAGES,
        "chat messages (TRL, OpenAI)",
        trl="sft",
        llamafactory={
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": _OPENAI_TAGS,
        },
    ),
    Format(
        "sft/sharegpt",
        formats_sft.sharegpt,
        formats_sft.SHAREGPT,
        "ShareGPT conversations (LLaMA-Factory)",
        llamafactory={"formatting": "sharegpt", "columns": {"messages": "conversations"}},
    ),
    Format(
        "sft/alpaca",
        formats_sft.alpaca,
        formats_sft.ALPACA,
        "Alpaca rows (LLaMA-Factory)",
        llamafactory={"columns": {"prompt": "instruction", "query": "input", "response": "output"}},
    ),
    Format(
        "dpo/trl",
        formats_dpo.trl,
        formats_dpo.TRL,
        "conversational preference rows (TRL), with the proven output pairs of one-sided groups",
        trl="dpo",
    ),
    Format(
        "dpo/ranking",
        formats_dpo.ranking,
        formats_dpo.RANKING,
        "the same pairs as ranking rows (LLaMA-Factory)",
        llamafactory=_RANKING,
    ),
    Format(
        "dpo/kto",
        formats_dpo.kto,
        formats_dpo.KTO,
        "every judged response with a label (TRL's KTO)",
        trl="kto",
    ),
    Format(
        "dpo/kto_sharegpt",
        formats_dpo.kto_sharegpt,
        formats_dpo.KTO_SHAREGPT,
        "the same responses for LLaMA-Factory's KTO",
        llamafactory={
            "formatting": "sharegpt",
            "columns": {"messages": "conversations", "kto_tag": "kto_tag"},
        },
    ),
    Format(
        "iopo/trace",
        formats_iopo.trace,
        formats_iopo.TRACE,
        "whole groups in the layout of the authors' record, for their IOPO trainer",
        array=True,
    ),
    Format(
        "iopo/trl",
        formats_iopo.trl,
        formats_iopo.PAIRS,
        "two preference rows a group (TRL)",
        trl="dpo",
    ),
    Format(
        "iopo/ranking",
        formats_iopo.ranking,
        formats_iopo.RANKED,
        "the same two rows a group as ranking rows (LLaMA-Factory)",
        llamafactory=_RANKING,
    ),
    Format(
        "iopo/input_preference",
        formats_iopo.input_preference,
        formats_iopo.INPUT_PREFERENCE,
        "two prompts for one response, the first of which fits it better; one-sided groups included",
    ),
    Format(
        "iopo/groups",
        formats_iopo.groups,
        formats_iopo.GROUPS,
        "whole groups with changes, the four cells' scores and the proven terms",
    ),
)

EVALUATION_NAME = "evaluation"
EVALUATION_FIELDS = EVALUATION


def choose(names: tuple[str, ...]) -> tuple[tuple[Format, ...], bool]:
    """The formats that ``--format`` names (groups, or single ones such as "sft/alpaca"), and whether Parquet
    copies are wanted. No name, or "parquet" alone, means all.

    Raises:
        InputError: a name that is neither.
    """
    wanted = [name for name in names if name != PARQUET]
    known = sorted({f.group for f in FORMATS}) + [f.name for f in FORMATS] + [PARQUET]
    for name in wanted:
        if name not in known:
            raise InputError(f"--format {name}: no such format; there are {', '.join(known)}")
    chosen = tuple(f for f in FORMATS if not wanted or f.name in wanted or f.group in wanted)
    return chosen, PARQUET in names
