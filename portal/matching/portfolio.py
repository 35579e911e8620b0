"""The facts of every published entry, read once and kept until something changes.

Every process keeps one portfolio per database and looks at the change feed before it
uses it: one small query instead of reading the whole catalogue for each page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.model import EntryLink, Relation
from portal.catalogue.queries import list_whole
from portal.core.actor import ANONYMOUS
from portal.core.changes import position
from portal.matching.facts import AskFacts, Knowledge, SourceFacts, TechnologyFacts
from portal.matching.ranking import NeedSide
from portal.matching.reading import (
    ask_of_need,
    ask_of_project,
    read_knowledge,
    read_need,
    read_source,
    read_technology,
)


@dataclass(frozen=True)
class Portfolio:
    """Everything that anyone may be shown in matches.

    :ivar position: the change feed's, when this was read.
    """

    position: int
    knowledge: Knowledge
    technologies: Sequence[TechnologyFacts]
    needs: Sequence[NeedSide]
    projects: Sequence[AskFacts]
    sources: Sequence[SourceFacts]


_kept: WeakKeyDictionary[Engine, Portfolio] = WeakKeyDictionary()


def portfolio(session: Session, today: date) -> Portfolio:
    """Return the portfolio as of now; it is read again when the catalogue or the day changed."""
    engine = session.get_bind().engine
    newest = position(session)
    known = _kept.get(engine)
    if known is None or known.position != newest or known.knowledge.today != today:
        known = _read(session, newest, today)
        _kept[engine] = known
    return known


def _read(session: Session, newest: int, today: date) -> Portfolio:
    knowledge = read_knowledge(session, today)
    named = funders(session)
    tree = knowledge.tree
    return Portfolio(
        position=newest,
        knowledge=knowledge,
        technologies=[read_technology(x) for x in list_whole(session, ANONYMOUS, "technology")],
        needs=[NeedSide(read_need(x), ask_of_need(x, tree)) for x in list_whole(session, ANONYMOUS, "need")],
        projects=[
            ask_of_project(x, tree, knowledge.rates, named.get(x.id, {}))
            for x in list_whole(session, ANONYMOUS, "project")
        ],
        sources=[read_source(x) for x in list_whole(session, ANONYMOUS, "financing")],
    )


def funders(session: Session, project_id: int | None = None) -> dict[int, dict[int, str]]:
    """Return the sources that projects name as their own, with their providers, by project.

    :param project_id: of this project only.
    """
    found: dict[int, dict[int, str]] = {}
    rows = (
        select(EntryLink.from_id, EntryLink.to_id, Organisation.key)
        .join(Financing, Financing.id == EntryLink.to_id)
        .join(Organisation, Organisation.id == Financing.provider_id)
        .where(EntryLink.relation == Relation.FUNDED_BY)
    )
    if project_id is not None:
        rows = rows.where(EntryLink.from_id == project_id)
    for entry_id, source_id, provider in session.execute(rows):
        found.setdefault(entry_id, {})[source_id] = provider
    return found
