"""Serves a live view to a browser on this machine. It knows a handful of addresses and hands out no file.

Who may look: on a loopback address everybody on this machine who asks by a name of this machine (that of
another site which has been pointed here is refused); elsewhere whoever has the token, which the first address
carries and a cookie keeps.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import secrets
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from trace_builder.errors import InputError
from trace_builder.report.live.live_view import LiveView
from trace_builder.report.live.record_index import FIELDS, SORTS, STEPS, TAGS, Wanted
from trace_builder.report.page.html import el, html
from trace_builder.report.page.shell import body, facts_markup, render_live

_COOKIE = "trace_build_view"
#: Records that one answer may hold.
_MOST = 5000
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"


class ViewServer(ThreadingHTTPServer):
    """The server of one view, which listens once it is made.

    Attributes:
        url: the address to open, with the token where one is asked for.

    Raises:
        InputError: nothing can listen there.
    """

    daemon_threads = True

    def __init__(self, view: LiveView, title: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self.view = view
        self.title = title
        self.host = host
        self.token = "" if is_loopback(host) else secrets.token_urlsafe(24)
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as exc:
            raise InputError(
                f"nothing can listen on {host}:{port}: {getattr(exc, 'strerror', None) or exc}"
            ) from None
        asked = f"?token={self.token}" if self.token else ""
        self.url = f"http://{host}:{self.server_address[1]}/{asked}"


def is_loopback(host: str) -> bool:
    """Whether an address, or a name of it, is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class _Handler(BaseHTTPRequestHandler):
    server: ViewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "trace-build", ""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(address.query).items()}
        if not self._may_look(asked.get("token", "")):
            self._send(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"This view is not for you.\n")
            return
        route = _ROUTES.get(address.path)
        try:
            if route is None:
                raise KeyError(address.path)
            route(self, asked)
        except KeyError:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is nothing here.\n")
        except InputError as exc:
            self._send(
                HTTPStatus.CONFLICT, "text/plain; charset=utf-8", f"{exc}\n".encode("utf-8", "replace")
            )
        except ConnectionError:
            self.close_connection = True

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        """Nothing: what is looked at is nobody's business."""

    def _may_look(self, token: str) -> bool:
        if not self.server.token:
            name = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
            return is_loopback(name)
        try:
            kept = SimpleCookie(self.headers.get("Cookie", "")).get(_COOKIE)
        except CookieError:
            kept = None
        given = token or (kept.value if kept else "")
        return hmac.compare_digest(given.encode(), self.server.token.encode())

    def _send(self, status: HTTPStatus, kind: str, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **_HEADERS}.items():
            self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _send_json(self, value: Any) -> None:
        self._send(HTTPStatus.OK, _JSON, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))

    # -- what can be asked for -----------------------------------------------------------------------------

    def _page(self, asked: dict[str, str]) -> None:
        cookie = f"{_COOKIE}={self.server.token}; HttpOnly; SameSite=Strict; Path=/"
        kept = {"Set_Cookie": cookie} if self.server.token else {}
        self._send(HTTPStatus.OK, _HTML, render_live(self.server.title).encode("utf-8", "replace"), **kept)

    def _figures(self, asked: dict[str, str]) -> None:
        figures = self.server.view.figures
        if figures is None:
            raise KeyError("figures")
        _, facts, sections = figures
        main, links = body(sections)
        parts = [("figures", main), ("links", links), ("facts", facts_markup(facts))]
        markup = html([el("div", part, id=name) for name, part in parts])
        self._send(HTTPStatus.OK, _HTML, markup.encode("utf-8", "replace"))

    def _state(self, asked: dict[str, str]) -> None:
        self._send_json(self.server.view.state.as_dict())

    def _head(self, asked: dict[str, str]) -> None:
        self._send_json(self.server.view.source.head())

    def _facets(self, asked: dict[str, str]) -> None:
        self._send_json(self.server.view.index.facets())

    def _records(self, asked: dict[str, str]) -> None:
        index, search = self.server.view.index, _wanted(asked)
        offset, limit = _number(asked, "offset", 0, 10**9), _number(asked, "limit", 150, _MOST)
        every = self.server.view.state.records
        total = index.count(search) if search.search or search.filters else every
        self._send_json({"records": index.page(search, offset, limit), "total": total, "all": every})

    def _record(self, asked: dict[str, str]) -> None:
        id_ = asked.get("id", "")
        found = self.server.view.index.find(id_)
        if found is None:
            raise KeyError(id_)
        text = self.server.view.source.record(id_, found[1])
        self._send(HTTPStatus.OK, _JSON, text.encode("utf-8", "replace"))

    def _export(self, asked: dict[str, str]) -> None:
        """What fits the filters, a record a line, sent as it is read: its length is known at its end only."""
        self.send_response(HTTPStatus.OK)
        kind = {"Content-Type": "application/jsonl; charset=utf-8", "Connection": "close"}
        named = {"Content-Disposition": 'attachment; filename="records.jsonl"'}
        for name, value in {**kind, **named, **_HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        if self.command != "HEAD":
            for line in self._lines(_wanted(asked)):
                self.wfile.write(line.encode("utf-8", "replace") + b"\n")

    def _lines(self, search: Wanted) -> Iterator[str]:
        view = self.server.view
        for _, id_ in view.index.places(search):
            found = view.index.find(id_)
            if found is not None:
                yield view.source.row(id_, found[1])


def _wanted(asked: dict[str, str]) -> Wanted:
    filters = {name: asked[name] for name in (*FIELDS, *STEPS, *TAGS) if asked.get(name)}
    sort = asked.get("sort", "order")
    return Wanted(asked.get("search", "")[:200], filters, sort if sort in SORTS else "order")


def _number(asked: dict[str, str], name: str, usual: int, most: int) -> int:
    text = asked.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 12 else usual


_ROUTES: dict[str, Callable[[_Handler, dict[str, str]], None]] = {
    "/": _Handler._page,
    "/figures": _Handler._figures,
    "/api/state": _Handler._state,
    "/api/head": _Handler._head,
    "/api/facets": _Handler._facets,
    "/api/records": _Handler._records,
    "/api/record": _Handler._record,
    "/api/export": _Handler._export,
}
