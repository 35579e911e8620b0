"""Matches of an entry, read through the catalogue with the actor's eyes.

Only published entries are matched, for whoever asks: a draft never appears in
another entry's matches, not even to its owner. (A withdrawn technology does, among
the excluded, to those who may see it.) Each function runs a constant number of
queries, however many entries there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, EntryLink, Relation, Status
from portal.catalogue.queries import get_entry, list_whole
from portal.core.actor import Actor
from portal.core.database import now
from portal.matching.facts import AskFacts, Knowledge, SourceFacts, TechnologyFacts
from portal.matching.ranking import NeedSide, judge_pairs, rank_sources
from portal.matching.reading import (
    ask_of_need,
    ask_of_project,
    is_public,
    read_knowledge,
    read_need,
    read_source,
    read_technology,
)
from portal.matching.results import Match, SourceVerdict
from portal.matching.rules import judge_source


@dataclass(frozen=True)
class Matches:
    """Everything that matching says of one entry.

    :ivar entry: the entry asked about, whole.
    :ivar technologies: for a need, best first.
    :ivar needs: for a technology, best first.
    :ivar excluded: pairs that a gate excludes, each with the gates.
    :ivar financing: for a need or project, every source: eligible, then to ask, then not.
    :ivar projects: for a source, the projects that it was judged for, in the same order.
    :ivar financed_needs: for a source, the needs.
    :ivar others: the entries at the other ends, by id.
    """

    entry: Entry
    technologies: Sequence[Match] = ()
    needs: Sequence[Match] = ()
    excluded: Sequence[Match] = ()
    financing: Sequence[SourceVerdict] = ()
    projects: Sequence[SourceVerdict] = ()
    financed_needs: Sequence[SourceVerdict] = ()
    others: Mapping[int, Entry] = field(default_factory=dict)


def match_need(
    session: Session, actor: Actor, need_id: int, limit: int | None = 20, *, today: date | None = None
) -> Matches:
    """Return the technologies and the money for a need.

    :param limit: of technologies; every source is judged and returned.
    :raises NotFound: no such need, or the actor may not know of it.
    """
    need: Need = get_entry(session, actor, "need", need_id)
    knowledge = _knowledge(session, today)
    technologies = _matchable(session, actor)
    sources = _sources(session, actor)
    side = _side(need, knowledge)
    read = [read_source(x) for x in sources]
    matches = judge_pairs([side], [read_technology(x) for x in technologies], read, knowledge)
    return Matches(
        entry=need,
        technologies=[x for x in matches if not x.failed][:limit],
        excluded=[x for x in matches if x.failed],
        financing=_judged([side.ask], read, knowledge),
        others=_by_id(technologies, sources),
    )


def match_technology(
    session: Session, actor: Actor, technology_id: int, limit: int | None = 20, *, today: date | None = None
) -> Matches:
    """Return the needs that a technology answers.

    :raises NotFound: no such technology, or the actor may not know of it.
    """
    technology: Technology = get_entry(session, actor, "technology", technology_id)
    knowledge = _knowledge(session, today)
    needs = _published(session, actor, "need")
    sides = [_side(need, knowledge) for need in needs]
    sources = [read_source(x) for x in _sources(session, actor)]
    facts: TechnologyFacts = read_technology(technology)
    matches = judge_pairs(sides, [facts], sources, knowledge)
    return Matches(
        entry=technology,
        needs=[x for x in matches if not x.failed][:limit],
        excluded=[x for x in matches if x.failed],
        others=_by_id(needs),
    )


def match_project(session: Session, actor: Actor, project_id: int, *, today: date | None = None) -> Matches:
    """Return every source of finance judged for a project.

    :raises NotFound: no such project, or the actor may not know of it.
    """
    project: Project = get_entry(session, actor, "project", project_id)
    knowledge = _knowledge(session, today)
    sources = _sources(session, actor)
    ask = ask_of_project(project, knowledge.tree, _funders(session).get(project.id, {}))
    return Matches(
        entry=project,
        financing=_judged([ask], [read_source(x) for x in sources], knowledge),
        others=_by_id(sources),
    )


def match_financing(
    session: Session, actor: Actor, financing_id: int, limit: int | None = 20, *, today: date | None = None
) -> Matches:
    """Return the projects and needs that a source was judged for, eligible ones first.

    :raises NotFound: no such source, or the actor may not know of it.
    """
    source: Financing = get_entry(session, actor, "financing", financing_id)
    knowledge = _knowledge(session, today)
    projects = _published(session, actor, "project")
    needs = _published(session, actor, "need")
    funders = _funders(session)
    read = [read_source(source)]
    asks = [ask_of_project(x, knowledge.tree, funders.get(x.id, {})) for x in projects]
    return Matches(
        entry=source,
        projects=_judged(asks, read, knowledge)[:limit],
        financed_needs=_judged([ask_of_need(x, knowledge.tree) for x in needs], read, knowledge)[:limit],
        others=_by_id(projects, needs),
    )


def _knowledge(session: Session, today: date | None) -> Knowledge:
    return read_knowledge(session, today or now().date())


def _side(need: Need, knowledge: Knowledge) -> NeedSide:
    return NeedSide(read_need(need), ask_of_need(need, knowledge.tree))


def _judged(
    asks: Sequence[AskFacts], sources: Sequence[SourceFacts], knowledge: Knowledge
) -> list[SourceVerdict]:
    return rank_sources(judge_source(ask, source, knowledge) for ask in asks for source in sources)


def _published(session: Session, actor: Actor, kind: str) -> list[Any]:
    return [x for x in list_whole(session, actor, kind) if is_public(x)]


def _sources(session: Session, actor: Actor) -> list[Financing]:
    return [x for x in list_whole(session, actor, "financing") if is_public(x)]


def _matchable(session: Session, actor: Actor) -> list[Technology]:
    """Return published technologies, and withdrawn ones that the actor may see."""
    rows: Sequence[Technology] = list_whole(session, actor, "technology")
    return [x for x in rows if is_public(x) or x.status == Status.WITHDRAWN]


def _by_id(*groups: Sequence[Entry]) -> dict[int, Entry]:
    return {entry.id: entry for group in groups for entry in group}


def _funders(session: Session) -> dict[int, dict[int, str]]:
    """Return the sources that entries name as their own, with their providers, by entry."""
    found: dict[int, dict[int, str]] = {}
    rows = session.execute(
        select(EntryLink.from_id, EntryLink.to_id, Organisation.key)
        .join(Financing, Financing.id == EntryLink.to_id)
        .join(Organisation, Organisation.id == Financing.provider_id)
        .where(EntryLink.relation == Relation.FUNDED_BY)
    )
    for entry_id, source_id, provider in rows:
        found.setdefault(entry_id, {})[source_id] = provider
    return found
