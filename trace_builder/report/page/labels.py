"""Codes of the pipeline in words, for the page."""

from __future__ import annotations

STAGES: dict[str, str] = {
    "expand": "constraints written in",
    "structure": "taken apart into its fields",
    "quality": "complete, not redundant",
    "respond": "answered; all must score 10",
    "dpo": "a worse answer, proven",
    "iopo": "x2 and y2; four cells judged",
}

PRODUCTS: dict[str, tuple[str, str]] = {
    "sft": ("SFT", "instructions with a response of full marks"),
    "dpo": ("DPO", "pairs of a better and a worse response"),
    "iopo": ("IOPO", "groups of two instructions and two responses"),
}

REASONS: dict[str, str] = {
    "context_overflow": "the prompt does not fit the model's context",
    "truncated_output": "cut off by max_tokens, also after the larger try",
    "unchanged": "no constraint was added",
    "name_leaked": "a taxonomy dimension's name stands in the text",
    "theme_lost": "no longer about the seed's task",
    "contradictory": "the instruction contradicts itself",
    "poor_instruction": "too poor to take apart",
    "no_constraints": "nothing could be extracted as a constraint",
    "invented_text": "a piece that the expanded instruction does not contain",
    "repeated_text": "description, constraints and input repeat one another",
    "incomplete_description": "the description does not stand alone",
    "missing_input": "an input is referred to and not there",
    "mismatched_input": "input and description do not belong together",
    "redundant_constraints": "constraints repeat one another",
    "redundant_description": "the description repeats constraints",
    "redundant_input": "the input repeats other parts",
    "imperfect_response": "no response with 10 for every constraint",
    "truncated_response": "the response was cut off",
    "empty_response": "the response was empty",
    "refused_response": "the model refused",
    "no_worse_response": "no constraint was found failed in the worse response",
    "same_response": "no usable response other than the chosen one",
    "x2_unchanged": "the second instruction is the first",
    "wrong_operation": "the constraints changed in another way than asked for",
    "y2_imperfect": "no response to x2 with 10 for every constraint",
    "no_contrast": "each response follows the other's instruction too",
    "not_rational": "the group was judged not rational",
    "unfit_answer": "no answer that fits its schema after all attempts",
}

CELLS: dict[str, str] = {
    "x1y1": "the response under its own instruction",
    "x1y2": "the second response under the first instruction",
    "x2y1": "the first response under the second instruction",
    "x2y2": "the second response under its own instruction",
}

TERMS: dict[str, str] = {
    "y1_over_y2_at_x1": "at x1, y1 beats y2",
    "y2_over_y1_at_x2": "at x2, y2 beats y1",
    "x1_over_x2_for_y1": "for y1, x1 fits better than x2",
    "x2_over_x1_for_y2": "for y2, x2 fits better than x1",
}

LANGUAGES: dict[str, str] = {"en": "English", "zh": "Chinese"}

#: What the paper reports on its evaluation set, judged by GPT-4o: model, IF-S, IF-M in percent.
PAPER_SCORES: tuple[tuple[str, float, float], ...] = (
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
