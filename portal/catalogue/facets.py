"""Counts beside the filters of a list: how many entries each value would leave."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CTE, func, select
from sqlalchemy.orm import Session

from portal.catalogue.model import Entry, EntryCountry, EntrySector, EntryTerm
from portal.catalogue.queries import Filters, filtered
from portal.core.actor import Actor
from portal.taxonomy.model import Term


@dataclass(frozen=True)
class Facet:
    """One filter of a list.

    :ivar name: the filter's name in the address: ``country``, ``sector``, ``term``.
    :ivar counts: entries by code, most first; a term counts what is below it too.
    """

    name: str
    counts: Mapping[str, int]


_COLUMNS: Mapping[str, tuple[Any, Any]] = {
    "country": (EntryCountry.country_code, EntryCountry.entry_id),
    "sector": (EntrySector.sector_code, EntrySector.entry_id),
    "term": (EntryTerm.term_code, EntryTerm.entry_id),
}


def count_facets(session: Session, actor: Actor, filters: Filters) -> list[Facet]:
    """Return the filters of a list with their counts; each ignores what it filters itself."""
    return [_count(session, actor, filters, name) for name in _COLUMNS]


def _count(session: Session, actor: Actor, filters: Filters, name: str) -> Facet:
    code, entry_id = _COLUMNS[name]
    others: dict[str, Any] = {name: None}
    ids = filtered(select(Entry.id), actor, replace(filters, **others))
    count = func.count(entry_id.distinct())
    if name == "term":
        above = _terms_above()
        query = select(above.c.above, count).join(above, above.c.code == code)
        code = above.c.above
    else:
        query = select(code, count)
    rows = session.execute(query.where(entry_id.in_(ids)).group_by(code).order_by(count.desc(), code)).all()
    return Facet(name, {row[0]: row[1] for row in rows})


def _terms_above() -> CTE:
    """Return pairs of a term and itself or one above it."""
    pairs = select(Term.code, Term.code.label("above")).cte("above", recursive=True)
    up = select(pairs.c.code, Term.parent_code).join(Term, Term.code == pairs.c.above)
    return pairs.union_all(up.where(Term.parent_code.is_not(None)))
