"""Judges a source of finance for a need or project, rule by rule.

A source that does not state a rule demands nothing by it, so the rule is left out. A
rule that it states and the entry does not answer is unknown. Unknown is not eligible:
with more than a third of the hard rules unknown, or the country rule alone, the
verdict is "ask the source". Soft rules never exclude: ``currency`` warns, ``guarantee``,
``no_objection`` and, while no entity is named, ``access`` are something to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from portal.catalogue.funding import NOT_CASH, LineFacts
from portal.catalogue.values import ES_CATEGORIES, STAGES
from portal.core.i18n import Message
from portal.core.money import MoneyRange
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.access_rules import (
    already_approved,
    judge_access,
    judge_availability,
    judge_deadline,
    judge_procurement,
)
from portal.matching.money.amount_rules import (
    judge_cofinancing,
    judge_country_cap,
    judge_equity,
    judge_max_share,
    judge_project_size,
    judge_ticket,
)
from portal.matching.money.country_rules import judge_country
from portal.matching.money.lending_rules import judge_currency, judge_guarantee
from portal.matching.money.party_rules import judge_applicant, judge_final_beneficiary, judge_no_objection
from portal.matching.results import Eligibility, Rule, SourceVerdict, Verdict
from portal.matching.wording import coded, labels, shown

Judge = Callable[[AskFacts, SourceFacts, Knowledge], Rule | None]

#: Stages at which nothing is left to build, and those before them.
BUILT = ("commissioned", "operating", "closed")
BEFORE_OPERATION = STAGES[: STAGES.index("commissioned")]
#: More than this share of hard rules unknown makes the verdict unknown.
UNKNOWN_SHARE = Fraction(1, 3)
#: A rule that nobody has compared with its source for longer may have changed.
STALE_AFTER = timedelta(days=180)
#: Rules that must be known: a source that may not work in the country is one to ask.
DECISIVE = {"country"}


def judge_objective(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge mitigation and adaptation; of an entry that serves both a part may fit."""
    if not source.objectives:
        return None
    required = labels("objective", source.objectives)
    if ask.objective is None:
        return Rule("objective", Verdict.UNKNOWN, True, required, None, None)
    found = coded("objective", ask.objective)
    if ask.objective in source.objectives or len(source.objectives) > 1:
        return Rule("objective", Verdict.PASS, True, required, found, None)
    if ask.objective == "both":
        remedy = Message("rule_remedy.objective.part", {"objective": required})
        return Rule("objective", Verdict.PARTIAL, True, required, found, remedy)
    remedy = Message("rule_remedy.objective.other")
    return Rule("objective", Verdict.FAIL, True, required, found, remedy)


def judge_sector(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the sectors that the source is limited to, if it is."""
    if not source.sectors:
        return None
    required = shown(knowledge.sectors(source.sectors))
    found = shown(knowledge.sectors(ask.sectors))
    if set(ask.sectors) & set(source.sectors):
        return Rule("sector", Verdict.PASS, True, required, found, None)
    return Rule("sector", Verdict.FAIL, True, required, found, Message("rule_remedy.sector"))


def judge_term(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the technologies that the source is limited to; a broader term is partial."""
    if not source.terms:
        return None
    required = shown(knowledge.terms(source.terms))
    found = shown(knowledge.terms(ask.terms)) if ask.terms else None
    remedy = Message("rule_remedy.term")
    if not ask.terms:
        return Rule("term", Verdict.UNKNOWN, True, required, found, remedy)
    allowed = set(source.terms)
    if any(allowed & set(knowledge.tree.path(x)) for x in ask.terms):
        return Rule("term", Verdict.PASS, True, required, found, None)
    if any(set(ask.terms) & set(knowledge.tree.path(x)) for x in allowed):
        return Rule("term", Verdict.PARTIAL, True, required, found, remedy)
    return Rule("term", Verdict.FAIL, True, required, found, remedy)


def judge_exclusions(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge what the source never finances, by the tags of the terms."""
    if not source.exclusions:
        return None
    required = Message("match.excludes", {"things": labels("exclusion", source.exclusions)})
    if not ask.terms:
        remedy = Message("rule_remedy.state_terms")
        return Rule("exclusions", Verdict.UNKNOWN, True, required, None, remedy)
    excluded = [x for x in source.exclusions if x in ask.tags]
    if not excluded:
        found = shown(knowledge.terms(ask.terms))
        if ask.possible_tags & set(source.exclusions):
            remedy = Message("rule_remedy.state_terms")
            return Rule("exclusions", Verdict.UNKNOWN, True, required, found, remedy)
        return Rule("exclusions", Verdict.PASS, True, required, found, None)
    remedy = Message("rule_remedy.exclusions")
    return Rule("exclusions", Verdict.FAIL, True, required, labels("exclusion", excluded), remedy)


def judge_instrument(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether at least one of the instruments sought is offered.

    A project does not say what it seeks: those of its lines so far stand for it. They
    can speak for a source, but not against it: it may well take others too.
    """
    if not source.instruments:
        return None
    required = labels("instrument", source.instruments)
    sought = [x for x in ask.instruments if x not in NOT_CASH]
    if not sought:
        remedy = Message("rule_remedy.instrument.state")
        return Rule("instrument", Verdict.UNKNOWN, True, required, None, remedy)
    found = labels("instrument", sought)
    if ask.from_lines:
        found = Message("match.so_far", {"instruments": found})
    if set(sought) & set(source.instruments):
        return Rule("instrument", Verdict.PASS, True, required, found, None)
    remedy = Message("rule_remedy.instrument.other", {"instruments": required})
    verdict = Verdict.UNKNOWN if ask.from_lines else Verdict.FAIL
    return Rule("instrument", verdict, True, required, found, remedy)


def judge_stage(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the stage at which the source can be asked.

    A need is not a project yet; that one has still to be prepared is partial, no
    refusal. A project at an earlier or later stage is refused: not now. What runs
    already needs nobody to build it, even where the source names no stages.
    """
    stages = source.stages or (BEFORE_OPERATION if ask.stage in BUILT else ())
    if not stages:
        return None
    required = labels("stage", stages)
    approved = already_approved(ask, source)
    if approved is not None:
        return Rule("stage", Verdict.PASS, True, required, approved, None)
    if ask.stage is None:
        return Rule("stage", Verdict.UNKNOWN, True, required, None, None)
    found = coded("stage", ask.stage)
    if ask.stage in stages:
        return Rule("stage", Verdict.PASS, True, required, found, None)
    first = min(stages, key=STAGES.index)
    if STAGES.index(ask.stage) > STAGES.index(first):
        remedy = Message("rule_remedy.stage.late")
        return Rule("stage", Verdict.FAIL, True, required, found, remedy)
    remedy = _prepare_to(first)
    verdict = Verdict.PARTIAL if ask.kind == "need" else Verdict.FAIL
    return Rule("stage", verdict, True, required, found, remedy)


#: What shows that a stage is reached; a stage without the evidence is the one before.
_EVIDENCE = {
    "need_confirmed": Message("rule_remedy.evidence.need_confirmed"),
    "pre_feasibility": Message("rule_remedy.evidence.pre_feasibility"),
    "feasibility": Message("rule_remedy.evidence.feasibility"),
    "structured": Message("rule_remedy.evidence.structured"),
    "bankable": Message("rule_remedy.evidence.bankable"),
}


def _prepare_to(stage: str) -> Message:
    values = {"stage": coded("stage", stage)}
    if stage not in _EVIDENCE:
        return Message("rule_remedy.stage.early", values)
    return Message("rule_remedy.stage.evidence", values | {"evidence": _EVIDENCE[stage]})


def judge_es_category(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the environmental and social category where the source takes only some.

    There are two scales: A, B, C for projects and I-1, I-2, I-3 for what goes through
    intermediaries. Of a source that states nothing on the entry's scale, nothing is
    known; one that takes every category of both limits nobody.
    """
    if not source.es_categories:
        return None
    required = shown(list(source.es_categories))
    if set(source.es_categories) >= set(ES_CATEGORIES):
        found = None if ask.es_category is None else shown(ask.es_category)
        return Rule("es_category", Verdict.PASS, True, required, found, None)
    scale = {x for x in ES_CATEGORIES if ask.es_category and len(x) == len(ask.es_category)}
    if ask.es_category is None or not scale & set(source.es_categories):
        remedy = Message("rule_remedy.es_category.state")
        found = None if ask.es_category is None else shown(ask.es_category)
        return Rule("es_category", Verdict.UNKNOWN, True, required, found, remedy)
    found = shown(ask.es_category)
    if ask.es_category in source.es_categories:
        return Rule("es_category", Verdict.PASS, True, required, found, None)
    remedy = Message("rule_remedy.es_category.other", {"categories": list(source.es_categories)})
    return Rule("es_category", Verdict.FAIL, True, required, found, remedy)


#: Every rule by its name, in the order in which they are told.
RULES: Mapping[str, Judge] = {
    "availability": judge_availability,
    "country": judge_country,
    "objective": judge_objective,
    "sector": judge_sector,
    "term": judge_term,
    "exclusions": judge_exclusions,
    "ticket": judge_ticket,
    "country_cap": judge_country_cap,
    "project_size": judge_project_size,
    "instrument": judge_instrument,
    "currency": judge_currency,
    "guarantee": judge_guarantee,
    "applicant": judge_applicant,
    "final_beneficiary": judge_final_beneficiary,
    "stage": judge_stage,
    "cofinancing": judge_cofinancing,
    "equity": judge_equity,
    "max_share": judge_max_share,
    "es_category": judge_es_category,
    "access": judge_access,
    "no_objection": judge_no_objection,
    "procurement": judge_procurement,
    "deadline": judge_deadline,
}


def eligibility(rules: tuple[Rule, ...]) -> Eligibility:
    """Return the verdict that the rules add up to."""
    hard = [rule for rule in rules if rule.hard]
    if any(rule.verdict == Verdict.FAIL for rule in hard):
        return Eligibility.INELIGIBLE
    unknown = [rule for rule in hard if rule.verdict == Verdict.UNKNOWN]
    if any(rule.name in DECISIVE for rule in unknown):
        return Eligibility.UNKNOWN
    if hard and Fraction(len(unknown), len(hard)) > UNKNOWN_SHARE:
        return Eligibility.UNKNOWN
    return Eligibility.ELIGIBLE


def judge_rules(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> tuple[Rule, ...]:
    """Judge every rule that the source states, without saying where each stands."""
    found = (judge(ask, source, knowledge) for judge in RULES.values())
    return tuple(rule for rule in found if rule is not None)


def judge_source(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> SourceVerdict:
    """Judge one source for one need or project; every rule says where it stands and since when."""
    rules = tuple(_placed(rule, source) for rule in judge_rules(ask, source, knowledge))
    checked = [rule.checked_on for rule in rules]
    known = [day for day in checked if day is not None]
    return SourceVerdict(
        financing_id=source.id,
        entry_id=ask.id,
        verdict=eligibility(rules),
        rules=rules,
        checked_on=min(known, default=None),
        stale=None in checked or any(knowledge.today - day > STALE_AFTER for day in known),
    )


def _placed(rule: Rule, source: SourceFacts) -> Rule:
    """Return a rule with its place: a particular one (a country layer), else the source's own."""
    if rule.source is not None or rule.verified is not None:
        return rule
    place = source.provenance
    return replace(
        rule,
        source=None if place is None else place.title,
        url=None if place is None else place.url,
        verified=None if place is None else place.verified,
        checked_on=source.checked_on,
    )


def judge_line(
    project: AskFacts, line: LineFacts, source: SourceFacts, knowledge: Knowledge
) -> SourceVerdict:
    """Judge one funding line: its instrument, and what the provider gives in all.

    A ticket is what the source gives to the whole project, so lines of the same
    provider in the same state count together; states are never added up.
    """
    beside = [x for x in project.lines if x is not line and _together(x, line)]
    amount = None
    if line.amount is not None:
        total = sum((x.amount for x in beside if x.amount is not None), line.amount)
        amount = MoneyRange(line.currency, min=total, max=total)
    asked = replace(project, instruments=(line.instrument,), amount=amount, from_lines=False)
    return judge_source(asked, source, knowledge)


def _together(one: LineFacts, other: LineFacts) -> bool:
    return (one.provider, one.state, one.currency) == (other.provider, other.state, other.currency)
