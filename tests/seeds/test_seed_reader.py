from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_builder.errors import InputError
from trace_builder.records import Seed
from trace_builder.seeds.ingest import bundled
from trace_builder.seeds.reader import BadSeed, read_seeds

GOOD = b'{"instruction": "Write a poem."}'


def read(folder: Path, data: bytes, name: str = "mine.jsonl") -> list[Seed | BadSeed]:
    path = folder / name
    path.write_bytes(data)
    return list(read_seeds(path))


def bad(folder: Path, data: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in read(folder, data) if isinstance(row, BadSeed)]


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD + b"\n",
        GOOD + b"\r\n",
        b"\r\n\n  \n" + GOOD,
        b"[" + GOOD + b"]",
        b"\xef\xbb\xbf\r\n[\r\n" + GOOD + b"\r\n]\r\n",
        b'{"instruction": "Write a poem.", "source": "mine", "unknown": {"x": [1]}}',
    ],
)
def test_forms_of_one_good_row(tmp_path: Path, data: bytes) -> None:
    (row,) = read(tmp_path, data)
    assert isinstance(row, Seed)
    assert (row.instruction, row.source) == ("Write a poem.", "mine")


def test_a_byte_order_mark_between_joined_files_is_accepted(tmp_path: Path) -> None:
    assert bad(tmp_path, GOOD + b"\n\xef\xbb\xbf" + GOOD + b"\n") == []


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "the file holds no rows"),
        (b"\n \r\n", 1, "the file holds no rows"),
        (b"\xef\xbb\xbf", 1, "the file holds no rows"),
        (b"[]", 1, "the file holds no rows"),
        (GOOD + b"\n" + b'{"instruction": "a"', 2, "not JSON: expecting ',' delimiter (column 20)"),
        (GOOD + b"\n\nplain words\n", 3, "not JSON: expecting value (column 1)"),
        (GOOD + b"\n" + b'{"instruction": "\xff"}', 2, "byte 18 of the row is not UTF-8"),
        (GOOD + b"\n\0\0\0\0\n", 2, "not JSON: expecting value (column 1)"),
        (b'{"instruction": "a\0"}', 1, "not JSON: invalid control character at (column 19)"),
        (b'{"instruction": "a\\u0000"}', 1, "'instruction' holds a NUL character"),
        (b'{"instruction": "\\ud83d"}', 1, "'instruction' holds half of a surrogate pair"),
        (b'{\n"instruction": "a"}', 1, "a row of JSONL must stand on one line"),
        (b'{"n": ' + b"9" * 5000 + b"}", 1, "a number has too many digits"),
        (b'{"n": ' + b"[" * 100_000, 1, "nested too deeply"),
        (GOOD + b"\n" + b'{"instruction": "' + b"x" * (5 << 20) + b'"}\n' + GOOD, 2,
         "the row is 5,242,899 bytes long, more than the 1,048,576 a row may have"),
        (b"[\n" + GOOD + b",\n {},\n" + GOOD + b"]", 3, "no instruction: expected a key"),
        (b"[" + GOOD + b",\n\n" + GOOD, 3, "the JSON array is not closed"),
        ("{}".encode("utf-16"), 1, "the file is UTF-16, not JSON in UTF-8"),
        (b"\x1f\x8b\x08rest", 1, "the file is gzip, not JSON in UTF-8"),
        (b"PAR1rest", 1, "the file is Parquet, not JSON in UTF-8"),
    ],
)  # fmt: skip
def test_a_bad_row_has_its_line_and_reason(tmp_path: Path, data: bytes, line: int, reason: str) -> None:
    ((at, why), *others) = bad(tmp_path, data)
    assert at == line
    assert why.startswith(reason)
    assert others in ([], [(2, "not JSON: extra data (column 14)")])


def test_a_bad_row_keeps_its_text_and_says_where_it_is(tmp_path: Path) -> None:
    (row,) = read(tmp_path, b'{"instruction": "\xe6\x97"}')
    assert isinstance(row, BadSeed)
    assert row.raw == '{"instruction": "\ufffd"}'
    assert str(row) == f"{tmp_path / 'mine.jsonl'}:1: byte 18 of the row is not UTF-8"


def test_a_large_output_beside_a_small_instruction_is_no_fault(tmp_path: Path) -> None:
    row = {"instruction": "Write a poem.", "output": "x" * 1_000_000}
    assert bad(tmp_path, json.dumps(row).encode()) == []


def test_missing_files_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: no such file"):
        list(read_seeds(tmp_path / "none.jsonl"))
    with pytest.raises(InputError, match="is a directory"):
        list(read_seeds(tmp_path))


def test_keys_of_no_known_format_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(b'{"instruction": "a", "inputs": "b", "output": "c"}\n' * 3)
    ignored: Counter[str] = Counter()
    list(read_seeds(path, ignored))
    assert ignored == {"inputs": 3}


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"[", b'{"instruction": "', b"\xef\xbb\xbf"]))
def test_any_bytes_are_seeds_or_bad_rows(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes
) -> None:
    rows = read(tmp_path_factory.getbasetemp(), head + data)
    assert rows
    for row in rows:
        assert 1 <= (row.line if isinstance(row, BadSeed) else 1) <= data.count(b"\n") + 1
        str(row).encode()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
SEEDS = st.builds(
    Seed,
    id=st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True),
    lang=st.sampled_from(["en", "zh"]),
    instruction=TEXT.map(lambda text: "Tell: " + text.strip()).map(str.strip),
    input=st.none() | TEXT.map(lambda text: "Here:" + text.strip("\r\n")),
    source=st.just("mine"),
)


@settings(deadline=None)
@given(st.lists(SEEDS, min_size=1, max_size=5), st.booleans(), st.sampled_from([None, 2]))
def test_native_rows_come_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[Seed], ascii_only: bool, indent: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp()
    rows = [seed.model_dump() for seed in seeds]
    lines = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    array = json.dumps(rows, ensure_ascii=ascii_only, indent=indent)
    assert read(folder, lines.encode()) == seeds
    assert read(folder, array.encode()) == seeds


def test_the_bundled_seeds_are_plain_and_half_and_half() -> None:
    seeds = [row for row in read_seeds(bundled()) if isinstance(row, Seed)]
    assert Counter(seed.lang for seed in seeds) == {"en": 40, "zh": 40}
    assert (
        len({seed.id for seed in seeds})
        == len({seed.instruction + (seed.input or "") for seed in seeds})
        == 80
    )
    assert 20 <= sum(seed.input is not None for seed in seeds) <= 34
    assert {seed.source for seed in seeds} == {"trace-builder-demo"}
    for seed in seeds:
        refers = ("following", "below", "下面", "下列", "下述")
        assert seed.input is not None or not any(word in seed.instruction for word in refers)


@pytest.mark.parametrize(
    ("name", "lang", "seeds", "inputs"),
    [
        ("en_self_instruct_seed_tasks", "en", 175, 125),
        ("en_self_instruct_user_oriented_252", "en", 252, 208),
        ("zh_belle_seed_tasks", "zh", 175, 126),
    ],
)
def test_public_seed_files(shared: Path, name: str, lang: str, seeds: int, inputs: int) -> None:
    rows = list(read_seeds(shared / "data" / "seeds" / f"{name}.jsonl"))
    good = [row for row in rows if isinstance(row, Seed)]
    assert len(good) == len(rows) == seeds
    assert {seed.lang for seed in good} == {lang}
    assert sum(seed.input is not None for seed in good) == inputs
