"""Makes a tiny Qwen2 with random weights and a tokenizer of its own, for tests against a real vLLM server.

    .venv-vllm/bin/python tests/vllm/make_tiny_model.py FOLDER

Nothing is downloaded. The tokenizer is trained on the repository's own prompts and seeds, so prompts have a
believable number of tokens in both languages. What the model writes is noise, but noise that ends: a plain
random model hardly ever closes a JSON string or stops, so the logits of closing characters and of the end of
the turn get a constant push (see ``_push``).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

REPOSITORY = Path(__file__).resolve().parents[2]
LENGTH = 32_768
VOCABULARY = 2048
#: 4 heads of 32: with a head of 16 vLLM's CPU attention starts, and dies at the first request.
HIDDEN, HEADS, LAYERS = 128, 4, 2
PAD, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
#: How much more likely, in logits, an answer is to close something than to go on.
PUSHES = {TURN_END: 6.0, '"': 6.0, "}": 5.0, "]": 5.0}
#: Tokens that must never be written.
SILENCE = -30.0

TEMPLATE = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(folder)
    model = _model(tokenizer)
    model.to(torch.bfloat16).save_pretrained(folder, safe_serialization=True)
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    (folder / "generation_config.json").write_text(json.dumps(ends), "utf-8")
    print(f"{folder}: {len(tokenizer)} tokens, {sum(p.numel() for p in model.parameters())} parameters")


def _corpus() -> list[str]:
    files = [path for name in ("prompts", "seeds", "taxonomy") for path in (REPOSITORY / name).rglob("*.*")]
    texts = [path.read_text("utf-8") for path in sorted(files)]
    digits = " ".join(str(number) for number in range(100))
    return [*texts, digits, '{"reasoning": "", "verdicts": [{"id": "c1", "score": 10}], "input": null}']


def _tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, TURN_START, TURN_END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(_corpus(), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token=TURN_END, pad_token=PAD, model_max_length=LENGTH
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    return tokenizer


@torch.no_grad()
def _model(tokenizer: PreTrainedTokenizerFast) -> Qwen2ForCausalLM:
    torch.manual_seed(0)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=HIDDEN,
            intermediate_size=2 * HIDDEN,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            num_key_value_heads=HEADS // 2,
            max_position_embeddings=LENGTH,
            tie_word_embeddings=False,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    # Every matrix keeps the variance of what goes in, so the prompt still shapes the last layer.
    for weights in model.parameters():
        if weights.dim() == 2:
            weights.normal_(0, weights.shape[1] ** -0.5)
    model.model.embed_tokens.weight.normal_(0, 1)
    model.lm_head.weight.mul_(2)
    for layer in model.model.layers:
        # Sharper attention: which tokens came before must matter, not only how many.
        layer.self_attn.q_proj.weight.mul_(2)
        layer.self_attn.k_proj.weight.mul_(2)
    _push(model, tokenizer)
    return model


def _push(model: Qwen2ForCausalLM, tokenizer: PreTrainedTokenizerFast) -> None:
    """Give chosen tokens a constant bias, though Qwen2's output layer has none.

    One dimension of the residual stream is set to 1 by every embedding and left alone by every layer. The
    last norm scales it to nearly the same value everywhere, so the output layer's column for it is a bias.
    """
    model.model.embed_tokens.weight[:, 0] = 1
    for layer in model.model.layers:
        layer.self_attn.o_proj.weight[0] = 0
        layer.mlp.down_proj.weight[0] = 0
    sample = torch.randint(len(tokenizer), (4, 128))
    scale = model.model(sample).last_hidden_state[..., 0].mean()
    bias = torch.zeros(len(tokenizer))
    for text, push in PUSHES.items():
        bias[tokenizer.convert_tokens_to_ids(text)] = push
    for text in (PAD, TURN_START):
        bias[tokenizer.convert_tokens_to_ids(text)] = SILENCE
    model.lm_head.weight[:, 0] = bias / scale


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
