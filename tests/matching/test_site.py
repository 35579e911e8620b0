"""Whether a technology works where it is to stand, and whether it would survive there."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from portal.catalogue.values import Envelope, Site
from portal.core.i18n import Message, render
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.fit.gates import failed_gates
from portal.matching.fit.places import places_of
from portal.matching.fit.site import compare
from portal.matching.results import Verdict
from tests.matching.conftest import KNOWLEDGE, Seeded, judged, need, normals, technology

FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN


def envelope(**limits: Any) -> Envelope:
    plain = {x: Decimal(str(v)) if isinstance(v, float | int) else v for x, v in limits.items()}
    seismic = plain.pop("seismic_msk", None)
    return Envelope(**plain, seismic_msk=None if seismic is None else int(seismic))


def working(**limits: Any) -> TechnologyFacts:
    return technology(operating=envelope(**limits))


def surviving(**limits: Any) -> TechnologyFacts:
    return technology(survival=envelope(**limits))


def at(**site: Any) -> NeedFacts:
    return need(site=normals("KZ-00", **site).site)


DESIGN = at(temp_min_c=-30)
EXTREME = at(temp_extreme_min_c=-50)
DRY = at(water="scarce", dust="high")


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        (DESIGN, working(temp_min_c=-40), PASS),
        (DESIGN, working(temp_min_c=-20), PARTIAL),
        (DESIGN, working(temp_min_c=0), FAIL),
        (EXTREME, surviving(temp_min_c=-55), PASS),
        (EXTREME, working(temp_min_c=-20), UNKNOWN),
        (DESIGN, surviving(temp_min_c=0), UNKNOWN),
        (DRY, technology(water_demand="low", operating=Envelope(dust="high")), PASS),
        (DRY, technology(water_demand="high"), PARTIAL),
        (DRY, technology(operating=Envelope(dust="medium")), PARTIAL),
        (DRY, technology(operating=Envelope(dust="low")), FAIL),
        (need(), working(temp_min_c=-40), UNKNOWN),
        (DESIGN, technology(), UNKNOWN),
        (at(temp_max_c=45), working(temp_max_c=50), PASS),
        (at(temp_max_c=45), working(temp_max_c=40), PARTIAL),
        (at(temp_max_c=45), working(temp_max_c=35), FAIL),
        (at(altitude_m=900), working(altitude_max_m=2000), PASS),
        (at(altitude_m=900), working(altitude_max_m=899), FAIL),
        (at(wind="medium"), working(wind_min="medium"), PASS),
        (at(wind="medium"), working(wind_min="high"), PARTIAL),
        (at(solar="low"), working(solar_min="high"), FAIL),
        (at(seismic_msk=9), surviving(seismic_msk=9), PASS),
        (at(seismic_msk=9), surviving(seismic_msk=8), FAIL),
    ],
)
def test_site(wanted: NeedFacts, offered: TechnologyFacts, verdict: Verdict) -> None:
    assert judged("site", wanted, offered).verdict == verdict


def test_the_bases_of_the_comparison_are_named() -> None:
    met = judged("site", DESIGN, working(temp_min_c=-40))
    short = judged("site", DESIGN, working(temp_min_c=-20))

    assert met.reason.values["bases"] == [Message("match.site.design_minimum")]
    assert render(met.reason, "en").endswith("Compared: design minimum temperature.")
    assert render(short.reason, "en") == (
        "It fits only in part: works down to −20 °C (design minimum at the site: −30 °C)."
    )


def test_what_is_missing_is_told_point_by_point() -> None:
    wanted = at(temp_min_c=-25, temp_max_c=45, dust="high")
    found = judged("site", wanted, working(temp_min_c=-20, temp_max_c=50, dust="medium"))

    assert found.verdict == PARTIAL
    assert render(found.reason, "en") == (
        "It fits only in part: works down to −20 °C (design minimum at the site: −25 °C); "
        "takes at most a medium level of dust (dust at the site: high)."
    )
    for locale in ("kk", "ru"):
        cold, dust = render(found.reason, locale).split("; ")
        assert cold.index("−20 °C") < cold.index("−25 °C")
        assert render(Message("level.medium"), locale) in dust
        assert render(Message("level.high"), locale) in dust


def test_the_degree_is_the_mean_drawn_half_way_to_the_weakest() -> None:
    """Five of fifteen degrees short leave 2/3; the heat is met: mean 5/6, weakest 2/3."""
    found = judged("site", at(temp_min_c=-25, temp_max_c=45), working(temp_min_c=-20, temp_max_c=50))

    assert found.degree == pytest.approx((5 / 6 + 2 / 3) / 2, abs=1e-4)


def test_one_condition_that_is_not_met_at_all_fails_however_well_the_others_are() -> None:
    wanted = at(temp_min_c=-40, temp_max_c=45, dust="low", altitude_m=100)
    offered = working(temp_min_c=0, temp_max_c=60, dust="high", altitude_max_m=3000)

    found = judged("site", wanted, offered)

    assert found.verdict == FAIL
    assert found.degree == pytest.approx((3 / 4 + 0) / 2)


KARAGANDA = {"kk": "Қарағанды", "ru": "Караганда", "en": "Karaganda"}
IN_KARAGANDA = need(regions=("KZ-35",), sectors=("buildings",), terms=("heat-pumps",))


def heat_pump(**envelopes: Envelope) -> TechnologyFacts:
    return technology(sectors=("buildings",), terms=("air-source-heat-pumps",), **envelopes)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_a_heat_pump_down_to_minus_ten_fails_in_karaganda(seeded_facts: Seeded, locale: str) -> None:
    offered = heat_pump(operating=Envelope(temp_min_c=Decimal(-10)))

    found = judged("site", IN_KARAGANDA, offered, seeded_facts.knowledge)
    said = render(found.reason, locale)

    assert found.verdict == FAIL
    assert render(Message("match.site.design_minimum.there"), locale) in said
    assert "−29 °C" in said
    assert "−10 °C" in said
    assert KARAGANDA[locale] in said
    assert failed_gates(IN_KARAGANDA, offered, seeded_facts.knowledge) == ()
    assert [x.key for x in found.notes] == ["match.site.normals.unverified"]
    assert seeded_facts.knowledge.normals["KZ-35"].source in render(found.notes[0], locale)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_what_survives_only_minus_twenty_is_excluded_in_karaganda(seeded_facts: Seeded, locale: str) -> None:
    offered = heat_pump(survival=Envelope(temp_min_c=Decimal(-20)))

    gates = failed_gates(IN_KARAGANDA, offered, seeded_facts.knowledge)
    said = render(gates[0].reason, locale)

    assert [x.name for x in gates] == ["survival"]
    assert render(Message("match.site.absolute_minimum.there"), locale) in said
    assert f"−42{',' if locale != 'en' else '.'}9 °C" in said
    assert "−20 °C" in said
    assert KARAGANDA[locale] in said


def test_a_pump_for_the_cold_stays_in_karaganda(seeded_facts: Seeded) -> None:
    cold = Envelope(temp_min_c=Decimal(-45))
    offered = heat_pump(operating=cold, survival=cold)

    assert judged("site", IN_KARAGANDA, offered, seeded_facts.knowledge).verdict == PASS
    assert failed_gates(IN_KARAGANDA, offered, seeded_facts.knowledge) == ()


COUNTRY = replace(
    KNOWLEDGE,
    normals={
        "KZ-35": normals("KZ-35", temp_min_c=-29, temp_extreme_min_c=-42.9, seismic_msk=6, altitude_m=550),
        "KZ-61": normals("KZ-61", temp_min_c=-15, temp_extreme_min_c=-30, seismic_msk=8, altitude_m=500),
        "KZ-75": normals("KZ-75", temp_min_c=-20, temp_extreme_min_c=-38, seismic_msk=9, altitude_m=850),
        "UZ-TK": normals("UZ-TK", temp_min_c=-14, temp_extreme_min_c=-30, seismic_msk=8, altitude_m=460),
    },
)


@pytest.mark.parametrize(("limit", "closed"), [(-21, False), (-20.5, True), (-20, True), (-22, False)])
def test_survival_is_strict_against_what_the_need_states(limit: float, closed: bool) -> None:
    wanted = need(regions=("KZ-35",), site=Site(temp_extreme_min_c=Decimal(-21)))

    found = failed_gates(wanted, surviving(temp_min_c=limit), COUNTRY)

    assert [x.name for x in found] == (["survival"] if closed else [])


@pytest.mark.parametrize(
    ("limit", "closed", "verdict"),
    [
        (-42.9, False, PASS),
        (-42, False, PARTIAL),
        (-33, False, PARTIAL),
        (-32.9, True, FAIL),
        (-20, True, FAIL),
    ],
)
def test_the_record_of_a_region_leaves_ten_degrees(limit: float, closed: bool, verdict: Verdict) -> None:
    wanted = need(regions=("KZ-35",))

    found = failed_gates(wanted, surviving(temp_min_c=limit), COUNTRY)

    assert [x.name for x in found] == (["survival"] if closed else [])
    assert judged("site", wanted, surviving(temp_min_c=limit), COUNTRY).verdict == verdict


def test_a_need_for_a_whole_country_gets_the_share_of_its_regions() -> None:
    """-29, -15 and -20 against a limit of -20: met in two of three, nine short in the third."""
    offered = working(temp_min_c=-20)

    (compared,) = compare(places_of(need(), COUNTRY), offered)
    found = judged("site", need(), offered, COUNTRY)

    assert (compared.passing, len(compared.places)) == (2, 3)
    assert compared.degree == pytest.approx((1 - 9 / 15 + 1 + 1) / 3)
    assert found.verdict == PARTIAL
    assert found.degree == pytest.approx(compared.degree, abs=1e-4)
    assert render(found.reason, "en") == (
        "It fits only in part: works down to −20 °C "
        "(design minimum at the site: from −29 °C to −15 °C, regions: 3; met in 2 of 3)."
    )
    for locale in ("kk", "ru"):
        assert {"−20", "−29", "−15", "3", "2"} <= set(re.findall(r"−?\d+", render(found.reason, locale)))


@pytest.mark.parametrize(
    ("wanted", "regions"),
    [
        (need(), {"KZ-35", "KZ-61", "KZ-75"}),
        (need(countries=("KZ", "UZ")), {"KZ-35", "KZ-61", "KZ-75", "UZ-TK"}),
        (need(regions=("KZ-61", "KZ-75")), {"KZ-61", "KZ-75"}),
        # Another region of the country says nothing of one whose climate is not known.
        (need(regions=("KZ-99",)), set()),
        (need(countries=("MN",)), set()),
    ],
)
def test_a_need_stands_where_its_regions_are(wanted: NeedFacts, regions: set[str]) -> None:
    assert {x.normals.region for x in places_of(wanted, COUNTRY) if x.normals} == regions


@pytest.mark.parametrize(
    ("offered", "gates"),
    [
        # Of -42.9, -38 and -30 only the last is less than ten degrees away.
        (surviving(temp_min_c=-20.5), []),
        (surviving(temp_min_c=-20), ["survival"]),
        (surviving(seismic_msk=6), []),
        (surviving(seismic_msk=5), ["seismic"]),
        (working(altitude_max_m=520), []),
        (working(altitude_max_m=300), ["altitude"]),
    ],
)
def test_a_gate_closes_only_where_it_fails_in_every_region(
    offered: TechnologyFacts, gates: list[str]
) -> None:
    assert [x.name for x in failed_gates(need(), offered, COUNTRY)] == gates


def test_what_the_need_states_holds_before_the_normals() -> None:
    stated = need(regions=("KZ-35",), site=Site(temp_min_c=Decimal(-10)))

    found = judged("site", stated, working(temp_min_c=-10), COUNTRY)

    assert found.verdict == PASS
    assert found.notes == ()
    assert judged("site", need(regions=("KZ-35",)), working(temp_min_c=-10), COUNTRY).verdict == FAIL


def test_the_source_of_normals_is_told_where_they_were_used() -> None:
    regional = need(regions=("KZ-35",), site=Site(temp_min_c=Decimal(-10)))
    both = technology(operating=envelope(temp_min_c=-10), survival=envelope(temp_min_c=-45))
    checked = replace(COUNTRY, normals={"KZ-35": replace(COUNTRY.normals["KZ-35"], verified=True)})

    unchecked_notes = judged("site", regional, both, COUNTRY).notes
    checked_notes = judged("site", regional, both, checked).notes

    assert unchecked_notes == (Message("match.site.normals.unverified", {"source": "A handbook"}),)
    assert checked_notes == (Message("match.site.normals.verified", {"source": "A handbook"}),)


@pytest.mark.parametrize(
    ("exposure", "conditions"),
    [
        (None, {"design_minimum", "maximum"}),
        ("outdoors", {"design_minimum", "maximum"}),
        ("season", {"maximum"}),
        ("indoors", set()),
    ],
)
def test_what_does_not_stand_in_the_open_air_is_not_compared_with_it(
    exposure: str | None, conditions: set[str]
) -> None:
    wanted = at(temp_min_c=-30, temp_max_c=45)
    offered = working(temp_min_c=5, temp_max_c=30, exposure=exposure)

    assert {x.condition.name for x in compare(places_of(wanted, KNOWLEDGE), offered)} == conditions


@pytest.mark.parametrize(("exposure", "closed"), [(None, True), ("indoors", False), ("season", False)])
def test_a_survival_limit_of_a_room_or_a_season_closes_no_gate(exposure: str | None, closed: bool) -> None:
    found = failed_gates(EXTREME, surviving(temp_min_c=-20, exposure=exposure), KNOWLEDGE)

    assert [x.name for x in found] == (["survival"] if closed else [])


@pytest.mark.parametrize(
    ("water", "demand", "degree"),
    [
        ("scarce", "none", 1.0),
        ("scarce", "low", 1.0),
        ("scarce", "medium", 0.5),
        ("scarce", "high", 0.2),
        ("moderate", "high", 0.6),
        ("moderate", "medium", 1.0),
        ("sufficient", "high", 1.0),
    ],
)
def test_thirst_is_judged_by_what_there_is(water: str, demand: str, degree: float) -> None:
    assert judged("site", at(water=water), technology(water_demand=demand)).degree == degree


def test_every_region_of_the_seeds_has_a_climate_that_can_be_told(seeded_facts: Seeded) -> None:
    known: Knowledge = seeded_facts.knowledge
    assert len({x.country for x in known.normals.values()}) == 13
    harsh = technology(
        operating=envelope(temp_min_c=30, temp_max_c=-30, altitude_max_m=-400, dust="low", solar_min="high"),
        survival=envelope(temp_min_c=30, seismic_msk=1),
    )
    for region, climate in known.normals.items():
        found = judged("site", need(countries=(climate.country,), regions=(region,)), harsh, known)
        assert found.verdict == FAIL
        for locale in ("kk", "ru", "en"):
            assert climate.station[locale] in render(found.reason, locale)
            assert "match.site" not in render(found.reason, locale)
