"""What matching knows of every published entry, read once and kept in step with the catalogue.

Every process keeps one portfolio per database and looks at the change feed before it
uses it: one small query instead of reading the whole catalogue for each page. A changed
entry is read again alone; changed reference data are all read again.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.model import Entry, EntryLink, Relation
from portal.catalogue.policy import visible
from portal.catalogue.queries import list_whole
from portal.catalogue.records import TechnologyRecord, technology_records
from portal.core.actor import ANONYMOUS
from portal.core.changes import Change, changes_since, position
from portal.matching.columns.technologies import TechnologyColumns
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.ranking import NeedSide
from portal.matching.reading import (
    ask_of_need,
    ask_of_project,
    read_knowledge,
    read_need,
    read_reader,
    read_source,
    read_technology,
)
from portal.matching.similar import TermSets
from portal.taxonomy.term_reader import TermReader

#: Changes of these kinds are changes of what judging rests on.
_FOLLOWED = {"reference", "taxonomy", "thesaurus", "organisation"}
#: After more changes than these at once, or than this share of the technologies, everything is read again.
_FEW, _SHARE = 500, 0.05
#: So many entries are objects at a time: a thousand weigh as much as a hundred thousand in columns.
_AT_ONCE = 500

T = TypeVar("T")


@dataclass(frozen=True)
class Portfolio:
    """Everything that anyone may be shown in matches.

    :ivar position: the change feed's, when this was read.
    :ivar needs: by id, as ``projects`` and ``sources`` are.
    """

    position: int
    knowledge: Knowledge
    reader: TermReader
    technologies: TechnologyColumns
    needs_by_id: Mapping[int, NeedSide]
    projects_by_id: Mapping[int, AskFacts]
    sources_by_id: Mapping[int, SourceFacts]

    @cached_property
    def term_sets(self) -> TermSets:
        """Return which terms needs and projects name together."""
        named = [
            *(x.need.terms for x in self.needs_by_id.values()),
            *(x.terms for x in self.projects_by_id.values()),
        ]
        return TermSets(named, self.knowledge.tree)

    @property
    def needs(self) -> Sequence[NeedSide]:
        """Return the needs, by id."""
        return [self.needs_by_id[x] for x in sorted(self.needs_by_id)]

    @property
    def projects(self) -> Sequence[AskFacts]:
        """Return the projects, by id."""
        return [self.projects_by_id[x] for x in sorted(self.projects_by_id)]

    @property
    def sources(self) -> Sequence[SourceFacts]:
        """Return the sources of finance, by id."""
        return [self.sources_by_id[x] for x in sorted(self.sources_by_id)]


_kept: WeakKeyDictionary[Engine, Portfolio] = WeakKeyDictionary()
_reading = threading.Lock()


def portfolio(session: Session, today: date) -> Portfolio:
    """Return the portfolio as of now; what has changed since it was read is read again."""
    engine = session.get_bind().engine
    newest = position(session)
    known = _kept.get(engine)
    if known is None or known.position != newest or known.knowledge.today != today:
        with _reading:
            # Whoever waited here mostly finds it read.
            known = _kept.get(engine)
            if known is None or known.position < newest or known.knowledge.today != today:
                known = _current(session, known, newest, today)
                _kept[engine] = known
    return known


def _current(session: Session, known: Portfolio | None, newest: int, today: date) -> Portfolio:
    if known is None or known.knowledge.today != today:
        return _read(session, newest, today)
    changes = changes_since(session, known.position)
    ids = {x.thing_id for x in changes if x.what == "entry" and x.thing_id is not None}
    many = len(ids) > max(_FEW, _SHARE * len(known.technologies))
    if _is_wide(changes) or many or known.technologies.is_wasteful():
        return _read(session, newest, today)
    return _caught_up(session, known, ids, newest)


def _is_wide(changes: Iterable[Change]) -> bool:
    return any(x.what in _FOLLOWED or (x.what == "entry" and x.thing_id is None) for x in changes)


def _read(session: Session, newest: int, today: date) -> Portfolio:
    knowledge = read_knowledge(session, today)
    empty = Portfolio(
        position=newest,
        knowledge=knowledge,
        reader=read_reader(session),
        technologies=TechnologyColumns.made_of((), knowledge),
        needs_by_id={},
        projects_by_id={},
        sources_by_id={},
    )
    return _caught_up(session, empty, None, newest)


def _caught_up(session: Session, known: Portfolio, ids: set[int] | None, newest: int) -> Portfolio:
    """Return the portfolio with these entries as they are now.

    :param ids: entries to read again; ``None`` = all.
    """
    knowledge, reader = known.knowledge, known.reader
    tree, rates = knowledge.tree, knowledge.rates
    gone = ids or set()
    present = _ids_by_kind(session, ids)
    projects = present.get("project", [])
    named = funders(session, None if ids is None else projects) if projects else {}
    records = _technologies(session, None if ids is None else present.get("technology", []))
    technologies = known.technologies
    if gone or ids is None:
        technologies = technologies.changed((read_technology(x, reader) for x in records), gone)
    return replace(
        known,
        position=newest,
        technologies=technologies,
        needs_by_id=_without(known.needs_by_id, gone)
        | {
            x.id: NeedSide(read_need(x, reader), ask_of_need(x, tree))
            for x in _entries(session, "need", present)
        },
        projects_by_id=_without(known.projects_by_id, gone)
        | {
            x.id: ask_of_project(x, tree, rates, named.get(x.id, {}))
            for x in _entries(session, "project", present)
        },
        sources_by_id=_without(known.sources_by_id, gone)
        | {x.id: read_source(x) for x in _entries(session, "financing", present)},
    )


def _ids_by_kind(session: Session, ids: set[int] | None) -> dict[str, list[int]]:
    """Return the entries that anyone may view, without the technologies where all are asked for."""
    rows = select(Entry.kind, Entry.id).where(visible(ANONYMOUS)).order_by(Entry.id)
    rows = rows.where(Entry.kind != "technology") if ids is None else rows.where(Entry.id.in_(sorted(ids)))
    found: dict[str, list[int]] = {}
    for kind, entry_id in session.execute(rows):
        found.setdefault(kind, []).append(entry_id)
    return found


def _technologies(session: Session, ids: list[int] | None) -> Iterable[TechnologyRecord]:
    return () if ids == [] else technology_records(session, ANONYMOUS, ids)


def _entries(session: Session, kind: str, present: Mapping[str, Sequence[int]]) -> Iterator[Any]:
    """Yield whole entries, a few at a time.

    A session holds on to what it has read until it is closed, so each few get one of their
    own, in the transaction of the one that asks.
    """
    ids = present.get(kind, [])
    for start in range(0, len(ids), _AT_ONCE):
        with type(session)(session.connection()) as own:
            yield from list_whole(own, ANONYMOUS, kind, ids[start : start + _AT_ONCE])


def _without(known: Mapping[int, T], gone: set[int]) -> dict[int, T]:
    return {number: x for number, x in known.items() if number not in gone}


def funders(session: Session, project_ids: Iterable[int] | None = None) -> dict[int, dict[int, str]]:
    """Return the sources that projects name as their own, with their providers, by project.

    :param project_ids: of these projects only.
    """
    found: dict[int, dict[int, str]] = {}
    rows = (
        select(EntryLink.from_id, EntryLink.to_id, Organisation.key)
        .join(Financing, Financing.id == EntryLink.to_id)
        .join(Organisation, Organisation.id == Financing.provider_id)
        .where(EntryLink.relation == Relation.FUNDED_BY)
    )
    if project_ids is not None:
        rows = rows.where(EntryLink.from_id.in_(sorted(project_ids)))
    for entry_id, source_id, provider in session.execute(rows):
        found.setdefault(entry_id, {})[source_id] = provider
    return found
