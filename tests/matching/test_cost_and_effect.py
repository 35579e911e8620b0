"""What the capacity wanted costs, what a unit of the effect costs, and whose rights it takes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.i18n import render
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.matching.facts import NeedFacts, TechnologyFacts
from portal.matching.fit.cost import cost_degree, price_level, total_cost
from portal.matching.fit.effect import annuity, cost_of_effect, effect_degree
from portal.matching.results import Verdict
from tests.matching.conftest import KNOWLEDGE, amount, judged, need, technology, usd

FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN
PRICES = {
    "USD": {2015: Decimal(92), 2020: Decimal(100), 2024: Decimal(120)},
    "EUR": {2020: Decimal(100), 2024: Decimal(121)},
}
DATED = replace(KNOWLEDGE, prices=PRICES)


def price(
    low: float, high: float | None = None, per: str = "kW", year: int | None = None, currency: str = "USD"
) -> MoneyRange:
    return replace(usd(low, high, currency), per=per, price_year=year)


EUROS = price(80, 100, year=2020, currency="EUR")


@pytest.mark.parametrize(
    ("capacity", "budget", "unit_cost", "verdict"),
    [
        (amount("MW", 1), usd(125_000), EUROS, PASS),
        (amount("MW", 1), usd(110_000), EUROS, PARTIAL),
        (amount("MW", 1), usd(80_000), EUROS, FAIL),
        (amount("ha", 1), usd(90_000), EUROS, UNKNOWN),
        (None, usd(90_000), EUROS, UNKNOWN),
        (amount("MW", 1), None, EUROS, UNKNOWN),
        (amount("MW", 1), usd(90_000), None, UNKNOWN),
        (amount("MW", 1), usd(90_000), replace(EUROS, per=None), UNKNOWN),
        (amount("MW", 1), usd(90_000, currency="XXX"), EUROS, UNKNOWN),
    ],
)
def test_cost_compares_only_what_is_comparable(
    capacity: Quantity | None, budget: MoneyRange | None, unit_cost: MoneyRange | None, verdict: Verdict
) -> None:
    wanted = need(capacity=capacity, budget=budget)

    assert judged("cost", wanted, technology(unit_cost=unit_cost)).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "budget", "degree"),
    [
        (80, 100, 100, 1.0),
        (80, 120, 100, 0.8),
        (100, 120, 100, 0.6),
        (105, 120, 100, 0.48),
        (112.5, 120, 100, 0.3),
        (125, 130, 100, 0.0),
        (200, 300, 100, 0.0),
        (1, 2, 0, 0.0),
        (0, 0, 0, 1.0),
    ],
)
def test_an_overrun_takes_points_by_its_size(low: float, high: float, budget: float, degree: float) -> None:
    assert cost_degree(low, high, budget) == pytest.approx(degree)


_MONEY = st.floats(0, 1e9, allow_subnormal=False)


@given(ends=st.tuples(_MONEY, _MONEY), budgets=st.tuples(_MONEY, _MONEY))
def test_a_larger_budget_is_never_worth_less(ends: tuple[float, float], budgets: tuple[float, float]) -> None:
    low, high = sorted(ends)
    less, more = sorted(budgets)

    assert cost_degree(low, high, less) <= cost_degree(low, high, more) + 1e-9


@given(ends=st.tuples(_MONEY, _MONEY), share=st.floats(0, 1), budget=_MONEY)
def test_a_cheaper_technology_is_never_worth_less(
    ends: tuple[float, float], share: float, budget: float
) -> None:
    low, high = sorted(ends)

    assert cost_degree(low, high, budget) <= cost_degree(low * share, high * share, budget) + 1e-9


TEN = amount("kW", 10)


def test_prices_of_an_older_year_are_brought_to_the_newest() -> None:
    """100 dollars of 2015 are 100 x 120 / 92 = 130.43 of 2024."""
    offered = technology(unit_cost=price(100, year=2015))

    total = total_cost(need(capacity=TEN), offered, PRICES)
    found = judged("cost", need(capacity=TEN, budget=usd(1_200)), offered, DATED)

    assert total is not None
    assert float(total.low) == pytest.approx(1304.35, abs=0.01)
    assert total.year == 2024
    assert found.verdict == PARTIAL
    assert found.degree == pytest.approx(0.6 * (1.25 - 1304.3478 / 1200) / 0.25, abs=1e-4)
    assert "1,304 USD" in render(found.reason, "en")
    assert "2024" in render(found.notes[0], "en")


def test_the_budget_is_brought_to_the_same_year() -> None:
    offered = technology(unit_cost=price(100, year=2015))
    same_year = replace(usd(1_000), price_year=2015)

    assert judged("cost", need(capacity=TEN, budget=same_year), offered, DATED).degree == 1
    assert judged("cost", need(capacity=TEN, budget=usd(1_000)), offered, DATED).degree == 0


@pytest.mark.parametrize(
    ("currency", "year", "level"),
    [
        ("USD", 2015, Decimal(120) / 92),
        ("USD", 2024, Decimal(1)),
        ("USD", 2030, Decimal(1)),
        ("USD", 2016, Decimal(1)),
        ("USD", None, Decimal(1)),
        ("KZT", 2015, Decimal(1)),
        ("EUR", 2020, Decimal("1.21")),
    ],
)
def test_only_a_year_on_record_is_corrected(currency: str, year: int | None, level: Decimal) -> None:
    assert price_level(currency, year, PRICES) == level


def test_nothing_is_said_of_prices_of_which_nobody_knows_the_year() -> None:
    found = judged("cost", need(capacity=TEN, budget=usd(2_000)), technology(unit_cost=price(100)), DATED)

    assert "match.cost.prices_of" not in {x.key for x in found.notes}


RUN = technology(unit_cost=price(100), running_cost=price(5, per="kW/year"))


@pytest.mark.parametrize(
    ("years", "offered", "low", "note"),
    [
        (10, RUN, 1_500, "match.cost.with_running"),
        (0, RUN, 1_000, None),
        (None, RUN, 1_000, "match.cost.capital_only"),
        (10, replace(RUN, running_cost=None), 1_000, "match.cost.running_unknown"),
        (10, replace(RUN, running_cost=price(5, per="t")), 1_000, "match.cost.running_unknown"),
        (
            10,
            replace(RUN, running_cost=price(5, per="kW/year", currency="EUR")),
            1_000,
            "match.cost.running_unknown",
        ),
        (10, replace(RUN, running_cost=price(5_000, per="MW/year")), 1_500, "match.cost.with_running"),
    ],
)
def test_running_is_counted_for_the_years_that_the_budget_covers(
    years: int | None, offered: TechnologyFacts, low: int, note: str | None
) -> None:
    wanted = need(capacity=TEN, budget=usd(1_200), budget_years=years)

    total = total_cost(wanted, offered, {})
    found = judged("cost", wanted, offered)

    assert total is not None
    assert total.low == total.high == low
    assert found.degree == (1 if low <= 1_200 else 0)
    assert [x.key for x in found.notes] == ([note] if note else [])


def test_the_page_says_what_the_budget_covers() -> None:
    found = judged("cost", need(capacity=TEN, budget=usd(1_200), budget_years=10), RUN)

    assert found.wanted is not None
    assert found.offered is not None
    assert render(found.wanted, "en") == "1,200 USD, with 10 years of running"
    assert render(found.offered, "en") == "capital 100 USD / kW, running 5 USD / kW per year"


def test_annuities_are_those_of_the_tables() -> None:
    assert annuity(20) == pytest.approx(0.0871846, abs=1e-7)
    assert annuity(10) == pytest.approx(0.1358680, abs=1e-7)
    assert annuity(1) == pytest.approx(1.06)


TURBINE = technology(
    sectors=("energy",),
    terms=("onshore-wind",),
    unit_cost=price(1_200, 1_400),
    running_cost=price(40, per="kW/year"),
    effect=amount("tCO2e/MWh", 0.7, 0.9),
    lifetime_years=amount("year", 20, 30),
    full_load_hours=3_000,
)
DRIP = technology(
    unit_cost=price(2_000, 3_000, per="ha"),
    running_cost=price(150, per="ha/year"),
    effect=amount("m3/ha/year", 2_000, 4_000),
    lifetime_years=amount("year", 10),
)


def test_a_tonne_saved_by_a_wind_turbine() -> None:
    """By hand: 1300 x .0782267 + 40 = 141.69 USD a year and kW; 3 MWh x .8 t = 2.4 t: 59.04 USD/t."""
    cost = cost_of_effect(TURBINE, KNOWLEDGE)
    found = judged("effect", need(objective="mitigation"), TURBINE)

    assert cost is not None
    assert cost.unit == "tCO2e"
    assert cost.usd == pytest.approx(59.04, abs=0.01)
    assert (cost.years, cost.hours) == (25, 3_000)
    assert found.verdict == PARTIAL
    assert found.degree == pytest.approx((300 - 59.04) / 250, abs=1e-4)
    assert "59 USD" in render(found.reason, "en")
    notes = " ".join(render(x, "en") for x in found.notes)
    assert "25 years" in notes
    assert "6 %" in notes
    assert "3,000 hours" in notes


def test_a_cubic_metre_saved_by_drip() -> None:
    """By hand: 2500 x .135868 + 150 = 489.67 USD a year and hectare; over 3000 m3: .1632 USD/m3."""
    cost = cost_of_effect(DRIP, KNOWLEDGE)
    found = judged("effect", need(objective="adaptation"), DRIP)

    assert cost is not None
    assert (cost.unit, cost.hours) == ("m3", None)
    assert cost.usd == pytest.approx(0.1632, abs=1e-4)
    assert found.degree == pytest.approx((1 - 0.1632) / 0.9, abs=1e-4)
    assert "0.16 USD" in render(found.reason, "en")


def test_units_of_cost_and_effect_are_brought_together() -> None:
    """The same turbine by the megawatt, its effect by the kilowatt hour and its price in euros."""
    by_megawatt = replace(
        TURBINE,
        unit_cost=price(960_000, 1_120_000, per="MW", currency="EUR"),
        effect=amount("tCO2e/kWh", 0.0007, 0.0009),
    )

    cost, plain = cost_of_effect(by_megawatt, KNOWLEDGE), cost_of_effect(TURBINE, KNOWLEDGE)

    assert cost is not None
    assert plain is not None
    assert cost.usd == pytest.approx(plain.usd)


def test_what_is_saved_per_tonne_made_is_spread_over_a_plant_of_so_many_tonnes_a_year() -> None:
    plant = technology(
        unit_cost=price(100, per="t/year"),
        effect=amount("tCO2e/t", 0.5),
        lifetime_years=amount("year", 20),
    )

    cost = cost_of_effect(plant, KNOWLEDGE)

    assert cost is not None
    assert cost.usd == pytest.approx(100 * 0.0871846 / 0.5, abs=1e-4)


def test_old_prices_are_corrected_in_the_cost_of_effect_too() -> None:
    no_running = replace(TURBINE, running_cost=None)
    old = replace(no_running, unit_cost=price(1_200, 1_400, year=2015))

    cost, plain = cost_of_effect(old, DATED), cost_of_effect(no_running, DATED)

    assert cost is not None
    assert plain is not None
    assert cost.usd == pytest.approx(plain.usd * 120 / 92)


@pytest.mark.parametrize(
    "offered",
    [
        replace(TURBINE, full_load_hours=None),
        replace(TURBINE, lifetime_years=None),
        replace(TURBINE, unit_cost=None),
        replace(TURBINE, unit_cost=price(1_200, per="ha")),
        replace(TURBINE, unit_cost=price(1_200, currency="XXX")),
        replace(TURBINE, running_cost=price(40, per="kW/year", currency="XXX")),
        replace(TURBINE, effect=amount("tCO2e", 5)),
        replace(TURBINE, effect=amount("tCO2e/MWh", 0)),
    ],
)
def test_an_effect_without_a_cost_is_known_by_its_kind_only(offered: TechnologyFacts) -> None:
    found = judged("effect", need(objective="mitigation"), offered)

    assert cost_of_effect(offered, KNOWLEDGE) is None
    assert (found.verdict, found.degree) == (PARTIAL, 0.6)


@pytest.mark.parametrize(
    ("unit", "usd_each", "degree"),
    [
        ("tCO2e", 0, 1.0),
        ("tCO2e", 50, 1.0),
        ("tCO2e", 175, 0.5),
        ("tCO2e", 300, 0.0),
        ("tCO2e", 900, 0.0),
        ("m3", 0.10, 1.0),
        ("m3", 0.55, 0.5),
        ("m3", 1.00, 0.0),
        ("ha", 100, None),
    ],
)
def test_the_limits_of_a_cost_of_effect(unit: str, usd_each: float, degree: float | None) -> None:
    assert effect_degree(unit, usd_each) == (None if degree is None else pytest.approx(degree))


@pytest.mark.parametrize(
    ("objective", "effect", "verdict", "degree"),
    [
        ("mitigation", amount("tCO2e/MWh", 1, 2), PARTIAL, 0.6),
        ("adaptation", amount("m3/ha/year", 1, 2), PARTIAL, 0.6),
        ("both", amount("m3/ha/year", 1, 2), PARTIAL, 0.6),
        ("adaptation", amount("tCO2e/year", 1, 2), PARTIAL, 0.3),
        ("mitigation", amount("m3/ha/year", 1, 2), PARTIAL, 0.3),
        ("mitigation", amount("percent", 40, 60), PARTIAL, 0.5),
        ("mitigation", None, UNKNOWN, None),
    ],
)
def test_an_effect_by_its_kind(
    objective: str, effect: Quantity | None, verdict: Verdict, degree: float | None
) -> None:
    found = judged("effect", need(objective=objective), technology(effect=effect))

    assert (found.verdict, found.degree) == (verdict, degree)


@pytest.mark.parametrize(
    ("usd_each", "verdict"), [(500, PASS), (1_000, PASS), (2_000, PARTIAL), (5_000, PARTIAL), (9_000, FAIL)]
)
def test_cheap_middling_and_dear_effects(usd_each: float, verdict: Verdict) -> None:
    """A kilowatt that saves 2.4 t a year over 20 years."""
    offered = technology(
        unit_cost=price(usd_each),
        effect=amount("tCO2e/MWh", 0.8),
        lifetime_years=amount("year", 20),
        full_load_hours=3_000,
    )

    assert judged("effect", need(), offered).verdict == verdict


LICENCE = need(transfer_modes=("licence",))


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (need(transfer_modes=("sale",)), technology(transfer_modes=("sale", "licence")), PASS),
        (need(transfer_modes=("sale",)), technology(transfer_modes=("licence",)), FAIL),
        (need(), technology(transfer_modes=("sale",)), UNKNOWN),
        (need(transfer_modes=("sale",)), technology(), UNKNOWN),
        (LICENCE, technology(transfer_modes=("sale",), ip_status="patented"), FAIL),
        # What nobody owns may be made by whoever wants to.
        (LICENCE, technology(transfer_modes=("sale",), ip_status="open"), PASS),
        (LICENCE, technology(transfer_modes=("sale",), ip_status="public_domain"), PASS),
        (need(transfer_modes=("know_how",)), technology(transfer_modes=("sale",), ip_status="open"), PASS),
        # Nobody is bound to lease it out, or to sell it.
        (need(transfer_modes=("lease",)), technology(transfer_modes=("sale",), ip_status="open"), FAIL),
        (LICENCE, technology(ip_status="open"), UNKNOWN),
    ],
)
def test_transfer(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("transfer", wanted, offered).verdict == verdict


def test_the_way_that_suits_both_is_told() -> None:
    found = judged("transfer", LICENCE, technology(transfer_modes=("sale",), ip_status="open"))

    assert found.offered is not None
    assert "licence" in render(found.reason, "en").casefold()
    assert "rights:" in render(found.offered, "en")
