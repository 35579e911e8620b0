"""How near a technology is to what is wanted, and the gates."""

from dataclasses import replace
from decimal import Decimal

import pytest

from portal.catalogue.values import Envelope, Site
from portal.core.i18n import render
from portal.matching.facts import NeedFacts, TechnologyFacts
from portal.matching.fit.function import READ_OFFER, READ_WISH, TEXT_SHARE, term_distance, wishes
from portal.matching.fit.gates import GATES, failed_gates
from portal.matching.results import Verdict
from tests.matching.conftest import KNOWLEDGE, TREE, judged, need, technology


@pytest.mark.parametrize(
    ("wanted", "offered", "distance"),
    [
        ("drip-irrigation", "drip-irrigation", 1.0),
        ("efficient-irrigation", "drip-irrigation", 0.95),
        ("drip-irrigation", "efficient-irrigation", 0.7),
        ("drip-irrigation", "sprinkler-irrigation", 0.4),
        ("cold-climate-wind", "small-wind", 0.3),
        ("drip-irrigation", "greenhouses", 0.15),
        ("drip-irrigation", "onshore-wind", 0.0),
        ("drip-irrigation", "no-such-term", 0.0),
    ],
)
def test_distance_in_the_tree_of_terms(wanted: str, offered: str, distance: float) -> None:
    assert term_distance(wanted, offered, TREE) == distance


@pytest.mark.parametrize(
    ("terms", "sectors", "verdict"),
    [
        (("drip-irrigation", "efficient-irrigation"), ("agriculture",), Verdict.PASS),
        (("sprinkler-irrigation", "efficient-irrigation"), ("agriculture",), Verdict.PARTIAL),
        (("greenhouses", "drip-irrigation"), ("agriculture",), Verdict.PARTIAL),
        (("greenhouses",), ("agriculture",), Verdict.FAIL),
        # A common sector is all that is known, and it is known.
        ((), ("agriculture",), Verdict.FAIL),
        ((), ("water",), Verdict.UNKNOWN),
        ((), (), Verdict.UNKNOWN),
    ],
)
def test_a_drip_need_is_served_by_drip_first(
    terms: tuple[str, ...], sectors: tuple[str, ...], verdict: Verdict
) -> None:
    assert judged("function", need(), technology(terms=terms, sectors=sectors)).verdict == verdict


def test_a_broader_wish_named_after_a_narrow_one_only_widens_it() -> None:
    wide = need(terms=("drip-irrigation", "efficient-irrigation"))

    drip = judged("function", wide, technology())
    sprinkler = judged("function", wide, technology(terms=("sprinkler-irrigation",)))

    assert drip.verdict == Verdict.PASS
    assert sprinkler.verdict == Verdict.PARTIAL


def test_texts_make_at_most_a_fifth_and_never_turn_another_function_into_this_one() -> None:
    silent = need(terms=(), read_terms=("drip-irrigation",))
    talking = replace(silent, texts={2: 1.0})
    greenhouse, drip = technology(terms=("greenhouses",)), technology()

    near, far = judged("function", talking, greenhouse), judged("function", silent, greenhouse)

    assert TEXT_SHARE == 0.2
    assert near.degree is not None
    assert far.degree is not None
    assert near.degree == pytest.approx(0.8 * far.degree + 0.2)
    assert near.degree < (judged("function", silent, drip).degree or 0)
    # Of the drip technology, which the search did not find, nothing is taken but the fifth.
    assert judged("function", replace(silent, texts={}), drip).degree == pytest.approx(0.8 * READ_WISH)


def test_texts_are_not_asked_where_both_sides_name_terms() -> None:
    assert judged("function", need(texts={2: 0.0}), technology()).degree == 1
    assert judged("function", need(texts={2: 0.0}), technology(terms=(), sectors=("water",))).degree is None


def test_how_near_the_texts_are_is_told_and_what_was_read_in_them() -> None:
    asked = need(terms=(), read_terms=("drip-irrigation",), guesses=(("greenhouses", 0.5),), texts={2: 0.5})
    found = judged("function", asked, technology())

    said = " ".join(render(x, "en") for x in found.notes)
    assert [x.key for x in found.notes] == [
        "match.function.read",
        "match.function.guessed",
        "match.function.by_text",
    ]
    assert "20%" in said
    assert "50%" in said


def test_terms_read_in_texts_stand_in_where_none_are_named() -> None:
    read_need = need(terms=(), read_terms=("drip-irrigation",))
    read_technology = technology(terms=(), read_terms=("drip-irrigation",))

    assert judged("function", read_need, technology()).degree == READ_WISH
    assert judged("function", need(), read_technology).degree == READ_OFFER
    assert judged("function", read_need, read_technology).degree == pytest.approx(READ_WISH * READ_OFFER)
    assert judged("function", need(), technology(read_terms=("greenhouses",))).degree == 1


def test_what_a_text_says_does_not_move_a_need_that_names_its_terms() -> None:
    """Else the same need in another language would be another need."""
    assert wishes(need(read_terms=("greenhouses", "sprinkler-irrigation")), TREE) == wishes(need(), TREE)


def test_guesses_count_after_what_is_named_and_only_in_the_sectors_of_the_need() -> None:
    guessed = need(guesses=(("greenhouses", 0.4), ("onshore-wind", 0.3), ("efficient-irrigation", 0.2)))

    assert wishes(guessed, TREE) == [("drip-irrigation", 1.0), ("greenhouses", 0.4)]
    assert judged("function", guessed, technology(terms=("greenhouses",))).degree == 0.4


HIGH = Site(temp_extreme_min_c=Decimal(-50), altitude_m=Decimal(3000), seismic_msk=9)


@pytest.mark.parametrize(
    ("gate", "wanted", "offered"),
    [
        ("function", need(), technology(terms=("onshore-wind",), sectors=("energy",))),
        ("function", need(terms=()), technology(terms=("onshore-wind",), sectors=("energy",))),
        ("trl", need(trl_floor=7), technology(trl=6)),
        ("survival", need(site=HIGH), technology(survival=Envelope(temp_min_c=Decimal(-40)))),
        ("altitude", need(site=HIGH), technology(operating=Envelope(altitude_max_m=Decimal(2000)))),
        ("seismic", need(site=HIGH), technology(survival=Envelope(seismic_msk=8))),
        ("withdrawn", need(), technology(withdrawn=True)),
    ],
)
@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_a_gate_excludes_and_says_why(
    gate: str, wanted: NeedFacts, offered: TechnologyFacts, locale: str
) -> None:
    found = failed_gates(wanted, offered, KNOWLEDGE)

    assert [x.name for x in found] == [gate]
    assert found[0].reason.key == f"gate_reason.{gate}"
    assert gate in GATES
    assert not render(found[0].reason, locale).startswith("gate_reason")


@pytest.mark.parametrize(
    ("wanted", "offered", "said"),
    [
        (
            need(site=HIGH),
            technology(operating=Envelope(altitude_max_m=Decimal(2000))),
            "The place is too high for it: works up to an altitude of 2,000 m "
            "(altitude of the site: 3,000 m).",
        ),
        (
            need(site=HIGH),
            technology(survival=Envelope(seismic_msk=8)),
            "It is not built for the earthquakes there: is built for an intensity of up to 8 on the MSK-64 "
            "scale (design intensity at the site: 9 on the MSK-64 scale).",
        ),
        (
            need(site=HIGH),
            technology(survival=Envelope(temp_min_c=Decimal(-40))),
            "It would not survive the frost there: survives down to −40 °C "
            "(absolute minimum at the site: −50 °C).",
        ),
    ],
)
def test_a_gate_of_the_site_names_both_values(wanted: NeedFacts, offered: TechnologyFacts, said: str) -> None:
    assert [render(x.reason, "en") for x in failed_gates(wanted, offered, KNOWLEDGE)] == [said]


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        (need(), technology(terms=("greenhouses",))),
        (need(sectors=("water",)), technology(terms=("sprinkler-irrigation",))),
        (need(terms=(), sectors=()), technology(terms=("onshore-wind",), sectors=("energy",))),
        (need(), technology(terms=(), sectors=())),
        (need(guesses=(("greenhouses", 0.1),)), technology(terms=("greenhouses",), sectors=("water",))),
        (need(trl_floor=7), technology(trl=None)),
        (need(), technology(trl=1)),
        (need(trl_floor=7), technology(trl=7)),
        (need(site=HIGH), technology(survival=None)),
        (need(), technology(survival=Envelope(temp_min_c=Decimal(5)))),
        (need(site=HIGH), technology(survival=Envelope(temp_min_c=Decimal(-50)))),
        (need(site=HIGH), technology(operating=Envelope(altitude_max_m=Decimal(3000)))),
        (need(site=HIGH), technology(survival=Envelope(seismic_msk=9))),
        # Working conditions are judged by a criterion: they never exclude.
        (need(site=Site(temp_min_c=Decimal(-40))), technology(operating=Envelope(temp_min_c=Decimal(0)))),
    ],
)
def test_nothing_else_excludes_and_unknown_opens_every_gate(
    wanted: NeedFacts, offered: TechnologyFacts
) -> None:
    assert failed_gates(wanted, offered, KNOWLEDGE) == ()
