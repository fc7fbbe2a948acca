"""The measures behind decontamination, on the labelled pairs and on public benchmarks."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from labelled_pairs import Pair, pairs, punctuated, reworded

from trace_builder.release.cleaning.benchmarks import Target, read_targets
from trace_builder.release.cleaning.decontaminate import Decontaminator, Thresholds
from trace_builder.release.cleaning.dedup import Text
from trace_builder.release.cleaning.shingles import chinese

PAIRS = list(pairs())


def hit(pair: Pair, thresholds: Thresholds | None = None) -> bool:
    index = Decontaminator([Target(pair.target, "t:1")], thresholds or Thresholds())
    return index.check(Text("r", "x", pair.record)) is not None


def test_there_are_enough_labelled_pairs() -> None:
    counts = Counter((pair.lang, pair.same) for pair in PAIRS)
    assert all(counts[lang, same] >= 100 for lang in ("en", "zh") for same in (True, False))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_precision_and_recall_on_the_labelled_pairs(lang: str) -> None:
    mine = [(hit(pair), pair) for pair in PAIRS if pair.lang == lang]
    missed = [pair for found, pair in mine if pair.same and not found]
    wrong = [pair for found, pair in mine if found and not pair.same]
    assert missed == []
    assert len(wrong) <= 1, [pair.record for pair in wrong]


def test_looser_thresholds_find_what_is_not_the_same() -> None:
    loose = Thresholds(jaccard=0.3, overlap=0.4, order=0.6)
    assert sum(hit(pair, loose) for pair in PAIRS if not pair.same) > 20


def test_the_pair_and_its_score_are_kept() -> None:
    target = Target("Write a long poem about the sea and its storms in four stanzas.", "bench.jsonl:7", "b7")
    index = Decontaminator([target])
    found = index.check(Text("r", "x2", "write a LONG poem about the sea, and its storms; in four stanzas"))
    assert found is not None
    assert (found.kind, found.method, found.score, found.part) == ("contaminated", "exact", 1.0, "x2")
    assert (found.where, found.other, found.other_text) == ("bench.jsonl:7", "b7", target.text)


def test_a_copy_with_constraints_added_is_found_by_overlap() -> None:
    text = "Explain in your own words how a canal lock lifts a boat from one level of water to the next one."
    more = "\n".join(
        f"Also mention the year {year} and a town on the river in that year." for year in range(1800, 1812)
    )
    found = Decontaminator([Target(text, "t:1")]).check(Text("r", "x", f"{text}\n{more}"))
    assert found is not None
    assert found.method == "overlap"


def test_a_phrase_that_lies_in_many_texts_is_no_copy() -> None:
    index = Decontaminator([Target("写一首诗", "t:1"), Target("Answer the question.", "t:2")])
    assert index.check(Text("r", "x", "请为毕业典礼写一首诗，要求押韵，共四节，每节四行，语气热烈。")) is None
    assert (
        index.check(Text("r", "x", "Answer the question of a child who wants to know where rain comes from."))
        is None
    )


def test_no_targets_find_nothing() -> None:
    assert Decontaminator([]).check(Text("r", "x", "anything at all")) is None


@pytest.fixture(scope="module")
def benchmarks(request: pytest.FixtureRequest) -> list[Target]:
    shared: Path = request.getfixturevalue("shared")
    data = shared / "data"
    folders = (data / "decontamination", data / "trace_eval" / "2024_trace_evaluation.jsonl")
    return [target for folder in folders for target in read_targets(str(folder))]


def test_planted_copies_of_the_benchmarks_are_found(benchmarks: list[Target]) -> None:
    """Exact, with other punctuation, and with a tenth of the words changed."""
    index, rng = Decontaminator(benchmarks), random.Random(11)
    sample = rng.sample([target for target in benchmarks if len(target.text) >= 20], 300)
    missed = Counter[str]()
    for number, target in enumerate(sample):
        lang = "zh" if chinese(target.text) else "en"
        copies = {
            "exact": target.text,
            "punctuation": punctuated(target.text, lang),
            "words": reworded(target.text, lang, 0.1, rng),
        }
        for kind, copy in copies.items():
            missed[kind] += index.check(Text(str(number), "x", copy)) is None
    assert missed["exact"] == missed["punctuation"] == 0
    assert missed["words"] <= 3


def test_texts_of_our_own_are_not_taken_for_the_benchmarks(benchmarks: list[Target]) -> None:
    index = Decontaminator(benchmarks)
    ours = {pair.target for pair in PAIRS} | {pair.record for pair in PAIRS}
    assert [text for text in ours if index.check(Text("r", "x", text))] == []


def test_public_seeds_are_not_taken_for_the_benchmarks(benchmarks: list[Target], shared: Path) -> None:
    index, hits = Decontaminator(benchmarks), []
    for path in sorted((shared / "data" / "seeds").glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for row in map(json.loads, file):
                text = "\n".join(filter(None, [row["instruction"], row["instances"][0]["input"]]))
                found = index.check(Text(row["id"], "seed", text))
                hits += [found] if found else []
    assert hits == []
