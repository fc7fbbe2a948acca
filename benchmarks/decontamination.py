"""Deduplication and decontamination at scale, the two MinHash libraries side by side, and the thresholds.

    python benchmarks/decontamination.py scale [--records 100000] [--targets 5000]
    python benchmarks/decontamination.py libraries [--records 10000]     needs datasketch beside rensa
    python benchmarks/decontamination.py thresholds      precision and recall on the tests' labelled pairs

Texts are made from word lists, half English and half Chinese, some 60 words or 130 characters long. A known
share of them is planted: copies with a tenth of the words changed.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trace_builder.release.cleaning.benchmarks import Target
from trace_builder.release.cleaning.decontaminate import Decontaminator, Thresholds
from trace_builder.release.cleaning.dedup import BANDS, PERMUTATIONS, THRESHOLD, Text, duplicates
from trace_builder.release.cleaning.shingles import jaccard, shingles

SYLLABLES = [
    "ba",
    "co",
    "di",
    "fe",
    "gu",
    "ha",
    "jo",
    "ki",
    "lu",
    "ma",
    "ne",
    "po",
    "qui",
    "ra",
    "so",
    "ti",
    "tor",
]
PLANTED = 0.02
#: Settings of jaccard, overlap and order that are compared.
SETTINGS = (
    (0.35, 0.50, 0.70),
    (0.40, 0.60, 0.75),
    (0.45, 0.65, 0.80),
    (0.50, 0.70, 0.80),
    (0.60, 0.80, 0.90),
    (0.70, 0.90, 0.95),
)


def english(rng: random.Random) -> list[str]:
    """Sixty words; the frequencies fall with the rank, as in a language (the first has seven percent)."""
    return [WORDS[int(len(WORDS) ** rng.random()) - 1] for _ in range(60)]


def chinese(rng: random.Random) -> list[str]:
    """Sixty-five words of two characters."""
    return [HANZI[int(len(HANZI) ** rng.random()) - 1] for _ in range(65)]


def vocabulary() -> tuple[list[str], list[str]]:
    rng = random.Random(1)
    words = ["".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3)))) for _ in range(20_000)]
    hanzi = ["".join(chr(rng.randrange(0x4E00, 0x5FFF)) for _ in range(2)) for _ in range(20_000)]
    return words, hanzi


WORDS, HANZI = vocabulary()


def text_of(words: list[str], number: int) -> str:
    return " ".join(words) if number % 2 == 0 else "".join(words)


def words_of(number: int, salt: str) -> list[str]:
    rng = random.Random(f"{salt}{number}")
    return english(rng) if number % 2 == 0 else chinese(rng)


def changed(number: int, salt: str) -> str:
    """A tenth of the words of a text replaced."""
    rng, words = random.Random(f"changed{number}"), words_of(number, salt)
    for place in rng.sample(range(len(words)), len(words) // 10):
        words[place] = rng.choice(WORDS if number % 2 == 0 else HANZI)
    return text_of(words, number)


def record(number: int, targets: int, records: int) -> str:
    """Most are their own; one in fifty is a changed target, one in fifty a changed earlier record."""
    if number % 50 == 7:
        return changed((number // 2) % targets, "target")
    if number % 50 == 8:
        return changed(number - 6, "record")
    return text_of(words_of(number, "record"), number)


def scale(records: int, targets: int) -> None:
    """Everything that ``trace-build release --against`` compares, at the size of a real run."""
    started = time.process_time()
    index = Decontaminator(Target(text_of(words_of(n, "target"), n), f"bench:{n}") for n in range(targets))
    built = time.process_time()
    texts = [record(n, targets, records) for n in range(records)]
    made = time.process_time()
    hits = {n for n in range(records) if index.check(Text(str(n), "x", texts[n]))}
    checked = time.process_time()
    rest = (Text(str(n), "x", texts[n]) for n in range(records) if n not in hits)
    copies = {int(hit.id) for hit in duplicates(rest, lambda id_, _: texts[int(id_)])}
    done = time.process_time()
    planted_targets = set(range(7, records, 50))
    planted_copies = set(range(8, records, 50))
    print(f"{records:,} records against {targets:,} targets, one process, seconds of CPU")
    print(f"  index of the targets       {built - started:8.1f} s")
    print(f"  decontamination            {checked - made:8.1f} s   {_found(hits, planted_targets)}")
    print(f"  near duplicates (rensa)    {done - checked:8.1f} s   {_found(copies, planted_copies)}")
    print(f"  peak memory                {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


def _found(hits: set[int], planted: set[int]) -> str:
    return f"{len(hits & planted):,} of {len(planted):,} planted found, {len(hits - planted):,} others"


def libraries(records: int) -> None:
    """Sketches, index and candidates of both libraries, with the same permutations and bands."""
    print(f"{records:,} texts a language, {PERMUTATIONS} permutations, {BANDS} bands, threshold {THRESHOLD}")
    heads = ("sketch s", "index s", "query s", "recall", "candidates")
    print(f"{'library':<12}{'language':<10}" + "".join(f"{head:>12}" for head in heads))
    for name, library in (("datasketch", Datasketch), ("rensa", Rensa)):
        for language, parity in (("English", 0), ("Chinese", 1)):
            print(f"{name:<12}{language:<10}{_run(library, records, parity)}")


def _run(library: Callable[[], Any], records: int, parity: int) -> str:
    numbers = range(parity, 2 * records, 2)
    kept = [shingles(text_of(words_of(n, "record"), n)) for n in numbers]
    asked = {i: shingles(changed(n, "record")) for i, n in enumerate(numbers) if i % 10 == 0}
    like = {i for i, pieces in asked.items() if jaccard(pieces, kept[i]) >= THRESHOLD}
    found = library()
    times = [time.perf_counter()]
    sketches = [found.sketch(sorted(pieces)) for pieces in kept]
    times.append(time.perf_counter())
    for number, sketch in enumerate(sketches):
        found.keep(number, sketch)
    times.append(time.perf_counter())
    answers = {i: set(found.like(found.sketch(sorted(pieces)))) for i, pieces in asked.items()}
    times.append(time.perf_counter())
    recall = sum(i in answers[i] for i in like) / len(like)
    mean = sum(map(len, answers.values())) / len(answers)
    spent = "".join(f"{times[i + 1] - times[i]:>12.2f}" for i in range(3))
    return f"{spent}{recall:>12.4f}{mean:>12.2f}"


class Rensa:
    def __init__(self) -> None:
        from rensa import RMinHash, RMinHashLSH

        self._sketch = RMinHash
        self._lsh = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)

    def sketch(self, pieces: list[str]) -> Any:
        made = self._sketch(PERMUTATIONS, 1)
        made.update(pieces)
        return made

    def keep(self, number: int, sketch: Any) -> None:
        self._lsh.insert(number, sketch)

    def like(self, sketch: Any) -> list[int]:
        return list(self._lsh.query(sketch))


class Datasketch:
    def __init__(self) -> None:
        from datasketch import MinHash, MinHashLSH

        self._sketch = MinHash
        self._lsh = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))

    def sketch(self, pieces: list[str]) -> Any:
        made = self._sketch(num_perm=PERMUTATIONS, seed=1)
        made.update_batch([piece.encode() for piece in pieces])
        return made

    def keep(self, number: int, sketch: Any) -> None:
        self._lsh.insert(number, sketch, check_duplication=False)

    def like(self, sketch: Any) -> list[int]:
        return list(self._lsh.query(sketch))


def thresholds() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "release"))
    from labelled_pairs import pairs

    labelled = list(pairs())
    for setting in SETTINGS:
        chosen = Thresholds(**dict(zip(("jaccard", "overlap", "order"), setting, strict=True)))
        line = " / ".join(f"{value:.2f}" for value in setting)
        for lang in ("en", "zh"):
            same = [pair.same for pair in labelled if pair.lang == lang and _hits(pair, chosen)]
            of = sum(pair.same for pair in labelled if pair.lang == lang)
            line += f"   {lang} precision {sum(same) / len(same):.3f}, recall {sum(same) / of:.3f}"
        print(line)


def _hits(pair: Any, chosen: Thresholds) -> bool:
    return Decontaminator([Target(pair.target, "t:1")], chosen).check(Text("r", "x", pair.record)) is not None


def options() -> Iterator[tuple[str, int]]:
    yield "--records", 100_000
    yield "--targets", 5_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("scale", "libraries", "thresholds"))
    for name, default in options():
        parser.add_argument(name, type=int, default=default)
    chosen = parser.parse_args()
    if chosen.what == "scale":
        scale(chosen.records, chosen.targets)
    elif chosen.what == "thresholds":
        thresholds()
    else:
        libraries(min(chosen.records, 10_000))


if __name__ == "__main__":
    main()
