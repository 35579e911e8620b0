"""The criterion ``cost``: what the capacity wanted costs over the years that the budget covers.

Capital and, where the budget covers running too, the running costs of those years; both in
the prices of one year and compared through dated rates. The method is the financial part
of any feasibility study; nothing is discounted, since a budget is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.money import MoneyRange, in_currency
from portal.core.quantities import Quantity, factor
from portal.matching.amounts import both_ends
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import money, price, shown

#: What a cost that may overrun the budget is worth at least, and one that certainly does at most.
WITHIN_REACH = 0.6
#: A cost so many times the budget is worth nothing.
OUT_OF_REACH = 1.25

Prices = Mapping[str, Mapping[int, Decimal]]


@dataclass(frozen=True)
class Total:
    """What the capacity wanted costs, lowest and highest, in the currency of the unit cost.

    :ivar year: of whose prices it is; ``None`` = nobody said, nothing was corrected.
    :ivar running_years: years of running within it; 0 = the capital only.
    """

    low: Decimal
    high: Decimal
    currency: str
    year: int | None
    running_years: int


def price_level(currency: str, year: int | None, prices: Prices) -> Decimal:
    """Return what one unit of money of a year is worth in the newest year on record.

    1 where the year or its index is not known: then nothing is corrected.
    """
    known = prices.get(currency, {})
    if year is None or not known:
        return Decimal(1)
    # Prices of a year beyond the record are those of its newest.
    newest = max(known)
    return known[newest] / known[min(year, newest)] if min(year, newest) in known else Decimal(1)


def newest_year(currency: str, year: int | None, prices: Prices) -> int | None:
    """Return the year of whose prices an amount is after :func:`price_level`."""
    known = prices.get(currency, {})
    return max(known) if year is not None and min(year, max(known, default=year)) in known else year


def scaled(unit_cost: MoneyRange | None, capacity: Quantity | None) -> tuple[Decimal, Decimal] | None:
    """Return the lowest and highest cost of a capacity; ``None`` where the units do not compare."""
    if unit_cost is None or unit_cost.per is None or capacity is None:
        return None
    scale = factor(capacity.unit, unit_cost.per)
    low, high = both_ends(unit_cost.min, unit_cost.max)
    few, many = both_ends(capacity.min, capacity.max)
    if scale is None or low is None or high is None or few is None or many is None:
        return None
    exact = Decimal(repr(scale))
    return low * few * exact, high * many * exact


def yearly(running_cost: MoneyRange | None) -> MoneyRange | None:
    """Return a running cost per unit of capacity, the year left out; ``None`` if it is not per year."""
    if running_cost is None or running_cost.per is None or not running_cost.per.endswith("/year"):
        return None
    return MoneyRange(
        running_cost.currency,
        running_cost.min,
        running_cost.max,
        running_cost.per.removesuffix("/year"),
        running_cost.price_year,
    )


def total_cost(need: NeedFacts, technology: TechnologyFacts, prices: Prices) -> Total | None:
    """Return what the capacity wanted costs over the years that the budget covers."""
    unit_cost = technology.unit_cost
    capital = scaled(unit_cost, need.capacity)
    if capital is None or unit_cost is None:
        return None
    level = price_level(unit_cost.currency, unit_cost.price_year, prices)
    low, high = capital[0] * level, capital[1] * level
    years = 0
    running = yearly(technology.running_cost)
    if need.budget_years and running is not None and running.currency == unit_cost.currency:
        each = scaled(running, need.capacity)
        if each is not None:
            years = need.budget_years
            level = price_level(running.currency, running.price_year, prices)
            low, high = low + each[0] * years * level, high + each[1] * years * level
    year = newest_year(unit_cost.currency, unit_cost.price_year, prices)
    return Total(low, high, unit_cost.currency, year, years)


def budget_in(need: NeedFacts, currency: str, knowledge: Knowledge) -> Decimal | None:
    """Return the most of the budget, in a currency and in the newest prices on record."""
    if need.budget is None:
        return None
    _, most = both_ends(need.budget.min, need.budget.max)
    if most is None:
        return None
    level = price_level(need.budget.currency, need.budget.price_year, knowledge.prices)
    return in_currency(most * level, need.budget.currency, currency, knowledge.rates)


def cost_degree(low: float, high: float, budget: float) -> float:
    """Return 1 where the highest cost is within the budget, falling to 0 at a quarter over it.

    Between: .6 where only the lowest cost is just within it, more as more of the range is.
    """
    if high <= budget:
        return 1.0
    if low <= budget:
        return WITHIN_REACH + (1 - WITHIN_REACH) * (budget - low) / (high - low)
    if budget <= 0:
        return 0.0
    return WITHIN_REACH * max(0.0, (OUT_OF_REACH - low / budget) / (OUT_OF_REACH - 1))


def judge_cost(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge the cost of the capacity wanted against the budget.

    Known only where unit cost and capacity are in units that compare, and a rate between
    the currencies is on record.
    """
    offered = _offered(technology)
    wanted = None if need.budget is None else _budget(need, need.budget)
    total = total_cost(need, technology, knowledge.prices)
    budget = None if total is None else budget_in(need, total.currency, knowledge)
    if budget is None or total is None:
        reason = Message("criterion_reason.cost.unknown")
        return Criterion("cost", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    degree = round(cost_degree(float(total.low), float(total.high), float(budget)), 4)
    said = money(
        MoneyRange(total.currency, min=total.low.quantize(Decimal(1)), max=total.high.quantize(Decimal(1)))
    )
    values = {"total": said, "budget": wanted}
    if degree >= 1:
        verdict, reason = Verdict.PASS, Message("criterion_reason.cost.pass", values)
    elif degree > 0:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.cost.partial", values)
    else:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.cost.fail", values)
    return Criterion(
        "cost", weight, verdict, degree, wanted, offered, reason, _notes(need, technology, total)
    )


def _budget(need: NeedFacts, budget: MoneyRange) -> Message:
    if need.budget_years is None:
        return money(budget)
    if need.budget_years == 0:
        return Message("match.budget.capital", {"amount": money(budget)})
    return Message("match.budget.years", {"amount": money(budget), "years": need.budget_years})


def _offered(technology: TechnologyFacts) -> Message | None:
    parts = []
    if technology.unit_cost is not None:
        parts.append(Message("match.cost.capital", {"price": price(technology.unit_cost)}))
    if technology.running_cost is not None:
        parts.append(Message("match.cost.running", {"price": price(technology.running_cost)}))
    return shown(parts) if parts else None


def _notes(need: NeedFacts, technology: TechnologyFacts, total: Total) -> tuple[Message, ...]:
    found = []
    if total.year is not None:
        found.append(Message("match.cost.prices_of", {"year": str(total.year)}))
    if total.running_years:
        found.append(Message("match.cost.with_running", {"years": total.running_years}))
    elif need.budget_years is None:
        found.append(Message("match.cost.capital_only"))
    elif need.budget_years:
        found.append(Message("match.cost.running_unknown"))
    return tuple(found)
