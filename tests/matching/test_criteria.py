"""The other criteria, and how all of them make one score and one order."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.values import Envelope, Site
from portal.core.i18n import Message
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.matching.criteria import (
    FUNCTION_SHARE,
    JUDGES,
    PRIOR,
    judge_technology,
    known_of,
    rank_of,
    score_of,
    sort_key,
    with_money,
)
from portal.matching.facts import DeploymentFacts, NeedFacts, TechnologyFacts
from portal.matching.fit.readiness import months_after, months_until
from portal.matching.results import Criterion, Match, Verdict
from portal.matching.weights import WEIGHTS, WeightSets, weights_for
from tests.matching.conftest import KNOWLEDGE, TODAY, amount, judged, need, technology
from tests.matching.test_columns import RICH, Maker

FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN


def references(*places: DeploymentFacts) -> TechnologyFacts:
    return technology(deployments=places)


STEPPE = need(site=Site(climate=["BSk"]))


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict", "degree"),
    [
        (STEPPE, references(DeploymentFacts("KZ", "BSk", True)), PASS, 1.0),
        (STEPPE, references(DeploymentFacts("DE", "BSk", True)), PASS, 0.85),
        (STEPPE, references(DeploymentFacts("KZ", "BWk", True)), PARTIAL, 0.7),
        (STEPPE, references(DeploymentFacts("KZ", "Cfb", True)), PARTIAL, 0.4),
        (STEPPE, references(DeploymentFacts("KZ", None, True)), PARTIAL, 0.5),
        (STEPPE, references(DeploymentFacts("KZ", "BSk", None)), PARTIAL, 0.5),
        (STEPPE, references(DeploymentFacts("KZ", "BSk", False)), FAIL, 0.0),
        (need(countries=("MN",)), references(DeploymentFacts("KZ", "BSk", True)), PARTIAL, 0.5),
        (need(regions=("KZ-35",)), references(DeploymentFacts("UZ", "Dfb", True)), PASS, 1.0),
        (STEPPE, technology(), UNKNOWN, None),
    ],
)
def test_proof(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict, degree: float | None) -> None:
    found = judged("proof", wanted, offered, RICH)

    assert (found.verdict, found.degree) == (verdict, degree)


def test_a_country_as_such_gives_no_points() -> None:
    """Two references in the same climate and region count alike, whichever the country."""
    here = judged("proof", STEPPE, references(DeploymentFacts("KZ", "BSk", True)))
    beside = judged("proof", STEPPE, references(DeploymentFacts("UZ", "BSk", True)))

    assert here.degree == beside.degree


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (amount("ha", 100, 200), amount("ha", 50, 500), PASS),
        (Quantity("ha", max=Decimal(1_000_000)), amount("ha", 1, 500), PARTIAL),
        (amount("ha", 100), amount("ha", 1, 10), PASS),
        (Quantity("ha", max=Decimal(1_000_000)), Quantity("ha", max=Decimal("0.5")), PARTIAL),
        (amount("ha", 10, 20), amount("ha", 50, 500), FAIL),
        (amount("km2", 0.1), amount("ha", 5, 500), PASS),
        (amount("ha", 10, 20), amount("MW", 1, 5), UNKNOWN),
        (amount("ha", 10, 20), None, UNKNOWN),
        (None, amount("ha", 10, 20), UNKNOWN),
    ],
)
def test_only_an_installation_that_is_too_large_fails_on_scale(
    wanted: Quantity | None, offered: Quantity | None, verdict: Verdict
) -> None:
    assert judged("scale", need(capacity=wanted), technology(capacity=offered)).verdict == verdict


def test_a_national_total_is_covered_by_many_units() -> None:
    total = Quantity("ha", max=Decimal(1_000_000))
    found = judged("scale", need(capacity=total), technology(capacity=amount("ha", 1, 500)))

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
        (need(commissioning_by=SOON), technology(trl=9, lead_time=amount("month", 2, 6)), PASS),
        (need(commissioning_by=SOON), technology(trl=9, lead_time=amount("month", 4, 12)), PARTIAL),
        (need(commissioning_by=SOON), technology(trl=9, lead_time=amount("month", 12, 24)), FAIL),
        (need(), technology(lead_time=amount("month", 12, 24)), UNKNOWN),
        (need(), technology(), UNKNOWN),
    ],
)
def test_readiness(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("readiness", wanted, offered).verdict == verdict


@pytest.mark.parametrize(
    ("by", "months"),
    [(TODAY, 0), (date(2026, 12, 19), 0), (SOON, 6), (date(2027, 5, 19), 5), (date(2026, 11, 19), -1)],
)
def test_months_are_counted_as_long_as_their_last_day_is_not_past(by: date, months: int) -> None:
    assert months_until(TODAY, by) == months


def test_the_last_day_of_a_short_month_stands_for_later_ones() -> None:
    assert months_after(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert months_until(date(2026, 12, 31), date(2027, 2, 28)) == 2


def test_each_set_of_weights_sums_to_a_hundred_and_differs_little() -> None:
    assert sum(weights_for("mitigation").values()) == 100
    assert sum(weights_for("adaptation").values()) == 100
    assert weights_for("both") == weights_for("mitigation")
    assert weights_for("adaptation")["site"] == 16
    assert weights_for("mitigation")["financeable"] == 0
    assert set(weights_for("both")) == {*JUDGES, "financeable"}
    assert all(abs(x.mitigation - x.adaptation) <= 2 for x in WEIGHTS)


def test_the_weights_are_those_of_the_portal_unless_others_are_asked_for() -> None:
    only_site = {x.name: 100 if x.name == "site" else 0 for x in WEIGHTS}
    own = replace(KNOWLEDGE, weights=WeightSets(mitigation=only_site, adaptation=weights_for("adaptation")))
    wanted = need(site=Site(temp_min_c=Decimal(-30)))
    offered = technology(operating=Envelope(temp_min_c=Decimal(-30)), terms=("greenhouses",))

    assert judge_technology(wanted, offered, own).score == 100
    assert judge_technology(replace(wanted, objective="adaptation"), offered, own).score != 100
    assert judge_technology(wanted, offered, KNOWLEDGE, only_site).score == 100
    assert [x.weight for x in judge_technology(wanted, offered, own).criteria] == list(only_site.values())


def test_financeable_is_a_flag_and_never_gives_points() -> None:
    found = judge_technology(need(), technology(), KNOWLEDGE)
    matches = [found, with_money(found, 0), with_money(found, 7)]

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


def test_the_score_is_the_weighted_mean_of_the_degrees() -> None:
    assert score_of([criterion("site", 14, PARTIAL, 0.25)]) == 25
    # A pass with something short of full points has the points that it has.
    assert score_of([criterion("scale", 8, PASS, 0.9)]) == 90
    assert score_of([criterion("site", 30, PASS, 1.0), criterion("cost", 10, FAIL, 0.0)]) == 75
    assert score_of([criterion("site", 30, PASS, 1.0), criterion("cost", 10, UNKNOWN)]) == 100


def test_what_the_function_lacks_lowers_the_rank_whatever_else_is_good() -> None:
    whole = weights_for("mitigation")

    def rank(function: float) -> float:
        degrees = {x: function if x == "function" else 1.0 for x in whole}
        return rank_of([criterion(x, w, PARTIAL, degrees[x]) for x, w in whole.items()])

    assert rank(1.0) == 1
    assert rank(0.5) == pytest.approx((1 - 0.5 * 0.24) * (1 - FUNCTION_SHARE + FUNCTION_SHARE * 0.5))
    assert rank(0.0) == pytest.approx((1 - 0.24) * (1 - FUNCTION_SHARE))


def test_ties_are_sorted_by_known_share_then_references_then_id() -> None:
    first = judge_technology(need(), technology(id=9), KNOWLEDGE)
    more_known = replace(first, technology_id=8, known=0.9)
    proven = replace(first, technology_id=7, references=3)
    older = replace(first, technology_id=5)

    assert sorted([first, older, proven, more_known], key=sort_key) == [more_known, proven, older, first]


_VERDICTS = st.one_of(
    st.just((UNKNOWN, None)),
    st.tuples(st.just(PASS), st.floats(0.85, 1)),
    st.just((FAIL, 0.0)),
    st.tuples(st.just(PARTIAL), st.floats(0, 1)),
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
    hidden, failed = [*criteria], [*criteria]
    hidden[place] = replace(criteria[place], verdict=UNKNOWN, degree=None)
    failed[place] = replace(criteria[place], verdict=FAIL, degree=0.0)

    assert score_of(hidden) == score_of(others)
    assert (score_of(hidden) or 100) >= (score_of(failed) or 0)
    assert rank_of(hidden) >= rank_of(failed)


@given(_CRITERIA, st.integers(0, len(WEIGHTS) - 1), st.floats(0, 1))
def test_a_better_degree_never_lowers_score_or_rank(
    criteria: list[Criterion], place: int, degree: float
) -> None:
    worse, better = [*criteria], [*criteria]
    known = criteria[place].degree or 0.0
    worse[place] = replace(criteria[place], verdict=PARTIAL, degree=min(known, degree))
    better[place] = replace(criteria[place], verdict=PARTIAL, degree=max(known, degree))

    assert (score_of(worse) or 0) <= (score_of(better) or 0)
    assert rank_of(worse) <= rank_of(better)


def _limits(old: Envelope | None, temp_min_c: int) -> Envelope:
    return replace(old or Envelope(), temp_min_c=Decimal(temp_min_c), exposure=None)


def _usd(each: int, per: str) -> MoneyRange:
    return MoneyRange("USD", min=Decimal(each), max=Decimal(each) * 2, per=per)


#: Of a technology and two numbers, the first the better: the technology with either.
BETTER: dict[str, tuple[tuple[int, int], bool, Callable[[TechnologyFacts, int], TechnologyFacts]]] = {
    "cost": ((1, 9_000), False, lambda x, n: replace(x, unit_cost=_usd(n, "kW"))),
    "running cost": ((1, 500), False, lambda x, n: replace(x, running_cost=_usd(n, "kW/year"))),
    "effect": ((1, 2_000), True, lambda x, n: replace(x, effect=amount("tCO2e/MWh", n / 1000))),
    "cold limit": ((-60, 10), False, lambda x, n: replace(x, operating=_limits(x.operating, n))),
    "survival limit": ((-60, 10), False, lambda x, n: replace(x, survival=_limits(x.survival, n))),
    "capacity": ((5, 9_000), True, lambda x, n: replace(x, capacity=amount("kW", 5, n))),
    "lead time": ((1, 90), False, lambda x, n: replace(x, lead_time=amount("month", n))),
    "TRL": ((1, 9), True, lambda x, n: replace(x, trl=n)),
}


@pytest.mark.parametrize("name", BETTER)
@given(seed=st.integers(0, 1_000_000), data=st.data())
@settings(max_examples=60)
def test_a_better_number_never_ranks_lower(name: str, seed: int, data: st.DataObject) -> None:
    (low, high), more_is_better, given_number = BETTER[name]
    numbers = [data.draw(st.integers(low, high)) for _ in range(2)]
    worse, better = sorted(numbers, reverse=not more_is_better)
    maker = Maker(seed)
    wanted = replace(
        maker.need(1), capacity=amount("kW", 500), budget=_usd(600_000, "kW"), commissioning_by=SOON
    )
    offered = maker.technology(2)

    never_lower(wanted, given_number(offered, worse), given_number(offered, better))


def never_lower(wanted: NeedFacts, worse: TechnologyFacts, better: TechnologyFacts) -> None:
    before, after = judge_technology(wanted, worse, RICH), judge_technology(wanted, better, RICH)
    assert before.rank <= after.rank
    assert {x.name for x in after.failed} <= {x.name for x in before.failed}
    if before.known == after.known:
        assert (before.score or 0) <= (after.score or 0)
    assert best_first(before, after)[0].rank == after.rank


def best_first(*matches: Match) -> list[Match]:
    return sorted(matches, key=sort_key)


#: What is added to what is known already.
MORE: dict[str, Callable[[TechnologyFacts], tuple[TechnologyFacts, TechnologyFacts]]] = {
    "reference": lambda x: (
        x,
        replace(x, deployments=(*x.deployments, DeploymentFacts("KZ", "Dfb", True))),
    ),
    "service": lambda x: (
        replace(x, service_in=x.service_in or ("DE",)),
        replace(x, service_in=(*(x.service_in or ("DE",)), "KZ", "UZ")),
    ),
    "certificate": lambda x: (x, replace(x, certificates=(*x.certificates, "TR CU 010/2011"))),
    "evidence": lambda x: (x, replace(x, certificates=(*x.certificates, "IEC 61400-1"))),
    "transfer": lambda x: (
        replace(x, transfer_modes=x.transfer_modes or ("sale",)),
        replace(x, transfer_modes=(*(x.transfer_modes or ("sale",)), "licence")),
    ),
}


@pytest.mark.parametrize("name", MORE)
@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=60)
def test_one_more_of_what_is_wanted_never_ranks_lower(name: str, seed: int) -> None:
    """Not even where nothing was known of it before."""
    maker = Maker(seed)
    wanted = maker.need(1)

    never_lower(wanted, *MORE[name](maker.technology(2)))


def test_an_unknown_stands_between_a_failure_and_a_success() -> None:
    """What is not known costs nothing in the score and less than a failure in the rank."""
    cold = need(site=Site(temp_min_c=Decimal(-30)))
    unknown = judge_technology(cold, technology(), KNOWLEDGE)
    fails = judge_technology(cold, technology(operating=Envelope(temp_min_c=Decimal(0))), KNOWLEDGE)
    works = judge_technology(cold, technology(operating=Envelope(temp_min_c=Decimal(-30))), KNOWLEDGE)

    assert fails.rank < unknown.rank < works.rank
    assert unknown.score == 100
    assert fails.score is not None
    assert fails.score < 100
    assert 0 < PRIOR < 1


def test_the_order_does_not_depend_on_the_order_in_which_technologies_came() -> None:
    maker = Maker(5)
    offered = [maker.technology(number) for number in range(1, 80)]
    wanted = maker.need(1_000)

    def order(among: list[TechnologyFacts]) -> list[int]:
        return [x.technology_id for x in best_first(*(judge_technology(wanted, x, RICH) for x in among))]

    expected = order(offered)
    for seed in range(5):
        random.Random(seed).shuffle(offered)
        assert order(offered) == expected


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
