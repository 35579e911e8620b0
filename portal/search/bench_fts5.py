"""SQLite FTS5 in the benchmark: a table of texts with a column per language, one of codes beside it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from portal.core.i18n import Locale
from portal.search.bench_catalogue import CODES, Catalogue, Row, row_of
from portal.search.bench_engines import LIMIT
from portal.search.bench_queries import Question
from portal.search.index import PUBLIC, Document, Hit, Results

_LANGUAGES = ", ".join(Locale)
_FACETS = ", ".join(CODES)
# Words between spaces are taken as they are: the portal has made stems of them.
_TABLES = f"""
    CREATE TABLE text (id INTEGER PRIMARY KEY, {_LANGUAGES});
    CREATE TABLE entry (id INTEGER PRIMARY KEY, label TEXT, {_FACETS});
    CREATE VIRTUAL TABLE found USING fts5(
        {_LANGUAGES}, content='text', content_rowid='id', tokenize='unicode61 remove_diacritics 0'
    );
"""
# What is put together here are names of columns, from lists of this package.
_KEEP_TEXT = f"INSERT INTO text VALUES (?{', ?' * len(Locale)})"  # noqa: S608
_KEEP_CODES = f"INSERT INTO entry VALUES (?, ?{', ?' * len(CODES)})"  # noqa: S608
_FIND = f"INSERT INTO found (rowid, {_LANGUAGES}) VALUES (?{', ?' * len(Locale)})"  # noqa: S608
_FORGET = f"INSERT INTO found (found, rowid, {_LANGUAGES}) VALUES ('delete', ?{', ?' * len(Locale)})"  # noqa: S608
_MEMORY = "PRAGMA cache_size = -65536; PRAGMA mmap_size = 2000000000"


class Fts5Engine:
    """SQLite's full-text search; what it finds is counted and grouped in SQL."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fts5.sqlite"

    def build(self, catalogue: Catalogue) -> None:
        """Index all entries."""
        self._connect()
        self._base.executescript(_TABLES)
        with self._base:
            for entry_id in range(1, catalogue.entries + 1):
                self._add(catalogue.row(entry_id))
        with self._base:
            self._base.execute("INSERT INTO found (found) VALUES ('optimize')")
        self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def drop(self, gone: Sequence[int]) -> None:
        """Take entries out."""
        with self._base:
            for entry_id in gone:
                self._remove(entry_id)

    def open(self) -> None:
        """Open the file."""
        self._connect()

    def ask(self, question: Question) -> Results:
        """Answer a question in its language."""
        given = {"text": _expression(question), "label": PUBLIC, "limit": LIMIT, **question.filters}
        needed = " AND ".join(f"{name} = :{name}" for name in ("label", *question.filters))
        matching = f"FROM found JOIN entry ON id = found.rowid WHERE found MATCH :text AND {needed}"
        best = self._base.execute(f"SELECT id, rank {matching} ORDER BY rank LIMIT :limit", given).fetchall()
        hits = [Hit(entry_id, -rank, (question.locale,)) for entry_id, rank in best]
        if not question.facets:
            (total,) = self._base.execute(f"SELECT count(*) {matching}", given).fetchone()
            return Results(total, hits, {})
        counts: dict[str, dict[str, int]] = {facet: {} for facet in question.facets}
        columns = ", ".join(question.facets)
        groups = " UNION ALL ".join(
            f"SELECT '{facet}', {facet}, count(*) FROM hit GROUP BY {facet}"  # noqa: S608
            for facet in question.facets
        )
        matched = f"WITH hit AS MATERIALIZED (SELECT {columns} {matching}) {groups}"
        for facet, code, count in self._base.execute(matched, given):
            counts[facet][code] = count
        return Results(sum(counts[question.facets[0]].values()), hits, counts)

    def put(self, document: Document) -> None:
        """Add an entry or bring it up to date."""
        with self._base:
            self._remove(document.id)
            self._add(row_of(document))

    def tidy(self) -> None:
        """Do nothing: FTS5 merges by itself."""

    def _connect(self) -> None:
        self._base = sqlite3.connect(self._path)
        self._base.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_MEMORY}")

    def _add(self, row: Row) -> None:
        label = PUBLIC if PUBLIC in row.labels else row.labels[0]
        texts = (row.id, *(row.stems[locale] for locale in Locale))
        codes = (row.id, label, *(row.facets[facet] for facet in CODES))
        self._base.execute(_KEEP_TEXT, texts)
        self._base.execute(_KEEP_CODES, codes)
        self._base.execute(_FIND, texts)

    def _remove(self, entry_id: int) -> None:
        old = self._base.execute("SELECT * FROM text WHERE id = ?", (entry_id,)).fetchone()
        if old is None:
            return
        # A table that keeps no texts of its own has to be told what it forgets.
        self._base.execute(_FORGET, old)
        self._base.execute("DELETE FROM text WHERE id = ?", (entry_id,))
        self._base.execute("DELETE FROM entry WHERE id = ?", (entry_id,))


def _expression(question: Question) -> str:
    clauses = [" OR ".join(f'"{stem}"' for stem in clause) for clause in question.clauses]
    joint = " AND " if question.every else " OR "
    return f"{question.locale} : ({joint.join(f'({clause})' for clause in clauses)})"
