"""What the checks recognise and how they judge, on sets of real constraints and answers.

python benchmarks/checks.py draw FILE --seed 1 --number 100     bound constraints at random, to be read
python benchmarks/checks.py labelled FILE           rows {"text", "checkable": "F", "P" or "N"}
python benchmarks/checks.py lengths FILE            rows {"text", "scope": "whole", "part" or else}
python benchmarks/checks.py ifeval FILE             IFEval's input_data.jsonl: its instructions, by kind
python benchmarks/checks.py verdicts FILE [--list]  rows {"kind", "constraints", "response", "reference"}
python benchmarks/checks.py layouts FILE            rows {"constraint", "response", "expected"}
python benchmarks/checks.py taxonomy                the examples of the taxonomy, each with what it claims
python benchmarks/checks.py times                   seconds a verdict, by kind and by length
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "checks"), str(ROOT / "benchmarks")]

from checks_ifeval import is_bound  # noqa: E402
from drawn_claims import example_claims  # noqa: E402

from trace_builder.checks import Check, Claim, facts, recognise  # noqa: E402
from trace_builder.commands.check import constraints_of  # noqa: E402
from trace_builder.taxonomy import load_taxonomy  # noqa: E402

#: Characters of the answer that a verdict is timed on.
LENGTH = 2_000
ANSWER = (
    "# Tea\n\nA well-made cup of **green tea** takes 3 minutes, not 10.\n\n- Warm the pot.\n- Use 2 "
    "spoons.\n\n"
    "| Tea | Minutes |\n| --- | --- |\n| green | 3 |\n\n绿茶要用八十度的水来泡，红茶要用开水。\n\n"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("what", choices=sorted(PARTS))
    options.add_argument("file", type=Path, nargs="?")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--number", type=int, default=100)
    options.add_argument("--list", action="store_true", help="every case that is not as expected")
    chosen = options.parse_args()
    if chosen.file is None and chosen.what not in ("taxonomy", "times"):
        options.error(f"{chosen.what} needs a FILE")
    PARTS[chosen.what](chosen)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def told(check: Check | None) -> str:
    """A check in a line: whole or part, and its claims."""
    if check is None:
        return "bound to nothing"
    claims = "; ".join(f"{c.kind} {dict(c.parameters)} of {c.scope}" for c in check.claims)
    return f"{'whole' if check.whole else 'part'}: {claims}"


def draw(chosen: argparse.Namespace) -> None:
    """Bound constraints at random, for a person to read."""
    texts = [text for text, _, _ in constraints_of(chosen.file) if recognise(text)]
    for text in random.Random(chosen.seed).sample(texts, chosen.number):
        print(f"{text.strip()}\n    {told(recognise(text))}")


def labelled(chosen: argparse.Namespace) -> None:
    """What share of those that a reader calls checkable is bound, and what of the others."""
    counted, bound = Counter[str](), Counter[str]()
    for row in rows(chosen.file):
        check = recognise(row["text"])
        counted[row["checkable"]] += 1
        bound[row["checkable"]] += check is not None
        if chosen.list and (check is None) == (row["checkable"] != "N"):
            print(row["checkable"], row["text"], told(check))
    for label in sorted(counted):
        print(f"{label}: {bound[label]} of {counted[label]} bound")


def lengths(chosen: argparse.Namespace) -> None:
    """Limits of the whole that are bound to it, and limits of a part that are."""
    counted, bound = Counter[str](), Counter[str]()
    for row in rows(chosen.file):
        check = recognise(row["text"])
        whole = check is not None and any(c.scope == "response" for c in check.claims)
        counted[row["scope"]] += 1
        bound[row["scope"]] += check is not None if row["scope"] != "part" else whole
        if chosen.list and (check is None or row["scope"] == "part") and (check or row["scope"] != "part"):
            print(row["scope"], row["text"], told(check))
    for scope in sorted(counted):
        print(
            f"{scope}: {bound[scope]} of {counted[scope]} bound"
            + (" as the whole" if scope == "part" else "")
        )


def ifeval(chosen: argparse.Namespace) -> None:
    """Of IFEval's instructions, those bound with their arguments from the prompts' own sentences."""
    counted, bound = Counter[str](), Counter[str]()
    for row in rows(chosen.file):
        claims = list(claims_of(row["prompt"]))
        for kind, arguments in zip(row["instruction_id_list"], row["kwargs"], strict=True):
            counted[kind] += 1
            kept = is_bound(kind, arguments, claims)
            bound[kind] += kept
            if chosen.list and not kept:
                print(kind, row["key"], told(Check(tuple(claims))))
    for kind in sorted(counted, key=lambda kind: bound[kind] / counted[kind]):
        print(f"{bound[kind]:4} of {counted[kind]:3}  {bound[kind] / counted[kind]:4.0%}  {kind}")
    print(f"{bound.total():4} of {counted.total():3}  {bound.total() / counted.total():4.0%}  all")


def claims_of(prompt: str) -> Iterable[Claim]:
    """The claims of a prompt; of its lines, where the whole is too long for a constraint."""
    check = recognise(prompt)
    checks = [check] if check else map(recognise, prompt.split("\n"))
    return (claim for one in checks if one for claim in one.claims)


def verdicts(chosen: argparse.Namespace) -> None:
    """How code's verdicts agree with those of a reference: not as rates, where the sample is none."""
    found: dict[str, Counter[str]] = {}
    for number, row in enumerate(rows(chosen.file), 1):
        checks = [recognise(text) for text in row["constraints"]]
        verdict = joined([check.holds(row["response"]) if check else None for check in checks])
        name = {
            (False, True): "false fails",
            (True, False): "false passes",
            (None, True): "not told, reference holds",
            (None, False): "not told, reference broken",
        }.get((verdict, row["reference"]), "agree")
        found.setdefault(row["kind"], Counter())[name] += 1
        if chosen.list and name.startswith("false"):
            said = "; ".join(f.counted for check in checks if check for f in check.findings(row["response"]))
            print(f"line {number}: {name}: {' / '.join(row['constraints'])} ({said})")
    for kind, counted in found.items():
        print(
            f"{kind} ({counted.total()}): " + ", ".join(f"{name} {n}" for name, n in sorted(counted.items()))
        )
    print("all: " + ", ".join(f"{name} {n}" for name, n in sorted(sum(found.values(), Counter()).items())))


def joined(all_of: list[bool | None]) -> bool | None:
    return False if False in all_of else None if None in all_of else True


def layouts(chosen: argparse.Namespace) -> None:
    """Answers in awkward layouts, with the verdict that a reader gives."""
    counted = Counter[tuple[bool | None, bool | None]]()
    for row in rows(chosen.file):
        check = recognise(row["constraint"])
        verdict = check.holds(row["response"]) if check else None
        counted[row["expected"], verdict] += 1
        if chosen.list and verdict is not row["expected"]:
            print(f"{row['constraint']} {row['response']!r}: expected {row['expected']}, got {verdict}")
    for (expected, verdict), n in sorted(counted.items(), key=str):
        print(f"expected {expected}, got {verdict}: {n}")


def taxonomy(_: argparse.Namespace) -> None:
    """The taxonomy's own examples, each with what it claims."""
    bound = number = 0
    for dimension in load_taxonomy().dimensions:
        for text in (*dimension.examples.en, *dimension.examples.zh):
            check = recognise(text)
            number, bound = number + 1, bound + (check is not None)
            print(f"{dimension.id}: {' / '.join(text.splitlines())}\n    {told(check)}")
    print(f"{bound} of {number} bound")


def times(_: argparse.Namespace) -> None:
    """CPU seconds of a verdict on an answer of ``LENGTH`` characters, and on ten times as much: alone, and
    where the answer's layout is known from another check of it."""
    for name, known in (("alone", False), ("of an answer already read", True)):
        small, large = (slowest(length, known) for length in (LENGTH, 10 * LENGTH))
        worst = max(small, key=lambda kind: small[kind])
        growth = statistics.median(large[kind] / small[kind] for kind in small)
        print(
            f"{name}: median {statistics.median(small.values()):.3f} ms, worst {small[worst]:.3f} ms "
            f"({worst}); "
            f"ten times as much text takes {growth:.1f} times as long in the median"
        )
    print(f"facts: {milliseconds(facts, LENGTH, known=False):.3f} ms")


def slowest(length: int, known: bool) -> dict[str, float]:
    """The time of each kind, of its slowest form."""
    found: dict[str, float] = {}
    for claim in example_claims():
        took = milliseconds(Check((claim,)).holds, length, known=known)
        found[claim.kind] = max(took, found.get(claim.kind, 0))
    return found


_TEXTS = itertools.count()


def milliseconds(work: Callable[[str], object], length: int, *, known: bool) -> float:
    """The median of several, each on a text of its own, so that nothing remembered helps."""
    taken = []
    for _ in range(11):
        text = f"{next(_TEXTS)} {ANSWER * (length // len(ANSWER) + 1)}"[:length]
        if known:
            for check in READERS:
                check.holds(text)
        began = time.thread_time()
        work(text)
        taken.append(time.thread_time() - began)
    return 1000 * statistics.median(taken)


#: Checks that read an answer in every way that the others do.
READERS = [
    Check((claim,)) for claim in example_claims() if claim.kind in ("words", "table", "sections", "word")
]


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "draw": draw,
    "labelled": labelled,
    "lengths": lengths,
    "ifeval": ifeval,
    "verdicts": verdicts,
    "layouts": layouts,
    "taxonomy": taxonomy,
    "times": times,
}


if __name__ == "__main__":
    main()
