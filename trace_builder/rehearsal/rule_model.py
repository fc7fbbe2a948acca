"""The embedded model: rules that answer a chat completion request from nothing but its body."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from trace_builder.rehearsal.schema_filler import fill
from trace_builder.rehearsal.tasks.bindings import bind, compare
from trace_builder.rehearsal.tasks.expansion import expand, expand_text
from trace_builder.rehearsal.tasks.harvesting import harvest
from trace_builder.rehearsal.tasks.inspection import inspect_instruction
from trace_builder.rehearsal.tasks.quality_questions import completeness, quality, redundancy
from trace_builder.rehearsal.tasks.request import Request, content, read_request
from trace_builder.rehearsal.tasks.responses import respond, respond_worse
from trace_builder.rehearsal.tasks.rewriting import add, delete, revise
from trace_builder.rehearsal.tasks.structuring import structure
from trace_builder.rehearsal.tasks.verdicts import judge, rationality
from trace_builder.rehearsal.writer.lexicons import lexicon
from trace_builder.stages.common import answer_schemas as asked
from trace_builder.stages.common import binding_answers as binding
from trace_builder.stages.common.answer_schemas import Reply
from trace_builder.support.text import detect_lang


def _name(schema: type[Reply]) -> str:
    return schema.__name__.lower()


#: By the name of the answer's schema: questions that are answered by looking, and those whose answer is
#: written, with a flaw in a share of cases. The schema of an inspection belongs to evaluation sets.
_LOOKED_UP: dict[str, Callable[[Request], Reply | dict[str, Any]]] = {
    _name(asked.QualityVerdicts): quality,
    _name(asked.Completeness): completeness,
    _name(asked.Redundancy): redundancy,
    _name(asked.Verdicts): judge,
    _name(asked.Rationality): rationality,
    _name(binding.Likenesses): compare,
    "inspection": inspect_instruction,
}
_WRITTEN: dict[str, Callable[[Request, Random, float], Reply]] = {
    _name(asked.Parts): expand,
    _name(asked.Expansion): expand_text,
    _name(asked.Structuring): structure,
    _name(binding.Bindings): bind,
    _name(asked.Additions): add,
    _name(asked.Deletions): delete,
    _name(asked.Revisions): lambda request, rng, flawed: (harvest if "failed" in request.blocks else revise)(
        request, rng, flawed
    ),
}
#: The data blocks of the prompt ``worse``, the only one with such blocks that wants plain text.
_WORSE = frozenset({"instruction", "constraints", "input", "response"})


class RuleModel:
    """Deterministic: the same body gets the same answer.

    Args:
        seed: of the model itself; another one gives another model.
        miss: share of answers that miss a constraint (a few of them are empty or refusals).
        flawed: share of expansions, structures and rewritings made with a flaw.
    """

    def __init__(self, *, seed: int = 0, miss: float = 0.15, flawed: float = 0.08) -> None:
        self._seed = seed
        self._miss = miss
        self._flawed = flawed

    def answer(self, body: Mapping[str, Any]) -> str:
        """The answer to the JSON body of ``POST /v1/chat/completions``, at its full length."""
        request, rng = read_request(body), Random(self._draw(body))
        if request.schema is None:
            return self._text(request, rng)
        return json.dumps(self._structure(request, request.schema, rng), ensure_ascii=False)

    def _draw(self, body: Mapping[str, Any]) -> int:
        digest = hashlib.blake2b(f"{self._seed}\0{body.get('seed')}".encode(), digest_size=8)
        for message in body.get("messages") or ():
            text = f"\0{message.get('role')}\0{content(message)}"
            digest.update(text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest(), "big")

    def _text(self, request: Request, rng: Random) -> str:
        if not request.blocks:
            return respond(request, rng, self._miss)
        if request.blocks.keys() == _WORSE:
            return respond_worse(request, rng)
        return lexicon(detect_lang("\n".join(filter(None, request.blocks.values())))).unknown

    def _structure(self, request: Request, schema: Mapping[str, Any], rng: Random) -> Any:
        reply: Reply | dict[str, Any]
        if request.asked in _LOOKED_UP:
            reply = _LOOKED_UP[request.asked](request)
        elif request.asked in _WRITTEN:
            reply = _WRITTEN[request.asked](request, rng, self._flawed)
        else:
            return fill(schema, rng, "Well begun is half done.") if schema else {"answer": "Hello."}
        return reply.model_dump() if isinstance(reply, Reply) else reply
