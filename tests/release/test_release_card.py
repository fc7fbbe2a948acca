from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted_runs import Scripted, scripted_run, seed_of

from trace_builder.records import Seed
from trace_builder.release.builder import Release, build
from trace_builder.release.card.dataset_card import header, plain, with_header
from trace_builder.release.card.markdown import code, escaped, table
from trace_builder.release.options import ReleaseOptions


@pytest.fixture
def released(scripted: Path, tmp_path: Path) -> Release:
    return build(scripted, tmp_path / "out", ReleaseOptions(near_duplicates=None))


def section(text: str, name: str) -> str:
    return text.split(f"## {name}", 1)[1].split("\n## ", 1)[0]


def cells(table: str) -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_the_header_names_every_folder_with_its_columns(released: Release, tmp_path: Path) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    paths = [entry["path"] for config in head["configs"] for entry in config["data_files"]]
    assert all((tmp_path / "out" / path).is_file() for path in paths)
    infos = {info["config_name"]: info for info in head["dataset_info"]}
    assert set(infos) == {config["config_name"] for config in head["configs"]}
    for config in head["configs"]:
        columns = [feature["name"] for feature in infos[config["config_name"]]["features"]]
        path = tmp_path / "out" / config["data_files"][0]["path"]
        first = path.read_text(encoding="utf-8")
        row = json.loads(first)[0] if path.suffix == ".json" else json.loads(first.splitlines()[0])
        assert list(row) == columns
    assert head["language"] == ["en", "zh"]


def test_huggingface_hubs_classes_make_the_same_bytes(released: Release) -> None:
    pytest.importorskip("huggingface_hub")
    data = header(released)
    assert with_header(data, "# 标题\n\ntext\n") == plain(data, "# 标题\n\ntext\n")


def test_tables_one_and_two_count_what_was_written(
    released: Release, tmp_path: Path, read_rows: Callable[[Path], list[dict[str, Any]]]
) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    table = cells(section(text, "Constraints an instruction"))
    rows = read_rows(tmp_path / "out" / "evaluation" / "test.jsonl")
    for count in range(1, 5):
        written = sum(row["constraints_num"] == count for row in rows)
        assert table[str(count)][-3] == str(written)
        assert table[str(count)][-2:] == [
            ["991", "8,003", "26,421", "34,155"][count - 1],
            ["200", "100"][count > 1],
        ]
    assert table["paper train"] == ["119,345", "1", "15", "4.36"]
    assert table["paper evaluation"][0] == "1,042"


def test_the_funnel_adds_up(released: Release, tmp_path: Path) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    table = cells(section(text, "The funnel").split("\n\n")[1])
    for stage in ("expand", "structure", "quality", "respond", "dpo", "iopo"):
        entered, accepted, rejected, failed, pending = map(int, table[stage])
        assert entered == accepted + rejected + failed + pending
    assert "| respond | server_error | 6 |" in text


def test_yield_by_operation_knows_what_was_drawn_for_rejected_records(
    released: Release, tmp_path: Path
) -> None:
    table = cells(section((tmp_path / "out" / "README.md").read_text(encoding="utf-8"), "IOPO yield"))
    assert table["revise"][1] != "0"
    assert table["add"][1] == "0"
    assert table["delete"][1] == "0"
    for counts in table.values():
        if counts[0].isdigit():
            assert int(counts[0]) == sum(map(int, counts[1:6]))


def test_cost_licences_and_checksums(tmp_path: Path) -> None:
    options = ReleaseOptions(licences={"own": "CC0-1.0"}, near_duplicates=None)
    run = scripted_run(tmp_path / "run", 12, "models.default.prices={currency: EUR, prompt: 1000}")
    build(run, tmp_path / "out", options)
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^Cost: \d+\.\d\d EUR\.$", text, re.MULTILINE)
    assert "| expand | 24 | 240 | 168 | 0 |" in text
    assert re.search(r"\| own \| \d+ \| CC0-1.0 \|", text)
    assert re.search(r"\| hired 雇 \| \d+ \| not stated \|", text)
    assert "license: other" in text
    sums = dict(line.split("  ")[::-1] for line in (tmp_path / "out" / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    for name, digest in sums.items():
        assert name == "README.md" or digest in text


def test_one_licence_for_all_goes_into_the_header(scripted: Path, tmp_path: Path) -> None:
    options = ReleaseOptions(licences={"own": "MIT", "hired 雇": "MIT"}, near_duplicates=None)
    build(scripted, tmp_path / "out", options)
    assert "license: mit\n" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


HOSTILE = "a|b` [x](http://evil) *c* <script>alert(1)</script>\n## Heading\n| d"


def test_no_name_is_markup_on_the_card(tmp_path: Path) -> None:
    """Of sources, licences, models, the profile and benchmarks."""
    seed = Seed(id="s", lang="en", instruction=seed_of("en", 4).instruction, source=HOSTILE)
    run = scripted_run(tmp_path / "run", [Scripted(seed, 4)], f"models.default.name={json.dumps(HOSTILE)}")
    manifest = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps({**manifest, "profile": HOSTILE}), encoding="utf-8")
    against = tmp_path / "a|b`*<b>.jsonl"
    against.write_text('{"prompt": "nothing like it"}\n', encoding="utf-8")
    options = ReleaseOptions(
        near_duplicates=None, against=(str(against),), licences={HOSTILE: HOSTILE}, quotas={}
    )
    build(run, tmp_path / "out", options)
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    shown = text.split("## Checksums")[0]
    assert "<script>" not in shown
    assert "<b>" not in shown
    example = section(shown, "An example")
    fence = re.search(r"^`{3,}", example, re.MULTILINE)
    assert fence is not None
    row = example.split(f"{fence.group()}json\n")[1].rsplit(f"\n{fence.group()}", 1)[0]
    assert json.loads(row)["source"] == HOSTILE
    assert f"\n{fence.group()}" not in row, "nothing in the row ends the fence"
    shown = shown.replace(example, "")
    assert "\n## Heading" not in shown
    assert not re.search(r"(?<!\\)\[x", shown)
    assert not re.search(r"(?<!\\)\*c", shown)
    for line in shown.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 4, 5, 6, 7, 8, 9), line
            assert len(re.findall(r"(?<!\\)`", line)) % 2 == 0, line
    licences = cells(section(shown, "Licence of the seeds"))
    assert len(licences) == 2
    assert all(len(row) == 2 for row in licences.values())


def test_sizes_default_and_example_are_of_the_files(released: Release, tmp_path: Path) -> None:
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    for info, config in zip(head["dataset_info"], head["configs"], strict=True):
        sizes = [(tmp_path / "out" / file["path"]).stat().st_size for file in config["data_files"]]
        assert [split["num_bytes"] for split in info["splits"]] == sizes
        assert info["dataset_size"] == sum(sizes) > 0
    assert [config["config_name"] for config in head["configs"] if config.get("default")] == ["sft_messages"]
    first = (tmp_path / "out" / "sft" / "messages" / "train.jsonl").read_text(encoding="utf-8").split("\n")[0]
    example = section(text, "An example").split("json\n", 1)[1]
    assert json.loads(example[: example.rindex("\n```")])["id"] == json.loads(first)["id"]


def test_escaped_text_shows_as_it_is() -> None:
    assert escaped("server_error") == "server_error"
    assert escaped("_a_ b_c __d") == r"\_a\_ b_c \_\_d"
    assert escaped("a|b\n<i>`x`") == r"a&#124;b &lt;i&gt;\`x\`"
    assert escaped("~~s~~ $x$ \\ &amp;") == r"\~\~s\~\~ \$x\$ \\ &amp;amp;"
    assert table(("a", "b"), [("x|y", code("z")), (1234, "w")]).splitlines()[2:] == [
        "| x&#124;y | `z` |",
        "| 1,234 | w |",
    ]


def test_the_card_of_an_unfinished_run_says_so_and_names_no_folder(tmp_path: Path) -> None:
    run = scripted_run(tmp_path / "run", 12, finish=False)
    build(run, tmp_path / "out", ReleaseOptions(partial=True, near_duplicates=None))
    for path in (tmp_path / "out").rglob("*.*"):
        if path.is_file():
            assert str(tmp_path) not in path.read_text(encoding="utf-8"), path
    assert "not finished" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
