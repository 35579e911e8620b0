"""What the funding lines of a project amount to, and what they leave open.

States are never added up. Of one party's money by one instrument only one state counts:
the firmest commitment (approved, signed, effective). What is disbursed is a part of a
commitment already counted, so it counts only where it is more than that. What is in
kind is no cash: it neither fills a gap nor makes it unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.core.money import Money, Rates, in_currency

#: States in which a provider has committed itself, weakest first.
COMMITTED = ("approved", "signed", "effective", "disbursed")
#: All states that are known, weakest first.
FIRMNESS = ("announced", *COMMITTED)
#: Lines that are no cash from a source, or of which that is not known.
NOT_CASH = {"in_kind", "undefined"}


@dataclass(frozen=True)
class LineFacts:
    """One amount from one provider in one state.

    :ivar provider: key of the organisation; ``None`` = only a name is known.
    """

    instrument: str
    currency: str
    state: str
    name: str = ""
    provider: str | None = None
    amount: Decimal | None = None
    as_of: date | None = None


def cash(lines: Iterable[LineFacts], currency: str, rates: Rates) -> Decimal:
    """Return the cash of the lines whose amounts are known and compare, each party's once."""
    groups: dict[tuple[str, str], dict[str, Decimal]] = {}
    for line in lines:
        amount = _amount(line, currency, rates)
        if amount is not None:
            states = groups.setdefault((line.provider or line.name, line.instrument), {})
            states[line.state] = states.get(line.state, Decimal(0)) + amount
    return sum((_counted(states) for states in groups.values()), Decimal(0))


def gap(cost: Money, lines: Iterable[LineFacts], rates: Rates, state: str) -> Decimal | None:
    """Return what the cash in this state, or in a firmer one, leaves open of the cost.

    ``None`` where that is not known: no lines of cash at all, a line of which state, instrument
    or amount is not known or for which there is no rate, or more cash than cost.
    """
    known = [x for x in lines if x.instrument != "in_kind"]
    firm = (*FIRMNESS[FIRMNESS.index(state) :], "unknown")
    counted = [x for x in known if x.state in firm]
    if not known or any(not _certain(x, cost.currency, rates) for x in counted):
        return None
    missing = cost.amount - cash(counted, cost.currency, rates)
    return None if missing < 0 else missing


def _amount(line: LineFacts, currency: str, rates: Rates) -> Decimal | None:
    if line.amount is None or line.instrument in NOT_CASH:
        return None
    return in_currency(line.amount, line.currency, currency, rates)


def _certain(line: LineFacts, currency: str, rates: Rates) -> bool:
    return line.state != "unknown" and _amount(line, currency, rates) is not None


def _counted(states: dict[str, Decimal]) -> Decimal:
    committed = [states[x] for x in reversed(COMMITTED[:-1]) if x in states][:1]
    paid = [states["disbursed"]] if "disbursed" in states else []
    return max([*committed, *paid] or states.values())
