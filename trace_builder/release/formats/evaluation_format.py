"""The evaluation set, in the format of the released one."""

from __future__ import annotations

from collections.abc import Iterator

from trace_builder.release.examples import Example
from trace_builder.release.formats.columns import CHAT
from trace_builder.release.formats.release_format import ReleaseFormat, Row
from trace_builder.released_rows import eval_item, released_row


class Evaluation(ReleaseFormat):
    name = "evaluation"
    about = "the evaluation set, in the released set's format"
    columns = {
        "id": "string",
        "messages": CHAT,
        "type": "string",
        "description": "string",
        "constraints": "string",
        "input": "string",
        "constraints_num": "int64",
        "constraints_splits": ["string"],
        "levels2": ["string"],
        "category": "string",
    }
    files = {"evaluation": "test"}
    always = True

    def rows(self, example: Example) -> Iterator[Row]:
        yield released_row(eval_item(example.checked, example.instruction, example.taxonomy))
