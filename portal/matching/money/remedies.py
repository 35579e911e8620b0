"""The nearest change that would turn a rule about amounts.

Phases are equal and each within what the source gives; what phases cannot mend is said
as the amount that others would have to carry. Amounts are rounded up to three digits,
never beyond the limit itself.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Any

from portal.core.i18n import Message
from portal.core.money import Money

#: So many phases still make a plan; more of them are no advice.
MOST_PHASES = 5


def phases(amount: Decimal, limit: Decimal) -> tuple[int, Decimal]:
    """Return into how many equal phases an amount falls under a limit, and how large one is."""
    count = int((amount / limit).to_integral_value(rounding=ROUND_CEILING))
    return count, min(rounded(amount / count), limit)


def rounded(amount: Decimal) -> Decimal:
    """Return an amount rounded up to three digits: 33,333,333 becomes 33,400,000."""
    step = Decimal(1).scaleb(max(amount.adjusted() - 2, 0))
    return (amount / step).to_integral_value(rounding=ROUND_CEILING) * step


def split(count: int, part: Money) -> Message | None:
    """Return the advice to split into phases, or ``None`` where that would be too many."""
    values = {"part": part}
    return {
        2: Message("rule_remedy.split.two", values),
        3: Message("rule_remedy.split.three", values),
        4: Message("rule_remedy.split.four", values),
        MOST_PHASES: Message("rule_remedy.split.five", values),
    }.get(count)


def over_ticket(amount: Decimal, most: Money, least: Decimal | None, found: Message | None) -> Message:
    """Return what helps where more is asked than the source gives to one project.

    :param amount: what is asked, in the ticket's currency.
    :param most, least: the ticket; phases below ``least`` are no way out.
    :param found: what is asked, as it was stated.
    """
    values = rest(amount, most, found)
    count, part = phases(amount, most.amount)
    advice = split(count, Money(part, most.currency))
    if advice is None:
        return Message("rule_remedy.ticket.far_too_large", values)
    if least is not None and part < least:
        return Message("rule_remedy.ticket.small_parts", values | {"min": Money(least, most.currency)})
    return Message("rule_remedy.ticket.large", values | {"split": advice})


def over_size(cost: Decimal, most: Money, least: Decimal | None, found: Message | None) -> Message:
    """Return what helps where the whole project is larger than the source takes.

    The parameters are those of :func:`over_ticket`, for the whole cost.
    """
    values = {"found": found, "max": most}
    count, part = phases(cost, most.amount)
    advice = split(count, Money(part, most.currency))
    if advice is None or (least is not None and part < least):
        return Message("rule_remedy.project_size.far_too_large", values)
    return Message("rule_remedy.project_size.large", values | {"split": advice})


def rest(amount: Decimal, most: Money, found: Message | None) -> dict[str, Any]:
    """Return what is sought as stated, what the source gives of it at most, and what others carry."""
    return {"found": found, "max": most, "rest": Money(rounded(amount - most.amount), most.currency)}


def bundle(amount: Decimal, least: Money, found: Message | None) -> dict[str, Any]:
    """Return what is stated, the least sum, and what bundling has to add to reach it."""
    return {"found": found, "min": least, "missing": Money(rounded(least.amount - amount), least.currency)}
