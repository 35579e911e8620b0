"""Turns the rules of the sources into offers that the solver can combine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from portal.core.quantities import convert
from portal.matching.amounts import both_ends, ends_in
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.lending_rules import DEBT
from portal.matching.plans.layers import GRANT, RevenueClass, instrument_for
from portal.matching.plans.limits import Bound, bounds, judge_for_plan, largest, smallest, yearly_service
from portal.matching.plans.opening import Opening
from portal.matching.plans.solver import SERVICE_STEP, UNKNOWN_MONTHS, Offer, Task
from portal.matching.results import Eligibility, SourceVerdict


@dataclass(frozen=True)
class Candidate:
    """A source that could take part: its verdict, its limits and what it offers."""

    source: SourceFacts
    verdict: SourceVerdict
    limits: tuple[Bound, ...]
    offer: Offer


def candidates(
    ask: AskFacts,
    sources: Iterable[SourceFacts],
    opening: Opening,
    rules: RevenueClass,
    knowledge: Knowledge,
    wanted: frozenset[Eligibility],
) -> list[Candidate]:
    """Return the sources that could fill a layer, in the order of their ids.

    :param wanted: the verdicts with which a source may take part.
    """
    settled = {x.provider for x in opening.committed}
    found = []
    for source in sorted(sources, key=lambda x: x.id):
        roles = tuple(x for x in rules.roles if instrument_for(x, ask, source))
        limits = bounds(ask, source, opening.cost, knowledge)
        if not roles or limits is None or source.provider in settled:
            continue
        verdict = judge_for_plan(ask, source, knowledge)
        if verdict.verdict in wanted:
            offer = _offer(ask, source, roles, limits, opening, rules)
            found.append(Candidate(source, verdict, limits, offer))
    return found


def task_of(
    ask: AskFacts,
    opening: Opening,
    rules: RevenueClass,
    found: Sequence[Candidate],
    knowledge: Knowledge,
) -> Task:
    """Return what the solver has to fill, and with what."""
    flow = yearly_cash_flow(ask, opening.cost.currency, knowledge)
    return Task(
        gap=opening.gap,
        offers=tuple(x.offer for x in found),
        order=rules.order,
        grants=_grants(opening, rules),
        cash_flow=None if flow is None else flow / opening.unit,
    )


def yearly_cash_flow(ask: AskFacts, currency: str, knowledge: Knowledge) -> Decimal | None:
    """Return what a normal year leaves for debt service; of a range the lower end."""
    flow = ends_in(ask.cash_flow, currency, knowledge.rates)
    return None if flow is None else flow[0]


def least_equity(source: SourceFacts, rules: RevenueClass) -> Decimal:
    """Return the sponsor's least share of the cost beside this source."""
    return rules.equity if source.equity_min_share is None else source.equity_min_share


def default_equity(opening: Opening, rules: RevenueClass) -> int:
    """Return the equity that the class demands beyond what is there, in units.

    Of what is left at most: where others have committed the rest, nothing more is needed.
    """
    return min(opening.units_up(opening.cost.amount * rules.equity - opening.equity), opening.gap)


def _offer(
    ask: AskFacts,
    source: SourceFacts,
    roles: tuple[str, ...],
    limits: Sequence[Bound],
    opening: Opening,
    rules: RevenueClass,
) -> Offer:
    most, share = largest(limits), source.max_share_of_cost
    equity = opening.units_up(opening.cost.amount * least_equity(source, rules) - opening.equity)
    return Offer(
        group=source.provider,
        least=opening.units_up(smallest(limits)),
        most=opening.gap if most is None else min(opening.units(most), opening.gap),
        roles=roles,
        equity=default_equity(opening, rules) if source.equity_min_share is None else equity,
        grants=None if share is None else opening.units(opening.cost.amount * share),
        repaid=frozenset(x for x in roles if instrument_for(x, ask, source) in DEBT),
        price=None if source.interest_rate is None else int(source.interest_rate * 100),
        months=months_to_money(source) or UNKNOWN_MONTHS,
        service=_service(source),
        cover=source.dscr_min,
    )


def months_to_money(source: SourceFacts) -> int | None:
    """Return after how many months first money is there at the latest."""
    span = None if source.months_to_money is None else convert(source.months_to_money, "month")
    last = None if span is None else both_ends(span.min, span.max)[1]
    return None if last is None else min(int(last.to_integral_value(ROUND_CEILING)), UNKNOWN_MONTHS - 1)


def _service(source: SourceFacts) -> Decimal | None:
    service = yearly_service(source)
    return None if service is None else service.quantize(SERVICE_STEP, ROUND_CEILING)


def _grants(opening: Opening, rules: RevenueClass) -> int | None:
    """Return the most that new grants may carry together, in units."""
    if rules.grant_cap is None:
        return None
    committed = sum((x.amount for x in opening.committed if x.instrument == GRANT), Decimal(0))
    return opening.units(opening.cost.amount * rules.grant_cap - committed)
