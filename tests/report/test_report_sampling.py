from __future__ import annotations

import gzip
import json
from base64 import b64decode
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from trace_builder.report.page.payload import PACKED, pack
from trace_builder.report.page.sampling import order, run_strata
from trace_builder.storage.run_folder import RunFolder


@given(st.dictionaries(st.text(), st.integers(0, 4)))
def test_every_record_has_one_place_whatever_the_order_it_came_in(strata: dict[str, int]) -> None:
    ranked = order(strata)
    assert sorted(ranked) == sorted(strata)
    assert ranked == order(dict(reversed(strata.items())))


def test_rare_ends_come_first_and_common_ones_in_proportion() -> None:
    strata = {f"r{n}": "common" if n % 100 else "rare" for n in range(10_000)}
    strata["once"] = "single"
    small = Counter(strata[name] for name in order(strata)[:13])
    assert small == {"common": 6, "rare": 6, "single": 1}
    large = Counter(strata[name] for name in order(strata)[:2_013])
    assert 18 <= large["rare"] <= 32


def test_strata_are_the_ends_of_the_way(harbour: Path) -> None:
    with RunFolder.open(harbour) as run:
        strata = run_strata(run)
        assert list(strata) == list(run.ids)
    assert strata["s00000"] == (("dpo", "accepted", None), ("iopo", "accepted", None))
    assert strata["s00004"] == (("respond", "rejected", "imperfect_response"),)
    assert strata["s00005"] == (("expand", "rejected", "name_leaked"),)


def _unpacked(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(gzip.decompress(b64decode(text)))
    return found


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.dictionaries(_TEXT, _TEXT)))
def test_what_is_packed_comes_back(records: list[dict[str, str]]) -> None:
    text, count = pack({"names": ["a"]}, records)
    assert _unpacked(text) == {"names": ["a"], "records": records}
    assert count == len(records)
    assert "<" not in text


def test_packing_stops_at_the_bound() -> None:
    noise = ({"text": hashed * 40} for hashed in (f"{n * 7919 % 104729:x}" for n in range(10**9)))
    text, count = pack({}, noise)
    assert len(text) <= PACKED + 100
    assert len(_unpacked(text)["records"]) == count > 1000  # type: ignore[arg-type]


def test_lone_surrogates_do_not_stop_it() -> None:
    text, _ = pack({}, [{"text": "a\ud800b"}])
    assert _unpacked(text) == {"records": [{"text": "a?b"}]}
