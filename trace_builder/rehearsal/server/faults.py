"""The faults a drill can ask for, and the draws that decide which request gets which.

Two families. Faults of the wire are drawn from (seed, kind, request, how often this request was seen), so a
request that is sent again gets a fresh draw and comes through in the end. Faults of content are drawn from
(seed, kind, request) alone: the same request always gets the same answer, in whatever order requests come, so
two runs under the same faults make the same bytes.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from trace_builder.errors import InputError

WIRE_FAULTS: dict[str, str] = {
    "dies": "the server goes away and comes back",
    "rate_limit": "429",
    "rate_limit_retry_after": "429 with Retry-After",
    "error_500": "500",
    "error_503": "503",
    "not_json": "200 with a body that is not JSON",
    "reset_before": "the connection is reset before the answer",
    "reset_body": "the connection ends within the answer's body",
    "hang": "no answer until the client gives up",
    "slow": "the answer comes a few bytes at a time",
}

CONTENT_FAULTS: dict[str, str] = {
    "empty": "an empty answer",
    "refusal": "a refusal",
    "length": "cut off, finish_reason length",
    "truncated_json": "JSON that breaks off, finish_reason stop",
    "schema_break": "JSON without a field its schema requires",
    "wrong_types": "JSON with a value of the wrong type",
    "missing_verdict": "a judgement that leaves a constraint out",
    "doubled_verdict": "a judgement that judges a constraint twice",
    "unscored_verdict": "a judgement with prose for a score",
    "prose": "JSON with prose and a code fence around it",
}

#: Requests whose number of sends is remembered; beyond it the least recent is forgotten.
SEEN_LIMIT = 65_536


def unit(seed: int, *parts: str | bytes | int) -> float:
    """A number strictly between 0 and 1 that depends on nothing but the arguments."""
    digest = hashlib.blake2b(digest_size=8)
    for part in (seed, *parts):
        data = part if isinstance(part, bytes) else str(part).encode("utf-8")
        digest.update(len(data).to_bytes(4, "big") + data)
    return ((int.from_bytes(digest.digest(), "big") >> 11) + 0.5) / (1 << 53)


def parse_faults(texts: Iterable[str]) -> dict[str, float]:
    """Read KIND=RATE texts from a command line.

    Raises:
        InputError: a text of another form, an unknown kind (the known ones are named), a rate outside 0..1,
            or a kind given twice.
    """
    rates: dict[str, float] = {}
    for text in texts:
        kind, equals, rate = text.partition("=")
        kind = kind.strip()
        if not equals:
            raise InputError(f"fault {text!r} is not understood: write KIND=RATE, such as rate_limit=0.05")
        if kind in rates:
            raise InputError(f"fault {kind!r} is given twice")
        try:
            rates[kind] = float(rate)
        except ValueError:
            raise InputError(f"fault {text!r}: the rate is not a number") from None
    check_faults(rates)
    return rates


def check_faults(rates: Mapping[str, float]) -> None:
    """Raise InputError for an unknown kind or a rate that is not a share."""
    for kind, rate in rates.items():
        if kind not in WIRE_FAULTS and kind not in CONTENT_FAULTS:
            known = ", ".join([*WIRE_FAULTS, *CONTENT_FAULTS])
            raise InputError(f"fault {kind!r} is unknown; the faults are: {known}")
        if not (math.isfinite(rate) and 0 <= rate <= 1):
            raise InputError(f"fault {kind}={rate:g}: the rate must lie between 0 and 1")


class FaultPlan:
    """Decides, request by request. One plan belongs to one server: it counts sends and deaths.

    Args:
        seed: of all draws.
        rates: share of requests hit, by kind.
        deaths: times ``dies`` may happen.
    """

    def __init__(self, seed: int, rates: Mapping[str, float], deaths: int = 1) -> None:
        check_faults(rates)
        self._seed = seed
        self._wire = [(kind, rates[kind]) for kind in WIRE_FAULTS if rates.get(kind)]
        self._content = [(kind, rates[kind]) for kind in CONTENT_FAULTS if rates.get(kind)]
        self._deaths = deaths
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def wire(self, request: bytes) -> str | None:
        """The fault of the wire that this send of the request (its digest) meets, if any."""
        if not self._wire:
            return None
        count = self._seen.pop(request, 0)
        self._seen[request] = count + 1
        if len(self._seen) > SEEN_LIMIT:
            self._seen.popitem(last=False)
        for kind, rate in self._wire:
            if unit(self._seed, kind, request, count) < rate and self._allowed(kind):
                return kind
        return None

    def content(self, request: bytes) -> list[str]:
        """The faults of content drawn for the request; the first that fits its answer is used."""
        return [kind for kind, rate in self._content if unit(self._seed, kind, request) < rate]

    def choice(self, request: bytes, purpose: str) -> float:
        """A further draw for the request, such as where its answer is cut."""
        return unit(self._seed, "choice", purpose, request)

    def _allowed(self, kind: str) -> bool:
        if kind != "dies":
            return True
        self._deaths -= 1
        return self._deaths >= 0
