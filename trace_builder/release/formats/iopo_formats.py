"""IOPO rows: the authors' record, TRL and LLaMA-Factory pairs, input preferences, and whole groups."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from trace_builder.records import Instruction, IopoGroup
from trace_builder.release.examples import Example, output_pairs
from trace_builder.release.formats.columns import CHAT, TURN, columns_of
from trace_builder.release.formats.dpo_formats import PAIR, RANKED, RANKING, ranking_pair, trl_pair
from trace_builder.release.formats.release_format import ReleaseFormat, Row
from trace_builder.release.formats.turns import assistant, gpt, human, user


class IopoTrace(ReleaseFormat):
    """Two human turns x1 and x2, chosen y1, rejected y2, in the authors' own layout down to their
    indentation: the one record they published comes out byte for byte. It has no room for an id."""

    name = "iopo/trace"
    about = "whole groups in the layout of the authors' record, for their IOPO trainer"
    columns = {"conversations": [TURN], "chosen": TURN, "rejected": TURN}
    llamafactory = RANKING
    #: Under which the authors registered their file; LLaMA-Factory as it is drops its rows (docs/release.md).
    entry = "trace_iopo"
    upstream = False
    suffix = "json"
    opening, between, closing = "[\n", ",\n", "\n]"
    reader = "authors' IOPO layout"

    def rows(self, example: Example) -> Iterator[Row]:
        for group in example.groups:
            yield {
                "conversations": [human(group.x1.render()), human(group.x2.render())],
                "chosen": gpt(group.y1),
                "rejected": gpt(group.y2),
            }

    def ids(self, example: Example) -> Iterable[str]:
        return (group.id for group in example.groups)

    def encode(self, row: Row) -> str:
        turns = ",\n".join(_turn(turn, 10) for turn in row["conversations"])
        chosen, rejected = (_turn(row[key], 6).lstrip() for key in ("chosen", "rejected"))
        return (
            f'    {{\n      "conversations": [\n{turns}\n      ],\n'
            f'      "chosen": {chosen},\n      "rejected": {rejected}\n   }}'
        )

    def fits(self, row: Row) -> bool:
        """It gives four sequences: (x1, y1), (x2, y2) chosen, (x1, y2), (x2, y1) rejected."""
        if not super().fits(row):
            return False
        turns = [*row["conversations"], row["chosen"], row["rejected"]]
        speakers = [turn["from"] for turn in turns if turn["value"].strip()]
        return speakers == ["human", "human", "gpt", "gpt"]


class IopoTrl(ReleaseFormat):
    """x1 with y1 over y2, x2 with y2 over y1."""

    name = "iopo/trl"
    about = "two preference rows a group (TRL)"
    columns = PAIR
    trl = "dpo"

    def rows(self, example: Example) -> Iterator[Row]:
        return (trl_pair(pair, example) for group in example.groups for pair in output_pairs(group))


class IopoRanking(ReleaseFormat):
    name = "iopo/ranking"
    about = "the same two rows a group as ranking rows (LLaMA-Factory)"
    columns = RANKED
    llamafactory = RANKING

    def rows(self, example: Example) -> Iterator[Row]:
        return (ranking_pair(pair, example) for group in example.groups for pair in output_pairs(group))


class IopoInputPreference(ReleaseFormat):
    name = "iopo/input_preference"
    about = "two prompts for one response, the first of which fits it better; one-sided groups included"
    columns = {"id": "string", "completion": CHAT, "chosen_prompt": CHAT, "rejected_prompt": CHAT}

    def rows(self, example: Example) -> Iterator[Row]:
        for pair in example.input_pairs:
            yield {
                "id": pair.id,
                "completion": assistant(pair.response),
                "chosen_prompt": user(pair.chosen_prompt),
                "rejected_prompt": user(pair.rejected_prompt),
            }


class IopoGroups(ReleaseFormat):
    """Prompts both rendered and in parts; nothing of the record is lost."""

    name = "iopo/groups"
    about = "whole groups with changes, the four cells' scores and the proven terms"
    columns = {
        **columns_of(IopoGroup),
        "x1": "string",
        "x2": "string",
        "x1_parts": columns_of(Instruction),
        "x2_parts": columns_of(Instruction),
    }

    def rows(self, example: Example) -> Iterator[Row]:
        for group in example.groups:
            record, x1, x2 = group.model_dump(mode="json"), group.x1, group.x2
            parts = {"x1_parts": record["x1"], "x2_parts": record["x2"]}
            yield {**record, "x1": x1.render(), "x2": x2.render(), **parts}


def _turn(turn: Row, indent: int) -> str:
    pad, inner = " " * indent, " " * (14 if indent == 10 else 10)
    fields = ",\n".join(f'{inner}"{key}": {json.dumps(turn[key], ensure_ascii=False)}' for key in turn)
    return f"{pad}{{\n{fields}\n{pad}}}"
