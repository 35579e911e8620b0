"""Small pieces of wording that gates, criteria and rules share."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from portal.core.i18n import Message
from portal.core.money import Money, MoneyRange
from portal.core.quantities import Quantity


def shown(value: Any) -> Message:
    """Return a bare value as a message: a text, number, date, money, names or a list of them."""
    return Message("match.value", {"value": value})


def coded(prefix: str, code: str) -> Message:
    """Return the label of a code: the prefix is ``unit`` or one of the kinds' ``code_lists``."""
    return Message(f"{prefix}.{code}")


def labels(prefix: str, codes: Iterable[str]) -> Message:
    """Return the labels of several codes."""
    return shown([coded(prefix, code) for code in codes])


def percent(share: Decimal | float) -> Message:
    """Return a share as per cent."""
    return Message("match.percent", {"value": round(Decimal(str(share)) * 100, 1)})


def celsius(degrees: Decimal) -> Message:
    """Return a temperature."""
    return Message("match.celsius", {"value": degrees})


def quantity(amount: Quantity) -> Message:
    """Return an amount with its unit; an open end is said."""
    return _range(amount.min, amount.max, amount.unit)


def span(amount: Quantity) -> Message:
    """Return an amount without its unit, where the sentence around it says the unit."""
    return _range(amount.min, amount.max, "")


def money(amount: MoneyRange) -> Message:
    """Return a range of money without what it is per."""
    low = None if amount.min is None else Money(amount.min, amount.currency)
    high = None if amount.max is None else Money(amount.max, amount.currency)
    return _range(low, high, "")


def price(amount: MoneyRange) -> Message:
    """Return a price per unit, with the year of the prices where known."""
    values = {"price": money(amount), "unit": coded("unit", amount.per or "")}
    if amount.price_year is None:
        return Message("match.price", values)
    return Message("match.price_of_year", {**values, "year": str(amount.price_year)})


def _range(low: Any, high: Any, unit: str) -> Message:
    if low is None:
        message = Message("match.at_most", {"value": high})
    elif high is None:
        message = Message("match.at_least", {"value": low})
    elif low == high:
        message = shown(low)
    else:
        message = Message("match.between", {"min": low, "max": high})
    if not unit:
        return message
    return Message("match.with_unit", {"value": message, "unit": coded("unit", unit)})
