"""The criteria ``cost``, ``effect`` and ``scale``: what it costs, brings and covers."""

import math
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.money import MoneyRange, in_currency
from portal.core.quantities import Quantity, convert, factor
from portal.matching.amounts import both_ends
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import coded, money, price, quantity

#: So many installations are still one project; beyond, it is a programme.
ONE_PROJECT, ONE_PROGRAMME = 50, 5_000
#: Effects by what they measure: units that begin so.
SAVES_EMISSIONS = ("tCO2", "kgCO2", "gCO2")


def judge_cost(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge the cost of the capacity wanted against the budget.

    Only where unit cost and capacity are in units that compare, and a rate between
    the currencies is known. Running costs and different price years are not worked
    in: no budget of a need says which years it covers, and no series of prices is
    in the reference data yet. The year of the prices is shown.
    """
    offered = None if technology.unit_cost is None else price(technology.unit_cost)
    wanted = None if need.budget is None else money(need.budget)
    total = _total_cost(need, technology.unit_cost)
    budget = None if need.budget is None or total is None else _within(need.budget, total, knowledge)
    if budget is None or total is None or total.min is None or total.max is None:
        reason = Message("criterion_reason.cost.unknown")
        return Criterion("cost", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    values = {"total": money(total), "budget": wanted}
    if total.max <= budget:
        verdict, degree, reason = Verdict.PASS, 1.0, Message("criterion_reason.cost.pass", values)
    elif total.min <= budget:
        verdict, degree, reason = Verdict.PARTIAL, 0.6, Message("criterion_reason.cost.partial", values)
    else:
        verdict, degree, reason = Verdict.FAIL, 0.0, Message("criterion_reason.cost.fail", values)
    return Criterion("cost", weight, verdict, degree, wanted, offered, reason)


def _total_cost(need: NeedFacts, unit_cost: MoneyRange | None) -> MoneyRange | None:
    """Return what the capacity wanted costs, in the currency of the unit cost."""
    if unit_cost is None or unit_cost.per is None or need.capacity is None:
        return None
    scale = factor(need.capacity.unit, unit_cost.per)
    low, high = both_ends(unit_cost.min, unit_cost.max)
    few, many = both_ends(need.capacity.min, need.capacity.max)
    if scale is None or low is None or high is None or few is None or many is None:
        return None
    exact = Decimal(repr(scale))
    return MoneyRange(unit_cost.currency, min=low * few * exact, max=high * many * exact)


def _within(budget: MoneyRange, total: MoneyRange, knowledge: Knowledge) -> Decimal | None:
    _, most = both_ends(budget.min, budget.max)
    return None if most is None else in_currency(most, budget.currency, total.currency, knowledge.rates)


def judge_effect(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge whether the stated effect is of the kind the need is after.

    Needs state no size of effect to compare with, so an effect of the wanted kind in
    absolute units passes, one in per cent of a baseline is partial, and so is one
    that only serves the other objective.
    """
    wanted = coded("objective", need.objective)
    effect = technology.effect
    if effect is None:
        reason = Message("criterion_reason.effect.unknown")
        return Criterion("effect", weight, Verdict.UNKNOWN, None, wanted, None, reason)
    offered = quantity(effect)
    saves = effect.unit.startswith(SAVES_EMISSIONS)
    if effect.unit in {"percent", "%"}:
        verdict, degree = Verdict.PARTIAL, 0.5
        reason = Message("criterion_reason.effect.relative")
    elif need.objective == "both" or saves == (need.objective == "mitigation"):
        verdict, degree, reason = Verdict.PASS, 1.0, Message("criterion_reason.effect.pass")
    else:
        verdict, degree = Verdict.PARTIAL, 0.3
        reason = Message("criterion_reason.effect.other")
    return Criterion("effect", weight, verdict, degree, wanted, offered, reason)


def judge_scale(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge whether installations of this size cover what is wanted.

    A need often states a national total: many installations may cover it, so only a
    technology whose smallest installation is larger than all that is wanted fails.
    """
    wanted = None if need.capacity is None else quantity(need.capacity)
    offered = None if technology.capacity is None else quantity(technology.capacity)
    sizes = _sizes(need.capacity, technology.capacity)
    if sizes is None:
        reason = Message("criterion_reason.scale.unknown")
        return Criterion("scale", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    least, most, smallest, largest = sizes
    if smallest is not None and smallest > most:
        reason = Message("criterion_reason.scale.fail")
        return Criterion("scale", weight, Verdict.FAIL, 0.0, wanted, offered, reason)
    if largest is None or largest >= least:
        reason = Message("criterion_reason.scale.pass")
        return Criterion("scale", weight, Verdict.PASS, 1.0, wanted, offered, reason)
    units = math.ceil(least / largest) if largest else 0
    verdict, degree = _many(units)
    reason = Message("criterion_reason.scale.units", {"units": units})
    return Criterion("scale", weight, verdict, degree, wanted, offered, reason)


def _many(units: int) -> tuple[Verdict, float]:
    if 0 < units <= ONE_PROJECT:
        return Verdict.PASS, 0.9
    return Verdict.PARTIAL, 0.75 if 0 < units <= ONE_PROGRAMME else 0.5


def _sizes(
    wanted: Quantity | None, offered: Quantity | None
) -> tuple[Decimal, Decimal, Decimal | None, Decimal | None] | None:
    """Return least and most wanted, smallest and largest installation, in one unit."""
    if wanted is None or offered is None:
        return None
    same = convert(offered, wanted.unit)
    least, most = both_ends(wanted.min, wanted.max)
    if same is None or least is None or most is None:
        return None
    return least, most, same.min, same.max
