"""Reading takes time in proportion to the text, whatever is in it. (Sizes and figures: the benchmark
``reading_model_text``.)"""

from __future__ import annotations

import time

import pytest
from wild_texts import READERS, TEXTS, read

SMALL, LARGE = 8_000, 128_000
#: Far above what a loaded machine adds, far below a square, which would be 16 times the proportion.
SLACK = 6
#: Seconds below which a measurement says nothing.
FLOOR = 0.004


def seconds(reader: str, text: str) -> float:
    times = []
    for _ in range(2):
        began = time.perf_counter()
        read(READERS[reader], text)
        times.append(time.perf_counter() - began)
        if times[-1] > 0.5:
            break
    return min(times)


@pytest.mark.parametrize("text", TEXTS)
def test_reading_is_linear(text: str) -> None:
    small, large = TEXTS[text](SMALL), TEXTS[text](LARGE)
    for reader in READERS:
        allowed = max(FLOOR, seconds(reader, small)) * len(large) / len(small) * SLACK
        assert seconds(reader, large) < allowed, reader
