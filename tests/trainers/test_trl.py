"""TRL's own trainers and datasets' own loader over a release of the demo's run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytest.importorskip("datasets")

from datasets import get_dataset_config_names, load_dataset
from datasets.info import DatasetInfosDict

from trace_builder.release.verify.tiny_trl import TinyTrl

pytestmark = pytest.mark.trainers


@pytest.fixture(scope="session")
def verified(demo_run: Path, trace_build: Callable[..., str]) -> tuple[Path, str]:
    """Every format, Parquet too, verified on the way; and what was said."""
    out = demo_run.parent / "full"
    return out, trace_build("release", demo_run, "--to", out, "--format", "parquet", "--verify")


@pytest.fixture(scope="session")
def full_release(verified: tuple[Path, str]) -> Path:
    return verified[0]


def test_no_reader_drops_a_row(verified: tuple[Path, str]) -> None:
    out, said = verified
    checks = re.findall(r"^(ok|DROP) +(.+?)  +(\S+) +([\d,]+) in +([\d,]+) kept", said, re.MULTILINE)
    assert checks
    assert all(mark == "ok" and rows == kept != "0" for mark, _, _, rows, kept in checks)
    readers = {file: reader for _, reader, file, _, _ in checks}
    assert readers["sft/messages/train.jsonl"] == "TRL SFTTrainer"
    assert readers["dpo/trl/train.jsonl"] == readers["iopo/trl/train.jsonl"] == "TRL DPOTrainer"
    assert readers["dpo/kto/train.jsonl"] == "TRL KTOTrainer"
    registered = json.loads((out / "dataset_info.json").read_text(encoding="utf-8")).values()
    assert {entry["file_name"] for entry in registered} <= set(readers)


def test_every_configuration_of_the_card_loads_with_its_features(full_release: Path, tmp_path: Path) -> None:
    names = get_dataset_config_names(str(full_release))
    assert names == get_dataset_config_names(str(full_release / "parquet"))
    assert len(names) == 13
    for name in names:
        lines = load_dataset(str(full_release), name, cache_dir=str(tmp_path))
        parquet = load_dataset(str(full_release / "parquet"), name, cache_dir=str(tmp_path))
        assert set(lines) == set(parquet)
        for split, rows in lines.items():
            assert rows.features == parquet[split].features
            assert rows.to_list() == parquet[split].to_list()
            assert rows.num_rows > 0


def test_every_folder_loads_alone(full_release: Path, tmp_path: Path) -> None:
    declared = DatasetInfosDict.from_directory(str(full_release))
    folders = {path.parent for path in full_release.rglob("train.*") if path.parent.name != "trace_ids"}
    assert len(folders) == 24
    for folder in folders:
        features = declared["_".join(folder.parts[-2:])].features
        loaded = load_dataset(str(folder), features=features, cache_dir=str(tmp_path))
        assert loaded["train"].features == features
        assert loaded["train"].num_rows > 0


def test_trl_from_the_command_line(full_release: Path, tmp_path: Path) -> None:
    """The card's command, with a tiny model and a single step."""
    from trace_builder.release.verify.tiny_trl import save_tiny

    save_tiny(tmp_path / "model")
    command = [
        *(Path(sys.executable).with_name("trl"), "sft", "--dataset_name", full_release),
        *("--dataset_config", "sft_messages", "--max_length", "6000"),
        *("--model_name_or_path", tmp_path / "model", "--output_dir", tmp_path / "sft"),
        *("--max_steps", "1", "--report_to", "none", "--use_cpu", "--bf16", "false"),
    ]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "sft" / "config.json").is_file()


def test_rows_that_a_trainer_drops_are_not_counted_as_kept(full_release: Path) -> None:
    with TinyTrl(max_length=64) as trainers:
        assert trainers.kept("dpo", full_release, "dpo_trl", "train") == 0
