"""Counts beside the filters of a list: how many entries each value would leave."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.catalogue.model import Entry, EntryCountry, EntrySector, EntryTerm
from portal.catalogue.queries import Filters, filtered
from portal.core.actor import Actor


@dataclass(frozen=True)
class Facet:
    """One filter of a list.

    :ivar name: the filter's name in the address: ``country``, ``sector``, ``term``.
    :ivar counts: entries by code, most first.
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
    rows = session.execute(
        select(code, func.count()).where(entry_id.in_(ids)).group_by(code).order_by(func.count().desc(), code)
    ).all()
    return Facet(name, {row[0]: row[1] for row in rows})
