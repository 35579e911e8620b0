"""Matches of an entry, read through the catalogue with the actor's eyes.

Only published entries are matched, for whoever asks: a draft never appears in
another entry's matches, not even to its owner. (A withdrawn technology does, among
the excluded, to those who may see it.) The other side comes from the portfolio;
the entries that are named are read again through the one visibility rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, Status
from portal.catalogue.policy import visible
from portal.catalogue.queries import as_links, get_entry, list_whole, terms_of, with_all
from portal.catalogue.records import technology_records
from portal.core.actor import ANONYMOUS, Actor
from portal.core.database import now
from portal.core.money import Rate
from portal.matching.amounts import rates_between
from portal.matching.columns.ranking import NAMED, rank_technologies
from portal.matching.criteria import exclude_technology, judge_technology, sort_key, with_money
from portal.matching.facts import AskFacts, Knowledge, NeedFacts, SourceFacts, TechnologyFacts
from portal.matching.fit.conformity import Remaining, steps_for
from portal.matching.fit.function import shares_nothing
from portal.matching.money.rules import judge_source
from portal.matching.portfolio import Portfolio, funders, portfolio
from portal.matching.ranking import NeedSide, Payers, judge_lines, judge_needs, rank_sources
from portal.matching.reading import ask_of_need, ask_of_project, read_need, read_source, read_technology
from portal.matching.results import JudgedLine, Match, SourceVerdict
from portal.matching.similar import VOTERS, by_text
from portal.matching.texts import near_entries, nearness, text_of
from portal.search.index import SearchIndex

Weights = Mapping[str, int]


@dataclass(frozen=True)
class Matches:
    """Everything that matching says of one entry.

    :ivar entry: the entry asked about, whole.
    :ivar technologies: for a need, the best, best first.
    :ivar needs: for a technology, best first.
    :ivar total: how many no gate excludes, shown or not.
    :ivar excluded: pairs that a gate excludes, each with the gates; the first of each gate.
    :ivar excluded_counts: how many each gate excludes, by the first gate that closes.
    :ivar financing: for a need or project, every source: eligible, then to ask, then not.
    :ivar projects: for a source, the projects that it was judged for, in the same order.
    :ivar financed_needs: for a source, the needs.
    :ivar lines: for a project, its own lines whose source is known, each judged by that source.
    :ivar others: the entries at the other ends, by id.
    :ivar rates: those by which amounts of these entries were compared; none where all are in one currency.
    :ivar facts: of the technologies that are judged, by id.
    :ivar knowledge: by which all was judged.
    """

    entry: Entry
    knowledge: Knowledge
    technologies: Sequence[Match] = ()
    needs: Sequence[Match] = ()
    total: int = 0
    excluded: Sequence[Match] = ()
    excluded_counts: Mapping[str, int] = field(default_factory=dict)
    financing: Sequence[SourceVerdict] = ()
    projects: Sequence[SourceVerdict] = ()
    financed_needs: Sequence[SourceVerdict] = ()
    lines: Sequence[JudgedLine] = ()
    others: Mapping[int, Entry] = field(default_factory=dict)
    rates: Sequence[Rate] = ()
    facts: Mapping[int, TechnologyFacts] = field(default_factory=dict)

    def steps(self, technology_id: int, countries: Sequence[str]) -> Mapping[str, Sequence[Remaining]]:
        """Return what destinations ask of a technology, by country; who asks nothing is left out."""
        facts = self.facts[technology_id]
        found = {x: steps_for(facts, x, self.knowledge) for x in countries}
        return {x: steps for x, steps in found.items() if steps}


@dataclass(frozen=True)
class Fitting:
    """The technologies of a need with their reasons.

    :ivar matches: the best, best first.
    :ivar excluded: the first that each gate excludes.
    :ivar facts: of all that are named, by id.
    """

    matches: Sequence[Match]
    total: int
    excluded: Sequence[Match]
    excluded_counts: Mapping[str, int]
    facts: Mapping[int, TechnologyFacts]


def fitting_technologies(
    session: Session,
    actor: Actor,
    known: Portfolio,
    need: NeedFacts,
    limit: int,
    weights: Weights | None = None,
    *,
    with_excluded: bool = True,
) -> Fitting:
    """Return the best technologies of a need, each judged with its reasons.

    The whole catalogue is ranked in columns; only what is shown is judged one by one.
    """
    ranked = rank_technologies(need, known.technologies, limit, weights)
    named = [x for ids in ranked.excluded.values() for x in ids] if with_excluded else []
    facts = _technologies(session, actor, known, [*ranked.ids, *named])
    withdrawn = _withdrawn(session, actor, known) if with_excluded else []
    shown = set(ranked.ids)
    judged = [
        judge_technology(need, x, known.knowledge, weights)
        if x.id in shown
        else exclude_technology(need, x, known.knowledge)
        for x in (*facts.values(), *withdrawn)
    ]
    by_id = {x.technology_id: x for x in judged}
    excluded = [by_id[x] for x in (*named, *(x.id for x in withdrawn)) if x in by_id and by_id[x].failed]
    counts = dict(ranked.excluded_counts)
    for match in excluded[len(named) :]:
        counts[match.failed[0].name] = counts.get(match.failed[0].name, 0) + 1
    return Fitting(
        matches=sorted((by_id[x] for x in ranked.ids if x in by_id), key=sort_key),
        total=ranked.total,
        excluded=excluded,
        excluded_counts=counts,
        facts=facts | {x.id: x for x in withdrawn},
    )


def match_need(
    session: Session,
    actor: Actor,
    need_id: int,
    limit: int | None = 20,
    *,
    weights: Weights | None = None,
    index: SearchIndex | None = None,
    also: int | None = None,
    today: date | None = None,
) -> Matches:
    """Return the technologies and the money for a need.

    :param limit: of technologies, ``None`` = all; every source is judged and returned.
    :param weights: by criterion; ``None`` = those of this portal.
    :param index: asked how near texts are, where a side names no terms.
    :param also: a technology to judge too, wherever it stands.
    :raises NotFound: no such need, or the actor may not know of it.
    """
    need: Need = get_entry(session, actor, "need", need_id)
    known = _portfolio(session, today)
    facts_of_need = with_evidence(session, read_need(need, known.reader), text_of(need), known, index)
    side = NeedSide(facts_of_need, ask_of_need(need, known.knowledge.tree))
    most = len(known.technologies) if limit is None else limit
    found = fitting_technologies(session, actor, known, side.need, most, weights)
    matches = list(found.matches)
    if also is not None and also not in {x.technology_id for x in matches}:
        matches += _judged_too(session, actor, known, side.need, also, weights)
    payers = Payers(side.ask, known.sources, known.knowledge)
    facts = {**found.facts, **_technologies(session, actor, known, [also] if also is not None else [])}
    money = _judged([side.ask], known.sources, known.knowledge)
    shown = [x.technology_id for x in (*matches, *found.excluded)]
    others = _others(session, actor, [*shown, *(x.financing_id for x in money)])
    return Matches(
        entry=need,
        knowledge=known.knowledge,
        facts=facts,
        technologies=[
            with_money(x, payers.sources_for(facts[x.technology_id]))
            for x in matches
            if x.technology_id in others
        ],
        total=found.total,
        excluded=[x for x in found.excluded if x.technology_id in others],
        excluded_counts=found.excluded_counts,
        financing=[x for x in money if x.financing_id in others],
        others=others,
        rates=rates_between([side.need, side.ask, *facts.values(), *known.sources], known.knowledge),
    )


def with_evidence(
    session: Session, need: NeedFacts, text: str, known: Portfolio, index: SearchIndex | None
) -> NeedFacts:
    """Return a need with what entries like it say where a side of some pair names no terms.

    :param text: what the need says, in all its languages.
    :param index: asked how near texts are; ``None`` = they are not asked.
    """
    tree = known.knowledge.tree
    if need.terms:
        need = replace(need, guesses=known.term_sets.beside(need.terms, need.sectors))
        if known.technologies.named[known.technologies.alive].all():
            return need
    if index is None:
        return need
    near = near_entries(index, text, need.id)
    if not need.terms:
        terms = terms_of(session, [hit.id for hit in near[:VOTERS]])
        need = replace(need, guesses=by_text(nearness(near[:VOTERS]), terms, need.sectors, tree))
    others = {*known.needs_by_id, *known.projects_by_id}
    return replace(need, texts=nearness(hit for hit in near if hit.id not in others))


def _judged_too(
    session: Session, actor: Actor, known: Portfolio, need: NeedFacts, also: int, weights: Weights | None
) -> list[Match]:
    facts = _technologies(session, actor, known, [also])
    matches = [judge_technology(need, x, known.knowledge, weights) for x in facts.values()]
    return [x for x in matches if not x.failed]


def match_technology(
    session: Session,
    actor: Actor,
    technology_id: int,
    limit: int | None = 20,
    *,
    weights: Weights | None = None,
    index: SearchIndex | None = None,
    also: int | None = None,
    today: date | None = None,
) -> Matches:
    """Return the needs that a technology answers.

    :param index: asked how near texts are, where a side names no terms.
    :param also: a need to return too, wherever it stands.
    :raises NotFound: no such technology, or the actor may not know of it.
    """
    technology: Technology = get_entry(session, actor, "technology", technology_id)
    known = _portfolio(session, today)
    knowledge = known.knowledge
    facts = read_technology(technology, known.reader)
    near = [x for x in known.needs if not shares_nothing(x.need, facts, knowledge.tree)]
    near = _with_evidence(session, near, facts, known, index)
    matches = judge_needs(near, facts, knowledge, weights)
    fitting = [x for x in matches if not x.failed]
    most = len(fitting) if limit is None else limit
    shown = [x for place, x in enumerate(fitting) if place < most or x.need_id == also]
    by_need = {x.need.id: x for x in near}
    payers = {x.need_id: Payers(by_need[x.need_id].ask, known.sources, knowledge) for x in shown}
    paid = [with_money(x, payers[x.need_id].sources_for(facts)) for x in shown]
    excluded = [x for x in matches if x.failed]
    others = _others(session, actor, [x.need_id for x in (*shown, *excluded)])
    return Matches(
        entry=technology,
        knowledge=knowledge,
        facts={facts.id: facts},
        needs=[x for x in paid if x.need_id in others],
        total=len(fitting),
        excluded=[x for x in excluded if x.need_id in others],
        excluded_counts=_counted(excluded, len(known.needs) - len(near)),
        others=others,
        rates=rates_between([facts, *(x.need for x in near)], knowledge),
    )


def _with_evidence(
    session: Session,
    sides: Sequence[NeedSide],
    technology: TechnologyFacts,
    known: Portfolio,
    index: SearchIndex | None,
) -> list[NeedSide]:
    """Return needs with what entries like them say, as their own pages have it."""
    asked = [x.need.id for x in sides if not (x.need.terms and technology.terms)]
    texts = {x.id: text_of(x) for x in list_whole(session, ANONYMOUS, "need", asked)} if index else {}
    return [
        replace(
            x,
            need=with_evidence(
                session, x.need, texts.get(x.need.id, ""), known, index if x.need.id in texts else None
            ),
        )
        for x in sides
    ]


def _counted(excluded: Sequence[Match], elsewhere: int) -> dict[str, int]:
    found: dict[str, int] = {"function": elsewhere} if elsewhere else {}
    for match in excluded:
        name = match.failed[0].name
        found[name] = found.get(name, 0) + 1
    return found


def match_project(session: Session, actor: Actor, project_id: int, *, today: date | None = None) -> Matches:
    """Return every source of finance judged for a project, and what it has already.

    :raises NotFound: no such project, or the actor may not know of it.
    """
    project: Project = get_entry(session, actor, "project", project_id)
    known = _portfolio(session, today)
    knowledge = known.knowledge
    named = funders(session, [project_id]).get(project_id, {})
    ask = ask_of_project(project, knowledge.tree, knowledge.rates, named)
    money = _judged([ask], known.sources, knowledge)
    others = _others(session, actor, [x.financing_id for x in money])
    return Matches(
        entry=project,
        knowledge=knowledge,
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
        knowledge=known.knowledge,
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


def _technologies(
    session: Session, actor: Actor, known: Portfolio, ids: Sequence[int]
) -> dict[int, TechnologyFacts]:
    """Return the facts of some technologies that the actor may view, by id."""
    if not ids:
        return {}
    return {x.id: read_technology(x, known.reader) for x in technology_records(session, actor, ids)}


def _withdrawn(session: Session, actor: Actor, known: Portfolio) -> list[TechnologyFacts]:
    """Return withdrawn technologies that the actor may see."""
    rows = session.scalars(
        select(Technology)
        .where(Technology.status == Status.WITHDRAWN, visible(actor))
        .options(*with_all(["technology"]))
        .order_by(Technology.id)
        .limit(NAMED)
    )
    return [read_technology(x, known.reader) for x in rows]


def _others(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, Any]:
    """Return the entries at the other ends that the actor may view."""
    return as_links(session, actor, list(dict.fromkeys(ids)))
