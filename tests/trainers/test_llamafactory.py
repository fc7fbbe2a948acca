"""LLaMA-Factory itself loads and preprocesses every file that a release registers for it.

Needs an environment with llamafactory (see docs/release.md); elsewhere the replayed rules are tested alone.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("torchaudio") is None:
    # Only its multimodal plug-in uses it, and text does not.
    stand_in = types.ModuleType("torchaudio")
    stand_in.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
    sys.modules["torchaudio"] = stand_in

pytest.importorskip("llamafactory.data.loader", exc_type=ImportError)

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import DataArguments, ModelArguments
from transformers import Seq2SeqTrainingArguments

from trace_builder.release.verify.llamafactory import align, kept, read_file, read_register
from trace_builder.release.verify.tiny_trl import tiny_tokenizer

pytestmark = pytest.mark.trainers


def preprocessed(folder: Path, name: str, stage: str, cache: Path) -> Any:
    """The rows that LLaMA-Factory would train on."""
    data = DataArguments(
        dataset=name, dataset_dir=str(folder), template="llama3", cutoff_len=6000, overwrite_cache=True
    )
    data.dataset = [name]
    tokenizer = tiny_tokenizer()
    template = get_template_and_fix_tokenizer(tokenizer, data)
    model = ModelArguments(model_name_or_path="tiny", cache_dir=str(cache))
    training = Seq2SeqTrainingArguments(output_dir=str(cache), use_cpu=True, predict_with_generate=False)
    return get_dataset(template, model, data, training, stage, tokenizer)["train_dataset"]


def test_every_registered_file_keeps_every_row(demo_release: Path, tmp_path: Path) -> None:
    for entry in read_register(demo_release):
        if entry.name.startswith("trace_iopo"):
            continue
        rows = list(read_file(entry.file))
        assert len(preprocessed(demo_release, entry.name, entry.stage, tmp_path)) == len(rows), entry.name


def test_the_prompt_it_makes_is_ours(demo_release: Path, tmp_path: Path) -> None:
    chat = preprocessed(demo_release, "sft_messages", "sft", tmp_path)
    for name in ("sft_sharegpt", "sft_alpaca"):
        assert preprocessed(demo_release, name, "sft", tmp_path)["input_ids"] == chat["input_ids"]


def test_the_authors_file_is_dropped_as_documented(demo_release: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Cannot find valid samples"):
        preprocessed(demo_release, "trace_iopo", "rm", tmp_path)


BROKEN = {
    "two humans": {"conversations": [["human", "a"], ["human", "b"]]},
    "answer first": {"conversations": [["gpt", "a"]]},
    "three turns": {"conversations": [["human", "a"], ["gpt", "b"], ["human", "c"]]},
    "one turn": {"conversations": [["human", "a"]]},
    "with a system turn": {"conversations": [["system", "s"], ["human", "a"], ["gpt", "b"]]},
    "an empty answer": {"conversations": [["human", "a"], ["gpt", ""]]},
}
KINDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "sft": ("sft", {"columns": {"messages": "conversations"}}, {}),
    "rm": (
        "rm",
        {
            "ranking": True,
            "columns": {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"},
        },
        {"chosen": {"from": "gpt", "value": "y"}, "rejected": {"from": "gpt", "value": "z"}},
    ),
    "kto": ("kto", {"columns": {"messages": "conversations", "kto_tag": "kto_tag"}}, {"kto_tag": False}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BROKEN)
def test_our_replay_agrees_on_rows_that_are_not_ours(kind: str, name: str, tmp_path: Path) -> None:
    stage, entry, extra = KINDS[kind]
    turns = [{"from": speaker, "value": text} for speaker, text in BROKEN[name]["conversations"]]
    row = {"conversations": turns, **extra}
    register = {"set": {"file_name": "set.json", "formatting": "sharegpt", **entry}}
    (tmp_path / "set.json").write_text(json.dumps([row]), encoding="utf-8")
    (tmp_path / "dataset_info.json").write_text(json.dumps(register), encoding="utf-8")
    [read] = read_register(tmp_path)
    if kept(align(row, read), read.stage):
        assert len(preprocessed(tmp_path, "set", stage, tmp_path / "cache")) == 1
    else:
        with pytest.raises(RuntimeError, match="Cannot find valid samples"):
            preprocessed(tmp_path, "set", stage, tmp_path / "cache")
