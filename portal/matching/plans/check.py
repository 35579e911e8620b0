"""Says which rule a financing plan breaks: a rule of one of its sources, or of its class.

Only what is certain is a problem: a rule that the entry does not answer yet is none, and
how much a lender gives within its limits is its own decision. Lines that are committed are
what others have decided; they count, and the order of layers does not judge them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.money import Money
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.lending_rules import DEBT
from portal.matching.plans.layers import (
    CLASSES,
    COMMITTED_LINE,
    CONCESSIONAL,
    GRANT,
    NO_CASH,
    SENIOR,
    SPONSOR_EQUITY,
    RevenueClass,
    instrument_for,
)
from portal.matching.plans.limits import (
    bounds,
    cover_ratio,
    judge_for_plan,
    smallest,
    yearly_service,
)
from portal.matching.plans.offers import yearly_cash_flow
from portal.matching.plans.opening import Share, cost_of
from portal.matching.results import Eligibility, Verdict
from portal.matching.wording import coded, labels, percent, shown

#: Published amounts are rounded: by so much of the cost their sum may be above it. The four
#: loans and the equity of Zhanatas, each to 0.1 million, come to 136.3 of 136.2 million.
ROUNDING = Decimal("0.005")


@dataclass(frozen=True)
class PlanProblem:
    """A rule that a plan breaks.

    :ivar rule: the name of the source's rule; of a class ``grants``, ``senior_first`` or
        ``equity``; of every plan ``cash``, ``cost``, ``source`` or ``debt_service``.
    :ivar source_id: whose rule it is; ``None`` = one of the class or of every plan.
    :ivar message: the rule with what is required and what the plan has.
    """

    rule: str
    source_id: int | None
    message: Message


@dataclass(frozen=True)
class _Checked:
    """A plan with what it is compared with; shares by source, committed ones apart."""

    ask: AskFacts
    cost: Money
    shares: tuple[Share, ...]
    sources: Mapping[int, SourceFacts]
    knowledge: Knowledge

    @property
    def used(self) -> list[SourceFacts]:
        """The sources that the plan uses, as far as they are known."""
        ids = sorted({x.source_id for x in self.shares if x.source_id is not None})
        return [self.sources[x] for x in ids if x in self.sources]

    def total(self, shares: Sequence[Share]) -> Decimal:
        """Return what some contributions come to."""
        return sum((x.amount for x in shares), Decimal(0))

    def money(self, amount: Decimal) -> Message:
        """Return an amount of the plan for reading."""
        return shown(Money(amount, self.cost.currency))

    @property
    def equity(self) -> Decimal:
        """The sponsors' equity."""
        return self.total([x for x in self.shares if x.role == SPONSOR_EQUITY])

    @property
    def chosen(self) -> list[Share]:
        """What the plan chooses, besides what is committed already."""
        return [x for x in self.shares if x.role != COMMITTED_LINE]


def check_plan(
    ask: AskFacts,
    shares: Sequence[Share],
    sources: Sequence[SourceFacts],
    knowledge: Knowledge,
    *,
    revenue_class: str | None = None,
) -> tuple[PlanProblem, ...]:
    """Return the rules that a plan breaks; nothing where it is accepted.

    :param shares: its contributions, in the currency of the entry's cost. Less than the cost
        is no problem: the rest is uncovered.
    :param sources: those that it uses, and those whose market-rate debt comes first.
    :param revenue_class: instead of the entry's own; without any, no rule of a class is broken.
    """
    cost = cost_of(ask)
    if cost is None:
        return (PlanProblem("cost", None, Message("plan.none.cost")),)
    rules = CLASSES.get(revenue_class or ask.revenue_class or "")
    asked = ask if rules is None else replace(ask, revenue_class=rules.code)
    plan = _Checked(asked, cost, tuple(shares), {x.id: x for x in sources}, knowledge)
    problems = [*_of_every_plan(plan)]
    for source in plan.used:
        problems += _of_source(plan, source)
    if rules is not None:
        problems += _of_class(plan, rules)
    return tuple(problems)


def _of_every_plan(plan: _Checked) -> Iterator[PlanProblem]:
    for share in plan.shares:
        if share.instrument in NO_CASH or share.amount <= 0:
            values = {"instrument": coded("instrument", share.instrument), "found": plan.money(share.amount)}
            yield PlanProblem("cash", share.source_id, Message("plan.problem.cash", values))
        if share.source_id is not None and share.source_id not in plan.sources:
            name = plan.knowledge.organisation(share.provider or str(share.source_id))
            yield PlanProblem("source", share.source_id, Message("plan.problem.source", {"source": name}))
    total = plan.total(plan.shares)
    if total > plan.cost.amount * (1 + ROUNDING):
        limits = {"required": plan.cost, "found": plan.money(total)}
        yield PlanProblem("cost", None, Message("plan.problem.cost", limits))
    yield from _debt_service(plan)


def _debt_service(plan: _Checked) -> Iterator[PlanProblem]:
    """Compare the yearly service of the debt whose terms are known with the cash flow."""
    flow = yearly_cash_flow(plan.ask, plan.cost.currency, plan.knowledge)
    debt = [x for x in plan.shares if x.instrument in DEBT and x.source_id in plan.sources]
    lenders = [plan.sources[x.source_id] for x in debt if x.source_id is not None]
    ratio = cover_ratio(lenders)
    if flow is None or ratio is None:
        return
    services = ((x.amount, yearly_service(y)) for x, y in zip(debt, lenders, strict=True))
    service = sum((amount * one for amount, one in services if one is not None), Decimal(0))
    if service * ratio > flow:
        values = {"ratio": ratio, "required": plan.money(service * ratio), "found": plan.money(flow)}
        yield PlanProblem("debt_service", None, Message("plan.problem.debt_service", values))


def _of_source(plan: _Checked, source: SourceFacts) -> Iterator[PlanProblem]:
    for rule in judge_for_plan(plan.ask, source, plan.knowledge).rules:
        if rule.hard and rule.verdict == Verdict.FAIL:
            yield _broken(plan, source, rule.name, rule.required, rule.found)
    own = [x for x in plan.shares if x.source_id == source.id]
    foreign = [x.instrument for x in own if source.instruments and x.instrument not in source.instruments]
    if foreign:
        offered = labels("instrument", source.instruments)
        yield _broken(plan, source, "instrument", offered, labels("instrument", foreign))
    total = plan.total(own)
    for bound in bounds(plan.ask, source, plan.cost, plan.knowledge) or ():
        if total < bound.amount if bound.least else total > bound.amount:
            found = _found(plan, bound.rule, total)
            yield _broken(plan, source, bound.rule, bound.required, found)
    share = source.equity_min_share
    if share is not None and plan.equity < plan.cost.amount * share:
        required = Message("match.at_least", {"value": percent(share)})
        yield _broken(plan, source, "equity", required, percent(plan.equity / plan.cost.amount))


def _found(plan: _Checked, rule: str, total: Decimal) -> Message:
    if rule == "cofinancing":
        return percent(1 - total / plan.cost.amount)
    return percent(total / plan.cost.amount) if rule == "max_share" else plan.money(total)


def _broken(
    plan: _Checked, source: SourceFacts, rule: str, required: Message | None, found: Message | None
) -> PlanProblem:
    values = {
        "source": plan.knowledge.organisation(source.provider),
        "rule": coded("rule", rule),
        "required": required or Message("plan.problem.not_stated"),
        "found": found or Message("plan.problem.not_stated"),
    }
    return PlanProblem(rule, source.id, Message("plan.problem.rule", values))


def _of_class(plan: _Checked, rules: RevenueClass) -> Iterator[PlanProblem]:
    yield from _class_equity(plan, rules)
    yield from _class_grants(plan, rules)
    if SENIOR in rules.roles and GRANT not in rules.roles:
        yield from _senior_first(plan)


def _class_equity(plan: _Checked, rules: RevenueClass) -> Iterator[PlanProblem]:
    """Demand the class's equity where a source states no minimum of its own."""
    if plan.used and all(x.equity_min_share is not None for x in plan.used):
        return
    committed = plan.total([x for x in plan.shares if x.role == COMMITTED_LINE])
    least = min(plan.cost.amount * rules.equity, plan.cost.amount - committed)
    if plan.equity < least:
        values = {
            "required": Message("match.at_least", {"value": percent(least / plan.cost.amount)}),
            "found": percent(plan.equity / plan.cost.amount),
        }
        yield PlanProblem("equity", None, Message("plan.problem.equity", values))


def _class_grants(plan: _Checked, rules: RevenueClass) -> Iterator[PlanProblem]:
    grants = [x for x in plan.chosen if GRANT in (x.role, x.instrument)]
    found = plan.total(grants)
    if GRANT not in rules.roles:
        if found:
            values = {"found": plan.money(found), "share": percent(found / plan.cost.amount)}
            yield PlanProblem("grants", None, Message("plan.problem.grants_earning", values))
        return
    if rules.grant_cap is None:
        return
    given = [x for x in plan.shares if x.role == COMMITTED_LINE and x.instrument == GRANT]
    limits = [plan.cost.amount * rules.grant_cap - plan.total(given)]
    for share in grants:
        source = plan.sources.get(share.source_id) if share.source_id is not None else None
        if source is not None and source.max_share_of_cost is not None:
            limits.append(plan.cost.amount * source.max_share_of_cost)
    if found > max(limits):
        values = {"required": plan.money(max(limits)), "found": plan.money(found)}
        yield PlanProblem("grants", None, Message("plan.problem.grants_partly", values))


def _senior_first(plan: _Checked) -> Iterator[PlanProblem]:
    """Refuse concessional money without any market-rate debt where a lender could give some."""
    found = plan.total([x for x in plan.chosen if x.role == CONCESSIONAL])
    market = any(x.role == SENIOR or x.instrument == "senior_loan" for x in plan.shares)
    if not found or market:
        return
    lenders = [x for x in plan.sources.values() if _could_lend(plan, x, found)]
    if lenders:
        names = {x.provider: plan.knowledge.organisation(x.provider) for x in lenders}
        values = {"found": plan.money(found), "sources": list(names.values())}
        yield PlanProblem("senior_first", None, Message("plan.problem.senior_first", values))


def _could_lend(plan: _Checked, source: SourceFacts, amount: Decimal) -> bool:
    limits = bounds(plan.ask, source, plan.cost, plan.knowledge)
    if limits is None or instrument_for(SENIOR, plan.ask, source) is None or smallest(limits) > amount:
        return False
    return judge_for_plan(plan.ask, source, plan.knowledge).verdict == Eligibility.ELIGIBLE
