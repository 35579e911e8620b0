"""What kind of money fills which layer of a financing plan, by revenue class.

The order of layers follows the minimum concessionality of the development banks'
blended-finance principles (PRACTICE.md 2.3.7), not "grants first" for everyone:

- *earning*: the sponsor's equity, then market-rate debt, concessional money only for the
  gap that is left. A grant never pays for the investment; only technical assistance may.
- *partly*: grants up to their limit, then market-rate debt, then concessional debt.
- *public_good*: grants, then concessional debt; what is left is for the budget.

What is in kind, of an unknown kind, a guarantee (it covers risk, not cost) or paid only
for results (it comes after the cost) fills no gap. The equity of a fund is left out too:
it changes who owns the project, which no plan can decide.
"""

from dataclasses import dataclass
from decimal import Decimal

from portal.matching.facts import AskFacts, SourceFacts

SPONSOR_EQUITY = "sponsor_equity"
COMMITTED_LINE = "committed"
SENIOR = "senior"
CONCESSIONAL = "concessional"
GRANT = "grant"
ASSISTANCE = "technical_assistance"
ROLES = (SPONSOR_EQUITY, COMMITTED_LINE, SENIOR, CONCESSIONAL, GRANT, ASSISTANCE)
#: Roles whose money is cheaper than the market's.
CONCESSIONAL_ROLES = frozenset({CONCESSIONAL, GRANT, ASSISTANCE})

#: Instruments that are concessional by their name.
CONCESSIONAL_INSTRUMENTS = frozenset(
    {"grant", "reimbursable_grant", "technical_assistance", "concessional_loan"}
)
#: Instruments that never pay a part of the cost.
NO_CASH = frozenset({"in_kind", "undefined", "guarantee"})

#: Instruments that fill a layer, the one that is taken first.
_BY_ROLE = {
    SENIOR: ("senior_loan", "bond", "lease", "subordinated_loan"),
    CONCESSIONAL: (
        "concessional_loan",
        "subordinated_loan",
        "senior_loan",
        "lease",
        "bond",
        "reimbursable_grant",
    ),
    GRANT: ("grant",),
    ASSISTANCE: ("technical_assistance",),
}
#: What shows that a source gives below the market; technical assistance alone does not.
_BELOW_MARKET = frozenset({"grant", "reimbursable_grant", "concessional_loan"})


@dataclass(frozen=True)
class Preference:
    """One step of a class's order: the money of these roles, as much or as little as possible."""

    roles: frozenset[str]
    most: bool


@dataclass(frozen=True)
class RevenueClass:
    """How a plan of one revenue class is built.

    :ivar code: one of ``REVENUE_CLASSES``.
    :ivar roles: the layers that may fill the cost, besides equity and what is committed.
    :ivar equity: the sponsor's least share of the cost where a source states none of its own.
    :ivar grant_cap: largest share of the cost that grants may carry where a source states none.
    :ivar order: what comes before what, after the coverage of the cost.
    """

    code: str
    roles: tuple[str, ...]
    equity: Decimal
    grant_cap: Decimal | None
    order: tuple[Preference, ...]


_GRANTS_FIRST = Preference(frozenset({GRANT, ASSISTANCE}), most=True)
_LEAST_CONCESSIONAL = Preference(CONCESSIONAL_ROLES, most=False)

#: 25 % of equity is the sponsors' usual minimum (PRACTICE.md 2.3.7). That grants carry at most
#: half of what earns a part of its cost is the portal's own rule: no source states one for all.
CLASSES = {
    "earning": RevenueClass(
        code="earning",
        roles=(ASSISTANCE, SENIOR, CONCESSIONAL),
        equity=Decimal("0.25"),
        grant_cap=None,
        order=(_LEAST_CONCESSIONAL,),
    ),
    "partly": RevenueClass(
        code="partly",
        roles=(GRANT, ASSISTANCE, SENIOR, CONCESSIONAL),
        equity=Decimal(0),
        grant_cap=Decimal("0.5"),
        order=(_GRANTS_FIRST, _LEAST_CONCESSIONAL),
    ),
    "public_good": RevenueClass(
        code="public_good",
        roles=(GRANT, ASSISTANCE, CONCESSIONAL),
        equity=Decimal(0),
        grant_cap=None,
        order=(_GRANTS_FIRST,),
    ),
}


def below_market(source: SourceFacts) -> bool:
    """Return whether a source gives concessional money.

    Of such a source nobody knows whether its other loans are at market terms, so all its
    debt counts as concessional: the concessional part of a plan is never understated.
    """
    return bool(_BELOW_MARKET & set(source.instruments))


def instrument_for(role: str, ask: AskFacts, source: SourceFacts) -> str | None:
    """Return the instrument by which a source fills a layer of this plan, if it can.

    Of a need only the instruments that it seeks; technical assistance only where it is
    sought, because it pays for experts and not for the investment.
    """
    if role == (SENIOR if below_market(source) else CONCESSIONAL):
        return None
    offered = [x for x in _BY_ROLE[role] if x in source.instruments]
    if ask.instruments and not ask.from_lines:
        offered = [x for x in offered if x in ask.instruments]
    if role == ASSISTANCE and ASSISTANCE not in ask.instruments:
        return None
    return offered[0] if offered else None


def is_concessional(role: str, instrument: str) -> bool:
    """Return whether a contribution counts as concessional."""
    return role in CONCESSIONAL_ROLES or instrument in CONCESSIONAL_INSTRUMENTS
