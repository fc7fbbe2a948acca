"""A disposable index over records, outside the data: SQLite searches, filters, sorts and counts them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trace_builder.errors import InputError
from trace_builder.report.live.search_text import indexed, wanted

#: What a record can be filtered by: fields of its own, fields of one and the same step, and its tags.
FIELDS = ("language", "source")
STEPS = ("stage", "status", "reason")
TAGS = ("dimension", "certificate", "operation", "evidence")
SORTS = {
    "order": "place",
    "id": "id COLLATE NOCASE, place",
    "constraints": "constraints DESC, place",
    "latest": "stamp DESC, place",
}

_SCHEMA = """
CREATE TABLE records (place INTEGER PRIMARY KEY, id TEXT, language TEXT, source TEXT, title TEXT,
    constraints INTEGER, doc INTEGER, stamp INTEGER);
-- Apart, so that what is looked through stays small.
CREATE TABLE bodies (place INTEGER PRIMARY KEY, body BLOB);
CREATE INDEX by_id ON records (id);
CREATE INDEX in_order_of_id ON records (id COLLATE NOCASE, place);
CREATE INDEX in_order_of_size ON records (constraints DESC, place);
CREATE INDEX in_order_of_change ON records (stamp DESC, place);
CREATE INDEX by_doc ON records (doc);
CREATE INDEX by_language ON records (language, place);
CREATE INDEX by_source ON records (source, place);
CREATE TABLE steps (place INTEGER, stage TEXT, status TEXT, reason TEXT, kind TEXT);
CREATE INDEX steps_of ON steps (place);
CREATE INDEX steps_by ON steps (stage, status, reason, place);
CREATE TABLE tags (place INTEGER, name TEXT, value TEXT);
CREATE INDEX tags_of ON tags (place);
CREATE INDEX tags_by ON tags (name, value, place);
CREATE VIRTUAL TABLE texts USING fts5 (text, content='', tokenize="unicode61 remove_diacritics 2");
"""


@dataclass
class Indexed:
    """A record as the index takes it. ``steps``: (stage, status, reason, kind of view); ``body``: the record
    itself, where it cannot be read again from where it came."""

    place: int
    id: str
    language: str
    source: str | None
    title: str
    constraints: int = 0
    steps: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)
    tags: set[tuple[str, str]] = field(default_factory=set)
    texts: Iterable[str] = ()
    body: bytes | None = None


@dataclass(frozen=True)
class Wanted:
    """A search: words that all must be there, and filters by name."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = "order"


class RecordIndex:
    """The index in a file of its own. One thread writes; every thread reads through a connection of its own.

    Raises:
        InputError: this Python's SQLite has no full-text search.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._docs = 0
        self._stamp = 0
        try:
            self._connection().executescript(_SCHEMA)
        except sqlite3.OperationalError as exc:
            raise InputError(
                f"this Python's SQLite {sqlite3.sqlite_version} cannot hold the index: {exc}"
            ) from None

    def put(self, records: Iterable[Indexed]) -> int:
        """Adds records, or puts them in the place of older ones; all of them or none. Returns how many."""
        database = self._connection()
        number = 0
        with database:
            for record in records:
                self._put(database, record)
                number += 1
        return number

    def _put(self, database: sqlite3.Connection, record: Indexed) -> None:
        place = (record.place,)
        if database.execute("SELECT 1 FROM records WHERE place = ?", place).fetchone():
            # The old text stays in the full-text index, where no record points to it any more.
            database.execute("DELETE FROM steps WHERE place = ?", place)
            database.execute("DELETE FROM tags WHERE place = ?", place)
        self._docs += 1
        self._stamp += 1
        text = indexed("\n".join(record.texts))
        database.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (self._docs, text))
        database.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.place,
                record.id,
                record.language,
                record.source,
                record.title,
                record.constraints,
                self._docs,
                self._stamp,
            ),
        )
        if record.body is not None:
            database.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?)", (record.place, record.body))
        database.executemany(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?)", [(record.place, *s) for s in record.steps]
        )
        database.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(record.place, *t) for t in record.tags])

    def remove_from(self, place: int) -> None:
        """Forgets the records from a place on, where there are fewer than there were."""
        database = self._connection()
        with database:
            for table in ("records", "bodies", "steps", "tags"):
                database.execute(f"DELETE FROM {table} WHERE place >= ?", (place,))

    def count(self, search: Wanted | None = None) -> int:
        """How many records there are, or fit a search."""
        where, values = _where(search or Wanted())
        row = self._connection().execute(f"SELECT count(*) FROM records WHERE {where}", values).fetchone()
        return int(row[0])

    def page(self, search: Wanted, offset: int, limit: int) -> list[dict[str, Any]]:
        """Some of the records that fit, as the list shows them."""
        where, values = _where(search)
        order = SORTS.get(search.sort, SORTS["order"])
        database = self._connection()
        rows = database.execute(
            f"SELECT place, id, language, source, title FROM records WHERE {where} ORDER BY {order} "
            "LIMIT ? OFFSET ?",
            [*values, limit, offset],
        ).fetchall()
        return [
            {"id": id_, "lang": lang, "source": source, "title": title, "steps": self._steps(database, place)}
            for place, id_, lang, source, title in rows
        ]

    def places(self, search: Wanted) -> Iterator[tuple[int, str]]:
        """(place, id) of all records that fit, in their order."""
        where, values = _where(search)
        order = SORTS.get(search.sort, SORTS["order"])
        yield from self._connection().execute(
            f"SELECT place, id FROM records WHERE {where} ORDER BY {order}", values
        )

    def find(self, id_: str) -> tuple[int, bytes | None] | None:
        """The place and the body of a record; None where no record has this id."""
        query = "SELECT place, body FROM records LEFT JOIN bodies USING (place) WHERE id = ?"
        row = self._connection().execute(query, (id_,)).fetchone()
        return (int(row[0]), row[1]) if row else None

    def facets(self) -> dict[str, dict[str, int]]:
        """For each filter its values, with the number of records, or for steps of steps, that have them."""
        database = self._connection()
        counts = {
            name: f"SELECT {name}, count(*) FROM {table} WHERE {name} IS NOT NULL AND {name} != '' GROUP BY 1"
            for table, names in (("records", FIELDS), ("steps", STEPS))
            for name in names
        }
        found = {name: dict(database.execute(query)) for name, query in counts.items()}
        for name in TAGS:
            query = "SELECT value, count(*) FROM tags WHERE name = ? GROUP BY 1"
            found[name] = dict(database.execute(query, (name,)))
        return found

    def close(self) -> None:
        self._connection().close()

    def _steps(self, database: sqlite3.Connection, place: int) -> list[dict[str, Any]]:
        rows = database.execute("SELECT stage, status, reason, kind FROM steps WHERE place = ?", (place,))
        return [
            {"stage": stage, "status": status, "reason": reason, "data": {"kind": kind} if kind else None}
            for stage, status, reason, kind in rows
        ]

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = sqlite3.connect(self._path)
            # It is made anew each time: nothing in it is worth waiting for the disk.
            found.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;")
        return found


def _where(search: Wanted) -> tuple[str, list[Any]]:
    """A condition on ``records``, and its values."""
    parts, values = ["1"], list[Any]()
    for term in search.search.split():
        query = wanted(term)
        text = "doc IN (SELECT rowid FROM texts WHERE texts MATCH ?) OR " if query else ""
        parts.append(f"({text}instr(lower(id), ?))")
        values += [query, term.lower()] if query else [term.lower()]
    for name in FIELDS:
        if search.filters.get(name):
            parts.append(f"{name} = ?")
            values.append(search.filters[name])
    for name in TAGS:
        if search.filters.get(name):
            parts.append("place IN (SELECT place FROM tags WHERE name = ? AND value = ?)")
            values += [name, search.filters[name]]
    steps = [name for name in STEPS if search.filters.get(name)]
    if steps:
        parts.append(
            f"place IN (SELECT place FROM steps WHERE {' AND '.join(f'{name} = ?' for name in steps)})"
        )
        values += [search.filters[name] for name in steps]
    return " AND ".join(parts), values
