"""A disposable index over records, outside the data: SQLite searches, filters, sorts and counts them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
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
    """The index in a file of its own. One thread writes; the threads that read share a few connections, so
    that what SQLite has read stays in its memory from one question to the next.

    Raises:
        InputError: this Python's SQLite has no full-text search.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._docs = 0
        self._stamp = 0
        try:
            self._writer = self._connect()
            self._writer.executescript(_SCHEMA)
        except sqlite3.OperationalError as exc:
            raise InputError(
                f"this Python's SQLite {sqlite3.sqlite_version} cannot hold the index: {exc}"
            ) from None

    def put(self, records: Iterable[Indexed]) -> int:
        """Adds records, or puts them in the place of older ones; all of them or none. Returns how many."""
        database = self._writer
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
        database = self._writer
        with database:
            for table in ("records", "bodies", "steps", "tags"):
                database.execute(f"DELETE FROM {table} WHERE place >= ?", (place,))

    def count(self) -> int:
        """How many records there are."""
        with self._reader() as database:
            return int(database.execute("SELECT count(*) FROM records").fetchone()[0])

    def page(self, search: Wanted, offset: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Some of the records that fit, as the list shows them, and how many fit."""
        with self._reader() as database:
            if search.search or search.filters:
                places = [place for place, _ in _found(database, search)]
                chosen, total = places[offset : offset + limit], len(places)
            else:
                total = int(database.execute("SELECT count(*) FROM records").fetchone()[0])
                query = f"SELECT place FROM records ORDER BY {_order(search)} LIMIT ? OFFSET ?"
                chosen = [place for (place,) in database.execute(query, (limit, offset))]
            return [_row(database, place) for place in chosen], total

    def places(self, search: Wanted) -> list[tuple[int, str]]:
        """(place, id) of all records that fit, in their order."""
        with self._reader() as database:
            return _found(database, search)

    def find(self, id_: str) -> tuple[int, bytes | None] | None:
        """The place and the body of a record; None where no record has this id."""
        query = "SELECT place, body FROM records LEFT JOIN bodies USING (place) WHERE id = ?"
        with self._reader() as database:
            row = database.execute(query, (id_,)).fetchone()
        return (int(row[0]), row[1]) if row else None

    def facets(self) -> dict[str, dict[str, int]]:
        """For each filter its values, with the number of records, or for steps of steps, that have them."""
        counts = {
            name: f"SELECT {name}, count(*) FROM {table} WHERE {name} IS NOT NULL AND {name} != '' GROUP BY 1"
            for table, names in (("records", FIELDS), ("steps", STEPS))
            for name in names
        }
        with self._reader() as database:
            found = {name: dict(database.execute(query)) for name, query in counts.items()}
            for name in TAGS:
                query = "SELECT value, count(*) FROM tags WHERE name = ? GROUP BY 1"
                found[name] = dict(database.execute(query, (name,)))
        return found

    def close(self) -> None:
        """Lets go of the file; nobody may be reading."""
        self._writer.close()
        while not self._free.empty():
            self._free.get().close()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._free.get_nowait()
        except Empty:
            connection = self._connect()
        connection.execute("BEGIN")  # all of an answer is of one moment, though the other thread writes
        try:
            yield connection
        finally:
            connection.rollback()
            self._free.put(connection)

    def _connect(self) -> sqlite3.Connection:
        # One thread at a time has it, if not always the same.
        made = sqlite3.connect(self._path, check_same_thread=False)
        # It is made anew each time: nothing in it is worth waiting for the disk.
        made.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-12000;")
        return made


def _found(database: sqlite3.Connection, search: Wanted) -> list[tuple[int, str]]:
    where, values = _where(search)
    query = f"SELECT place, id FROM records WHERE {where} ORDER BY {_order(search)}"
    return database.execute(query, values).fetchall()


def _order(search: Wanted) -> str:
    return SORTS.get(search.sort, SORTS["order"])


def _row(database: sqlite3.Connection, place: int) -> dict[str, Any]:
    query = "SELECT id, language, source, title FROM records WHERE place = ?"
    id_, lang, source, title = database.execute(query, (place,)).fetchone()
    rows = database.execute("SELECT stage, status, reason, kind FROM steps WHERE place = ?", (place,))
    steps = [
        {"stage": stage, "status": status, "reason": reason, "data": {"kind": kind} if kind else None}
        for stage, status, reason, kind in rows
    ]
    return {"id": id_, "lang": lang, "source": source, "title": title, "steps": steps}


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
