"""The bundle: a need or project, a technology, a financing plan and whose supply its money may buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, Relation
from portal.catalogue.queries import as_links, get_entry, linked
from portal.core.actor import Actor
from portal.core.database import now
from portal.core.i18n import Message
from portal.core.money import Rate
from portal.matching.amounts import rates_between
from portal.matching.criteria import judge_technology, with_money
from portal.matching.facts import AskFacts, Knowledge, SourceFacts, TechnologyFacts
from portal.matching.money.rules import judge_source
from portal.matching.plans.financing_plan import Plan, plans_for, why_no_plan
from portal.matching.portfolio import Portfolio, funders, portfolio
from portal.matching.queries import match_need
from portal.matching.ranking import Payers, judge_lines
from portal.matching.reading import ask_of_need, ask_of_project, read_need, read_technology
from portal.matching.results import Match, Rule, SourceVerdict
from portal.taxonomy.tree import TermTree


@dataclass(frozen=True)
class Choice:
    """What a reader has chosen in the address.

    :ivar technology: ``None`` = the best match of a need, or the one that a project names.
    :ivar plan: its place among the plans, from 1; another number leads to the first.
    :ivar revenue_class: where the entry does not say.
    """

    technology: int | None = None
    plan: int = 1
    revenue_class: str | None = None


@dataclass(frozen=True)
class Bundle:
    """A need or project with all that its realisation takes.

    :ivar technology: ``None`` = none is named, or none fits; ``offered`` are its facts.
    :ivar match: the technology judged for the need, or for the need that the project answers.
    :ivar need: the need that was judged.
    :ivar needs: those that a project answers.
    :ivar ask: as a request for money, with the technology's origin where the buyer may choose.
    :ivar verdicts: of the sources in the chosen plan, by id.
    :ivar sources: all that may be shown, by id.
    :ivar entries: of the sources in the chosen plan, by id.
    :ivar rates: those by which amounts were compared.
    """

    entry: Need | Project
    ask: AskFacts
    knowledge: Knowledge
    technology: Technology | None = None
    offered: TechnologyFacts | None = None
    match: Match | None = None
    need: Need | None = None
    needs: Sequence[Need] = ()
    plans: Sequence[Plan] = ()
    number: int = 1
    verdicts: Mapping[int, SourceVerdict] = field(default_factory=dict)
    sources: Mapping[int, SourceFacts] = field(default_factory=dict)
    entries: Mapping[int, Entry] = field(default_factory=dict)
    rates: Sequence[Rate] = ()

    @property
    def plan(self) -> Plan | None:
        """Return the plan that was chosen."""
        return self.plans[self.number - 1] if self.plans else None

    @property
    def lacks(self) -> Message | None:
        """Return what has to be stated before there is a plan."""
        return why_no_plan(self.ask, self.knowledge)

    def origin_rule(self, source_id: int) -> Rule | None:
        """Return whose supply a source of the plan may pay for; ``None`` = it states no rule."""
        rules = self.verdicts[source_id].rules
        return next((x for x in rules if x.name == "procurement"), None)


def read_bundle(
    session: Session, actor: Actor, kind: str, entry_id: int, choice: Choice, *, today: date | None = None
) -> Bundle:
    """Return a need or project with a technology and the plans that could pay for it.

    :param kind: ``need`` or ``project``.
    :raises NotFound: no such entry or technology, or the actor may not know of it.
    """
    entry = get_entry(session, actor, kind, entry_id)
    known = portfolio(session, today or now().date())
    needs, named = ([entry], None) if kind == "need" else _linked(session, actor, entry_id)
    technology = _technology(session, actor, entry, named, choice)
    offered = None if technology is None else _facts(session, technology, known)
    ask = _ask(session, entry, known.knowledge, choice, offered)
    need = needs[0] if needs else None
    bundle = Bundle(
        entry=entry,
        ask=ask,
        knowledge=known.knowledge,
        technology=technology,
        offered=offered,
        match=_match(session, need, offered, known),
        need=need,
        needs=needs if kind == "project" else (),
        sources={x.id: x for x in known.sources},
    )
    return _with_plan(session, actor, bundle, choice.plan)


def _linked(session: Session, actor: Actor, entry_id: int) -> tuple[list[Need], int | None]:
    """Return the needs that a project answers, and the first technology that it uses."""
    ends = [x for x in linked(session, actor, entry_id) if x.outgoing]
    needs = [x.entry for x in ends if x.relation == Relation.ANSWERS and isinstance(x.entry, Need)]
    used = [x.entry.id for x in ends if x.relation == Relation.USES and isinstance(x.entry, Technology)]
    return needs, used[0] if used else None


def _technology(
    session: Session, actor: Actor, entry: Entry, named: int | None, choice: Choice
) -> Technology | None:
    wanted = choice.technology or named
    if wanted is None and isinstance(entry, Need):
        best = match_need(session, actor, entry.id, 1).technologies
        wanted = best[0].technology_id if best else None
    if wanted is None:
        return None
    found: Technology = get_entry(session, actor, "technology", wanted)
    return found


def _ask(
    session: Session,
    entry: Need | Project,
    knowledge: Knowledge,
    choice: Choice,
    technology: TechnologyFacts | None,
) -> AskFacts:
    if isinstance(entry, Need):
        ask = ask_of_need(entry, knowledge.tree)
    else:
        named = funders(session, [entry.id]).get(entry.id, {})
        ask = ask_of_project(entry, knowledge.tree, knowledge.rates, named)
    ask = replace(ask, revenue_class=ask.revenue_class or choice.revenue_class)
    return ask if technology is None else _supplied(ask, technology, knowledge.tree)


def _supplied(ask: AskFacts, technology: TechnologyFacts, tree: TermTree) -> AskFacts:
    """Return the request with the technology's origin; what the entry itself says goes before."""
    tags = ask.tags | tree.tags_of(technology.terms)
    if ask.supply_origin:
        return replace(ask, tags=tags)
    return replace(ask, tags=tags, supply_origin=technology.origin, origin_is_choice=True)


def _facts(session: Session, technology: Technology, known: Portfolio) -> TechnologyFacts:
    return read_technology(technology, known.reader)


def _match(
    session: Session, need: Need | None, technology: TechnologyFacts | None, known: Portfolio
) -> Match | None:
    if need is None or technology is None:
        return None
    payers = Payers(ask_of_need(need, known.knowledge.tree), known.sources, known.knowledge)
    match = judge_technology(read_need(need, known.reader), technology, known.knowledge)
    return match if match.failed else with_money(match, payers.sources_for(technology))


def _with_plan(session: Session, actor: Actor, bundle: Bundle, number: int) -> Bundle:
    sources = list(bundle.sources.values())
    plans = plans_for(bundle.ask, sources, bundle.knowledge, revenue_class=bundle.ask.revenue_class)
    chosen = number if 1 <= number <= len(plans) else 1
    verdicts = _verdicts(bundle, plans[chosen - 1]) if plans else {}
    used = [bundle.sources[x] for x in verdicts]
    return replace(
        bundle,
        plans=plans,
        number=chosen,
        verdicts=verdicts,
        entries=as_links(session, actor, [x.id for x in used]),
        rates=rates_between([bundle.ask, *used], bundle.knowledge),
    )


def _verdicts(bundle: Bundle, plan: Plan) -> dict[int, SourceVerdict]:
    """Return the sources of a plan, judged; of a committed line, the source that it comes from."""
    sources = list(bundle.sources.values())
    lines = judge_lines(bundle.ask, sources, bundle.knowledge)
    committed = {x.line.provider: x.verdict for x in lines}
    found = {}
    for share in plan.shares:
        if share.source_id is not None:
            source = bundle.sources[share.source_id]
            found[share.source_id] = judge_source(bundle.ask, source, bundle.knowledge)
        elif share.provider in committed:
            verdict = committed[share.provider]
            found.setdefault(verdict.financing_id, verdict)
    return found
