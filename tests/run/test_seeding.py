from __future__ import annotations

import os
from pathlib import Path

import pytest

from trace_builder.config import RunConfig
from trace_builder.run.config_file import load_config
from trace_builder.run.seeding import bring_in


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    seeds = tmp_path / "in.jsonl"
    seeds.write_text('{"instruction": "Name a colour."}\n{"instruction": "给一种花起名。", "inputs": 1}\n')
    return load_config(values={"seeds": [str(seeds)], "output": str(tmp_path / "run")})


def test_unchanged_files_are_not_read_again_and_give_the_same(config: RunConfig) -> None:
    first, about = bring_in(config, None)
    inode = first.path.stat().st_ino
    again, about_again = bring_in(config, about)
    assert again == first
    assert about_again == about
    assert first.path.stat().st_ino == inode
    assert (first.seeds, dict(first.ignored)) == (2, {"inputs": 1})


def test_an_edited_file_is_read_again(config: RunConfig) -> None:
    _, about = bring_in(config, None)
    config.seeds[0].write_text('{"instruction": "Name three colours."}\n')
    found, now = bring_in(config, about)
    assert found.seeds == 1
    assert now.digest != about.digest


def test_a_touched_file_of_the_same_size_is_read_again(config: RunConfig) -> None:
    _, about = bring_in(config, None)
    text = config.seeds[0].read_text().replace("colour", "flavor")
    config.seeds[0].write_text(text)
    os.utime(config.seeds[0], ns=(1, 1))
    assert bring_in(config, about)[1].digest != about.digest


def test_seeds_that_were_edited_in_the_run_s_folder_are_made_anew(config: RunConfig) -> None:
    first, about = bring_in(config, None)
    before = first.path.read_bytes()
    first.path.write_bytes(before + b'{"id":"x"}\n')
    assert bring_in(config, about)[0] == first
    assert first.path.read_bytes() == before


def test_another_limit_is_another_question(config: RunConfig) -> None:
    _, about = bring_in(config, None)
    assert bring_in(config.model_copy(update={"limit": 1}), about)[0].seeds == 1
