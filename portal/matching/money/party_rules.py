"""The rules about who asks, who uses it in the end, and whose letter the source wants.

The applicant and the final beneficiary are different things: a farmer who borrows from
a bank of a credit line is the second, the bank is the first.
"""

from portal.core.i18n import Message
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.access_rules import already_approved
from portal.matching.results import Rule, Verdict
from portal.matching.wording import coded, labels


def judge_applicant(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge who asks; a partnership is unknown where only both its halves are named."""
    if not source.applicants:
        return None
    required = labels("applicant", source.applicants)
    if ask.applicant is None:
        remedy = Message("rule_remedy.applicant.state")
        return Rule("applicant", Verdict.UNKNOWN, True, required, None, remedy)
    found = coded("applicant", ask.applicant)
    if ask.applicant in source.applicants:
        return Rule("applicant", Verdict.PASS, True, required, found, None)
    remedy = Message("rule_remedy.applicant.other", {"applicants": required})
    halves = ask.applicant == "ppp" and {"public", "private"} <= set(source.applicants)
    verdict = Verdict.UNKNOWN if halves else Verdict.FAIL
    return Rule("applicant", verdict, True, required, found, remedy)


def judge_final_beneficiary(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge who may use the money in the end; of several users a part may fit."""
    if not source.beneficiaries:
        return None
    required = labels("beneficiary", source.beneficiaries)
    if not ask.final_beneficiaries:
        remedy = Message("rule_remedy.final_beneficiary.state")
        return Rule("final_beneficiary", Verdict.UNKNOWN, True, required, None, remedy)
    found = labels("beneficiary", ask.final_beneficiaries)
    fits = [x for x in ask.final_beneficiaries if x in source.beneficiaries]
    if len(fits) == len(ask.final_beneficiaries):
        return Rule("final_beneficiary", Verdict.PASS, True, required, found, None)
    if fits:
        remedy = Message("rule_remedy.final_beneficiary.part", {"users": labels("beneficiary", fits)})
        return Rule("final_beneficiary", Verdict.PARTIAL, True, required, found, remedy)
    remedy = Message("rule_remedy.final_beneficiary.other", {"users": required})
    return Rule("final_beneficiary", Verdict.FAIL, True, required, found, remedy)


#: Letters by which a country stands behind a request, and what to do about each.
_LETTERS = {
    "no_objection_letter": Message("rule_remedy.no_objection.nda"),
    "da_endorsement_letter": Message("rule_remedy.no_objection.da"),
    "nde_request": Message("rule_remedy.no_objection.nde"),
}


def judge_no_objection(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Tell which letter of the country the source wants and who issues it: something to do."""
    wanted = next((x for x in _LETTERS if x in source.documents), None)
    if wanted is None:
        return None
    required = coded("document", wanted)
    approved = already_approved(ask, source)
    if approved is not None:
        return Rule("no_objection", Verdict.PASS, False, required, approved, None)
    return Rule("no_objection", Verdict.UNKNOWN, False, required, None, _LETTERS[wanted])
