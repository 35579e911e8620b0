"""Final beneficiary, currency, guarantee, letters, country cap; and where a rule stands."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal.core.i18n import Locale, Message, render
from portal.core.provenance import Provenance
from portal.matching.facts import AskFacts, LayerFacts, SourceFacts
from portal.matching.money.rules import STALE_AFTER, judge_source
from portal.matching.results import Eligibility, Rule, SourceVerdict, Verdict
from tests.matching.conftest import KNOWLEDGE, TODAY, ask, line, source, usd

FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN
KNOWN = replace(KNOWLEDGE, currencies={"KZ": "KZT", "KG": "KGS"})


def judged(asked: AskFacts, stated: SourceFacts) -> SourceVerdict:
    return judge_source(asked, stated, KNOWN)


def rule_of(name: str, asked: AskFacts, stated: SourceFacts) -> Rule | None:
    return next((x for x in judged(asked, stated).rules if x.name == name), None)


def key_of(message: Message | None) -> str | None:
    return None if message is None else message.key


@pytest.mark.parametrize(
    ("users", "served", "verdict"),
    [
        (("farmer",), ("farmer", "sme"), PASS),
        (("company",), ("farmer", "sme"), FAIL),
        (("farmer", "company"), ("farmer", "sme"), PARTIAL),
        ((), ("farmer",), UNKNOWN),
    ],
)
def test_final_beneficiary(users: tuple[str, ...], served: tuple[str, ...], verdict: Verdict) -> None:
    rule = rule_of("final_beneficiary", ask(final_beneficiaries=users), source(beneficiaries=served))

    assert rule is not None
    assert (rule.verdict, rule.hard) == (verdict, True)
    assert (rule.remedy is None) == (verdict == PASS)


def test_applicant_and_final_beneficiary_are_judged_apart() -> None:
    stated = source(applicants=("private",), beneficiaries=("farmer",))
    found = judged(ask(applicant="private", final_beneficiaries=("household",)), stated)

    assert {x.name: x.verdict for x in found.rules if x.name != "country"} == {
        "availability": PASS,
        "applicant": PASS,
        "final_beneficiary": FAIL,
    }
    assert found.verdict == Eligibility.INELIGIBLE


def test_a_source_that_names_no_users_limits_none() -> None:
    assert rule_of("final_beneficiary", ask(final_beneficiaries=("household",)), source()) is None


def lender(*currencies: str, **changes: Any) -> SourceFacts:
    return source(**({"instruments": ("senior_loan", "grant"), "currencies": currencies} | changes))


@pytest.mark.parametrize(
    ("asked", "currencies", "verdict", "found"),
    [
        (ask(tariff_currency="KZT"), ("USD", "EUR"), PARTIAL, "rule_found.tariff"),
        (ask(tariff_currency="KZT"), ("USD", "KZT"), PASS, "rule_found.tariff"),
        (ask(tariff_currency="USD"), ("USD",), PASS, "rule_found.tariff"),
        (ask(), ("USD",), PARTIAL, "rule_found.tariff_assumed"),
        (ask(), ("KZT",), PASS, "rule_found.tariff_assumed"),
        (ask(countries=("KZ", "KG")), ("KZT",), PARTIAL, "rule_found.tariff_assumed"),
        (ask(countries=("KZ", "KG")), ("KZT", "KGS"), PASS, "rule_found.tariff_assumed"),
        (ask(countries=("MN",)), ("USD",), UNKNOWN, None),
        (ask(countries=()), ("USD",), UNKNOWN, None),
    ],
)
def test_currency_warns_and_never_excludes(
    asked: AskFacts, currencies: tuple[str, ...], verdict: Verdict, found: str | None
) -> None:
    rule = rule_of("currency", asked, lender(*currencies))

    assert rule is not None
    assert (rule.verdict, rule.hard, key_of(rule.found)) == (verdict, False, found)
    assert (rule.remedy is None) == (verdict == PASS)


@pytest.mark.parametrize(
    ("asked", "stated"),
    [
        (ask(), lender()),
        (ask(instruments=("grant",)), lender("USD")),
        (ask(), lender("USD", instruments=("grant", "equity"))),
        (ask(revenue_class="public_good"), lender("USD")),
    ],
    ids=["unstated", "grant sought", "no debt offered", "earns nothing"],
)
def test_without_debt_or_income_there_is_no_currency_to_compare(asked: AskFacts, stated: SourceFacts) -> None:
    assert rule_of("currency", asked, stated) is None


def test_lines_so_far_do_not_tell_that_no_debt_is_sought() -> None:
    asked = ask(instruments=("grant",), from_lines=True, tariff_currency="KZT")

    rule = rule_of("currency", asked, lender("USD"))

    assert rule is not None
    assert rule.verdict == PARTIAL


def test_a_guarantee_of_the_state_is_something_to_do() -> None:
    asked_for = lender(guarantee=True)
    to_do = rule_of("guarantee", ask(), asked_for)
    done = rule_of("guarantee", ask(lines=(line(),)), asked_for)

    assert to_do is not None
    assert (to_do.verdict, to_do.hard, key_of(to_do.remedy)) == (UNKNOWN, False, "rule_remedy.guarantee")
    assert done is not None
    assert done.verdict == PASS
    assert judged(ask(), asked_for).verdict == Eligibility.ELIGIBLE
    for without in (lender(guarantee=False), lender(), source(instruments=("grant",), guarantee=True)):
        assert rule_of("guarantee", ask(instruments=()), without) is None


@pytest.mark.parametrize(
    ("document", "issuer"),
    [("no_objection_letter", "nda"), ("da_endorsement_letter", "da"), ("nde_request", "nde")],
)
def test_a_letter_of_the_country_names_who_issues_it(document: str, issuer: str) -> None:
    stated = source(documents=("concept_note", document))
    rule = rule_of("no_objection", ask(), stated)
    approved = rule_of("no_objection", ask(lines=(line(),)), stated)

    assert rule is not None
    assert (rule.verdict, rule.hard) == (UNKNOWN, False)
    assert key_of(rule.required) == f"document.{document}"
    assert key_of(rule.remedy) == f"rule_remedy.no_objection.{issuer}"
    assert approved is not None
    assert approved.verdict == PASS
    assert rule_of("no_objection", ask(), source(documents=("concept_note",))) is None


CAP = usd(None, 40)


@pytest.mark.parametrize(
    ("changes", "verdict", "remedy"),
    [
        ({"amount": usd(41)}, FAIL, "rule_remedy.country_cap.large"),
        ({"amount": usd(40)}, PARTIAL, "rule_remedy.country_cap.used"),
        ({"amount": usd(70), "countries": ("KZ", "KG")}, PARTIAL, "rule_remedy.country_cap.used"),
        # The rest of a cost, or of what is missing, others can carry.
        ({"cost": usd(100)}, PARTIAL, "rule_remedy.country_cap.large"),
        ({"amount": usd(60), "from_lines": True}, PARTIAL, "rule_remedy.country_cap.large"),
        ({"cost": None}, UNKNOWN, "rule_remedy.ticket.state"),
        ({"cost": usd(100, currency="XXX")}, UNKNOWN, "rule_remedy.ticket.state"),
    ],
)
def test_country_cap_is_never_met_in_full(changes: dict[str, Any], verdict: Verdict, remedy: str) -> None:
    rule = rule_of("country_cap", ask(**changes), source(country_cap=CAP))

    assert rule is not None
    assert (rule.verdict, rule.hard, key_of(rule.remedy)) == (verdict, True, remedy)


PLACE = Provenance("a page", "facts", TODAY, url="https://example.org/page", verified=True)
PLACED = source(provenance=PLACE, checked_on=TODAY, equity_min_share=Decimal("0.2"))


def test_a_rule_stands_where_the_source_was_read() -> None:
    for rule in judged(ask(), PLACED).rules:
        place = (rule.source, rule.url, rule.checked_on, rule.verified)
        assert place == ("a page", "https://example.org/page", TODAY, True)


def test_a_particular_rule_keeps_a_place_of_its_own() -> None:
    layer = LayerFacts(
        member=True, operates=True, state="active", source="a list", checked_on=date(2026, 9, 1)
    )
    found = {x.name: x for x in judged(ask(), replace(PLACED, layers={"KZ": layer})).rules}

    country = found["country"]
    assert (country.source, country.checked_on, country.verified) == ("a list", date(2026, 9, 1), False)
    assert (found["equity"].source, found["equity"].verified) == ("a page", True)


@pytest.mark.parametrize(
    ("source_checked", "layer_checked", "stale", "oldest"),
    [
        (TODAY, TODAY, False, TODAY),
        (TODAY - STALE_AFTER, TODAY, False, TODAY - STALE_AFTER),
        (TODAY - STALE_AFTER - timedelta(days=1), TODAY, True, TODAY - STALE_AFTER - timedelta(days=1)),
        (TODAY, date(2025, 1, 1), True, date(2025, 1, 1)),
        (None, TODAY, True, TODAY),
        (None, None, True, None),
    ],
)
def test_rules_checked_long_ago_or_never_are_flagged(
    source_checked: date | None, layer_checked: date | None, stale: bool, oldest: date | None
) -> None:
    layer = LayerFacts(member=True, operates=True, state="active", source="x", checked_on=layer_checked)
    found = judged(ask(), replace(PLACED, checked_on=source_checked, layers={"KZ": layer}))

    assert (found.stale, found.checked_on) == (stale, oldest)


@pytest.mark.parametrize("locale", list(Locale))
def test_every_new_rule_is_said_in_words(locale: str) -> None:
    stated = lender(
        "USD",
        guarantee=True,
        country_cap=CAP,
        beneficiaries=("farmer",),
        documents=("no_objection_letter",),
    )
    found = judged(ask(final_beneficiaries=("company",)), stated).rules

    for rule in found:
        for message in (rule.required, rule.found, rule.remedy):
            said = "" if message is None else render(message, locale)
            assert "%(" not in said
            assert "rule_" not in said
