"""Matches of an entry, read through the catalogue with the actor's eyes.

Only published entries are matched, for whoever asks: a draft never appears in
another entry's matches, not even to its owner. (A withdrawn technology does, among
the excluded, to those who may see it.) The other side comes from the portfolio;
the entries that are named are read again through the one visibility rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, Status
from portal.catalogue.policy import visible
from portal.catalogue.queries import as_links, get_entry, with_all
from portal.core.actor import Actor
from portal.core.database import now
from portal.core.money import Rate
from portal.matching.amounts import rates_between
from portal.matching.facts import AskFacts, Knowledge, SourceFacts, TechnologyFacts
from portal.matching.portfolio import Portfolio, funders, portfolio
from portal.matching.ranking import NeedSide, judge_lines, judge_pairs, rank_sources
from portal.matching.reading import ask_of_need, ask_of_project, read_need, read_source, read_technology
from portal.matching.results import JudgedLine, Match, SourceVerdict
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
    :ivar lines: for a project, its own lines whose source is known, each judged by that source.
    :ivar others: the entries at the other ends, by id.
    :ivar rates: those by which amounts of these entries were compared; none where all are in one currency.
    """

    entry: Entry
    technologies: Sequence[Match] = ()
    needs: Sequence[Match] = ()
    excluded: Sequence[Match] = ()
    financing: Sequence[SourceVerdict] = ()
    projects: Sequence[SourceVerdict] = ()
    financed_needs: Sequence[SourceVerdict] = ()
    lines: Sequence[JudgedLine] = ()
    others: Mapping[int, Entry] = field(default_factory=dict)
    rates: Sequence[Rate] = ()


def match_need(
    session: Session, actor: Actor, need_id: int, limit: int | None = 20, *, today: date | None = None
) -> Matches:
    """Return the technologies and the money for a need.

    :param limit: of technologies; every source is judged and returned.
    :raises NotFound: no such need, or the actor may not know of it.
    """
    need: Need = get_entry(session, actor, "need", need_id)
    known = _portfolio(session, today)
    side = NeedSide(read_need(need), ask_of_need(need, known.knowledge.tree))
    technologies = [*known.technologies, *_withdrawn(session, actor)]
    matches = judge_pairs([side], technologies, known.sources, known.knowledge)
    fitting = [x for x in matches if not x.failed][:limit]
    excluded = [x for x in matches if x.failed]
    money = _judged([side.ask], known.sources, known.knowledge)
    shown = [x.technology_id for x in (*fitting, *excluded)]
    others = _others(session, actor, [*shown, *(x.financing_id for x in money)])
    return Matches(
        entry=need,
        technologies=[x for x in fitting if x.technology_id in others],
        excluded=[x for x in excluded if x.technology_id in others],
        financing=[x for x in money if x.financing_id in others],
        others=others,
        rates=rates_between([side.need, side.ask, *technologies, *known.sources], known.knowledge),
    )


def match_technology(
    session: Session, actor: Actor, technology_id: int, limit: int | None = 20, *, today: date | None = None
) -> Matches:
    """Return the needs that a technology answers.

    :raises NotFound: no such technology, or the actor may not know of it.
    """
    technology: Technology = get_entry(session, actor, "technology", technology_id)
    known = _portfolio(session, today)
    facts = read_technology(technology)
    matches = judge_pairs(known.needs, [facts], known.sources, known.knowledge)
    fitting = [x for x in matches if not x.failed][:limit]
    excluded = [x for x in matches if x.failed]
    others = _others(session, actor, [x.need_id for x in (*fitting, *excluded)])
    return Matches(
        entry=technology,
        needs=[x for x in fitting if x.need_id in others],
        excluded=[x for x in excluded if x.need_id in others],
        others=others,
        rates=rates_between([facts, *(x.need for x in known.needs)], known.knowledge),
    )


def match_project(session: Session, actor: Actor, project_id: int, *, today: date | None = None) -> Matches:
    """Return every source of finance judged for a project, and what it has already.

    :raises NotFound: no such project, or the actor may not know of it.
    """
    project: Project = get_entry(session, actor, "project", project_id)
    known = _portfolio(session, today)
    knowledge = known.knowledge
    named = funders(session, project_id).get(project_id, {})
    ask = ask_of_project(project, knowledge.tree, knowledge.rates, named)
    money = _judged([ask], known.sources, knowledge)
    others = _others(session, actor, [x.financing_id for x in money])
    return Matches(
        entry=project,
        financing=[x for x in money if x.financing_id in others],
        lines=[x for x in judge_lines(ask, known.sources, knowledge) if x.verdict.financing_id in others],
        others=others,
        rates=rates_between([ask, *known.sources], knowledge),
    )


def match_financing(
    session: Session, actor: Actor, financing_id: int, limit: int | None = 20, *, today: date | None = None
) -> Matches:
    """Return the projects and needs that a source was judged for, eligible ones first.

    :raises NotFound: no such source, or the actor may not know of it.
    """
    source = get_entry(session, actor, "financing", financing_id)
    known = _portfolio(session, today)
    facts = read_source(source)
    asks = [x.ask for x in known.needs]
    projects = _judged(known.projects, [facts], known.knowledge)[:limit]
    needs = _judged(asks, [facts], known.knowledge)[:limit]
    others = _others(session, actor, [x.entry_id for x in (*projects, *needs)])
    return Matches(
        entry=source,
        projects=[x for x in projects if x.entry_id in others],
        financed_needs=[x for x in needs if x.entry_id in others],
        others=others,
        rates=rates_between([facts, *known.projects, *asks], known.knowledge),
    )


def _portfolio(session: Session, today: date | None) -> Portfolio:
    return portfolio(session, today or now().date())


def _judged(
    asks: Sequence[AskFacts], sources: Sequence[SourceFacts], knowledge: Knowledge
) -> list[SourceVerdict]:
    return rank_sources(judge_source(ask, source, knowledge) for ask in asks for source in sources)


def _withdrawn(session: Session, actor: Actor) -> list[TechnologyFacts]:
    """Return withdrawn technologies that the actor may see."""
    rows = session.scalars(
        select(Technology)
        .where(Technology.status == Status.WITHDRAWN, visible(actor))
        .options(*with_all(["technology"]))
        .order_by(Technology.id)
    )
    return [read_technology(x) for x in rows]


def _others(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Entry]:
    """Return the entries at the other ends that the actor may view."""
    return as_links(session, actor, list(dict.fromkeys(ids)))
