"""Puts the page together: one HTML file that needs nothing else."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from trace_builder.report.page.html import Markup, el, html, number

_FOLDER = Path(__file__).parent / "assets"
_SCRIPTS = ("dom", "diff", "sources", "records", "record", "page")
#: Goes ahead of the last in a page that asks its server; one that is a file holds nothing that could ask.
_LIVE = "live"
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def render(
    title: str,
    facts: list[str],
    sections: Sequence[tuple[str, Markup | None]],
    payload: str,
    shown: int,
    total: int,
) -> str:
    """The page.

    Args:
        title: of the page; ``facts`` stand under it.
        sections: (name in the navigation, markup or nothing to show); the markup's id is the link's target.
        payload: what ``payload.pack`` made.
        shown / total: how many records the browser holds, and of how many.
    """
    main, navigation = body(sections)
    return _fill(title, facts, main, navigation, payload, _sampled(shown, total), policy="")


def body(sections: Sequence[tuple[str, Markup | None]]) -> tuple[Markup, Markup]:
    """The sections that have something to show, and the links to them."""
    there = [(name, markup) for name, markup in sections if markup]
    links = html([el("a", name, href=f"#{_id(markup)}") for name, markup in there])
    return html([markup for _, markup in there]), links


def render_live(title: str) -> str:
    """The page of a live view: its figures and records come from the server that it was got from."""
    waiting = el("section", el("p", "The figures over all records are being counted …", class_="lead small"))
    return _fill(title, [], waiting, Markup(), "", Markup(), policy="; connect-src 'self'")


def _fill(
    title: str, facts: list[str], main: Markup, navigation: Markup, payload: str, sampled: Markup, policy: str
) -> str:
    live = (_LIVE,) if policy else ()
    script = "\n".join(_read(f"{name}.js") for name in (*_SCRIPTS[:-1], *live, _SCRIPTS[-1]))
    values = {
        "title": html(title),
        "facts": facts_markup(facts),
        "style": _read("page.css"),
        "policy": _policy(script) + policy,
        "navigation": navigation,
        "main": main,
        "live": "live" if policy else "static",
        "sampled": sampled,
        "payload": payload,
        "script": script,
    }
    return _SLOT.sub(lambda match: values[match[1]], _read("page.html"))


def facts_markup(facts: list[str]) -> Markup:
    """What stands under the title."""
    return html([el("span", fact) for fact in facts])


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Only the page's own script may run, and nothing may be fetched, whatever a record holds."""
    digest = b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode()
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"


def _id(markup: Markup) -> str:
    match = re.search(r' id="([\w-]+)"', markup)
    assert match is not None
    return match[1]


def _sampled(shown: int, total: int) -> Markup:
    if shown >= total:
        return html(f"All {number(total)} records")
    return html(f"A sample of {number(shown)} of {number(total)} records, some of every kind of end")
