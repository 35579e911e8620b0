"""The rules about amounts: ticket, country cap, project size, shares of the cost.

A ticket is what the source itself gives; the size of a project is all of it. Money in
other currencies compares through the dated reference rates; where a rate is missing, or
may not be compared by, the answer is unknown. What counts as cash says
:mod:`portal.catalogue.funding`. What is still missing of a project's cost may be shared
by several sources, so that it is more than one of them gives is partial, no refusal.
"""

from decimal import Decimal

from portal.catalogue.funding import cash
from portal.catalogue.values import Ticket
from portal.core.i18n import Message
from portal.core.money import Money, MoneyRange
from portal.matching.amounts import ends_in
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.remedies import bundle, over_size, over_ticket, rest, rounded
from portal.matching.results import Rule, Verdict
from portal.matching.wording import money, percent

#: Lines that reach so much of the cost leave no gap to speak of.
FULLY_FUNDED = Decimal("0.99")
_APPLICANTS = ("public", "private", "ppp")


def tickets_for(applicant: str, source: SourceFacts) -> list[Ticket]:
    """Return the tickets that hold for an applicant.

    A partnership is held to the private ticket, and a private applicant to that of
    partnerships, unless the source states one of its own.
    """
    own = [x for x in source.tickets if x.applicant == applicant]
    shared = {"ppp": "private", "private": "ppp"}.get(applicant)
    if not own and shared:
        own = [x for x in source.tickets if x.applicant == shared]
    return own or [x for x in source.tickets if x.applicant == "any"]


def judge_ticket(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the amount asked, else the whole cost, against what the source gives.

    A cost or a gap above the largest ticket is partial: others can carry the rest.
    """
    applicants = (ask.applicant,) if ask.applicant else _APPLICANTS
    rules = [
        _ticket(ask, ticket, knowledge)
        for applicant in applicants
        for ticket in tickets_for(applicant, source)
    ]
    if not rules:
        return None
    if len({x.verdict for x in rules}) == 1:
        return rules[0]
    remedy = Message("rule_remedy.ticket.applicant")
    return Rule("ticket", Verdict.UNKNOWN, True, rules[0].required, rules[0].found, remedy)


def _ticket(ask: AskFacts, ticket: Ticket, knowledge: Knowledge) -> Rule:
    required = money(MoneyRange(ticket.currency, min=ticket.min, max=ticket.max))
    sought = ask.amount or ask.cost
    found = _sought(ask)
    amounts = ends_in(sought, ticket.currency, knowledge.rates)
    if amounts is None:
        remedy = Message("rule_remedy.ticket.state")
        return Rule("ticket", Verdict.UNKNOWN, True, required, found, remedy)
    least, most = amounts
    if ticket.min is not None and most < ticket.min:
        values = bundle(most, Money(ticket.min, ticket.currency), _stated(ask))
        remedy = Message("rule_remedy.ticket.small", values)
        return Rule("ticket", Verdict.FAIL, True, required, found, remedy)
    if ticket.max is None or least <= ticket.max:
        return Rule("ticket", Verdict.PASS, True, required, found, None)
    largest = Money(ticket.max, ticket.currency)
    if _asked(ask):
        remedy = over_ticket(most, largest, ticket.min, _stated(ask))
        return Rule("ticket", Verdict.FAIL, True, required, found, remedy)
    key = "rule_remedy.ticket.part" if ask.amount is None else "rule_remedy.ticket.share"
    remedy = Message(key, rest(most, largest, _stated(ask)))
    return Rule("ticket", Verdict.PARTIAL, True, required, found, remedy)


def _asked(ask: AskFacts) -> bool:
    """Return whether the amount is asked of this source, so that others carry none of it."""
    return ask.amount is not None and not ask.from_lines


def _stated(ask: AskFacts) -> Message | None:
    sought = ask.amount or ask.cost
    return None if sought is None else money(sought)


def _sought(ask: AskFacts) -> Message | None:
    if ask.amount is not None and ask.from_lines:
        return Message("match.missing", {"amount": money(ask.amount)})
    return _stated(ask)


def judge_country_cap(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the amount asked, else the whole cost, against what one country may get in all.

    Several hosts have several caps. Within the cap it is partial, since how much of it
    others use already is not known here.
    """
    cap = source.country_cap
    if cap is None or cap.max is None:
        return None
    required = Message("rule_required.country_cap", {"amount": Money(cap.max, cap.currency)})
    found = _sought(ask)
    amounts = ends_in(ask.amount or ask.cost, cap.currency, knowledge.rates)
    if amounts is None:
        remedy = Message("rule_remedy.ticket.state")
        return Rule("country_cap", Verdict.UNKNOWN, True, required, found, remedy)
    least, most = amounts
    limit = cap.max * max(len(ask.countries), 1)
    if least <= limit:
        remedy = Message("rule_remedy.country_cap.used")
        return Rule("country_cap", Verdict.PARTIAL, True, required, found, remedy)
    remedy = Message("rule_remedy.country_cap.large", rest(most, Money(limit, cap.currency), _stated(ask)))
    verdict = Verdict.FAIL if _asked(ask) else Verdict.PARTIAL
    return Rule("country_cap", verdict, True, required, found, remedy)


def judge_project_size(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the whole cost, co-financing included, against the source's limits of size."""
    limits = source.project_size
    if limits is None:
        return None
    required = money(limits)
    found = None if ask.cost is None else money(ask.cost)
    cost = ends_in(ask.cost, limits.currency, knowledge.rates)
    if cost is None:
        remedy = Message("rule_remedy.state_cost")
        return Rule("project_size", Verdict.UNKNOWN, True, required, found, remedy)
    least, most = cost
    if limits.max is not None and least > limits.max:
        remedy = over_size(most, Money(limits.max, limits.currency), limits.min, found)
        return Rule("project_size", Verdict.FAIL, True, required, found, remedy)
    if limits.min is not None and most < limits.min:
        values = bundle(most, Money(limits.min, limits.currency), found)
        remedy = Message("rule_remedy.project_size.small", values)
        return Rule("project_size", Verdict.FAIL, True, required, found, remedy)
    return Rule("project_size", Verdict.PASS, True, required, found, None)


def judge_cofinancing(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether others carry at least the share that the source demands."""
    share = source.cofinancing_min_share
    if share is None:
        return None
    required = Message("match.at_least", {"value": percent(share)})
    cost = _cost(ask)
    if cost is None:
        return _not_stated("cofinancing", required)
    asked = None if ask.from_lines else ends_in(ask.amount, cost.currency, knowledge.rates)
    if asked is not None:
        others = cost.amount - asked[0]
        complete = True
    else:
        lines = [x for x in ask.lines if x.provider != source.provider]
        others = cash(lines, cost.currency, knowledge.rates)
        complete = _complete(ask, cost, knowledge)
    values = {
        "share": percent(share),
        "others": Money(cost.amount * share, cost.currency),
        "max": Money(cost.amount * (1 - share), cost.currency),
    }
    remedy = Message("rule_remedy.cofinancing", values)
    return _share_rule("cofinancing", others / cost.amount, share, complete, required, remedy)


def judge_equity(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether the sponsor's equity reaches the share that the source demands."""
    share = source.equity_min_share
    if share is None:
        return None
    required = Message("match.at_least", {"value": percent(share)})
    cost = _cost(ask)
    if cost is None:
        return _not_stated("equity", required)
    lines = [x for x in ask.lines if x.instrument == "equity"]
    equity = cash(lines, cost.currency, knowledge.rates)
    least = cost.amount * share
    values = {
        "share": percent(share),
        "min": Money(least, cost.currency),
        "missing": Money(rounded(max(least - equity, Decimal(0))), cost.currency),
    }
    remedy = Message("rule_remedy.equity", values)
    complete = _complete(ask, cost, knowledge)
    return _share_rule("equity", equity / cost.amount, share, complete, required, remedy)


def judge_max_share(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether the amount asked stays within the source's share of the cost.

    Of what is still missing a larger share is partial: others can carry the rest.
    """
    share = source.max_share_of_cost
    if share is None:
        return None
    required = Message("match.at_most", {"value": percent(share)})
    cost = _cost(ask)
    asked = None if cost is None else ends_in(ask.amount, cost.currency, knowledge.rates)
    if cost is None or asked is None:
        return _not_stated("max_share", required)
    found = percent(asked[0] / cost.amount)
    if asked[0] <= cost.amount * share:
        return Rule("max_share", Verdict.PASS, True, required, found, None)
    most = cost.amount * share
    values = {"max": Money(most, cost.currency), "others": Money(cost.amount - most, cost.currency)}
    remedy = Message("rule_remedy.max_share", values)
    verdict = Verdict.PARTIAL if ask.from_lines else Verdict.FAIL
    return Rule("max_share", verdict, True, required, found, remedy)


def _cost(ask: AskFacts) -> Money | None:
    if ask.cost is None:
        return None
    amount = ask.cost.min if ask.cost.max is None else ask.cost.max
    return Money(amount, ask.cost.currency) if amount else None


def _complete(ask: AskFacts, cost: Money, knowledge: Knowledge) -> bool:
    return cash(ask.lines, cost.currency, knowledge.rates) >= cost.amount * FULLY_FUNDED


def _not_stated(name: str, required: Message) -> Rule:
    return Rule(name, Verdict.UNKNOWN, True, required, None, Message("rule_remedy.state_plan"))


def _share_rule(
    name: str, found: Decimal, share: Decimal, complete: bool, required: Message, remedy: Message
) -> Rule:
    """Pass when reached; fail only when the plan is complete, so nothing can be added."""
    offered = percent(found)
    if found >= share:
        return Rule(name, Verdict.PASS, True, required, offered, None)
    verdict = Verdict.FAIL if complete else Verdict.UNKNOWN
    return Rule(name, verdict, True, required, offered, remedy)
