"""What a financing plan consists of, and what is there before any source is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from portal.catalogue.funding import COMMITTED, LineFacts, cash
from portal.core.i18n import Message
from portal.core.money import Money, Rates, in_currency
from portal.matching.amounts import both_ends
from portal.matching.facts import AskFacts, Knowledge
from portal.matching.plans.layers import COMMITTED_LINE, NO_CASH


@dataclass(frozen=True)
class Share:
    """One contribution to a plan.

    :ivar source_id: the source; ``None`` = the sponsor, or a line that is committed already.
    :ivar role: one of ``plan_layers.ROLES``; its label is the message ``plan.role.<role>``.
    :ivar instrument: one of the codes ``INSTRUMENTS``.
    :ivar amount: in the plan's currency, above zero.
    :ivar provider: key of the organisation, or the name that a line gives; ``None`` = the sponsor.
    """

    source_id: int | None
    role: str
    instrument: str
    amount: Decimal
    provider: str | None = None


@dataclass(frozen=True)
class Plan:
    """A combination of contributions; their sum and ``uncovered`` are exactly the cost.

    :ivar uncovered: cash that is still missing, zero or more.
    :ivar concessional: the grants and the concessional debt in it.
    :ivar usd_per_tco2e: concessional US dollars per tonne of CO2e saved over the life;
        ``None`` = the saving, or a rate to the dollar, is not known.
    :ivar conditions: what has to be done, or is not known yet, for the plan to hold.
    """

    currency: str
    cost: Decimal
    shares: tuple[Share, ...]
    uncovered: Decimal
    concessional: Decimal
    usd_per_tco2e: Decimal | None
    conditions: tuple[Message, ...]


@dataclass(frozen=True)
class Opening:
    """What is there before any source is asked, in the currency of the cost.

    :ivar committed: the cash that others have committed.
    :ivar equity: what the entry's lines say of equity.
    :ivar missing: what is still to be found; below zero where the lines exceed the cost.
    :ivar unit: amounts of a plan are whole multiples of it, odd amounts that are given apart.
    :ivar uncounted: committed lines that no rate converts.
    """

    cost: Money
    committed: tuple[Share, ...]
    equity: Decimal
    missing: Decimal
    unit: Decimal
    uncounted: tuple[LineFacts, ...] = ()

    @property
    def gap(self) -> int:
        """What is still to be found, in whole units."""
        return self.units(self.missing)

    def units(self, amount: Decimal) -> int:
        """Return how many whole units an amount holds; none where it is below zero."""
        return max(int(amount // self.unit), 0)

    def units_up(self, amount: Decimal) -> int:
        """Return how many whole units it takes to reach an amount."""
        return max(int((amount / self.unit).to_integral_value(ROUND_CEILING)), 0)


def open_plan(ask: AskFacts, knowledge: Knowledge) -> Opening | None:
    """Return what there is to begin with, or ``None`` where the cost is not stated.

    Equity lines in every state are the sponsors' word on their own money and count, as they
    do for the rule ``equity``; of all others only what is approved or firmer counts.
    """
    cost = cost_of(ask)
    if cost is None:
        return None
    rates = knowledge.rates
    others = [x for x in ask.lines if x.instrument != "equity"]
    committed, uncounted = _committed(others, cost.currency, rates)
    left = cost.amount - sum((x.amount for x in committed), Decimal(0))
    own = cash([x for x in ask.lines if x.instrument == "equity"], cost.currency, rates)
    equity = min(own, max(left, Decimal(0)))
    return Opening(cost, committed, equity, left - equity, step_of(cost.amount), uncounted)


def cost_of(ask: AskFacts) -> Money | None:
    """Return the cost that a plan has to cover: of a range its upper end."""
    if ask.cost is None:
        return None
    amount = both_ends(ask.cost.min, ask.cost.max)[1]
    return Money(amount, ask.cost.currency) if amount else None


def step_of(cost: Decimal) -> Decimal:
    """Return the unit that the amounts of a plan are whole multiples of.

    Thousands for costs of millions; four digits below a million, six from a billion on.
    """
    digits = cost.adjusted() + 1
    if digits > 9:
        return Decimal(10) ** (digits - 6)
    return Decimal(1000) if digits > 6 else Decimal(10) ** max(digits - 4, 0)


def _committed(
    lines: Iterable[LineFacts], currency: str, rates: Rates
) -> tuple[tuple[Share, ...], tuple[LineFacts, ...]]:
    """Return the cash that is committed, each party's once by instrument, and what no rate converts."""
    groups: dict[tuple[str, str], list[LineFacts]] = {}
    uncounted = []
    for line in lines:
        if line.state not in COMMITTED or line.instrument in NO_CASH or line.amount is None:
            continue
        if in_currency(line.amount, line.currency, currency, rates) is None:
            uncounted.append(line)
        else:
            groups.setdefault((line.provider or line.name, line.instrument), []).append(line)
    amounts = {key: cash(group, currency, rates) for key, group in groups.items()}
    shares = tuple(
        Share(None, COMMITTED_LINE, instrument, amount, party)
        for (party, instrument), amount in amounts.items()
        if amount > 0
    )
    return shares, tuple(uncounted)
