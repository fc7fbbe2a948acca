"""How answers are sent: connections, heads, bodies, statuses, lists of models, metrics."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from behaviours import Behaviour
from hostile_server import MODEL, Reply, after, always, every, first, once

# One behaviour a line, whatever its length.
# fmt: off

_HTML = b"<html><head><title>502</title></head><body>Back soon</body></html>"
_PAGE = {"Content-Type": "text/html"}
_NO_LENGTH: dict[str, str | None] = {"Content-Length": None}
_CHUNKED: dict[str, str | None] = {"Content-Length": None, "Transfer-Encoding": "chunked"}
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_ANOTHER = b'{"choices":[{"message":{"content":"to another question"},"finish_reason":"stop"}]}'
_OTHER = _OK + b"Content-Length: %d\r\n\r\n%s" % (len(_ANOTHER), _ANOTHER)
_BOMB = gzip.compress(b'{"choices":[{"message":{"content":"' + b"x" * (64 << 20))
_WAIT = ("wire.timeout=1",)


def packed(pack: Any, name: str) -> Reply:
    """A good answer, packed and declared as ``name``."""
    return Reply(headers={"Content-Encoding": name}, body=lambda good: pack(json.dumps(good).encode()))


def chunks(good: Any, end: bytes = b"0\r\n\r\n", size: int = 50) -> bytes:
    body = json.dumps(good).encode()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def error(text: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": text, "type": "BadRequestError", "param": None, "code": 400} | fields}


_CONNECTIONS = [
    Behaviour("reset before the answer", Reply(raw=b"", then="reset")),
    Behaviour("closed before the answer", Reply(raw=b"", then="close")),
    Behaviour("reset within the status line", Reply(raw=b"HTTP/1.1 20", then="reset")),
    Behaviour("closed after the head", Reply(raw=_OK + b"Content-Length: 500\r\n\r\n", then="close")),
    Behaviour("half an answer, then a reset", Reply(share=0.6, then="reset")),
    Behaviour("half an answer, then an orderly end", Reply(share=0.6, then="close")),
    Behaviour("all but the last byte", Reply(share=0.999, then="close")),
    Behaviour("closed after each answer", Reply(then="close"), always),
    Behaviour("reset after each answer", Reply(then="reset"), every(2)),
    Behaviour("no answer at all", Reply(raw=b"", then="hang"), first(2), settings=_WAIT),
    Behaviour("a head, and then nothing", Reply(share=0.1, then="hang"), first(2), settings=_WAIT),
    Behaviour("all but the last byte, and then nothing", Reply(share=0.999, then="hang"), first(2), settings=_WAIT),
    Behaviour("a byte at a time", Reply(pieces=4000), every(4)),
    Behaviour("in drips past the deadline", Reply(pieces=50, pause=0.05), first(2), settings=_WAIT),
    Behaviour("in drips within the deadline", Reply(pieces=10, pause=0.02), every(4)),
    Behaviour("late, within the deadline", Reply(delay=0.3), every(5)),
    Behaviour("every second connection is reset", Reply(raw=b"", then="reset"), every(2)),
    Behaviour("nothing but resets", Reply(raw=b"", then="reset"), always, code=3, says="no server answered"),
    Behaviour("nothing but resets after a while", Reply(raw=b"", then="reset"), after(9), code=3),
    Behaviour("nothing but silence", Reply(raw=b"", then="hang"), always, code=3, settings=("wire.timeout=0.3",)),
    Behaviour("garbage", Reply(raw=b"\x00\xff\xfe nonsense \r\n\r\n", then="close")),
    Behaviour("garbage without end", Reply(raw=b"A" * 300_000, then="close")),
    Behaviour("a TLS alert", Reply(raw=b"\x15\x03\x01\x00\x02\x02\x16", then="close")),
    Behaviour("an SSH banner", Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n", then="close")),
    Behaviour("HTTP/0.9", Reply(raw=_HTML, then="close")),
    Behaviour("HTTP/2", Reply(raw=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", then="close")),
]

_HEADS = [
    Behaviour("a status of four digits", Reply(status="2000 OK")),
    Behaviour("a status of two digits", Reply(status="20 OK")),
    Behaviour("a status in words", Reply(status="fine")),
    Behaviour("a status line without words", Reply(status="200"), always),
    Behaviour("another version of HTTP", Reply(raw=b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n", then="close")),
    Behaviour("another protocol", Reply(raw=b"ICY 200 OK\r\nContent-Length: 2\r\n\r\n{}", then="close")),
    Behaviour("continue first", Reply(before=b"HTTP/1.1 100 Continue\r\n\r\n" * 3), always),
    Behaviour("early hints first", Reply(before=b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), always),
    Behaviour("switching protocols", Reply(raw=b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", then="close")),
    Behaviour("a header of 60 kB", Reply(headers={"X-Long": "x" * 60_000})),
    Behaviour("3,000 headers", Reply(headers={f"X-{n}": "y" * 50 for n in range(3_000)})),
    Behaviour("a header without a colon", Reply(headers={"Bad header": "x", "Worse": None}, before=b"")),
    Behaviour("a header with a NUL", Reply(headers={"X-Nul": "a\x00b"})),
    Behaviour("a header that is no UTF-8", Reply(headers={"X-Odd": "\udcff\udcfe"}), always),
    Behaviour("a header with half a character", Reply(429, headers={"X-Odd": "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")})),
    Behaviour("a header over two lines", Reply(headers={"X-Folded": "a\r\n b"})),
    Behaviour("a header that smuggles another", Reply(headers={"X-A": "b\r\nContent-Length: 3"})),
    Behaviour("a cookie of 4 kB", Reply(headers={"Set-Cookie": "a=" + "x" * 4_000}), always),
    Behaviour("a cookie with a NUL", Reply(headers={"Set-Cookie": "a=\x01"})),
    Behaviour("bare line feeds", Reply(raw=b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", then="close")),
    Behaviour("no length, ended by closing", Reply(headers=_NO_LENGTH, then="close"), always),
    Behaviour("a length that is too short", Reply(headers={"Content-Length": "40"}, then="close")),
    Behaviour("a length that is too long", Reply(headers={"Content-Length": "100000"}, then="close")),
    Behaviour("a length below nothing", Reply(headers={"Content-Length": "-5"}, then="close")),
    Behaviour("a length in words", Reply(headers={"Content-Length": "many"}, then="close")),
    Behaviour("a length of 400 digits", Reply(headers={"Content-Length": "9" * 400}, then="close")),
    Behaviour("two lengths", Reply(headers={"Content-Length": "5\r\nContent-Length: 7"}, then="close")),
    Behaviour("no type", Reply(headers={"Content-Type": None}), always),
    Behaviour("the type of a page", Reply(headers=_PAGE), always),
    Behaviour("a type of another alphabet", Reply(headers={"Content-Type": "application/json; charset=utf-16"}), always),
    Behaviour("the type of nothing", Reply(headers={"Content-Type": ";;;=\x7f"}), once),
]

_PACKINGS = [
    Behaviour("chunks", Reply(headers=_CHUNKED, body=chunks), always),
    Behaviour("chunks of a byte", Reply(headers=_CHUNKED, body=lambda good: chunks(good, size=1)), every(4)),
    Behaviour("chunks with trailers", Reply(headers=_CHUNKED, body=lambda good: chunks(good, b"0\r\nX-A: b\r\n\r\n"))),
    Behaviour("chunks without an end", Reply(headers=_CHUNKED, body=lambda good: chunks(good, b""), then="close")),
    Behaviour("a chunk of no size", Reply(headers=_CHUNKED, body=b"zz\r\nabc\r\n", then="close")),
    Behaviour("a chunk below nothing", Reply(headers=_CHUNKED, body=b"-5\r\nabc\r\n", then="close")),
    Behaviour("a chunk larger than any memory", Reply(headers=_CHUNKED, body=b"f" * 30 + b"\r\nabc", then="close")),
    Behaviour("chunks cut in the middle", Reply(headers=_CHUNKED, body=b"50\r\nabc", then="close")),
    Behaviour("chunks and a length", Reply(headers={"Transfer-Encoding": "chunked"}, body=chunks, then="close")),
    Behaviour("a transfer of no known kind", Reply(headers={"Transfer-Encoding": "magic"}, then="close")),
    Behaviour("packed", packed(gzip.compress, "gzip"), always),
    Behaviour("packed, in capitals", packed(gzip.compress, "GZIP"), always),
    Behaviour("packed, and cut", packed(lambda body: gzip.compress(body)[:-20], "gzip")),
    Behaviour("packed, and not so declared", Reply(body=lambda good: gzip.compress(json.dumps(good).encode()))),
    Behaviour("declared packed, and plain", Reply(headers={"Content-Encoding": "gzip"})),
    Behaviour("packed twice", packed(lambda body: gzip.compress(gzip.compress(body)), "gzip, gzip")),
    Behaviour("packed another way", packed(zlib.compress, "deflate")),
    Behaviour("packed as nobody asked", packed(zlib.compress, "br")),
    Behaviour("packed by nothing known", Reply(headers={"Content-Encoding": "x" * 500})),
    Behaviour("a bomb", Reply(headers={"Content-Encoding": "gzip"}, body=_BOMB), first(3)),
    Behaviour("a bomb in a bomb", Reply(headers={"Content-Encoding": "gzip, gzip"}, body=gzip.compress(_BOMB)), first(3)),
    Behaviour("a bomb in a refusal", Reply(500, headers={"Content-Encoding": "gzip"}, body=_BOMB), first(3)),
    Behaviour("a bomb in a redirect", Reply(307, headers={"Content-Encoding": "gzip", "Location": "/v1/chat/completions"}, body=_BOMB), first(2)),
    Behaviour("nothing but bombs", Reply(headers={"Content-Encoding": "gzip"}, body=_BOMB), always, code=3, says="more than 8 MB"),
    Behaviour("9 MB of white space", Reply(body=lambda good: json.dumps(good).encode() + b" " * (9 << 20)), first(2)),
    Behaviour("9 MB of text", Reply(text=lambda text: text + "x" * (9 << 20)), first(2)),
    Behaviour("an answer, twice", Reply(repeat=2)),
    Behaviour("two answers to one question", Reply(behind=_OK + b"Content-Length: 2\r\n\r\n{}"), always),
    Behaviour("the answer to another question behind an answer", Reply(behind=_OTHER), always),
]

_BODIES = [
    Behaviour(f"200 and {name}", Reply(body=body))
    for name, body in {
        "nothing": b"",
        "white space": b" \n\t",
        "null": b"null",
        "a number": b"42",
        "a text": b'"fine"',
        "a list": b"[]",
        "an object": b"{}",
        "not a number": b"NaN",
        "a page": _HTML,
        "XML": b"<?xml version='1.0'?><a/>",
        "an error": error("overloaded", code=529),
        "an error in words": {"error": "overloaded"},
        "a detail": {"detail": "Not here"},
        "no choice": {"choices": []},
        "choices that are none": {"choices": None},
        "choices that are a text": {"choices": "fine"},
        "an empty choice": {"choices": [{}]},
        "a choice that is a list": {"choices": [[]]},
        "a message that is none": {"choices": [{"message": None}]},
        "a message that is a text": {"choices": [{"message": "fine"}]},
        "content that is a number": {"choices": [{"message": {"content": 7}}]},
        "content that is a list": {"choices": [{"message": {"content": [{"type": "text", "text": "x"}]}}]},
        "a completion of the older API": {"choices": [{"text": "fine", "finish_reason": "stop"}]},
        "a stream": b'data: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: [DONE]\n\n',
        "the answer of another API": {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn"},
        "brackets without end": b"[" * 200_000,
        "objects without end": b'{"a":' * 100_000,
        "a number of 5,000 digits": b'{"choices":' + b"9" * 5_000 + b"}",
        "no UTF-8": b'{"choices":"\xff\xfe"}',
        "zeros": b"\x00" * 1_000,
        "half an answer": lambda good: json.dumps(good)[:-30],
        "an answer and more": lambda good: json.dumps(good) + "}",
        "two answers": lambda good: json.dumps(good) * 2,
        "finish_reason error": lambda good: spoilt(good, finish_reason="error", error={"code": 502, "message": "upstream"}),
        "finish_reason abort": lambda good: spoilt(good, finish_reason="abort"),
        "finish_reason insufficient_system_resource": lambda good: spoilt(good, finish_reason="insufficient_system_resource"),
    }.items()
]

_GOOD_ENOUGH = [
    Behaviour(f"an answer with {name}", Reply(body=body), always)
    for name, body in {
        "a byte order mark": lambda good: b"\xef\xbb\xbf" + json.dumps(good).encode(),
        "two bytes a character": lambda good: json.dumps(good).encode("utf-16"),
        "a choice before it that is older": lambda good: json.dumps({"choices": []})[:-1] + "," + json.dumps(good)[1:],
        "a second choice": lambda good: {**good, "choices": [*good["choices"], {"index": 1, "message": {"content": "x"}}]},
        "unknown fields": lambda good: {**good, "x": [[{"y": None}]] * 500, "service_tier": 7, "created": "soon"},
        "reasoning beside it": lambda good: said(good, reasoning_content="hm " * 2_000, reasoning="hm", refusal=None),
        "empty tool calls": lambda good: said(good, tool_calls=[], function_call=None, annotations=[]),
        "log probabilities": lambda good: spoilt(good, logprobs={"content": [{"token": "x", "logprob": float("-inf")}] * 200}),
        "no usage": lambda good: {**good, "usage": None},
        "usage in words": lambda good: {**good, "usage": "much"},
        "usage as a list": lambda good: {**good, "usage": [1, 2]},
        "usage below nothing": lambda good: {**good, "usage": {"prompt_tokens": -5, "completion_tokens": -1}},
        "usage of 400 digits": lambda good: {**good, "usage": {"prompt_tokens": 10**400, "completion_tokens": 10**400}},
        "usage in fractions": lambda good: {**good, "usage": {"prompt_tokens": 1.5, "completion_tokens": 1e300}},
        "usage that is true": lambda good: {**good, "usage": {"prompt_tokens": True, "completion_tokens": None}},
        "cached tokens as a list": lambda good: {**good, "usage": {"prompt_tokens": 5, "prompt_tokens_details": [1]}},
        "more cached than asked": lambda good: {**good, "usage": {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 10**30}}},
        "no finish_reason": lambda good: spoilt(good, finish_reason=None),
        "an unknown finish_reason": lambda good: spoilt(good, finish_reason="eos_token"),
        "a finish_reason that is a number": lambda good: spoilt(good, finish_reason=7),
        "the name of another model": lambda good: {**good, "model": "\x00'; DROP TABLE", "id": 5, "object": None},
    }.items()
]


def spoilt(good: Any, **fields: Any) -> Any:
    """The answer with other fields in its choice."""
    good["choices"][0].update(fields)
    return good


def said(good: Any, **fields: Any) -> Any:
    """The answer with other fields in its message."""
    good["choices"][0]["message"].update(fields)
    return good


_STATUSES = [
    *(Behaviour(f"status {code}", Reply(code, body=_HTML, headers=_PAGE)) for code in (408, 409, 423, 425, 429, 499)),
    *(Behaviour(f"status {code}", Reply(code, body=error("no"))) for code in (500, 501, 502, 503, 504, 507, 508, 511)),
    *(Behaviour(f"status {code}", Reply(code, body=b"")) for code in (520, 521, 522, 524, 529, 530, 599)),
    *(Behaviour(f"status {code}", Reply(code, headers=_NO_LENGTH, raw=None, body=b"")) for code in (204, 304)),
    *(Behaviour(f"status {code} and an answer", Reply(code), always) for code in (201, 202, 203, 206)),
    Behaviour("status 500, and half a character", Reply(500, body=b'{"error":{"message":"cannot take \\ud83d"}}')),
    Behaviour("status 500, and terminal codes", Reply(500, body=error("\x1b[2J\x1b]0;x\x07\r\n"))),
    Behaviour("status 500, and 5 MB", Reply(500, body=b"x" * (5 << 20)), first(3)),
    Behaviour("status 500, and a deep body", Reply(500, body=b"[" * 200_000)),
    Behaviour("status 500, and an odd error", Reply(500, body={"error": [1, {"message": 2}]})),
    Behaviour("status 500, and fields of odd types", Reply(500, body=error(["x"], code={"a": 1}, param=[]))),  # type: ignore[arg-type]
    Behaviour("every third is 503", Reply(503, body=b"busy"), every(3)),
    Behaviour("every third is 429", Reply(429, body=error("slow down")), every(3)),
    Behaviour("nothing but 500", Reply(500, body=error("no")), always, code=3, says="status 500"),
    Behaviour("nothing but 503", Reply(503, body=_HTML), always, code=3, says="status 503"),
    Behaviour("nothing but 429", Reply(429, body=error("slow down")), always, code=3, says="status 429"),
    Behaviour("nothing but 500 after a while", Reply(500), after(12), code=3),
    Behaviour("nothing but a page", Reply(body=_HTML, headers=_PAGE), always, code=3, says="not a chat completion"),
    Behaviour("nothing but a page after a while", Reply(body=_HTML, headers=_PAGE), after(10), code=3),
    Behaviour("nothing but finish_reason error", Reply(body=lambda good: spoilt(good, finish_reason="error")), always, code=3),
    *(
        Behaviour(f"429, to be asked again after {name}", Reply(429, headers=headers, body=b""), first(3))
        for name, headers in {
            "nothing": {"Retry-After": ""},
            "no time": {"Retry-After": "0"},
            "less than no time": {"Retry-After": "-5"},
            "soon": {"Retry-After": "soon"},
            "not a number": {"Retry-After": "nan"},
            "for ever": {"Retry-After": "inf"},
            "ages": {"Retry-After": "1e308"},
            "400 digits": {"Retry-After": "9" * 400},
            "milliseconds without end": {"Retry-After-Ms": "1" * 40},
            "a day long past": {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"},
            "a day of another age": {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
            "no day": {"Retry-After": "Xxx, 99 Zzz 99999 99:99:99 +9999"},
            "two times": {"Retry-After": "0\r\nRetry-After: 5"},
            "half a character": {"Retry-After": "\udcff"},
        }.items()
    ),
]

_REFUSALS = [
    *(
        Behaviour(f"{code} {name}", Reply(code, body=error("no", param="model")), when, mode="auto", **expected)  # type: ignore[arg-type]
        for code in (401, 402, 403, 404)
        for name, when, expected in (("from the first question on", always, {"code": 2, "same": False}), ("once in mid-run", lambda q: q.nth in (9, 15), {}), ("from the middle on", after(12), {"code": 3, "says": "can be resumed"}))
    ),
    *(Behaviour(f"{code} once in mid-run", Reply(code, body=_HTML), lambda q: q.nth in (9, 15)) for code in (421, 423)),
    Behaviour("400 to every question", Reply(400, body=error("top_k 55 is not allowed")), always, code=2, seeds=24, same=False, says="the first 20 questions were all refused alike"),
    Behaviour("422 to every question", Reply(422, body={"detail": [{"msg": "extra fields"}]}), always, code=2, seeds=24, same=False),
    Behaviour("400 to a few questions", Reply(400, body=error("no")), lambda q: q.nth in (5, 9), code=1, same=False),
    Behaviour("400 to every question, for its content", Reply(400, body=error("no", code="content_filter")), always, code=1, seeds=24, same=False),
    Behaviour("too long, every question", Reply(400, body=error("too long", param="input_tokens")), always, seeds=24, same=False, empty=("sft", "dpo", "iopo")),
    Behaviour("403 to what a filter flags", Reply(403, body=error("flagged")), lambda q: q.nth > 3 and q.nth % 5 == 0),
]

_REDIRECTS = [
    *(Behaviour(f"{code} that leads nowhere", Reply(code, body=b"")) for code in (300, 301, 302, 303, 305, 307, 308)),
    *(
        Behaviour(f"a redirect to {name}", Reply(307, headers={"Location": where}, body=b""))
        for name, where in {
            "itself": "/v1/chat/completions",
            "nothing": "",
            "a file": "file:///etc/passwd",
            "another protocol": "ftp://127.0.0.1/x",
            "a script": "javascript:alert(1)",
            "a port where nobody is": "http://127.0.0.1:9/v1",
            "an address that is none": "http://[::1",
            "a user of its own": "http://user:pw@127.0.0.1:9/",
            "a name of 300 characters": f"http://{'a' * 300}/",
            "an address of 7 kB": "http://127.0.0.1:9/" + "x" * 7_000,
            "TLS": "https://127.0.0.1:9/",
        }.items()
    ),
    Behaviour("nothing but redirects that lead nowhere", Reply(302, body=b""), always, code=3, says="redirect to nowhere"),
    Behaviour("nothing but a page to log in", Reply(302, headers={"Location": "/login"}, body=b""), always, code=3, says="redirect to /login"),
]


def listed(*rows: Any) -> Reply:
    return Reply(body={"object": "list", "data": list(rows)})


_LISTS = [
    *(Behaviour(f"no list of models: {code}", Reply(code, body=b""), always, "models") for code in (404, 405, 501)),
    *(Behaviour(f"a list of models refused with {code}", Reply(code, body=error("no")), always, "models", code=2, same=False) for code in (401, 403)),
    Behaviour("a list of models that is late", Reply(500), first(1), "models", settings=("wire.outage_limit=6",)),
    Behaviour("a list of models that is a page", Reply(body=_HTML), always, "models", code=3, says="no list of models"),
    Behaviour("a list of models that is none", Reply(body={"data": None}), always, "models", code=3),
    Behaviour("a list of models that is a number", Reply(body=b"7"), always, "models", code=3),
    Behaviour("a list of models that is a bomb", Reply(headers={"Content-Encoding": "gzip"}, body=_BOMB), always, "models", code=3),
    Behaviour("a list of models that leads to itself", Reply(302, headers={"Location": "/v1/models"}), always, "models", code=3),
    Behaviour("an empty list of models", listed(), always, "models"),
    Behaviour("other models", listed({"id": "a"}, {"id": "b" * 10_000}), always, "models"),
    Behaviour("models of odd names", listed({"id": 5}, {"id": None}, {"id": "\x00\n"}, {"id": [1]}, {"id": MODEL}), always, "models"),
    Behaviour("a model with half a character", Reply(body=f'{{"data":[{{"id":"\\ud83d"}},{{"id":"{MODEL}"}}]}}'.encode()), always, "models"),
    Behaviour("20,000 models", listed(*({"id": f"m{n}"} for n in range(20_000))), always, "models"),
    Behaviour("the model twice", listed({"id": MODEL, "max_model_len": 5}, {"id": MODEL}), always, "models"),
    *(Behaviour(f"a model {name} long", listed({"id": MODEL, "max_model_len": length}), always, "models") for name, length in {"nothing": 0, "less than nothing": -5, "a text": "4096", "400 digits": 10**400, "one token": 1, "true": True, "infinitely": float("inf")}.items()),
]

_METRICS = [
    Behaviour(f"metrics: {name}", reply, always, "metrics", delay=0.12)
    for name, reply in {
        "500": Reply(500),
        "401": Reply(401),
        "a page": Reply(body=_HTML),
        "zeros": Reply(body=b"\x00" * 5_000),
        "not a number": Reply(body=b"vllm:num_requests_running nan\nvllm:num_requests_waiting nan\n"),
        "for ever": Reply(body=b"vllm:num_requests_running inf\nvllm:num_requests_waiting inf\n"),
        "below nothing": Reply(body=b"vllm:num_requests_running -5\nvllm:num_requests_waiting -1e308\n"),
        "a queue without end": Reply(body=b"vllm:num_requests_running 0\nvllm:num_requests_waiting 1e308\n"),
        "labels without end": Reply(body=b'vllm:num_requests_running{a="' + b"}" * 5_000 + b'"} 1\n'),
        "a bomb": Reply(headers={"Content-Encoding": "gzip"}, body=_BOMB),
        "nothing": Reply(raw=b"", then="close"),
        "silence": Reply(raw=b"", then="hang"),
    }.items()
]

WIRE = [*_CONNECTIONS, *_HEADS, *_PACKINGS, *_BODIES, *_GOOD_ENOUGH, *_STATUSES, *_REFUSALS, *_REDIRECTS, *_LISTS, *_METRICS]
