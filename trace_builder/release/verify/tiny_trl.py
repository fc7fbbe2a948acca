"""TRL's trainers with a tiny model made on the spot: no download, no GPU, one step each."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from trace_builder.release.formats.release_format import Trainer
from trace_builder.release.verify.loading import quiet

#: Renders turns so that a prompt is a prefix of the prompt with its answer.
_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_SPECIAL = ("<|pad|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>")


class TinyTrl:
    """Runs TRL trainers over a release's files. Use as a context manager; what it caches is gone after it.

    Args:
        max_length: tokens of a row (bytes, here); trainers drop rows whose prompt is longer. None: no limit.
    """

    def __init__(self, max_length: int | None = None) -> None:
        self._max_length = max_length

    def __enter__(self) -> TinyTrl:
        self._folder = tempfile.TemporaryDirectory(prefix="trace-build-verify-")
        self._stack = ExitStack()
        self._stack.enter_context(self._folder)
        self._stack.enter_context(quiet())
        self._model = str(Path(self._folder.name) / "model")
        self._tokenizer = tiny_tokenizer()
        save_tiny(Path(self._model))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def kept(self, trainer: Trainer, folder: Path, config: str, split: str) -> int:
        """Rows that a trainer has after its preprocessing, once it has trained one step on them.

        Args:
            trainer: which one.
            folder: the release.
            config: the configuration's name in its card.
            split: the split.
        """
        from datasets import load_dataset
        from transformers import PrinterCallback

        rows = load_dataset(str(folder), config, split=split, cache_dir=self._folder.name)
        made = self._trainer(trainer, rows)
        made.remove_callback(PrinterCallback)
        if len(made.train_dataset):
            made.train()
        return len(made.train_dataset)

    def _trainer(self, trainer: Trainer, rows: Any) -> Any:
        import trl

        classes = {
            "sft": (trl.SFTTrainer, trl.SFTConfig),
            "dpo": (trl.DPOTrainer, trl.DPOConfig),
            "kto": (trl.KTOTrainer, trl.KTOConfig),
        }
        kind, config = classes[trainer]
        settings = config(
            output_dir=self._folder.name,
            max_steps=1,
            per_device_train_batch_size=2,
            max_length=self._max_length,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            use_cpu=True,
            bf16=False,
        )
        return kind(
            model=self._model,
            args=settings,
            train_dataset=rows,
            processing_class=self._tokenizer,
        )


def tiny_tokenizer() -> Any:
    """A tokenizer made on the spot: bytes as tokens, and the marks of a chat."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate([*_SPECIAL, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<|pad|>", eos_token="<|end|>")
    fast.add_special_tokens({"additional_special_tokens": list(_SPECIAL[2:])})
    fast.chat_template = _TEMPLATE
    return fast


def save_tiny(folder: Path) -> None:
    """Writes a tiny model with its tokenizer to a folder, as ``from_pretrained`` reads them."""
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(folder)
    _model(len(tokenizer), tokenizer.eos_token_id).save_pretrained(folder)


def _model(vocabulary: int, end: int) -> Any:
    """A language model of a few thousand weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            max_position_embeddings=1 << 17,
            eos_token_id=end,
            pad_token_id=0,
            bos_token_id=None,
        )
    )
