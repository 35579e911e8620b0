"""Puts what PostgreSQL found in order.

At most :data:`MOST_RANKED` matches are ranked. Of more matches these are, where a document
needs but some of the words, those with all of them and those with the rarest ones; then
those whose titles alone match; then the newest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, LargeBinary, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, TEXT, TSQUERY

from portal.core.i18n import Locale
from portal.search.index import Hit, Query
from portal.search.plan import Plan
from portal.search.postgres_queries import Wanted, rare_text, titles_text
from portal.search.postgres_rows import KEY
from portal.search.postgres_scoring import (
    Candidates,
    Ids,
    Statistics,
    best_of,
    explain,
    lexemes_of,
    matched_in,
    score,
)
from portal.search.postgres_state import Known
from portal.search.postgres_tables import LIVE
from portal.search.postings import Floats
from portal.search.syntax import parse

#: So many matches are ranked.
MOST_RANKED = 2_000

#: Of each match one of :data:`postgres_rows.KEY`.
Keys = NDArray[np.void]


@dataclass(frozen=True)
class _Scored:
    """Some matches with what they are worth."""

    candidates: Candidates
    by_locale: Mapping[Locale, Floats]
    best: Floats


class Ranking:
    """Puts the matches of one query in order.

    :param every: whether a document needs something for every clause, or for any.
    """

    def __init__(
        self, connection: Connection, query: Query, plan: Plan, known: Known, *, every: bool
    ) -> None:
        self._connection = connection
        self._query = query
        self._plan = plan
        self._every = every
        self._by_score = query.sort != "newest" and not plan.everything
        self._statistics = Statistics(known.total, known.averages, _frequencies(connection, plan))

    def page(self, keys: Keys, parts: Wanted, complete: Ids | None) -> list[Hit]:
        """Return the hits of the page that the query asks for.

        :param keys: of all matches.
        :param parts: what finds them.
        :param complete: where some of the words will do, those that have all; they come first.
        """
        complete = np.empty(0, np.int64) if complete is None else complete
        page = slice(self._query.offset, self._query.offset + self._query.limit)
        if not self._by_score:
            ids = newest(keys, page.stop)[page]
            return self._hits(ids, self._scored(ids))
        scored = self._scored(keys["id"] if len(keys) <= MOST_RANKED else self._chosen(keys, parts, complete))
        ranked = scored.candidates.ids
        ids = ranked[np.lexsort((ranked, -scored.best, ~np.isin(ranked, complete)))]
        if page.stop > len(ids):
            ids = np.concatenate([ids, newest(_without(keys, ids), page.stop - len(ids))])
        ids = ids[page]
        return self._hits(ids, scored if np.isin(ids, ranked).all() else self._scored(ids))

    def ranked(self, total: int) -> int:
        """Return of how many of all matches the order is known."""
        return min(total, MOST_RANKED) if self._by_score else total

    def _chosen(self, keys: Keys, parts: Wanted, complete: Ids) -> Ids:
        """Return the ids of those of too many matches that are ranked."""
        rare = None if self._every else rare_text(self._plan, self._statistics.documents, MOST_RANKED)
        chosen = complete
        # Each of these finds a part of what the whole query finds.
        for words in (rare, titles_text(self._plan, every=self._every)):
            missing = MOST_RANKED - len(chosen)
            if words is not None and missing:
                found = self._matching(replace(parts, words=words).text())
                chosen = np.concatenate([chosen, newest(_without(found, chosen), missing)])
        return np.concatenate([chosen, newest(_without(keys, chosen), MOST_RANKED - len(chosen))])

    def _matching(self, text: str) -> Keys:
        """Return the keys of the documents that a tsquery finds."""
        keys = select(joined(LIVE.entry.c.key)).where(*conditions(text, self._query))
        return np.frombuffer(self._connection.scalar(keys) or b"", KEY)

    def _scored(self, ids: Ids) -> _Scored:
        """Return documents with what they are worth; without those that have gone meanwhile."""
        table = LIVE.weight.c
        locales = [field.locale for field in self._plan.fields if self._statistics.knows(field)]
        columns = [joined(table.head), *(joined(table[f"stems_{locale}"]) for locale in locales)]
        heads, *stems = self._connection.execute(
            select(*columns).where(table.id == any_(id_array(ids)))
        ).one()
        packed = {locale: found or b"" for locale, found in zip(locales, stems, strict=True)}
        candidates = Candidates(heads or b"", packed, self._plan, self._statistics)
        by_locale = score(self._plan, candidates, every=self._every)
        return _Scored(candidates, by_locale, best_of(by_locale, len(candidates.ids)))

    def _hits(self, ids: Ids, scored: _Scored) -> list[Hit]:
        """Return the hits with these ids, in this order."""
        places = {id_: place for place, id_ in enumerate(scored.candidates.ids.tolist())}
        parsed = parse(self._query.text)
        hits = []
        for id_ in ids.tolist():
            if id_ in places:
                place = places[id_]
                locales = matched_in(scored.by_locale, place)
                explained = bool(locales) and self._query.expand
                through = (
                    explain(self._plan, parsed, scored.candidates, place, locales[0]) if explained else ()
                )
                hits.append(Hit(id_, round(float(scored.best[place]), 4), locales, through))
        return hits


def joined(column: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """Return an aggregate: the bytes of all rows after one another, in one order for all columns."""
    return func.string_agg(column, literal(b"", LargeBinary))


def conditions(text: str, query: Query) -> list[ColumnElement[bool]]:
    """Return what a row has to fulfil to match a tsquery and be among those that may."""
    found: list[ColumnElement[bool]] = [LIVE.entry.c.lexemes.op("@@")(cast(literal(text, TEXT), TSQUERY))]
    if query.only is not None:
        found.append(LIVE.entry.c.id == any_(id_array(np.array(sorted(query.only), np.int64))))
    return found


def id_array(ids: Ids) -> ColumnElement[Sequence[int]]:
    """Return ids as an array; as one text, since thousands of single numbers take long to bind."""
    text = "{" + ",".join(map(str, ids.tolist())) + "}"
    return cast(literal(text, TEXT), ARRAY(BIGINT))


def newest(keys: Keys, most: int) -> Ids:
    """Return the ids of the newest, newest first; of the same age the higher one first."""
    if len(keys) > most > 0:
        # Only those that may be among them are put in order.
        least = np.partition(keys["moment"], len(keys) - most)[len(keys) - most]
        keys = keys[keys["moment"] >= least]
    found: Ids = keys["id"][np.lexsort((-keys["id"], -keys["moment"]))][:most]
    return found


def _without(keys: Keys, ids: Ids) -> Keys:
    return keys[~np.isin(keys["id"], ids)]


def _frequencies(connection: Connection, plan: Plan) -> Mapping[str, int]:
    """Return in how many documents the stems of a plan stand."""
    lexemes = sorted(lexemes_of(plan))
    if not lexemes:
        return {}
    table = LIVE.frequency.c
    rows = connection.execute(
        select(table.lexeme, table.entries).where(table.lexeme == any_(literal(lexemes, ARRAY(TEXT))))
    )
    return dict(rows.all())
