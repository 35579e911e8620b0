"""The engine for larger deployments: PostgreSQL finds and counts, what it found is ranked here.

The index is written in the transaction of the change, so that an entry is found from the
moment it is committed. Nothing but the vocabulary is kept in the process.

Matches are counted exactly, however many there are; how they are put in order says
:mod:`portal.search.postgres_ranking`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.pq import Format
from sqlalchemy import Connection, Engine, LargeBinary, event, func, literal, select, union_all
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from portal.core.i18n import Locale
from portal.search.expansion import Expander, ExpanderProvider
from portal.search.index import Document, DocumentSource, IndexMissing, Progress, Query, Results
from portal.search.plan import Lexicon, Plan, make_plan, stems_to_mark
from portal.search.postgres_queries import Wanted, wanted
from portal.search.postgres_ranking import Keys, Ranking, conditions, joined
from portal.search.postgres_rows import KEY
from portal.search.postgres_state import Follower, is_absence
from portal.search.postgres_tables import LIVE
from portal.search.postgres_writing import is_writable, rebuild, version_of, write
from portal.search.vocabulary import Vocabulary

#: Reading a whole table is never right here, though PostgreSQL may think so: it does not
#: see that the lexemes lie elsewhere. Queries differ too much to share a plan.
_OPTIONS = {
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "work_mem": "32MB",
}


@dataclass(frozen=True)
class _Counted:
    """All matches.

    :ivar keys: id and moment of each.
    :ivar codes: by facet, the numbers of the values of the matches to count; under ``""``
        those for facets without a filter.
    """

    keys: Keys
    codes: Mapping[str, NDArray[np.uint16]]


class PostgresIndex:
    """Implements :class:`~portal.search.index.SearchIndex` in a PostgreSQL database.

    :param engine: of the portal's own database.
    :param expander: gives what words are called elsewhere; ``None`` = nothing.
    """

    transactional = True

    def __init__(self, engine: Engine, expander: ExpanderProvider | None = None) -> None:
        self._engine = engine
        self._expander = expander
        self._follower = Follower()

    def search(self, query: Query) -> Results:
        """Return a page of hits, best first; ties by id.

        :raises IndexMissing: there is no index.
        """
        # What it knows is in the database too: asked before a connection is held here.
        expander = self._expander() if query.expand and self._expander and query.text else None
        try:
            with self._engine.connect() as connection:
                event.listen(connection, "before_cursor_execute", _ask_for_bytes)
                connection.execute(
                    select(*(func.set_config(name, value, True) for name, value in _OPTIONS.items()))
                )
                return self._search(connection, query, expander)
        except ProgrammingError as error:
            raise _explained(error) from error

    def vocabulary(self, locale: Locale) -> Vocabulary:
        """Return the words of public entries in a language.

        :raises IndexMissing: there is no index.
        """
        known = self._follower.fresh()
        if known is None:
            try:
                with self._engine.connect() as connection:
                    known = self._follower.current(connection)
            except ProgrammingError as error:
                raise _explained(error) from error
        return known.vocabularies[locale]

    def update(self, source: DocumentSource, ids: Sequence[int]) -> None:
        """Bring these entries up to date; those that are gone leave the index."""
        with self._engine.begin() as connection:
            write(connection, ids, source.documents(ids))
        self._follower.look_again()

    def update_within(self, session: Session, ids: Sequence[int], documents: Iterable[Document]) -> None:
        """Bring these entries up to date in a transaction of the caller's.

        :param documents: of those ids that exist, as the transaction leaves them.
        """
        write(session, ids, documents)
        self._follower.look_again()

    def tidy(self) -> None:
        """Do nothing: PostgreSQL tidies up by itself."""

    def rebuild(self, source: DocumentSource, progress: Progress) -> int:
        """Build anew beside the running index, then swap; returns the number of documents."""
        count = rebuild(self._engine, source, progress)
        self._follower.look_again()
        return count

    def is_current(self, source: DocumentSource) -> bool:
        """Return whether there is an index of this source, made by this version of the analysis."""
        with self._engine.connect() as connection:
            return is_writable(connection) and bool(
                connection.scalar(select(LIVE.state.c.version)) == version_of(source.identity())
            )

    def _search(self, connection: Connection, query: Query, expander: Expander | None) -> Results:
        known = self._follower.current(connection)
        plan = make_plan(query.text, query.locales, Lexicon(known.vocabularies, expander))
        if not query.labels or not (plan.everything or plan.wants_words):
            return Results(0, [], {facet: {} for facet in query.facets}, cut=plan.cut)
        parts = wanted(plan, query, every=not plan.long)
        counted = _count(connection, parts, query)
        complete = None
        if not plan.long and _are_too_few(connection, plan, query, parts, len(counted.keys)):
            complete = counted.keys["id"]
            parts = wanted(plan, query, every=False)
            counted = _count(connection, parts, query)
        relaxed = plan.long or complete is not None
        ranking = Ranking(connection, query, plan, known, every=not relaxed)
        hits = ranking.page(counted.keys, parts, complete)
        return Results(
            total=len(counted.keys),
            hits=hits,
            facets=self._facets(connection, counted, query),
            relaxed=relaxed,
            complete=None if complete is None else len(complete),
            meant=stems_to_mark(plan),
            cut=plan.cut,
            ranked=ranking.ranked(len(counted.keys)),
        )

    def _facets(
        self, connection: Connection, counted: _Counted, query: Query
    ) -> dict[str, Mapping[str, int]]:
        """Return how many matches carry each value of the facets, most first."""
        found: dict[str, Mapping[str, int]] = {}
        tallies = {name: np.bincount(codes) for name, codes in counted.codes.items()}
        values = self._follower.facet_values(connection, max(map(len, tallies.values()), default=0))
        for facet in query.facets:
            tally = tallies[facet if facet in tallies else ""]
            mine = [code for code in np.flatnonzero(tally).tolist() if values[code][0] == facet]
            mine.sort(key=lambda code: (-tally[code], code))
            found[facet] = {values[code][1]: int(tally[code]) for code in mine}
        return found


def _ask_for_bytes(connection: Connection, cursor: Any, *_: object) -> None:
    """Have a statement answered in binary: megabytes of bytes would be written as digits else."""
    cursor.format = Format.BINARY


def _count(connection: Connection, parts: Wanted, query: Query) -> _Counted:
    """Return all matches, and the facet values to count, in one statement."""
    table = LIVE.entry.c
    filtered = [facet for facet in query.facets if query.filters.get(facet)]
    nothing = literal(b"", LargeBinary)
    legs = [
        select(
            literal(number),
            nothing if facet else joined(table.key),
            joined(table.codes) if query.facets else nothing,
        ).where(*conditions(parts.text(but=facet), query))
        for number, facet in enumerate(["", *filtered])
    ]
    rows = sorted(connection.execute(union_all(*legs)).all())
    return _Counted(
        keys=np.frombuffer(rows[0][1] or b"", KEY),
        codes={
            facet: np.frombuffer(row[2] or b"", "<u2")
            for facet, row in zip(["", *filtered], rows, strict=True)
        },
    )


def _are_too_few(connection: Connection, plan: Plan, query: Query, parts: Wanted, found: int) -> bool:
    """Return whether so few documents have something for every clause that others are wanted too.

    :param found: how many do and have no word that is excluded; those are counted too.
    """
    if found >= plan.enough or parts.excluded is None:
        return found < plan.enough
    text = parts.text(excluding=False)
    ids = select(LIVE.entry.c.id).where(*conditions(text, query)).limit(plan.enough)
    return len(connection.execute(ids).all()) < plan.enough


def _explained(error: ProgrammingError) -> Exception:
    """Return what an error of the database means."""
    if is_absence(error):
        return IndexMissing("there is no search index; run: portal index rebuild")
    return error
