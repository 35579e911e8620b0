"""What a destination asks for, what is held, and which steps remain."""

from dataclasses import replace
from typing import Any

import pytest

from portal.core.i18n import Message, render
from portal.matching.facts import ProhibitionFacts, StepFacts, TechnologyFacts
from portal.matching.fit.conformity import EASED, MET, OPEN, country_degree, steps_for
from portal.matching.fit.gates import failed_gates
from portal.matching.results import Verdict
from tests.matching.conftest import KNOWLEDGE, Seeded, judged, need, technology

FAIL, PARTIAL, PASS, UNKNOWN = Verdict.FAIL, Verdict.PARTIAL, Verdict.PASS, Verdict.UNKNOWN
#: The codes by which certificates of elsewhere are known: none of them is asked for.
ELSEWHERE = {"CE", "UL"}


def step(key: str, *countries: str, **changes: Any) -> StepFacts:
    names = {"kk": f"{key} қадамы", "ru": f"шаг {key}", "en": f"step {key}"}
    return StepFacts(
        **({"key": key, "countries": countries, "names": names, "issuer": {}, "step": "x"} | changes)
    )


MACHINES = step("machines", "KZ", "RU", scheme="TR CU 010/2011", met_by=("TR CU 010/2011",), eased_by=("CE",))
METERS = step("meters", "KZ", met_by=("KZ type approval",), terms=("efficient-irrigation",))
GRID = step("grid", "KZ", terms=("wind-power",), forms=("equipment",))
LABEL = step("a-label", "KZ", mandatory=False, met_by=("Energy label",))
SANITARY = step("sanitary", "UZ", met_by=("UzDSt",))
ASKED = replace(KNOWLEDGE, steps=(GRID, LABEL, MACHINES, METERS, SANITARY))
ONE = replace(KNOWLEDGE, steps=(MACHINES, LABEL))


def holding(*certificates: str, **changes: Any) -> TechnologyFacts:
    return technology(certificates=certificates, **changes)


@pytest.mark.parametrize(
    ("held", "verdict", "degree"),
    [
        (("TR CU 010/2011",), PASS, 1.0),
        (("CE", "TR CU 010/2011"), PASS, 1.0),
        (("CE",), PARTIAL, 0.7),
        (("ISO 9001",), PARTIAL, 0.4),
        ((), UNKNOWN, None),
    ],
)
def test_a_step_is_met_eased_or_open(held: tuple[str, ...], verdict: Verdict, degree: float | None) -> None:
    found = judged("conformity", need(), holding(*held), ONE)

    assert (MET, EASED, OPEN) == (1.0, 0.7, 0.4)
    assert (found.verdict, found.degree) == (verdict, degree)


def test_evidence_of_elsewhere_saves_tests_and_is_never_asked_for() -> None:
    found = judged("conformity", need(), holding("CE"), ONE)
    (machines, _) = steps_for(holding("CE"), "KZ", ONE)

    assert found.wanted is not None
    assert render(found.wanted, "en") == "TR CU 010/2011"
    assert render(found.reason, "en") == "Still to be done at the destination: TR CU 010/2011."
    assert (machines.met, machines.evidence) == (False, ("CE",))


def test_no_destination_of_the_seeds_asks_for_evidence_of_elsewhere(seeded_facts: Seeded) -> None:
    steps = seeded_facts.knowledge.steps

    assert {x for found in steps for x in found.countries} >= seeded_facts.knowledge.region
    assert [x.key for x in steps if ELSEWHERE & {x.scheme, *x.met_by}] == []
    assert [x for x in steps if "CE" in x.eased_by]
    assert all(set(x.issuer) == {"kk", "ru", "en"} == set(x.names) and x.source for x in steps)


def test_what_is_voluntary_is_told_last_and_does_not_count() -> None:
    offered = holding("TR CU 010/2011")

    assert [x.step.key for x in steps_for(offered, "KZ", ONE)] == ["machines", "a-label"]
    assert country_degree(offered, "KZ", ONE) == 1
    assert country_degree(offered, "KZ", replace(ONE, steps=(LABEL,))) is None
    assert judged("conformity", need(), offered, replace(ONE, steps=(LABEL,))).verdict == UNKNOWN


def test_unknown_certificates_are_unknown_but_the_steps_are_told() -> None:
    found = judged("conformity", need(), technology(), ASKED)

    assert (found.verdict, found.degree, found.offered) == (UNKNOWN, None, None)
    assert found.wanted is not None
    assert render(found.wanted, "ru") == "TR CU 010/2011, шаг meters"
    assert [(x.step.key, x.worth) for x in steps_for(technology(), "KZ", ASKED)] == [
        ("machines", OPEN),
        ("meters", OPEN),
        ("a-label", OPEN),
    ]


@pytest.mark.parametrize(
    ("offered", "country", "keys"),
    [
        (technology(), "KZ", ["machines", "meters", "a-label"]),
        (technology(terms=("efficient-irrigation",)), "KZ", ["machines", "meters", "a-label"]),
        (technology(terms=("greenhouses",)), "KZ", ["machines", "a-label"]),
        (technology(terms=("small-wind",), form="equipment"), "KZ", ["grid", "machines", "a-label"]),
        (technology(terms=("small-wind",), form="practice"), "KZ", ["machines", "a-label"]),
        # Of what form it is, nobody said: the step is told rather than forgotten.
        (technology(terms=("small-wind",)), "KZ", ["grid", "machines", "a-label"]),
        (technology(), "RU", ["machines"]),
        (technology(), "MN", []),
    ],
)
def test_a_step_concerns_a_technology_by_its_terms_and_its_form(
    offered: TechnologyFacts, country: str, keys: list[str]
) -> None:
    assert [x.step.key for x in steps_for(offered, country, ASKED)] == keys


def test_several_destinations_count_alike_and_one_that_asks_nothing_known_does_not() -> None:
    """KZ: one of two met, (1 + .4) / 2 = .7; UZ: open, .4; MN asks for nothing that is known."""
    offered = holding("TR CU 010/2011")

    found = judged("conformity", need(countries=("KZ", "UZ", "MN")), offered, ASKED)

    assert found.degree == pytest.approx((0.7 + 0.4) / 2)
    assert found.reason.values["missing"] == [METERS.names, SANITARY.names]


def test_a_step_of_several_destinations_is_told_once() -> None:
    found = judged("conformity", need(countries=("KZ", "RU")), holding("CE"), ONE)

    assert found.reason == Message("criterion_reason.conformity.partial", {"missing": ["TR CU 010/2011"]})
    assert found.degree == 0.7


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
    found = judged("conformity", need(required_standards=wanted), holding(*held))

    assert (found.verdict, found.degree) == (verdict, degree)


def test_what_the_need_asks_counts_like_a_destination() -> None:
    wanted = need(required_standards=("ISO 1", "ISO 2"))

    found = judged("conformity", wanted, holding("CE", "ISO 1"), ONE)

    assert found.degree == pytest.approx((0.7 + 0.75) / 2)
    assert render(found.reason, "en") == "Still to be done at the destination: ISO 2, TR CU 010/2011."


OZONE = ProhibitionFacts(
    ("KZ", "RU"), "ozone_depleting", {"kk": "тыйым", "ru": "запрет", "en": "a ban"}, "Act"
)
MERCURY = ProhibitionFacts(("UZ",), "mercury", {"kk": "сынап", "ru": "ртуть", "en": "mercury"}, "Convention")
BANNED = replace(
    KNOWLEDGE,
    prohibitions=(OZONE, MERCURY),
    country_names={"KZ": {"kk": "Қазақстан", "ru": "Казахстан", "en": "Kazakhstan"}},
)


@pytest.mark.parametrize(
    ("countries", "contains", "closed"),
    [
        (("KZ",), ("ozone_depleting",), True),
        (("KZ", "RU"), ("ozone_depleting",), True),
        (("KZ", "UZ"), ("ozone_depleting",), False),
        (("UZ",), ("ozone_depleting",), False),
        (("KZ",), ("mercury",), False),
        # Each destination forbids something that is in it.
        (("KZ", "UZ"), ("ozone_depleting", "mercury"), True),
        (("KZ",), (), False),
        ((), ("ozone_depleting",), False),
    ],
)
def test_the_law_excludes_only_what_every_destination_forbids(
    countries: tuple[str, ...], contains: tuple[str, ...], closed: bool
) -> None:
    found = failed_gates(need(countries=countries), technology(contains=contains), BANNED)

    assert [x.name for x in found] == (["forbidden"] if closed else [])


@pytest.mark.parametrize(
    ("locale", "country"), [("kk", "Қазақстан"), ("ru", "Казахстан"), ("en", "Kazakhstan")]
)
def test_what_is_forbidden_is_told_with_its_source(locale: str, country: str) -> None:
    (gate,) = failed_gates(need(), technology(contains=("ozone_depleting",)), BANNED)

    said = render(gate.reason, locale)

    assert f": {OZONE.names[locale]} ({country}). " in said
    assert said.endswith(": Act")
