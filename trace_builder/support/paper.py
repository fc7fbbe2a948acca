"""Figures of the IOPO paper (arXiv 2411.06208) that a set is compared with."""

from __future__ import annotations

#: Table 1: the set, its instructions, and the least, most and mean constraints of one.
TABLE_1: tuple[tuple[str, int, int, int, float], ...] = (
    ("paper, training", 119_345, 1, 15, 4.36),
    ("paper, evaluation", 1042, 1, 15, 4.89),
)

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

#: Results on the evaluation set, judged by GPT-4o: model, IF-S, IF-M in percent.
SCORES: tuple[tuple[str, float, float], ...] = (
    ("Qwen2-7B Instruct", 72.5, 54.5),
    ("Qwen2-7B SFT", 76.0, 56.1),
    ("Qwen2-7B DPO", 79.0, 67.2),
    ("Qwen2-7B IOPO", 82.0, 68.9),
    ("Llama3.1-8B Instruct", 67.5, 52.9),
    ("Llama3.1-8B SFT", 75.5, 62.9),
    ("Llama3.1-8B DPO", 79.0, 69.2),
    ("Llama3.1-8B IOPO", 81.5, 70.7),
    ("DeepSeek-R1", 84.1, 73.8),
    ("o1", 85.2, 74.7),
    ("Claude-3.5-Sonnet", 87.9, 76.3),
)
