"""The order of the stages, light to import: statistics and releases read it without the stages themselves."""

from __future__ import annotations

#: The stages in the order of the data's way, each with the one whose accepted records it reads (None: seeds).
AFTER: dict[str, str | None] = {
    "expand": None,
    "structure": "expand",
    "quality": "structure",
    "respond": "quality",
    "dpo": "respond",
    "iopo": "respond",
}
