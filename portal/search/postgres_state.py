"""What a process keeps in memory of the build in use, and how it follows it."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.exc import ProgrammingError

from portal.core.i18n import Locale
from portal.search.index import IndexMissing
from portal.search.postgres_tables import FACET_VALUE, LIVE
from portal.search.vocabulary import Vocabulary

#: A process looks at most so often whether there are new words; seconds.
EVERY = 0.5
#: PostgreSQL's codes for: there is no such table, no such schema, no such column.
_ABSENT = frozenset({"42P01", "3F000", "42703"})


@dataclass(frozen=True)
class Known:
    """What a process knows of the build in use.

    :ivar seq: the number of the last write whose words are in the vocabularies.
    :ivar total: documents in all.
    :ivar averages: mean number of words by language.
    """

    build: str
    seq: int
    total: int
    averages: Mapping[Locale, float]
    vocabularies: Mapping[Locale, Vocabulary]


class Follower:
    """Keeps what a process knows in step with the database; threads may share it."""

    def __init__(self) -> None:
        self._known: Known | None = None
        self._looked = 0.0
        self._guard = threading.Lock()
        self._facets: Sequence[tuple[str, str]] = ()

    def fresh(self) -> Known | None:
        """Return what is known, if that was looked at just now."""
        return self._known if time.monotonic() < self._looked + EVERY else None

    def current(self, connection: Connection) -> Known:
        """Return what is known, reading what is new.

        :raises IndexMissing: there is no build.
        """
        known = self.fresh()
        if known is not None:
            return known
        with self._guard:
            known = self.fresh()
            if known is None:
                looked = time.monotonic()
                known = self._known = _read(connection, self._known)
                self._looked = looked
            return known

    def look_again(self) -> None:
        """Read what is new at the next occasion, however soon that is."""
        self._looked = 0.0

    def facet_values(self, connection: Connection, most: int) -> Sequence[tuple[str, str]]:
        """Return facet and value by number, so many at least."""
        if most > len(self._facets):
            table = FACET_VALUE.c
            rows = connection.execute(select(table.facet, table.value).order_by(table.code)).all()
            self._facets = [(facet, value) for facet, value in rows]
        return self._facets


def is_absence(error: ProgrammingError) -> bool:
    """Return whether an error says that tables are not there, or are another version's."""
    return getattr(error.orig, "sqlstate", None) in _ABSENT


def _read(connection: Connection, known: Known | None) -> Known:
    row = connection.execute(select(LIVE.state)).mappings().one_or_none()
    if row is None:
        raise IndexMissing("there is no search index; run: portal index rebuild")
    if known is None or known.build != row["build"]:
        vocabularies = {locale: Vocabulary(locale) for locale in Locale}
        seq = -1
    else:
        vocabularies, seq = dict(known.vocabularies), known.seq
    if seq < row["seq"]:
        _read_words(connection, vocabularies, seq)
    return Known(
        build=row["build"],
        seq=row["seq"],
        total=row["entries"],
        averages={locale: row[f"length_{locale}"] / max(row["entries"], 1) for locale in Locale},
        vocabularies=vocabularies,
    )


def _read_words(connection: Connection, vocabularies: Mapping[Locale, Vocabulary], seq: int) -> None:
    """Take in the words that were written after a write."""
    table = LIVE.word.c
    new = select(table.locale, table.word, table.stem, table.entries).where(table.seq > seq)
    for locale, word, stem, entries in connection.execute(new):
        vocabulary = vocabularies[Locale(locale)]
        vocabulary.add(word, stem, entries - vocabulary.counts.get(word, 0))
