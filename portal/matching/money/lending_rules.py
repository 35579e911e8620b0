"""The soft rules of debt: in which currency it is repaid, and who guarantees it.

Neither excludes: they are told so that a plan reckons with them.
"""

from portal.core.i18n import Message
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.access_rules import already_approved
from portal.matching.results import Rule, Verdict

#: Instruments that are paid back with interest or rent.
DEBT = {"concessional_loan", "senior_loan", "subordinated_loan", "bond", "lease"}


def may_lend(ask: AskFacts, source: SourceFacts) -> bool:
    """Return whether what the source may give is debt.

    The lines that a project has so far do not tell what it will still take.
    """
    offered = DEBT & set(source.instruments)
    sought = set() if ask.from_lines else set(ask.instruments)
    return bool(offered & sought if sought else offered)


def judge_currency(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether debt is repaid in the currency that the project earns; it warns only.

    Where the tariff's currency is not stated, the host's is taken, and that is said. A
    public good earns nothing, so there is nothing to compare.
    """
    if not source.currencies or not may_lend(ask, source) or ask.revenue_class == "public_good":
        return None
    required = Message("rule_required.currency", {"currencies": list(source.currencies)})
    earned = _earned(ask, knowledge)
    if not earned:
        remedy = Message("rule_remedy.currency.state")
        return Rule("currency", Verdict.UNKNOWN, False, required, None, remedy)
    key = "rule_found.tariff_assumed" if ask.tariff_currency is None else "rule_found.tariff"
    found = Message(key, {"currencies": earned})
    if set(earned) <= set(source.currencies):
        return Rule("currency", Verdict.PASS, False, required, found, None)
    values = {"earned": earned, "lent": list(source.currencies)}
    remedy = Message("rule_remedy.currency.hedge", values)
    return Rule("currency", Verdict.PARTIAL, False, required, found, remedy)


def _earned(ask: AskFacts, knowledge: Knowledge) -> list[str]:
    if ask.tariff_currency is not None:
        return [ask.tariff_currency]
    known = [knowledge.currencies.get(code) for code in ask.countries]
    if None in known:
        return []
    return list(dict.fromkeys(x for x in known if x is not None))


def judge_guarantee(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Tell whether the state has to borrow or guarantee; that is something to do."""
    if not source.guarantee or not may_lend(ask, source):
        return None
    required = Message("rule_required.guarantee")
    approved = already_approved(ask, source)
    if approved is not None:
        return Rule("guarantee", Verdict.PASS, False, required, approved, None)
    remedy = Message("rule_remedy.guarantee")
    return Rule("guarantee", Verdict.UNKNOWN, False, required, None, remedy)
