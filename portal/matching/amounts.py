"""Ranges as both their ends, for comparing, and the rates by which they compare."""

from collections.abc import Iterable
from decimal import Decimal

from portal.core.money import MoneyRange, Rate, Rates, in_currency
from portal.matching.facts import AskFacts, Knowledge, NeedFacts, SourceFacts, TechnologyFacts

Facts = AskFacts | NeedFacts | SourceFacts | TechnologyFacts


def both_ends(low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Return both ends of a range; a missing one is the other."""
    return (high if low is None else low, low if high is None else high)


def ends_in(amount: MoneyRange | None, currency: str, rates: Rates) -> tuple[Decimal, Decimal] | None:
    """Return both ends of a range of money in a currency, or ``None`` where they are not known."""
    if amount is None:
        return None
    low, high = both_ends(amount.min, amount.max)
    if low is None or high is None:
        return None
    least = in_currency(low, amount.currency, currency, rates)
    most = in_currency(high, amount.currency, currency, rates)
    return None if least is None or most is None else (least, most)


def rates_between(facts: Iterable[Facts], knowledge: Knowledge) -> list[Rate]:
    """Return the rates of the currencies that occur in these facts, besides the dollar's.

    Empty where all amounts are in one currency, so that nothing is converted.
    """
    occurring = {currency for x in facts for currency in _currencies(x)}
    if len(occurring) < 2:
        return []
    return [knowledge.rates[x] for x in sorted(occurring - {"USD"}) if x in knowledge.rates]


def _currencies(facts: Facts) -> list[str]:
    if isinstance(facts, TechnologyFacts):
        amounts: list[MoneyRange | None] = [facts.unit_cost]
    elif isinstance(facts, NeedFacts):
        amounts = [facts.budget]
    elif isinstance(facts, AskFacts):
        return [*([facts.cost.currency] if facts.cost else ()), *(x.currency for x in facts.lines)]
    else:
        return [
            *([facts.project_size.currency] if facts.project_size else ()),
            *(x.currency for x in facts.tickets),
        ]
    return [x.currency for x in amounts if x is not None]
