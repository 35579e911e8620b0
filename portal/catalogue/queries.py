"""Reads entries, with what their pages need loaded in a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectin_polymorphic, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from portal.catalogue import policy
from portal.catalogue.kinds import KINDS
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.model import (
    Entry,
    EntryCountry,
    EntryLink,
    EntrySector,
    EntryTerm,
    EntryVersion,
    Relation,
)
from portal.core.actor import Actor
from portal.core.database import LARGEST_ID
from portal.core.errors import NotFound
from portal.taxonomy.model import Term


def _shared() -> list[_AbstractLoad]:
    return [
        selectinload(Entry.texts),
        selectinload(Entry.countries),
        selectinload(Entry.sectors),
        selectinload(Entry.terms),
        selectinload(Entry.organisation),
    ]


def _own(kind: str) -> list[_AbstractLoad]:
    options: list[_AbstractLoad] = []
    for path in KINDS[kind].loads:
        model: Any = KINDS[kind].model
        option: Any = None
        for name in path.split("."):
            attribute = getattr(model, name)
            option = selectinload(attribute) if option is None else option.selectinload(attribute)
            model = attribute.property.mapper.class_
        options.append(option)
    return options


def with_all(kinds: Sequence[str] = tuple(KINDS)) -> list[_AbstractLoad]:
    """Return the loading options for whole entries of these kinds."""
    return [*_shared(), *(option for kind in kinds for option in _own(kind))]


def load_entry(session: Session, entry_id: int) -> Entry | None:
    """Return a whole entry whoever asks, or ``None``."""
    kind = session.scalar(select(Entry.kind).where(Entry.id == entry_id))
    if kind is None:
        return None
    model = KINDS[kind].model
    return session.scalars(select(model).where(model.id == entry_id).options(*with_all([kind]))).first()


def get_entry(session: Session, actor: Actor, kind: str, entry_id: int) -> Any:
    """Return a whole entry that the actor may view.

    :raises NotFound: there is none, it is of another kind, or the actor may not know of it.
    """
    entry = load_entry(session, entry_id) if entry_id <= LARGEST_ID else None
    if entry is None or entry.kind != kind or not policy.can(actor, "view", entry):
        raise NotFound(f"{kind} {entry_id}")
    return entry


def find_by_key(session: Session, kind: str, key: str) -> Any:
    """Return the whole entry of this key whoever asks, or ``None``."""
    model = KINDS[kind].model
    return session.scalars(
        select(model).where(model.kind == kind, model.key == key).options(*with_all([kind]))
    ).first()


def list_whole(session: Session, actor: Actor, kind: str, ids: Iterable[int] | None = None) -> Sequence[Any]:
    """Return every entry of a kind that the actor may view, whole, by id.

    :param ids: only these.
    """
    model = KINDS[kind].model
    wanted = select(model).where(policy.visible(actor))
    if ids is not None:
        wanted = wanted.where(model.id.in_(sorted(ids)))
    return session.scalars(wanted.options(*with_all([kind])).order_by(model.id)).all()


def by_ids(session: Session, actor: Actor, ids: Sequence[int]) -> list[Entry]:
    """Return the visible ones of these entries, in this order, as lists show them."""
    rows = session.scalars(
        select(Entry)
        .where(Entry.id.in_(ids), policy.visible(actor))
        .options(selectin_polymorphic(Entry, [k.model for k in KINDS.values()]), *with_all())
    ).all()
    found = {row.id: row for row in rows}
    return [found[x] for x in ids if x in found]


def terms_of(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the terms of some entries, most specific first, by their ids."""
    rows = select(EntryTerm.entry_id, EntryTerm.term_code).where(EntryTerm.entry_id.in_(ids))
    found: dict[int, list[str]] = {}
    for entry_id, code in session.execute(rows.order_by(EntryTerm.entry_id, EntryTerm.position)):
        found.setdefault(entry_id, []).append(code)
    return found


def as_links(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Entry]:
    """Return the visible ones of these entries with no more than a link to them shows.

    That is texts, countries, terms, owner and provider; anything else is not loaded.
    """
    rows = session.scalars(
        select(Entry)
        .where(Entry.id.in_(ids), policy.visible(actor))
        .options(
            selectin_polymorphic(Entry, [k.model for k in KINDS.values()]),
            selectinload(Entry.texts),
            selectinload(Entry.countries),
            selectinload(Entry.terms),
            selectinload(Entry.organisation),
            selectinload(Financing.provider),
        )
    )
    return {row.id: row for row in rows}


@dataclass(frozen=True)
class Filters:
    """What a list may be narrowed by."""

    kind: str | None = None
    country: str | None = None
    sector: str | None = None
    term: str | None = None
    organisation_id: int | None = None


def _term_and_below(code: str) -> Select[Any]:
    """Return the query for a term and all terms below it."""
    tree = select(Term.code).where(Term.code == code).cte(recursive=True)
    below = select(Term.code).join(tree, Term.parent_code == tree.c.code)
    return select(tree.union_all(below).c.code)


def filtered(query: Select[Any], actor: Actor, filters: Filters) -> Select[Any]:
    """Return the query narrowed to the visible entries that the filters leave."""
    clauses: list[ColumnElement[bool]] = [policy.visible(actor)]
    if filters.kind:
        clauses.append(Entry.kind == filters.kind)
    if filters.country:
        clauses.append(Entry.countries.any(EntryCountry.country_code == filters.country))
    if filters.sector:
        clauses.append(Entry.sectors.any(EntrySector.sector_code == filters.sector))
    if filters.term:
        clauses.append(Entry.terms.any(EntryTerm.term_code.in_(_term_and_below(filters.term))))
    if filters.organisation_id:
        clauses.append(Entry.organisation_id == filters.organisation_id)
    return query.where(*clauses)


def list_entries(
    session: Session, actor: Actor, filters: Filters, *, limit: int = 20, offset: int = 0
) -> list[Entry]:
    """Return a page of entries as lists show them, newest first."""
    query = filtered(select(Entry.id), actor, filters)
    ids = session.scalars(
        query.order_by(Entry.published_at.desc(), Entry.id.desc()).limit(limit).offset(offset)
    ).all()
    return by_ids(session, actor, ids)


def count_entries(session: Session, actor: Actor, filters: Filters) -> int:
    """Return how many entries the filters leave."""
    query = filtered(select(func.count(Entry.id)), actor, filters)
    return session.scalar(query) or 0


def count_by_kind(session: Session, actor: Actor) -> Mapping[str, int]:
    """Return the number of visible entries of each kind."""
    counts = select(Entry.kind, func.count()).where(policy.visible(actor)).group_by(Entry.kind)
    return dict.fromkeys(KINDS, 0) | {row[0]: row[1] for row in session.execute(counts)}


@dataclass(frozen=True)
class Linked:
    """An entry at the other end of a link.

    :ivar outgoing: whether the entry that was asked about states the link.
    """

    relation: Relation
    outgoing: bool
    entry: Entry


def linked(session: Session, actor: Actor, entry_id: int) -> list[Linked]:
    """Return the visible entries at the other ends of an entry's links, both ways."""
    rows = session.scalars(
        select(EntryLink)
        .where(or_(EntryLink.from_id == entry_id, EntryLink.to_id == entry_id))
        .order_by(EntryLink.relation, EntryLink.from_id, EntryLink.to_id)
    ).all()
    ends = {row.to_id if row.from_id == entry_id else row.from_id for row in rows}
    entries = {x.id: x for x in by_ids(session, actor, sorted(ends))}
    found = []
    for row in rows:
        outgoing = row.from_id == entry_id
        other = row.to_id if outgoing else row.from_id
        if other in entries:
            found.append(Linked(row.relation, outgoing, entries[other]))
    return found


def versions(session: Session, entry_id: int) -> Sequence[EntryVersion]:
    """Return an entry's saved states, newest first."""
    return session.scalars(
        select(EntryVersion).where(EntryVersion.entry_id == entry_id).order_by(EntryVersion.number.desc())
    ).all()
