"""What has to be done, or is not known yet, for a financing plan to hold."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.money import Money
from portal.matching.facts import AskFacts, Knowledge, Names
from portal.matching.money.lending_rules import DEBT
from portal.matching.plans.layers import RevenueClass
from portal.matching.plans.limits import largest, yearly_service
from portal.matching.plans.offers import Candidate, yearly_cash_flow
from portal.matching.plans.opening import Opening, Share
from portal.matching.results import Eligibility, Rule, Verdict
from portal.matching.wording import coded

#: Rules that concern only money that is paid back.
_OF_DEBT = frozenset({"currency", "guarantee"})


def conditions(
    ask: AskFacts,
    opening: Opening,
    rules: RevenueClass,
    shares: Sequence[Share],
    uncovered: Decimal,
    taken: Sequence[Candidate],
    knowledge: Knowledge,
) -> tuple[Message, ...]:
    """Return the conditions of a plan: of the whole first, then source by source."""
    found = [
        *_equity(opening, shares),
        *_uncovered(ask, opening, uncovered, taken, knowledge),
        *_uncounted(opening),
        *_currency(ask, opening, rules, shares, taken, knowledge),
        *_debt_service(ask, opening, shares, taken, knowledge),
    ]
    for candidate in taken:
        lent = any(x.source_id == candidate.source.id and x.instrument in DEBT for x in shares)
        found += _of_source(candidate, lent, knowledge)
    return tuple(found)


def _equity(opening: Opening, shares: Sequence[Share]) -> Iterator[Message]:
    """Say how much equity no line of the entry shows yet."""
    equity = sum((x.amount for x in shares if x.source_id is None and x.provider is None), Decimal(0))
    if equity > opening.equity:
        amount = Money(equity - opening.equity, opening.cost.currency)
        yield Message("plan.condition.equity", {"amount": amount})


def _uncovered(
    ask: AskFacts, opening: Opening, uncovered: Decimal, taken: Sequence[Candidate], knowledge: Knowledge
) -> Iterator[Message]:
    if not uncovered:
        return
    yield Message("plan.condition.uncovered", {"amount": Money(uncovered, opening.cost.currency)})
    if ask.instruments and not ask.from_lines:
        sought = [coded("instrument", x) for x in ask.instruments]
        yield Message("plan.condition.sought", {"instruments": sought})
    demanding = [x for x in taken if x.source.cofinancing_min_share is not None]
    if demanding:
        names = [knowledge.organisation(x.source.provider) for x in demanding]
        yield Message("plan.condition.cofinancing", {"sources": names})


def _uncounted(opening: Opening) -> Iterator[Message]:
    for line in opening.uncounted:
        assert line.amount is not None
        amount = Money(line.amount, line.currency)
        yield Message("plan.condition.uncounted", {"amount": amount, "currency": opening.cost.currency})


def _currency(
    ask: AskFacts,
    opening: Opening,
    rules: RevenueClass,
    shares: Sequence[Share],
    taken: Sequence[Candidate],
    knowledge: Knowledge,
) -> Iterator[Message]:
    """Warn of debt in another currency than the income, where a lender does not state its own."""
    debt = [x for x in shares if x.instrument in DEBT]
    stated = {x.source.id for x in taken if x.source.currencies}
    if rules.code == "public_good" or all(x.source_id in stated for x in debt):
        return
    host = {knowledge.currencies.get(x) for x in ask.countries} - {None}
    earned = {ask.tariff_currency} if ask.tariff_currency else host
    if earned and earned != {opening.cost.currency}:
        key = "plan.condition.currency" if ask.tariff_currency else "plan.condition.currency_of_host"
        values = {"lent": opening.cost.currency, "earned": sorted(x for x in earned if x)}
        yield Message(key, values)


def _debt_service(
    ask: AskFacts,
    opening: Opening,
    shares: Sequence[Share],
    taken: Sequence[Candidate],
    knowledge: Knowledge,
) -> Iterator[Message]:
    """Say what keeps the debt service from being compared with the cash flow."""
    lenders = {x.source_id for x in shares if x.instrument in DEBT}
    if not lenders:
        return
    if yearly_cash_flow(ask, opening.cost.currency, knowledge) is None:
        yield Message("plan.condition.cash_flow")
        return
    debtors = [x for x in taken if x.source.id in lenders]
    open_terms = [
        knowledge.organisation(x.source.provider) for x in debtors if yearly_service(x.source) is None
    ]
    committed = [x.provider or "" for x in shares if x.source_id is None and x.instrument in DEBT]
    open_terms += [knowledge.organisation(x) for x in committed]
    if open_terms:
        yield Message("plan.condition.debt_terms", {"sources": open_terms})
    if all(x.source.dscr_min is None for x in debtors):
        yield Message("plan.condition.cover_ratio")


def _of_source(candidate: Candidate, lent: bool, knowledge: Knowledge) -> Iterator[Message]:
    source = knowledge.organisation(candidate.source.provider)
    if candidate.verdict.verdict == Eligibility.UNKNOWN:
        yield Message("plan.condition.ask", {"source": source})
    if largest(candidate.limits) is None:
        yield Message("plan.condition.no_maximum", {"source": source})
    if candidate.source.country_cap is not None:
        cap = next(x.required for x in candidate.limits if x.rule == "country_cap")
        yield Message("plan.condition.country_cap", {"source": source, "cap": cap})
    yield from _open_rules(candidate.verdict.rules, source, lent)


def _open_rules(rules: Sequence[Rule], source: Names | str, lent: bool) -> Iterator[Message]:
    """Say what each rule that is not passed asks for; those without advice together."""
    open_rules = [
        x
        for x in rules
        if x.verdict in {Verdict.UNKNOWN, Verdict.PARTIAL} and (lent or x.name not in _OF_DEBT)
    ]
    for rule in open_rules:
        if rule.remedy is not None:
            values = {"source": source, "rule": coded("rule", rule.name), "remedy": rule.remedy}
            yield Message("plan.condition.rule", values)
    silent = [coded("rule", x.name) for x in open_rules if x.remedy is None]
    if silent:
        yield Message("plan.condition.unknown", {"source": source, "rules": silent})
