from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.catalogue.funding import LineFacts
from portal.catalogue.values import AccessEntity, Procurement, Ticket
from portal.matching.facts import AskFacts, LayerFacts, SourceFacts
from portal.matching.money.rules import RULES, eligibility, judge_line, judge_source
from portal.matching.results import Eligibility, Rule, Verdict
from portal.taxonomy.tree import TermTree
from tests.matching.conftest import KNOWLEDGE, ask, line, source, usd

#: Rules that never exclude; ``access`` only while no entity is named.
SOFT = {"access", "currency", "guarantee", "no_objection"}
FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN


def ruled(name: str, asked: AskFacts, stated: SourceFacts) -> Rule | None:
    """Return one rule of a judged source, and check what holds of every one."""
    rules = {rule.name: rule for rule in judge_source(asked, stated, KNOWLEDGE).rules}
    for rule in rules.values():
        assert rule.required is not None
        assert rule.verdict != FAIL or rule.remedy is not None
        assert rule.hard or rule.name in SOFT
    return rules.get(name)


def verdict_of(name: str, asked: AskFacts, stated: SourceFacts) -> Verdict:
    rule = ruled(name, asked, stated)
    assert rule is not None
    return rule.verdict


def test_a_source_that_states_nothing_demands_only_that_it_is_open_and_works_there() -> None:
    found = judge_source(ask(), source(), KNOWLEDGE)

    assert [rule.name for rule in found.rules] == ["availability", "country"]
    assert found.verdict == Eligibility.ELIGIBLE


@pytest.mark.parametrize(("state", "verdict"), [("open", PASS), ("announced", FAIL), ("closed", FAIL)])
def test_availability(state: str, verdict: Verdict) -> None:
    assert verdict_of("availability", ask(), source(availability=state)) == verdict


def layer(**known: Any) -> SourceFacts:
    plain: dict[str, Any] = {"member": True, "operates": True, "state": "active"}
    return source(layers={"KZ": LayerFacts(**(plain | known))}, other_countries="unknown")


def limited(condition: str) -> SourceFacts:
    return layer(state="limited", condition=condition)


PUBLIC, UNSAID = ask(applicant="public"), ask(applicant=None)
HELD = layer(state="on_hold", since=date(2022, 4, 4), notes={"en": "why"}, source="a page", verified=True)


@pytest.mark.parametrize(
    ("asked", "stated", "verdict"),
    [
        (ask(), layer(), PASS),
        (ask(), layer(member=False), FAIL),
        (ask(), layer(member=False, member_status="prospective", state=None), FAIL),
        (ask(), layer(operates=False, state=None), FAIL),
        (ask(), layer(member=None, state="active"), PASS),
        (ask(), layer(state=None), UNKNOWN),
        (ask(), layer(state="on_hold"), FAIL),
        (ask(), layer(state="suspended", since=date(2022, 4, 4)), FAIL),
        (ask(), layer(state="ended"), FAIL),
        (ask(), HELD, FAIL),
        (ask(), limited("private_sector"), PASS),
        (PUBLIC, limited("private_sector"), FAIL),
        (UNSAID, limited("private_sector"), UNKNOWN),
        (ask(applicant="ppp"), limited("private_sector"), UNKNOWN),
        (ask(access_entity="undp"), limited("via_un_or_ngo"), PASS),
        (ask(access_entity="ebrd"), limited("via_un_or_ngo"), FAIL),
        (ask(applicant="ngo"), limited("via_un_or_ngo"), PASS),
        (ask(), limited("via_un_or_ngo"), UNKNOWN),
        (ask(), limited("none_new"), FAIL),
        (ask(), limited("ask"), UNKNOWN),
        (ask(countries=("GE",)), source(), PASS),
        (ask(countries=("DE",)), source(), FAIL),
        (ask(countries=("GE",)), source(other_countries="unknown"), UNKNOWN),
        (ask(countries=()), source(), UNKNOWN),
        # Several hosts: some may be served, or none.
        (ask(countries=("GE", "AM")), source(), PASS),
        (ask(countries=("GE", "DE")), source(), PARTIAL),
        (ask(countries=("BY", "DE")), source(), FAIL),
        (ask(countries=("KZ", "GE")), layer(state="on_hold"), UNKNOWN),
    ],
)
def test_country(asked: AskFacts, stated: SourceFacts, verdict: Verdict) -> None:
    assert verdict_of("country", asked, stated) == verdict


def test_a_restriction_is_told_with_its_source_and_date() -> None:
    rule = ruled("country", ask(), HELD)

    assert rule is not None
    assert (rule.source, rule.verified) == ("a page", True)
    assert rule.found is not None
    assert rule.found.key == "match.country.with_note"
    assert rule.found.values["state"].key == "match.country.on_hold_since"
    assert rule.found.values["note"] == {"en": "why"}


def test_never_and_not_now_are_different_answers() -> None:
    never = ruled("country", ask(), layer(member=False))
    not_now = ruled("country", ask(), layer(state="suspended"))

    assert never is not None
    assert never.remedy is not None
    assert never.remedy.key == "rule_remedy.country.not_member"
    assert not_now is not None
    assert not_now.remedy is not None
    assert not_now.remedy.key == "rule_remedy.country.not_now"


@pytest.mark.parametrize(
    ("objective", "objectives", "verdict"),
    [
        ("mitigation", ("mitigation",), PASS),
        ("mitigation", ("adaptation",), FAIL),
        ("both", ("adaptation",), PARTIAL),
        ("both", ("mitigation", "adaptation"), PASS),
        (None, ("mitigation",), UNKNOWN),
    ],
)
def test_objective(objective: str | None, objectives: tuple[str, ...], verdict: Verdict) -> None:
    assert verdict_of("objective", ask(objective=objective), source(objectives=objectives)) == verdict


def test_sector() -> None:
    assert verdict_of("sector", ask(), source(sectors=("energy",))) == PASS
    assert verdict_of("sector", ask(), source(sectors=("water",))) == FAIL


@pytest.mark.parametrize(
    ("terms", "verdict"),
    [
        (("cold-climate-wind",), PASS),
        (("wind-power",), PARTIAL),
        (("small-wind",), FAIL),
        ((), UNKNOWN),
    ],
)
def test_term(terms: tuple[str, ...], verdict: Verdict) -> None:
    assert verdict_of("term", ask(terms=terms), source(terms=("onshore-wind",))) == verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [({}, PASS), ({"tags": frozenset({"coal"})}, FAIL), ({"terms": ()}, UNKNOWN)],
)
def test_exclusions(changes: dict[str, Any], verdict: Verdict) -> None:
    assert verdict_of("exclusions", ask(**changes), source(exclusions=("coal", "nuclear"))) == verdict


def test_what_may_be_excluded_is_unknown_until_it_is_told_closer() -> None:
    parents = {"fossil": None, "coal-unit": "fossil", "reactor": "fossil", "wind": None, "farm": "wind"}
    tags = {"coal-unit": frozenset({"coal"}), "reactor": frozenset({"nuclear"})}
    tree = TermTree(parents, dict.fromkeys(parents, "energy"), tags)

    assert tree.possible_tags(["fossil"]) == {"coal", "nuclear"}
    assert tree.possible_tags(["wind"]) == tree.possible_tags(["coal-unit", "fossil"]) == frozenset()
    asked = ask(possible_tags=frozenset({"coal"}))
    assert verdict_of("exclusions", asked, source(exclusions=("coal",))) == UNKNOWN
    assert verdict_of("exclusions", asked, source(exclusions=("nuclear",))) == PASS


PRIVATE_MIN = (
    Ticket("USD", "private", min=Decimal(25_000_000)),
    Ticket("USD", "public", min=Decimal(10_000_000)),
)
AT_MOST = (Ticket("USD", max=Decimal(10)),)


@pytest.mark.parametrize(
    ("asked", "tickets", "verdict"),
    [
        (ask(cost=usd(30_000_000)), PRIVATE_MIN, PASS),
        (ask(cost=usd(15_000_000)), PRIVATE_MIN, FAIL),
        (ask(cost=usd(15_000_000), applicant="public"), PRIVATE_MIN, PASS),
        (ask(cost=usd(15_000_000), applicant="ppp"), PRIVATE_MIN, FAIL),
        (ask(cost=usd(15_000_000), applicant=None), PRIVATE_MIN, UNKNOWN),
        (ask(cost=usd(5_000_000), applicant=None), PRIVATE_MIN, FAIL),
        (ask(cost=usd(22_000_000, currency="EUR")), PRIVATE_MIN, PASS),
        (ask(cost=usd(30_000_000, currency="XXX")), PRIVATE_MIN, UNKNOWN),
        (ask(cost=None), PRIVATE_MIN, UNKNOWN),
        (ask(cost=usd(100)), AT_MOST, PARTIAL),
        (ask(cost=usd(100), amount=usd(11)), AT_MOST, FAIL),
        (ask(cost=usd(100), amount=usd(10)), AT_MOST, PASS),
        (ask(cost=usd(5, 20)), AT_MOST, PASS),
    ],
)
def test_ticket(asked: AskFacts, tickets: tuple[Ticket, ...], verdict: Verdict) -> None:
    assert verdict_of("ticket", asked, source(tickets=tickets)) == verdict


def test_a_ticket_for_others_only_is_no_demand_on_this_applicant() -> None:
    assert ruled("ticket", ask(), source(tickets=(Ticket("USD", "public", max=Decimal(1)),))) is None


@pytest.mark.parametrize(
    ("cost", "verdict"), [(usd(99), PASS), (usd(101), FAIL), (usd(9), FAIL), (None, UNKNOWN)]
)
def test_project_size(cost: Any, verdict: Verdict) -> None:
    assert verdict_of("project_size", ask(cost=cost), source(project_size=usd(10, 100))) == verdict


@pytest.mark.parametrize(
    ("instruments", "verdict"),
    [
        (("grant", "senior_loan"), PASS),
        (("equity",), FAIL),
        ((), UNKNOWN),
        (("undefined",), UNKNOWN),
        (("in_kind",), UNKNOWN),
    ],
)
def test_instrument(instruments: tuple[str, ...], verdict: Verdict) -> None:
    stated = source(instruments=("senior_loan", "technical_assistance"))

    assert verdict_of("instrument", ask(instruments=instruments), stated) == verdict


@pytest.mark.parametrize(
    ("applicant", "applicants", "verdict"),
    [
        ("private", ("private",), PASS),
        ("private", ("public",), FAIL),
        ("ppp", ("public", "private"), UNKNOWN),
        ("ppp", ("public",), FAIL),
        (None, ("public",), UNKNOWN),
    ],
)
def test_applicant(applicant: str | None, applicants: tuple[str, ...], verdict: Verdict) -> None:
    assert verdict_of("applicant", ask(applicant=applicant), source(applicants=applicants)) == verdict


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        (ask(stage="feasibility"), PASS),
        (ask(stage="idea"), FAIL),
        (ask(stage="operating"), FAIL),
        (ask(stage=None), UNKNOWN),
        (ask(stage="idea", kind="need"), PARTIAL),
        (ask(stage="operating", lines=(line(),)), PASS),
        (ask(stage="operating", lines=(line(state="announced"),)), FAIL),
        (ask(stage="operating", lines=(line(provider="other"),)), FAIL),
        (ask(stage="operating", lines=(line(),), funded_by={99: "fund"}), FAIL),
        # The entry names a window of another provider: that says nothing of this one.
        (ask(stage="operating", lines=(line(),), funded_by={99: "other"}), PASS),
        (ask(stage="operating", lines=(line(),), funded_by={4: "fund", 99: "fund"}), PASS),
    ],
)
def test_stage_and_what_this_source_has_approved_before(asked: AskFacts, verdict: Verdict) -> None:
    assert verdict_of("stage", asked, source(stages=("feasibility", "bankable"))) == verdict


def test_an_approved_line_is_named_with_its_day() -> None:
    rule = ruled("stage", ask(stage="operating", lines=(line(),)), source(stages=("idea",)))

    assert rule is not None
    assert rule.found is not None
    assert rule.found.values == {"day": date(2020, 1, 2)}


def half(name: str, amount: float, **changes: Any) -> LineFacts:
    return line(amount, provider=None, name=name, **changes)


OWN, BANK = half("sponsor", 20, instrument="equity"), half("bank", 80)


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ((half("sponsor", 30, instrument="equity"),), PASS),
        ((OWN,), UNKNOWN),
        ((OWN, BANK), FAIL),
        ((OWN, half("sponsor", 40, instrument="in_kind"), half("bank", 40)), UNKNOWN),
        (
            (
                half("sponsor", 15, instrument="equity"),
                half("sponsor", 16, instrument="equity", state="signed"),
            ),
            UNKNOWN,
        ),
    ],
)
def test_equity_counts_cash_of_one_state_and_fails_only_when_the_plan_is_complete(
    lines: tuple[LineFacts, ...], verdict: Verdict
) -> None:
    asked = ask(cost=usd(100), lines=lines)

    assert verdict_of("equity", asked, source(equity_min_share=Decimal("0.3"))) == verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"amount": usd(60)}, PASS),
        ({"amount": usd(80)}, FAIL),
        ({"lines": (half("bank", 40),)}, PASS),
        ({"lines": (half("bank", 20),)}, UNKNOWN),
        ({"lines": (half("bank", 20), line(80))}, FAIL),
        ({"cost": None}, UNKNOWN),
    ],
)
def test_cofinancing(changes: dict[str, Any], verdict: Verdict) -> None:
    asked = ask(**({"cost": usd(100)} | changes))

    assert verdict_of("cofinancing", asked, source(cofinancing_min_share=Decimal("0.4"))) == verdict


@pytest.mark.parametrize(("amount", "verdict"), [(usd(35), PASS), (usd(36), FAIL), (None, UNKNOWN)])
def test_max_share(amount: Any, verdict: Verdict) -> None:
    asked = ask(cost=usd(100), amount=amount)

    assert verdict_of("max_share", asked, source(max_share_of_cost=Decimal("0.35"))) == verdict


@pytest.mark.parametrize(
    ("category", "accepted", "verdict"),
    [
        ("C", ("C", "I-3"), PASS),
        ("A", ("C", "I-3"), FAIL),
        (None, ("C",), UNKNOWN),
        ("I-2", ("A", "B"), UNKNOWN),
        (None, ("A", "B", "C", "I-1", "I-2", "I-3"), PASS),
    ],
)
def test_es_category(category: str | None, accepted: tuple[str, ...], verdict: Verdict) -> None:
    assert verdict_of("es_category", ask(es_category=category), source(es_categories=accepted)) == verdict


ENTITIES = source(
    access_route="accredited_entity",
    access_entities=(
        AccessEntity("ebrd", "effective", "large"),
        AccessEntity("xacbank", "effective", "small"),
        AccessEntity("dbk", "accredited", "medium"),
    ),
)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"access_entity": "ebrd"}, PASS),
        ({"access_entity": "xacbank", "cost": usd(50_000_000)}, PASS),
        ({"access_entity": "xacbank", "cost": usd(50_000_001)}, FAIL),
        ({"access_entity": "dbk"}, UNKNOWN),
        ({"access_entity": "adb"}, FAIL),
        ({}, UNKNOWN),
        ({"access_entity": "dbk", "lines": (line(),)}, PASS),
    ],
)
def test_accredited_is_not_yet_effective(changes: dict[str, Any], verdict: Verdict) -> None:
    assert verdict_of("access", ask(**changes), ENTITIES) == verdict


def test_to_name_an_entity_is_something_to_do_and_no_refusal() -> None:
    rule = ruled("access", ask(), ENTITIES)

    assert rule is not None
    assert not rule.hard
    assert rule.remedy is not None
    # XacBank works in Mongolia only, DBK is not effective yet.
    assert rule.remedy.key == "rule_remedy.access.abroad"
    assert rule.remedy.values["abroad"] == [KNOWLEDGE.organisations["ebrd"].names]


def test_direct_access_is_no_rule_and_other_routes_are_something_to_do() -> None:
    assert ruled("access", ask(), source(access_route="direct")) is None
    rule = ruled("access", ask(), source(access_route="nde"))
    assert rule is not None
    assert (rule.verdict, rule.hard) == (UNKNOWN, False)


@pytest.mark.parametrize(
    ("origin", "choice", "procurement", "verdict"),
    [
        (("RU",), False, Procurement("open"), PASS),
        (("CN",), False, Procurement("tied", ["CN"]), PASS),
        (("DE",), False, Procurement("tied", ["CN"]), FAIL),
        (("CN", "RU"), False, Procurement("members", ["CN"]), PARTIAL),
        (("CN", "RU"), True, Procurement("members", ["CN"]), PASS),
        ((), False, Procurement("tied", ["CN"]), UNKNOWN),
        (("CN",), False, Procurement("members"), UNKNOWN),
    ],
)
def test_procurement(
    origin: tuple[str, ...], choice: bool, procurement: Procurement, verdict: Verdict
) -> None:
    asked = ask(supply_origin=origin, origin_is_choice=choice)

    assert verdict_of("procurement", asked, source(procurement=procurement)) == verdict


@pytest.mark.parametrize(
    ("deadline", "lines", "verdict"),
    [
        (date(2026, 11, 20), (), PASS),
        (date(2026, 11, 19), (), FAIL),
        (date(2026, 11, 19), (line(),), PASS),
    ],
)
def test_deadline(deadline: date, lines: tuple[LineFacts, ...], verdict: Verdict) -> None:
    assert verdict_of("deadline", ask(lines=lines), source(deadline=deadline)) == verdict


def rules(*verdicts: Verdict, hard: bool = True, name: str = "ticket") -> tuple[Rule, ...]:
    return tuple(Rule(name, verdict, hard, None, None, None) for verdict in verdicts)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (rules(PASS, PARTIAL), Eligibility.ELIGIBLE),
        (rules(PASS, PASS, FAIL), Eligibility.INELIGIBLE),
        (rules(PASS, PASS, UNKNOWN), Eligibility.ELIGIBLE),
        (rules(PASS, UNKNOWN), Eligibility.UNKNOWN),
        (rules(PASS) + rules(UNKNOWN, UNKNOWN, hard=False), Eligibility.ELIGIBLE),
        (rules(PASS, PASS, PASS) + rules(UNKNOWN, name="country"), Eligibility.UNKNOWN),
        (rules(UNKNOWN, FAIL), Eligibility.INELIGIBLE),
    ],
)
def test_unknown_is_not_eligible(found: tuple[Rule, ...], verdict: Eligibility) -> None:
    assert eligibility(found) == verdict


def test_a_line_is_judged_by_what_its_provider_gives_in_all() -> None:
    stated = source(tickets=AT_MOST, instruments=("senior_loan", "grant"))
    small, other = line(6), line(4, instrument="grant")
    asked = ask(cost=usd(100), lines=(small, other))

    within = judge_line(asked, small, stated, KNOWLEDGE)
    beyond = judge_line(replace(asked, lines=(small, line(5, instrument="grant"))), small, stated, KNOWLEDGE)
    signed = judge_line(replace(asked, lines=(small, line(5, state="signed"))), small, stated, KNOWLEDGE)
    foreign = judge_line(asked, line(1, instrument="lease"), stated, KNOWLEDGE)

    assert within.verdict == Eligibility.ELIGIBLE
    assert beyond.verdict == Eligibility.INELIGIBLE
    assert signed.verdict == Eligibility.ELIGIBLE
    assert foreign.verdict == Eligibility.INELIGIBLE


def test_rules_are_told_in_one_order_and_each_once() -> None:
    assert list(RULES)[:2] == ["availability", "country"]
    assert [judge.__name__ for judge in RULES.values()] == [f"judge_{name}" for name in RULES]
