from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from labelled_pairs import pairs

from trace_builder.release.cleaning.benchmarks import read_targets
from trace_builder.release.cleaning.dedup import THRESHOLD, Text, duplicates
from trace_builder.release.cleaning.removal import Part, Removal
from trace_builder.release.cleaning.shingles import jaccard, shingles

pytest.importorskip("rensa")


def found(texts: Iterable[Text], threshold: float | None = THRESHOLD) -> list[Removal]:
    kept = {(text.id, text.part): text.text for text in texts}

    def reread(id_: str, part: Part) -> str:
        return kept[id_, part]

    return list(duplicates([Text(i, p, t) for (i, p), t in kept.items()], reread, threshold=threshold))


def test_exact_duplicates_need_no_minhash() -> None:
    texts = [Text("a", "x", "写一首诗。"), Text("b", "x", "写 一首 诗！"), Text("c", "x", "写一首歌。")]
    [removal] = found(texts, None)
    assert (removal.id, removal.other, removal.kind) == ("b", "a", "exact_duplicate")


def test_near_duplicates_are_found_and_different_texts_are_not() -> None:
    for number, pair in enumerate(pairs()):
        if pair.kind in ("exact", "punctuation", "extended") or not pair.same:
            texts = [Text("a", "x", pair.target), Text("b", "x", pair.record)]
            alike = jaccard(shingles(pair.target), shingles(pair.record)) >= THRESHOLD
            assert bool(found(texts)) == pair.same == alike, (number, pair)


def test_minhash_finds_nearly_all_that_are_over_the_threshold() -> None:
    over = [p for p in pairs() if jaccard(shingles(p.target), shingles(p.record)) >= THRESHOLD]
    missed = [p for p in over if not found([Text("a", "x", p.target), Text("b", "x", p.record)])]
    assert len(over) > 250
    assert len(missed) <= 0.02 * len(over)


def test_a_records_own_second_instruction_is_no_duplicate_of_it() -> None:
    text = "Describe the harbour in exactly five sentences and mention the old crane twice."
    assert found([Text("a", "x", text), Text("a", "x2", text)]) == []


def test_a_second_instruction_like_anothers_first_takes_its_group_alone() -> None:
    text = "Describe the harbour in exactly five sentences and mention the old crane twice."
    [removal] = found(
        [
            Text("a", "x", text),
            Text("b", "x", "写一篇关于秋天的短文，要求不少于三百字。"),
            Text("b", "x2", text + " Please."),
        ]
    )
    assert (removal.id, removal.part, removal.other) == ("b", "x2", "a")
    assert not removal.whole_seed


def test_the_earlier_text_stays_and_chains_do_not_eat_the_set() -> None:
    base = [f"word{n}" for n in range(15)]
    texts = [Text(f"t{n}", "x", " ".join(base[n:] + [f"extra{i}{n}" for i in range(n)])) for n in range(6)]
    removed = {removal.id for removal in found(texts)}
    assert "t0" not in removed
    assert "t5" not in removed
    assert removed


def test_a_thousand_copies_of_one_text_leave_one() -> None:
    texts = [Text(f"t{n}", "x", "Write a poem about the sea, please.") for n in range(1000)]
    assert len(found(texts)) == 999


def test_short_texts_compare_whole() -> None:
    texts = [
        Text("a", "x", "hi"),
        Text("b", "x", "yo"),
        Text("c", "x", "诗"),
        Text("d", "x", "歌"),
        Text("e", "x", "HI!"),
    ]
    assert [(removal.id, removal.other) for removal in found(texts)] == [("e", "a")]


def test_the_released_sets_known_twins(shared: Path) -> None:
    """3 = 22 and 602 = 607 are the same prompt."""
    path = shared / "data" / "trace_eval" / "2024_trace_evaluation.jsonl"
    texts = [Text(target.id, "x", target.text) for target in read_targets(str(path))]
    removals = {removal.id: removal for removal in found(texts)}
    assert (removals["22"].other, removals["22"].kind) == ("3", "exact_duplicate")
    assert "607" in removals
    assert len(removals) < 12
    assert all(removal.score > 0.8 for removal in removals.values())
