"""Figures of the IOPO paper (arXiv 2411.06208) that a set is compared with."""

from __future__ import annotations

#: Table 2, training row: instructions with 1, 2 ... 15 constraints (sum 119,345, mean 4.36).
TRAIN_COUNTS: tuple[float, ...] = (
    991, 8003, 26421, 34155, 26327, 13858, 5882, 2185, 999, 464, 8, 20, 20, 8, 4,
)  # fmt: skip

#: Table 2, evaluation row (sum 1,042, mean 4.89).
EVAL_COUNTS: tuple[int, ...] = (200, 100, 100, 100, 100, 100, 100, 100, 100, 10, 10, 10, 4, 4, 4)

#: Figure 3, share of each constraint type over the evaluation set, in percent.
TYPE_SHARES: dict[str, float] = {
    "content": 46.0,
    "situation": 10.8,
    "style": 9.9,
    "format": 32.3,
    "example": 1.0,
}
