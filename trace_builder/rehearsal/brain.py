"""The embedded model: rules that answer a chat completion request from nothing but its body."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from trace_builder.rehearsal.evalset import check_instruction
from trace_builder.rehearsal.expand import expand
from trace_builder.rehearsal.fill import fill
from trace_builder.rehearsal.judge import judge, rationality
from trace_builder.rehearsal.quality import completeness, redundancy
from trace_builder.rehearsal.request import Request, content, read_request
from trace_builder.rehearsal.respond import respond, respond_worse
from trace_builder.rehearsal.rewrite import rewrite
from trace_builder.rehearsal.structure import structure
from trace_builder.rehearsal.tokens import cut


@dataclass(frozen=True, slots=True)
class BrainReply:
    """A message's text and why it ended there."""

    text: str
    finish_reason: Literal["stop", "length"]


class RuleModel:
    """Deterministic: the same body gets the same reply.

    Args:
        seed: of the model itself; another one gives another model.
        miss: share of answers that miss a constraint (a few of them are empty or refusals).
        blemish: share of expansions, structures and rewritings made with a fault.
    """

    def __init__(self, *, seed: int = 0, miss: float = 0.15, blemish: float = 0.08) -> None:
        self._seed = seed
        self._miss = miss
        self._blemish = blemish

    def answer(self, body: Mapping[str, Any]) -> BrainReply:
        """The reply to the JSON body of ``POST /v1/chat/completions``; cut where max_tokens is reached."""
        request = read_request(body)
        text = self._text(request, Random(self._draw(body)))
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0:
            text, shortened = cut(text, limit)
            return BrainReply(text, "length" if shortened else "stop")
        return BrainReply(text, "stop")

    def _draw(self, body: Mapping[str, Any]) -> int:
        digest = hashlib.blake2b(f"{self._seed}\0{body.get('seed')}".encode(), digest_size=8)
        for message in body.get("messages") or ():
            text = f"\0{message.get('role')}\0{content(message)}"
            digest.update(text.encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest(), "big")

    def _text(self, request: Request, rng: Random) -> str:
        if request.schema is not None:
            reply = (
                fill(request.schema, rng, "Well begun is half done.")
                if request.schema
                else {"answer": "Hello."}
            )
            return json.dumps(reply, ensure_ascii=False)
        if request.task == "answer":
            return respond(request, rng, self._miss)
        if request.task == "worse":
            return respond_worse(request, rng)
        if request.task in _CHECKED:
            reply = _CHECKED[request.task](request)
        else:
            reply = _MADE[request.task](request, rng, self._blemish)
        return json.dumps(reply, ensure_ascii=False)


_CHECKED: dict[str, Callable[[Request], dict[str, Any]]] = {
    "completeness": completeness,
    "redundancy": redundancy,
    "verdicts": judge,
    "rationality": rationality,
    "inspection": check_instruction,
}
_MADE: dict[str, Callable[[Request, Random, float], dict[str, Any]]] = {
    "expansion": expand,
    "structuring": structure,
    "rewriting": rewrite,
}
