"""Financing plans: combinations of sources that cover a cost within all their rules.

Sources take part that the rules find eligible (``rules.judge_source``); those that would
have to be asked first only on demand. The sponsor's equity comes to its minimum and no
further: equity that nobody has promised is not invented, the rest is stated as uncovered.
What is committed already stays as it is, and its provider gives no more. Of one provider
only one window is taken: a fund does not pay twice for the same project. What fills which
layer says :mod:`portal.matching.plans.layers`; the combinations are found, exactly and
always the same, by :mod:`portal.matching.plans.solver`.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.money import Money, in_currency
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.plans.check import PlanProblem, check_plan
from portal.matching.plans.conditions import conditions
from portal.matching.plans.layers import (
    CLASSES,
    COMMITTED_LINE,
    SPONSOR_EQUITY,
    RevenueClass,
    instrument_for,
    is_concessional,
)
from portal.matching.plans.offers import Candidate, candidates, default_equity, task_of
from portal.matching.plans.opening import Opening, Plan, Share, open_plan
from portal.matching.plans.solver import Answer, solve
from portal.matching.results import Eligibility

__all__ = ["Plan", "PlanProblem", "Share", "check_plan", "plans_for", "why_no_plan"]

_CENT = Decimal("0.01")


def plans_for(
    ask: AskFacts,
    sources: Sequence[SourceFacts],
    knowledge: Knowledge,
    *,
    revenue_class: str | None = None,
    most: int = 5,
    ask_too: bool = False,
) -> tuple[Plan, ...]:
    """Return up to ``most`` plans, best first; the order of the sources makes no difference.

    Best is the least uncovered, then what the revenue class prefers, then the fewest sources,
    the cheapest, the quickest and the lowest ids. Where no source fits, the one plan states
    what there is, and the rest as uncovered.

    :param revenue_class: instead of the entry's own.
    :param ask_too: sources with the verdict "ask the source" take part, as a condition.
    :returns: nothing where :func:`why_no_plan` says why.
    """
    opening = open_plan(ask, knowledge)
    rules = CLASSES.get(revenue_class or ask.revenue_class or "")
    if opening is None or rules is None or opening.missing < 0:
        return ()
    ask = replace(ask, revenue_class=rules.code)
    wanted = frozenset({Eligibility.ELIGIBLE, *([Eligibility.UNKNOWN] if ask_too else [])})
    found = candidates(ask, sources, opening, rules, knowledge, wanted)
    answers = solve(task_of(ask, opening, rules, found, knowledge), most)
    plans = [
        _plan(ask, opening, rules, found, answer, knowledge) for answer in answers or [_alone(opening, rules)]
    ]
    # A later combination may leave out the lender that makes a concession acceptable.
    return tuple(
        x for x in plans if not check_plan(ask, x.shares, sources, knowledge, revenue_class=rules.code)
    )


def why_no_plan(ask: AskFacts, knowledge: Knowledge, *, revenue_class: str | None = None) -> Message | None:
    """Return what has to be stated or put right before a plan can be made, if anything."""
    opening = open_plan(ask, knowledge)
    if opening is None:
        return Message("plan.none.cost")
    if (revenue_class or ask.revenue_class) not in CLASSES:
        return Message("plan.none.revenue_class")
    if opening.missing < 0:
        lines = Money(opening.cost.amount - opening.missing, opening.cost.currency)
        return Message("plan.none.lines", {"lines": lines, "cost": opening.cost})
    return None


def _alone(opening: Opening, rules: RevenueClass) -> Answer:
    """Return the answer without any source."""
    equity = default_equity(opening, rules)
    return Answer(equity, {}, opening.gap - equity)


def _plan(
    ask: AskFacts,
    opening: Opening,
    rules: RevenueClass,
    found: Sequence[Candidate],
    answer: Answer,
    knowledge: Knowledge,
) -> Plan:
    cost = opening.cost
    shares = _shares(ask, opening, found, answer)
    uncovered = cost.amount - sum((x.amount for x in shares), Decimal(0))
    if not answer.uncovered and uncovered:
        shares = _with_odd(ask, shares, uncovered, found, knowledge, rules)
        uncovered = cost.amount - sum((x.amount for x in shares), Decimal(0))
    concessional = sum((x.amount for x in shares if is_concessional(x.role, x.instrument)), Decimal(0))
    taken = [found[i] for i in sorted({i for i, _ in answer.amounts})]
    return Plan(
        currency=cost.currency,
        cost=cost.amount,
        shares=shares,
        uncovered=uncovered,
        concessional=concessional,
        usd_per_tco2e=_per_tonne(ask, Money(concessional, cost.currency), knowledge),
        conditions=conditions(ask, opening, rules, shares, uncovered, taken, knowledge),
    )


def _shares(ask: AskFacts, opening: Opening, found: Sequence[Candidate], answer: Answer) -> tuple[Share, ...]:
    equity = opening.equity + answer.equity * opening.unit
    shares = [Share(None, SPONSOR_EQUITY, "equity", equity)] if equity else []
    shares += opening.committed
    for (i, role), units in answer.amounts.items():
        source = found[i].source
        instrument = instrument_for(role, ask, source)
        assert instrument is not None
        shares.append(Share(source.id, role, instrument, units * opening.unit, source.provider))
    return tuple(shares)


def _with_odd(
    ask: AskFacts,
    shares: tuple[Share, ...],
    odd: Decimal,
    found: Sequence[Candidate],
    knowledge: Knowledge,
    rules: RevenueClass,
) -> tuple[Share, ...]:
    """Add what is less than one unit to the first contribution that may take it, if one may."""
    sources = [x.source for x in found]
    for place, share in enumerate(shares):
        grown = (*shares[:place], replace(share, amount=share.amount + odd), *shares[place + 1 :])
        if share.role != COMMITTED_LINE and not check_plan(
            ask, grown, sources, knowledge, revenue_class=rules.code
        ):
            return grown
    return shares


def _per_tonne(ask: AskFacts, concessional: Money, knowledge: Knowledge) -> Decimal | None:
    """Return concessional US dollars per tonne of CO2e saved, to the cent."""
    dollars = in_currency(concessional.amount, concessional.currency, "USD", knowledge.rates)
    if dollars is None or not ask.saved_tco2e or ask.saved_tco2e < 0:
        return None
    return (dollars / ask.saved_tco2e).quantize(_CENT)
