"""What a plan may take from one source: whether, how much, and at what yearly debt service."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from portal.core.i18n import Message
from portal.core.money import Money, Rates, in_currency
from portal.core.quantities import convert
from portal.matching.amounts import both_ends, ends_in
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.amount_rules import tickets_for
from portal.matching.money.rules import eligibility, judge_source
from portal.matching.results import SourceVerdict, Verdict
from portal.matching.wording import percent

#: Rules about amounts: a plan keeps them by its own amounts, so what an entry's lines say of
#: them so far does not matter.
PLANNED = frozenset({"ticket", "cofinancing", "equity", "max_share", "country_cap"})
_APPLICANTS = ("public", "private", "ppp")
#: Digits that debt service is computed with.
_DIGITS = 40


@dataclass(frozen=True)
class Bound:
    """One limit of what a source gives in all; its label is the message ``rule.<rule>``.

    :ivar least: the source gives at least the amount; else at most.
    :ivar amount: in the currency of the cost.
    :ivar required: the limit as the source states it.
    """

    rule: str
    least: bool
    amount: Decimal
    required: Message


def judge_for_plan(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> SourceVerdict:
    """Judge a source for a plan, which keeps the rules about amounts by itself."""
    verdict = judge_source(ask, source, knowledge)
    rules = tuple(
        replace(x, verdict=Verdict.PASS, remedy=None) if x.name in PLANNED else x for x in verdict.rules
    )
    return replace(verdict, verdict=eligibility(rules), rules=rules)


def bounds(ask: AskFacts, source: SourceFacts, cost: Money, knowledge: Knowledge) -> tuple[Bound, ...] | None:
    """Return the limits of what a source gives, or ``None`` where one of them does not compare.

    Where the applicant is not known, or several tickets hold for it, all of them bind. That
    others have to carry a share is a limit too: the source may give no more than the rest.
    """
    tickets = _ticket_bounds(ask, source, cost.currency, knowledge.rates)
    cap = _cap_bounds(source, cost.currency, knowledge.rates)
    if tickets is None or cap is None or not _pays_in(source, cost.currency, knowledge.rates):
        return None
    found = [*tickets, *cap]
    share, others = source.max_share_of_cost, source.cofinancing_min_share
    if share is not None:
        required = Message("match.at_most", {"value": percent(share)})
        found.append(Bound("max_share", False, cost.amount * share, required))
    if others is not None:
        required = Message("match.at_least", {"value": percent(others)})
        found.append(Bound("cofinancing", False, cost.amount * (1 - others), required))
    return tuple(found)


def _ticket_bounds(ask: AskFacts, source: SourceFacts, currency: str, rates: Rates) -> list[Bound] | None:
    found = []
    for applicant in (ask.applicant,) if ask.applicant else _APPLICANTS:
        for ticket in tickets_for(applicant, source):
            for limit, least in ((ticket.min, True), (ticket.max, False)):
                if limit is None:
                    continue
                amount = in_currency(limit, ticket.currency, currency, rates)
                if amount is None:
                    return None
                key = "match.at_least" if least else "match.at_most"
                required = Message(key, {"value": Money(limit, ticket.currency)})
                found.append(Bound("ticket", least, amount, required))
    return found


def _cap_bounds(source: SourceFacts, currency: str, rates: Rates) -> list[Bound] | None:
    cap = source.country_cap
    if cap is None:
        return []
    ends = ends_in(cap, currency, rates)
    stated = both_ends(cap.min, cap.max)[1]
    if ends is None or stated is None:
        return None
    required = Message("match.at_most", {"value": Money(stated, cap.currency)})
    return [Bound("country_cap", False, ends[1], required)]


def _pays_in(source: SourceFacts, currency: str, rates: Rates) -> bool:
    """Return whether what the source pays can be told in a currency; it may state none."""
    converted = (in_currency(Decimal(1), x, currency, rates) for x in source.currencies)
    return not source.currencies or any(x is not None for x in converted)


def smallest(limits: Iterable[Bound]) -> Decimal:
    """Return the smallest amount that all limits allow."""
    return max((x.amount for x in limits if x.least), default=Decimal(0))


def largest(limits: Iterable[Bound]) -> Decimal | None:
    """Return the largest amount that all limits allow; ``None`` = none is stated."""
    return min((x.amount for x in limits if not x.least), default=None)


def yearly_service(source: SourceFacts) -> Decimal | None:
    """Return what one unit of debt of a source costs a year, or ``None`` where its terms are not known.

    A level annuity over the longest tenor at the all-in price, without grace: 5 % over 15 years
    gives 0.0963. Terms of less than a year are no project debt.
    """
    years = None if source.tenor_years is None else convert(source.tenor_years, "year")
    longest = None if years is None else both_ends(years.min, years.max)[1]
    if source.interest_rate is None or longest is None or longest < 1:
        return None
    if source.interest_rate == 0:
        return 1 / longest
    with localcontext(prec=_DIGITS):
        rate = source.interest_rate / 100
        return +(rate / (1 - (1 + rate) ** -longest))


def cover_ratio(sources: Sequence[SourceFacts]) -> Decimal | None:
    """Return the highest debt service cover ratio that these sources demand, if one does."""
    return max((x.dscr_min for x in sources if x.dscr_min is not None), default=None)
