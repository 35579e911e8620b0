"""Financing plans: the check values, the rule of each class, and that the best is the best."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.values import Ticket
from portal.core.i18n import Locale, render
from portal.core.quantities import Quantity
from portal.matching.facts import AskFacts, SourceFacts
from portal.matching.plans.financing_plan import Plan, Share, check_plan, plans_for, why_no_plan
from portal.matching.plans.layers import CLASSES
from portal.matching.plans.solver import Offer, Task, solve
from tests.matching.conftest import KNOWLEDGE, Seeded, ask, line, source, usd

MILLION = 1_000_000


def lender(number: int, **changes: object) -> SourceFacts:
    """Return a bank of its own that lends at market terms."""
    return source(id=number, provider=f"bank-{number}", instruments=("senior_loan",), **changes)


def fund(number: int, *instruments: str, **changes: object) -> SourceFacts:
    """Return a fund of its own."""
    return source(id=number, provider=f"fund-{number}", instruments=instruments, **changes)


def ticket(low: int | None, high: int | None, currency: str = "USD") -> tuple[Ticket, ...]:
    """Return one ticket for everybody, in millions."""
    ends = [None if x is None else Decimal(x) * MILLION for x in (low, high)]
    return (Ticket(currency, "any", ends[0], ends[1]),)


def wind(**changes: object) -> AskFacts:
    """Return a wind farm of 100 million that earns and seeks nothing in particular."""
    return ask(**({"instruments": (), "from_lines": True, "revenue_class": "earning"} | changes))


def amounts(plan: Plan) -> dict[str, Decimal]:
    """Return millions by role."""
    found: dict[str, Decimal] = {}
    for share in plan.shares:
        found[share.role] = found.get(share.role, Decimal(0)) + share.amount / MILLION
    return found


def zhanatas_shares(sources: dict[str, int | None]) -> tuple[Share, ...]:
    lent = (("aiib", "34.4"), ("ebrd", "24.8"), ("icbc", "13.3"))
    return (
        Share(None, "sponsor_equity", "equity", Decimal("40.9") * MILLION),
        *(
            Share(
                sources.get(key),
                "senior" if sources.get(key) else "committed",
                "senior_loan",
                Decimal(x) * MILLION,
                key,
            )
            for key, x in lent
        ),
        Share(sources["gcf"], "concessional", "concessional_loan", Decimal("22.9") * MILLION, "gcf"),
    )


def test_the_real_plan_of_zhanatas_is_accepted(seeded_facts: Seeded) -> None:
    project = seeded_facts.projects["zhanatas-wind-farm"]
    known = {"aiib": "aiib", "ebrd": "ebrd-direct", "gcf": "gcf-regular"}
    ids: dict[str, int | None] = {key: seeded_facts.sources[x].id for key, x in known.items()}
    shares = zhanatas_shares(ids)

    problems = check_plan(
        project, shares, [*seeded_facts.sources.values()], seeded_facts.knowledge, revenue_class="earning"
    )

    # Each amount is published to 0.1 million, so that their sum is 0.1 above the cost.
    assert sum(x.amount for x in shares) == Decimal("136.3") * MILLION
    assert problems == ()


def test_what_zhanatas_has_is_found_again_as_its_plan(seeded_facts: Seeded) -> None:
    project = seeded_facts.projects["zhanatas-wind-farm"]

    (plan,) = plans_for(
        project, [*seeded_facts.sources.values()], seeded_facts.knowledge, revenue_class="earning"
    )

    assert amounts(plan) == {"sponsor_equity": Decimal("40.8"), "committed": Decimal("95.4")}
    assert plan.uncovered == 0
    assert plan.concessional == Decimal("22.9") * MILLION


def test_a_new_wind_farm_takes_a_lender_of_the_region_and_no_concessional_money(seeded_facts: Seeded) -> None:
    project = replace(seeded_facts.projects["zhanatas-wind-farm"], lines=(), stage="bankable", funded_by={})

    plans = plans_for(
        project, [*seeded_facts.sources.values()], seeded_facts.knowledge, revenue_class="earning"
    )

    assert len(plans) == 5
    assert {x.uncovered for x in plans} == {Decimal(0)}
    assert {x.concessional for x in plans} == {Decimal(0)}
    # 25 % where the lender states no minimum; DBK states 20 %.
    assert {amounts(x)["sponsor_equity"] for x in plans} == {Decimal("34.05"), Decimal("27.24")}


def test_a_wind_farm_that_begins_with_a_grant_is_refused_with_the_reason() -> None:
    giver, bank = fund(10, "grant"), lender(11)
    shares = (
        Share(None, "sponsor_equity", "equity", Decimal(25) * MILLION),
        Share(10, "grant", "grant", Decimal(50) * MILLION, "fund-10"),
        Share(11, "senior", "senior_loan", Decimal(25) * MILLION, "bank-11"),
    )

    (problem,) = check_plan(wind(), shares, [giver, bank], KNOWLEDGE)

    assert problem.rule == "grants"
    assert "50 million USD" in render(problem.message, "en")
    assert not check_plan(wind(), shares, [giver, bank], KNOWLEDGE, revenue_class="partly")


def test_concessional_money_alone_is_refused_while_a_lender_could_give_some() -> None:
    cheap, bank = fund(10, "concessional_loan"), lender(11)
    shares = (
        Share(None, "sponsor_equity", "equity", Decimal(25) * MILLION),
        Share(10, "concessional", "concessional_loan", Decimal(75) * MILLION, "fund-10"),
    )

    assert [x.rule for x in check_plan(wind(), shares, [cheap, bank], KNOWLEDGE)] == ["senior_first"]
    assert check_plan(wind(), shares, [cheap], KNOWLEDGE) == ()


def test_concessional_money_fills_only_the_gap_that_the_lender_leaves() -> None:
    bank = lender(10, tickets=ticket(None, 40))
    cheap = fund(11, "concessional_loan", "grant", interest_rate=Decimal("0.75"))

    plan = plans_for(wind(saved_tco2e=Decimal(7_000_000)), [cheap, bank], KNOWLEDGE)[0]

    assert amounts(plan) == {"sponsor_equity": 25, "senior": 40, "concessional": 35}
    assert plan.concessional == 35 * MILLION
    assert plan.usd_per_tco2e == Decimal("5.00")


def test_the_sponsor_gives_what_a_source_demands_and_no_more() -> None:
    demanding = lender(10, equity_min_share=Decimal("0.4"), tickets=ticket(None, 50))

    (plan,) = plans_for(wind(), [demanding], KNOWLEDGE)

    assert amounts(plan) == {"sponsor_equity": 40, "senior": 50}
    assert plan.uncovered == 10 * MILLION


def test_drip_irrigation_takes_a_grant_up_to_half_and_then_a_loan() -> None:
    drip = wind(terms=("drip-irrigation",), sectors=("agriculture",), cost=usd(2_000_000))
    giver, bank = fund(10, "grant"), lender(11)

    plan = plans_for(drip, [giver, bank], KNOWLEDGE, revenue_class="partly")[0]

    assert amounts(plan) == {"grant": 1, "senior": 1}


def test_a_source_that_states_its_own_share_lifts_the_limit_of_grants_to_it() -> None:
    giver, bank = fund(10, "grant", max_share_of_cost=Decimal("0.7")), lender(11)

    plan = plans_for(wind(), [giver, bank], KNOWLEDGE, revenue_class="partly")[0]

    assert amounts(plan) == {"grant": 70, "senior": 30}


def test_glacial_lake_warning_takes_grants_first_then_concessional_and_leaves_the_rest_to_the_budget() -> (
    None
):
    warning = wind(cost=usd(12_000_000), objective="adaptation", applicant="public")
    giver = fund(10, "grant", tickets=ticket(None, 8))
    cheap, bank = fund(11, "concessional_loan", tickets=ticket(None, 3)), lender(12)

    plan = plans_for(warning, [bank, cheap, giver], KNOWLEDGE, revenue_class="public_good")[0]

    assert amounts(plan) == {"grant": 8, "concessional": 3}
    assert plan.uncovered == MILLION


@pytest.mark.parametrize("instrument", ["in_kind", "undefined", "guarantee"])
def test_what_is_no_cash_never_fills_a_gap(instrument: str) -> None:
    asked = wind(lines=(line(90_000_000, instrument=instrument, state="signed"),))

    (plan,) = plans_for(asked, [fund(10, "guarantee", "in_kind")], KNOWLEDGE)
    (problem,) = check_plan(
        asked,
        (
            Share(None, "sponsor_equity", "equity", Decimal(25) * MILLION),
            Share(None, "committed", instrument, Decimal(1)),
        ),
        [],
        KNOWLEDGE,
    )

    assert plan.uncovered == 75 * MILLION
    assert problem.rule == "cash"


def test_a_ticket_that_begins_above_the_gap_is_not_used() -> None:
    asked = wind(lines=(line(70_000_000, provider="settled"),))

    (plan,) = plans_for(asked, [lender(10, tickets=ticket(10, None))], KNOWLEDGE)

    assert amounts(plan) == {"sponsor_equity": 25, "committed": 70}
    assert plan.uncovered == 5 * MILLION


def test_a_provider_that_has_committed_itself_gives_no_more() -> None:
    asked = wind(lines=(line(30_000_000, provider="bank-10"),))

    (plan,) = plans_for(asked, [lender(10)], KNOWLEDGE)

    assert amounts(plan) == {"sponsor_equity": 25, "committed": 30}
    assert plan.uncovered == 45 * MILLION


def test_debt_stays_within_the_cash_flow_at_the_highest_cover_ratio() -> None:
    terms = {"interest_rate": Decimal(5), "tenor_years": Quantity("year", None, Decimal(15))}
    bank = lender(10, dscr_min=Decimal("1.3"), **terms)
    asked = wind(cash_flow=usd(5_000_000))
    # An annuity of 5 % over 15 years is 0.0963423 of the debt: 5 / (1.3 * 0.0963423) = 39.922...

    (plan,) = plans_for(asked, [bank], KNOWLEDGE)
    more = tuple(replace(x, amount=x.amount + (x.role == "senior") * 1000) for x in plan.shares)

    assert amounts(plan)["senior"] == Decimal("39.921")
    assert check_plan(asked, plan.shares, [bank], KNOWLEDGE) == ()
    assert [x.rule for x in check_plan(asked, more, [bank], KNOWLEDGE)] == ["debt_service"]


def test_a_source_in_another_currency_is_converted_by_the_reference_rate() -> None:
    bank = lender(10, tickets=ticket(None, 10_000, "KZT"), currencies=("KZT",))

    (plan,) = plans_for(wind(), [bank], KNOWLEDGE)

    assert amounts(plan)["senior"] == 20


def test_debt_in_hard_currency_against_a_local_tariff_is_a_condition_and_no_refusal() -> None:
    (plan,) = plans_for(wind(tariff_currency="KZT"), [lender(10)], KNOWLEDGE)

    assert plan.uncovered == 0
    assert "plan.condition.currency" in {x.key for x in plan.conditions}


def test_a_source_to_ask_takes_part_only_on_demand_and_as_a_condition() -> None:
    unsure = lender(10, other_countries="unknown")

    assert plans_for(wind(), [unsure], KNOWLEDGE)[0].uncovered == 75 * MILLION
    (plan,) = plans_for(wind(), [unsure], KNOWLEDGE, ask_too=True)
    assert plan.uncovered == 0
    assert "plan.condition.ask" in {x.key for x in plan.conditions}


def test_an_odd_cost_is_met_to_the_last_unit() -> None:
    asked = wind(cost=usd(136_234_567.89))

    for plan in plans_for(asked, [lender(10), lender(11)], KNOWLEDGE):
        assert sum(x.amount for x in plan.shares) == plan.cost == Decimal("136234567.89")


def test_without_cost_or_class_there_is_no_plan_and_the_missing_field_is_named() -> None:
    bank = [lender(10)]
    cases = {
        "plan.none.cost": wind(cost=None),
        "plan.none.revenue_class": wind(revenue_class=None),
        "plan.none.lines": wind(lines=(line(101_000_000),)),
    }
    for key, asked in cases.items():
        reason = why_no_plan(asked, KNOWLEDGE)
        assert plans_for(asked, bank, KNOWLEDGE) == ()
        assert reason is not None
        assert reason.key == key
    assert why_no_plan(wind(), KNOWLEDGE) is None


def test_every_condition_and_problem_can_be_said_in_three_languages() -> None:
    bank = lender(10, country_cap=usd(40_000_000), cofinancing_min_share=Decimal("0.7"))
    plan = plans_for(wind(tariff_currency="KZT", cash_flow=usd(1)), [bank], KNOWLEDGE)[0]
    shares = (Share(10, "grant", "grant", Decimal(90) * MILLION, "bank-10"),)
    problems = check_plan(wind(), shares, [bank], KNOWLEDGE)

    assert {"equity", "grants", "country_cap", "cofinancing", "instrument"} <= {x.rule for x in problems}
    for message in [*plan.conditions, *(x.message for x in problems)]:
        for locale in Locale:
            assert "plan." not in render(message, locale)
            assert "%(" not in render(message, locale)


small = st.integers(1, 12)
offers = st.lists(
    st.builds(
        lambda least, extra, role, equity, price: Offer(
            group="", least=least, most=least + extra, roles=(role,), equity=equity, price=price
        ),
        st.integers(0, 5),
        small,
        st.sampled_from(["senior", "concessional"]),
        st.sampled_from([0, 3]),
        st.sampled_from([None, 100, 900]),
    ),
    max_size=5,
)


def brute(task: Task) -> tuple[int, int, int] | None:
    """Return least uncovered, then least concessional, then fewest, over every set and amount."""
    best = None
    for size in range(1, len(task.offers) + 1):
        for chosen in combinations(task.offers, size):
            equity = max(x.equity for x in chosen)
            # All amounts, by what they sum up to, with the least concessional money for each.
            sums = {0: 0}
            for offer in chosen:
                concessional = offer.roles == ("concessional",)
                grown: dict[int, int] = {}
                for total, used in sums.items():
                    for amount in range(max(offer.least, 1), min(offer.most, task.gap) + 1):
                        key, value = total + amount, used + amount * concessional
                        grown[key] = min(grown.get(key, value), value)
                sums = grown
            for total, used in sums.items():
                if equity + total <= task.gap:
                    found = (task.gap - equity - total, used, size)
                    best = found if best is None else min(best, found)
    return best


@settings(max_examples=60, deadline=None)
@given(offers, st.integers(3, 30))
def test_the_best_answer_is_the_best_of_all_combinations(found: list[Offer], gap: int) -> None:
    named = tuple(replace(x, group=str(i)) for i, x in enumerate(found))
    task = Task(gap=gap, offers=named, order=CLASSES["earning"].order)

    answers = solve(task, 5)
    reached = [
        (
            x.uncovered,
            sum(y for (_, role), y in x.amounts.items() if role == "concessional"),
            len({i for i, _ in x.amounts}),
        )
        for x in answers
    ]

    assert (reached[0] if reached else None) == brute(task)
    assert reached == sorted(reached)
    sets = [frozenset(i for i, _ in x.amounts) for x in answers]
    assert not any(one <= other for i, one in enumerate(sets) for other in sets[i + 1 :])


sources = st.lists(
    st.builds(
        lambda kind, high, share, rate: {
            "instruments": kind,
            "tickets": ticket(1, high) if high else (),
            "max_share_of_cost": share,
            "interest_rate": rate,
        },
        st.sampled_from([("senior_loan",), ("grant",), ("concessional_loan", "grant"), ("guarantee",)]),
        st.sampled_from([None, 2, 30, 60]),
        st.sampled_from([None, Decimal("0.2"), Decimal("0.6")]),
        st.sampled_from([None, Decimal("4.5"), Decimal("12")]),
    ),
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(sources, st.sampled_from(sorted(CLASSES)), st.randoms(use_true_random=False))
def test_plans_keep_all_rules_and_do_not_depend_on_the_order_of_the_sources(
    rules: list[dict[str, object]], revenue_class: str, random: object
) -> None:
    known = [source(id=10 + i, provider=f"p{i % 4}", **x) for i, x in enumerate(rules)]
    mixed = list(known)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    asked = wind(cost=usd(100_123_456))

    plans = plans_for(asked, known, KNOWLEDGE, revenue_class=revenue_class)

    assert plans == plans_for(asked, mixed, KNOWLEDGE, revenue_class=revenue_class)
    for plan in plans:
        assert sum(x.amount for x in plan.shares) + plan.uncovered == plan.cost
        assert all(x.amount > 0 for x in plan.shares)
        assert check_plan(asked, plan.shares, known, KNOWLEDGE, revenue_class=revenue_class) == ()
