from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.values import Envelope, Site
from portal.core.i18n import Message
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.matching.criteria import (
    JUDGES,
    judge_technology,
    known_of,
    rank_of,
    score_of,
    sort_key,
    with_money,
)
from portal.matching.facts import DeploymentFacts, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.weights import WEIGHTS, weights_for
from tests.matching.conftest import KNOWLEDGE, need, technology, usd

FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN


def judged(name: str, wanted: NeedFacts, offered: TechnologyFacts) -> Criterion:
    """Return one criterion, and check what holds of every one."""
    found = JUDGES[name](wanted, offered, KNOWLEDGE, 10)
    assert found.name == name
    assert (found.degree is None) == (found.verdict == UNKNOWN)
    if found.degree is not None:
        assert 0 <= found.degree <= 1
        assert found.offered is not None
    return found


def cold(low: float, *, at: str = "operating") -> TechnologyFacts:
    return technology(**{at: Envelope(temp_min_c=Decimal(str(low)))})


DESIGN = need(site=Site(temp_min_c=Decimal(-30)))
EXTREME = need(site=Site(temp_extreme_min_c=Decimal(-50)))
DRY = need(site=Site(water="scarce", dust="high"))


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (DESIGN, cold(-40), PASS),
        (DESIGN, cold(-20), PARTIAL),
        (DESIGN, cold(0), FAIL),
        (EXTREME, cold(-55, at="survival"), PASS),
        (EXTREME, cold(-20), UNKNOWN),
        (DRY, technology(water_demand="low", operating=Envelope(dust="high")), PASS),
        (DRY, technology(water_demand="high"), PARTIAL),
        (DRY, technology(operating=Envelope(dust="medium")), PARTIAL),
        (DRY, technology(operating=Envelope(dust="low")), FAIL),
        (need(), cold(-40), UNKNOWN),
        (DESIGN, technology(), UNKNOWN),
        (
            need(site=Site(temp_max_c=Decimal(45))),
            technology(operating=Envelope(temp_max_c=Decimal(50))),
            PASS,
        ),
        (
            need(site=Site(altitude_m=Decimal(900))),
            technology(operating=Envelope(altitude_max_m=Decimal(2000))),
            PASS,
        ),
    ],
)
def test_site(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("site", wanted, offered).verdict == verdict


def test_site_names_the_basis_of_its_comparison() -> None:
    found = judged("site", DESIGN, cold(-20))

    assert Message("match.site.design_minimum") in found.reason.values["bases"]


def references(*places: DeploymentFacts) -> TechnologyFacts:
    return technology(deployments=places)


STEPPE = need(site=Site(climate=["BSk"]))


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (STEPPE, references(DeploymentFacts("KZ", "BSk", True)), PASS),
        (STEPPE, references(DeploymentFacts("DE", "BSk", True)), PASS),
        (STEPPE, references(DeploymentFacts("KZ", "BWk", True)), PARTIAL),
        (STEPPE, references(DeploymentFacts("KZ", "Cfb", True)), PARTIAL),
        (STEPPE, references(DeploymentFacts("KZ", "BSk", None)), PARTIAL),
        (STEPPE, references(DeploymentFacts("KZ", "BSk", False)), FAIL),
        (need(), references(DeploymentFacts("KZ", "BSk", True)), PARTIAL),
        (STEPPE, technology(), UNKNOWN),
    ],
)
def test_proof(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("proof", wanted, offered).verdict == verdict


def test_a_country_as_such_gives_no_points() -> None:
    """Two references in the same climate and region count alike, whichever the country."""
    here = judged("proof", STEPPE, references(DeploymentFacts("KZ", "BSk", True)))
    beside = judged("proof", STEPPE, references(DeploymentFacts("UZ", "BSk", True)))

    assert here.degree == beside.degree


def area(low: float | None, high: float | None, unit: str = "ha") -> Quantity:
    return Quantity(
        unit,
        None if low is None else Decimal(str(low)),
        None if high is None else Decimal(str(high)),
    )


PRICE = MoneyRange("EUR", min=Decimal(80), max=Decimal(100), per="kW", price_year=2020)


@pytest.mark.parametrize(
    ("capacity", "budget", "unit_cost", "verdict"),
    [
        (area(1, 1, "MW"), usd(125_000), PRICE, PASS),
        (area(1, 1, "MW"), usd(110_000), PRICE, PARTIAL),
        (area(1, 1, "MW"), usd(90_000), PRICE, FAIL),
        (area(1, 1, "ha"), usd(90_000), PRICE, UNKNOWN),
        (None, usd(90_000), PRICE, UNKNOWN),
        (area(1, 1, "MW"), None, PRICE, UNKNOWN),
        (area(1, 1, "MW"), usd(90_000), None, UNKNOWN),
        (area(1, 1, "MW"), usd(90_000, currency="XXX"), PRICE, UNKNOWN),
    ],
)
def test_cost_compares_only_what_is_comparable(
    capacity: Quantity | None, budget: MoneyRange | None, unit_cost: MoneyRange | None, verdict: Verdict
) -> None:
    wanted = need(capacity=capacity, budget=budget)

    assert JUDGES["cost"](wanted, technology(unit_cost=unit_cost), KNOWLEDGE, 12).verdict == verdict


@pytest.mark.parametrize(
    ("objective", "effect", "verdict"),
    [
        ("mitigation", area(1, 2, "tCO2e/MWh"), PASS),
        ("adaptation", area(1, 2, "m3/ha/year"), PASS),
        ("both", area(1, 2, "m3/ha/year"), PASS),
        ("adaptation", area(1, 2, "tCO2e/year"), PARTIAL),
        ("mitigation", area(40, 60, "percent"), PARTIAL),
        ("mitigation", None, UNKNOWN),
    ],
)
def test_effect(objective: str, effect: Quantity | None, verdict: Verdict) -> None:
    found = judged("effect", need(objective=objective), technology(effect=effect))

    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (area(100, 200), area(50, 500), PASS),
        (area(None, 1_000_000), area(1, 500), PARTIAL),
        (area(100, 100), area(1, 10), PASS),
        (area(None, 1_000_000), area(None, 0.5), PARTIAL),
        (area(10, 20), area(50, 500), FAIL),
        (area(0.1, 0.1, "km2"), area(5, 500), PASS),
        (area(10, 20), area(1, 5, "MW"), UNKNOWN),
        (area(10, 20), None, UNKNOWN),
        (None, area(10, 20), UNKNOWN),
    ],
)
def test_only_an_installation_that_is_too_large_fails_on_scale(
    wanted: Quantity | None, offered: Quantity | None, verdict: Verdict
) -> None:
    found = JUDGES["scale"](need(capacity=wanted), technology(capacity=offered), KNOWLEDGE, 8)

    assert found.verdict == verdict


def test_a_national_total_is_covered_by_many_units() -> None:
    found = judged("scale", need(capacity=area(None, 1_000_000)), technology(capacity=area(1, 500)))

    assert found.reason == Message("criterion_reason.scale.units", {"units": 2000})


@pytest.mark.parametrize(
    ("offered", "verdict"),
    [
        (technology(service_in=("KZ",)), PASS),
        (technology(service_in=("UZ",)), PARTIAL),
        (technology(service_in=("DE",)), PARTIAL),
        (technology(service_in=("KZ",), training_languages=("ru",)), PASS),
        (technology(service_in=("KZ",), training_languages=("de",)), PARTIAL),
        (technology(training_languages=("ru",)), PARTIAL),
        (technology(), UNKNOWN),
    ],
)
def test_service(offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("service", need(), offered).verdict == verdict


SOON = date(2027, 5, 20)


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (need(trl_floor=7), technology(trl=9), PASS),
        (need(trl_floor=7), technology(trl=7), PARTIAL),
        (need(commissioning_by=SOON), technology(trl=9, lead_time=area(2, 6, "month")), PASS),
        (need(commissioning_by=SOON), technology(trl=9, lead_time=area(4, 12, "month")), PARTIAL),
        (need(commissioning_by=SOON), technology(trl=9, lead_time=area(12, 24, "month")), FAIL),
        (need(), technology(lead_time=area(12, 24, "month")), UNKNOWN),
        (need(), technology(), UNKNOWN),
    ],
)
def test_readiness(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("readiness", wanted, offered).verdict == verdict


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [(("sale",), ("sale", "licence"), PASS), (("sale",), ("licence",), FAIL), ((), ("sale",), UNKNOWN)],
)
def test_transfer(wanted: tuple[str, ...], offered: tuple[str, ...], verdict: Verdict) -> None:
    found = JUDGES["transfer"](need(transfer_modes=wanted), technology(transfer_modes=offered), KNOWLEDGE, 4)

    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("wanted", "held", "verdict", "degree"),
    [
        (("IEC 61400-1",), ("IEC 61400-1:2019",), PASS, 1.0),
        (("IEC 61400-1",), ("IEC 61400-12",), PARTIAL, 0.5),
        (("ISO 1", "ISO 2"), ("iso 1",), PARTIAL, 0.75),
        (("ISO 1",), (), UNKNOWN, None),
        ((), ("ISO 1",), UNKNOWN, None),
    ],
)
def test_a_missing_standard_is_a_step_and_never_fails(
    wanted: tuple[str, ...], held: tuple[str, ...], verdict: Verdict, degree: float | None
) -> None:
    found = JUDGES["conformity"](need(required_standards=wanted), technology(certificates=held), KNOWLEDGE, 3)

    assert (found.verdict, found.degree) == (verdict, degree)


def test_each_set_of_weights_sums_to_a_hundred_and_differs_little() -> None:
    assert sum(weights_for("mitigation").values()) == 100
    assert sum(weights_for("adaptation").values()) == 100
    assert weights_for("both") == weights_for("mitigation")
    assert weights_for("adaptation")["site"] == 16
    assert weights_for("mitigation")["financeable"] == 0
    assert set(weights_for("both")) == {*JUDGES, "financeable"}
    assert all(abs(x.mitigation - x.adaptation) <= 2 for x in WEIGHTS)


def test_financeable_is_a_flag_and_never_gives_points() -> None:
    judged = judge_technology(need(), technology(), KNOWLEDGE)
    matches = [judged, with_money(judged, 0), with_money(judged, 7)]

    assert len({(x.score, x.known, x.rank) for x in matches}) == 1
    assert [x.financeable for x in matches] == [None, False, True]


def criterion(name: str, weight: int, verdict: Verdict, degree: float | None = None) -> Criterion:
    return Criterion(name, weight, verdict, degree, None, None, Message("match.value"))


def test_one_lucky_known_criterion_never_leads() -> None:
    """Knowing only the best of one thing ranks below knowing much that is good."""
    whole = weights_for("mitigation")
    good = [criterion(x, w, PARTIAL, 0.7) for x, w in whole.items()]
    for lucky in whole:
        alone = [
            criterion(x, w, PASS if x == lucky else UNKNOWN, 1.0 if x == lucky else None)
            for x, w in whole.items()
        ]
        if whole[lucky]:
            assert score_of(alone) == 100
        assert rank_of(alone) < rank_of(good)


def test_nothing_known_has_no_score() -> None:
    nothing = [criterion("site", 14, UNKNOWN)]

    assert (score_of(nothing), known_of(nothing)) == (None, 0.0)


def test_partial_counts_its_degree_or_a_half() -> None:
    assert score_of([criterion("site", 14, PARTIAL, 0.25)]) == 25
    assert score_of([criterion("site", 14, PARTIAL)]) == 50


def test_ties_are_sorted_by_known_share_then_references_then_id() -> None:
    first = judge_technology(need(), technology(id=9), KNOWLEDGE)
    more_known = replace(first, technology_id=8, known=0.9)
    proven = replace(first, technology_id=7, references=3)
    older = replace(first, technology_id=5)

    assert sorted([first, older, proven, more_known], key=sort_key) == [more_known, proven, older, first]


_VERDICTS = st.one_of(
    st.just((UNKNOWN, None)),
    st.just((PASS, 1.0)),
    st.just((FAIL, 0.0)),
    st.tuples(st.just(PARTIAL), st.floats(0, 1)),
    st.just((PARTIAL, None)),
)
_CRITERIA = st.lists(_VERDICTS, min_size=len(WEIGHTS), max_size=len(WEIGHTS)).map(
    lambda found: [criterion(w.name, w.mitigation, *x) for w, x in zip(WEIGHTS, found, strict=True)]
)


@given(_CRITERIA)
def test_score_known_and_rank_stay_in_bounds(criteria: Sequence[Criterion]) -> None:
    score, known = score_of(criteria), known_of(criteria)

    assert 0 <= known <= 1
    assert (score is None) == (known == 0)
    assert score is None or 0 <= score <= 100
    assert 0 <= rank_of(criteria) <= 1


@given(_CRITERIA, st.integers(0, len(WEIGHTS) - 1))
def test_an_unknown_counts_as_left_out_and_never_as_zero(criteria: list[Criterion], place: int) -> None:
    """Turning a criterion unknown gives the score of the others, never less than as a failure."""
    others = [x for number, x in enumerate(criteria) if number != place]
    hidden = [*others, replace(criteria[place], verdict=UNKNOWN, degree=None)]
    failed = [*others, replace(criteria[place], verdict=FAIL, degree=0.0)]

    assert score_of(hidden) == score_of(others)
    assert (score_of(hidden) or 100) >= (score_of(failed) or 0)


_NUMBERS = st.one_of(st.none(), st.integers(-60, 60).map(Decimal))
_SIZES = st.one_of(
    st.none(), st.builds(Quantity, st.sampled_from(["ha", "kW", "MW"]), st.integers(1, 9).map(Decimal))
)


@given(
    low=_NUMBERS,
    high=_NUMBERS,
    survives=_NUMBERS,
    size=_SIZES,
    wanted=_SIZES,
    trl=st.one_of(st.none(), st.integers(1, 9)),
    terms=st.lists(st.sampled_from(sorted(KNOWLEDGE.tree.parents)), max_size=3, unique=True),
)
def test_any_facts_are_judged_and_the_same_facts_give_the_same_answer(**facts: Any) -> None:
    site = Site(temp_min_c=facts["low"], temp_extreme_min_c=facts["low"], temp_max_c=facts["high"])
    wanted = need(site=site, capacity=facts["wanted"], trl_floor=7)
    offered = technology(
        operating=Envelope(temp_min_c=facts["survives"]),
        survival=Envelope(temp_min_c=facts["survives"]),
        capacity=facts["size"],
        trl=facts["trl"],
        terms=tuple(facts["terms"]),
    )

    found = judge_technology(wanted, offered, KNOWLEDGE)

    assert found == judge_technology(wanted, offered, KNOWLEDGE)
    assert [x.name for x in found.criteria] == [w.name for w in WEIGHTS]
    assert 0 <= found.known <= 1
