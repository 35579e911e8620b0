"""What a project asks for: what its lines leave open, by the instruments of its lines."""

from decimal import Decimal
from typing import Any

import pytest

from portal.catalogue.funding import COMMITTED, FIRMNESS, LineFacts, cash, gap
from portal.catalogue.values import Ticket
from portal.core.money import Money, Rate
from portal.matching.amounts import rates_between
from portal.matching.facts import AskFacts
from portal.matching.money.rules import judge_source
from portal.matching.ranking import judge_lines
from portal.matching.results import Eligibility, Verdict
from tests.matching.conftest import KNOWLEDGE, Seeded, ask, line, rate, source, usd

COST = Money(Decimal(100), "USD")
RATES = {
    **KNOWLEDGE.rates,
    "IRR": Rate("IRR", Decimal("0.00002"), rate("USD", "1").as_of, "x", comparable=False),
}


@pytest.mark.parametrize(
    ("lines", "state", "missing"),
    [
        ([line(60)], "approved", 40),
        ([line(60)], "signed", 100),
        ([line(60, state="announced")], "approved", 100),
        ([line(60, state="announced")], "announced", 40),
        # One party's money by one instrument counts in its firmest commitment, never twice.
        ([line(60), line(40, state="signed")], "approved", 60),
        ([line(60), line(40, state="signed"), line(10, provider="other")], "approved", 50),
        # What is paid out is a part of what was approved.
        ([line(60), line(10, state="disbursed")], "approved", 40),
        ([line(60), line(10, state="disbursed")], "disbursed", 90),
        # In kind neither fills a gap nor makes it unknown.
        ([line(60), line(40, instrument="in_kind")], "approved", 40),
        ([line(60), line(None, instrument="in_kind", state="unknown")], "approved", 40),
        ([line(40, currency="EUR")], "approved", 50),
        ([line(60), line(10, instrument="undefined")], "approved", None),
        ([line(60), line(10, instrument="undefined", state="announced")], "approved", 40),
        ([line(60), line(10, state="unknown", provider="other")], "approved", None),
        ([line(60), line(None, provider="other")], "approved", None),
        ([line(60), line(5, currency="IRR")], "approved", None),
        ([line(60), line(5, currency="XXX")], "approved", None),
        ([line(120)], "approved", None),
        ([line(100)], "approved", 0),
        ([line(60, instrument="in_kind")], "approved", None),
        ([], "approved", None),
    ],
)
def test_a_gap_is_told_for_one_state_or_a_firmer_one(
    lines: list[LineFacts], state: str, missing: int | None
) -> None:
    assert gap(COST, lines, RATES, state) == missing


@pytest.mark.parametrize("state", FIRMNESS)
def test_cash_never_adds_up_states_of_one_party_and_instrument(state: str) -> None:
    lines = [line(7, state=x) for x in (*FIRMNESS, state)]

    assert cash(lines, "USD", RATES) <= 14


def test_the_firmer_the_state_the_larger_the_gap_of_the_seeds(seeded_facts: Seeded) -> None:
    rates = seeded_facts.knowledge.rates
    for project in seeded_facts.projects.values():
        if project.cost is None or project.cost.max is None:
            continue
        cost = Money(project.cost.max, project.cost.currency)
        gaps = [gap(cost, project.lines, rates, state) for state in ("approved", "disbursed")]
        if None not in gaps:
            assert gaps == sorted(gaps), project.id


def test_a_project_asks_for_what_is_missing_by_the_instruments_of_its_lines(seeded_facts: Seeded) -> None:
    plant = seeded_facts.projects["toru-aygyr-solar"]

    assert plant.from_lines
    assert plant.amount == usd(60_000_000)
    assert plant.instruments == ("senior_loan",)
    assert all(x.from_lines for x in seeded_facts.projects.values())
    known = [x for x in seeded_facts.projects.values() if x.instruments]
    assert len(known) >= 60


def so_far(**changes: Any) -> AskFacts:
    return ask(**({"from_lines": True, "amount": usd(60), "cost": usd(100)} | changes))


def test_what_is_missing_may_be_shared_so_that_too_much_is_no_refusal() -> None:
    stated = source(
        tickets=(Ticket("USD", max=Decimal(50)),),
        max_share_of_cost=Decimal("0.3"),
        instruments=("senior_loan", "grant"),
    )

    shared = {x.name: x for x in judge_source(so_far(), stated, KNOWLEDGE).rules}
    asked = {x.name: x for x in judge_source(so_far(from_lines=False), stated, KNOWLEDGE).rules}

    for name in ("ticket", "max_share"):
        assert (shared[name].verdict, asked[name].verdict) == (Verdict.PARTIAL, Verdict.FAIL)
        assert shared[name].remedy is not None
    assert shared["instrument"].verdict == Verdict.PASS
    assert shared["ticket"].found is not None
    assert shared["ticket"].found.key == "match.missing"
    assert shared["instrument"].found is not None
    assert shared["instrument"].found.key == "match.so_far"


def test_too_little_is_refused_with_what_would_help() -> None:
    rules = judge_source(so_far(), source(tickets=(Ticket("USD", min=Decimal(80)),)), KNOWLEDGE).rules

    (ticket,) = [x for x in rules if x.name == "ticket"]
    assert ticket.verdict == Verdict.FAIL
    assert ticket.remedy is not None
    assert ticket.remedy.key == "rule_remedy.ticket.small"


def test_a_rate_that_is_not_to_be_ranked_by_leaves_the_ticket_unknown(seeded_facts: Seeded) -> None:
    known = seeded_facts.knowledge
    asked = ask(cost=usd(1_000_000, currency="IRR"))

    rules = judge_source(asked, source(tickets=(Ticket("USD", max=Decimal(50)),)), known).rules

    assert known.rates["IRR"].note
    assert not known.rates["IRR"].comparable
    assert known.rates["KZT"].comparable
    assert {x.name: x.verdict for x in rules}["ticket"] == Verdict.UNKNOWN


def test_the_rates_of_the_currencies_that_occur_are_told() -> None:
    def told(*facts: Any) -> list[str]:
        return [x.currency for x in rates_between(facts, KNOWLEDGE)]

    tenge = ask(cost=usd(1, currency="KZT"))
    assert told(tenge, source(tickets=(Ticket("EUR"),))) == ["EUR", "KZT"]
    assert told(tenge, source(tickets=(Ticket("KZT"),))) == []
    assert told(tenge, source(project_size=usd(1))) == ["KZT"]
    assert told(ask(lines=(line(1, currency="EUR"),)), source()) == ["EUR"]


def test_a_line_is_judged_by_the_window_that_the_project_names() -> None:
    open_to_loans = source(id=5, instruments=("senior_loan",))
    grants_only = source(id=6, instruments=("grant",))
    of_others = source(id=7, provider="other", instruments=("senior_loan",))
    sources = [grants_only, open_to_loans, of_others]
    own, foreign = line(5), line(5, provider=None, name="Somebody")
    project = ask(lines=(own, foreign))

    best = judge_lines(project, sources, KNOWLEDGE)
    named = judge_lines(ask(lines=(own,), funded_by={6: "fund"}), sources, KNOWLEDGE)

    assert [(x.line, x.verdict.financing_id) for x in best] == [(own, 5)]
    assert best[0].verdict.verdict == Eligibility.ELIGIBLE
    assert [(x.verdict.financing_id, x.verdict.verdict) for x in named] == [(6, Eligibility.INELIGIBLE)]


def test_the_lines_of_the_gcf_are_judged_in_the_product_too(seeded_facts: Seeded) -> None:
    sources = list(seeded_facts.sources.values())
    verdicts = [
        x.verdict.verdict
        for key, project in seeded_facts.projects.items()
        if key.startswith("gcf-")
        for x in judge_lines(project, sources, seeded_facts.knowledge)
        if x.line.provider == "gcf" and x.line.state in COMMITTED
    ]

    assert len(verdicts) >= 70
    assert Eligibility.INELIGIBLE not in verdicts
