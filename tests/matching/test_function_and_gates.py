from decimal import Decimal

import pytest

from portal.catalogue.values import Envelope, Site
from portal.core.i18n import Locale
from portal.matching.facts import NeedFacts, TechnologyFacts
from portal.matching.function_fit import TEXT_SHARE, judge_function, term_distance, text_fit
from portal.matching.gates import failed_gates
from portal.matching.results import Verdict
from tests.matching.conftest import KNOWLEDGE, TREE, need, technology


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
    ("terms", "verdict"),
    [
        (("drip-irrigation", "efficient-irrigation"), Verdict.PASS),
        (("sprinkler-irrigation", "efficient-irrigation"), Verdict.PARTIAL),
        (("greenhouses", "drip-irrigation"), Verdict.PARTIAL),
        (("greenhouses",), Verdict.FAIL),
        ((), Verdict.UNKNOWN),
    ],
)
def test_a_drip_need_is_served_by_drip_first(terms: tuple[str, ...], verdict: Verdict) -> None:
    found = judge_function(need(), technology(terms=terms), KNOWLEDGE, 24)

    assert found.verdict == verdict
    assert (found.degree is None) == (verdict == Verdict.UNKNOWN)


def test_a_broader_wish_named_after_a_narrow_one_only_widens_it() -> None:
    wide = need(terms=("drip-irrigation", "efficient-irrigation"))

    drip = judge_function(wide, technology(), KNOWLEDGE, 24)
    sprinkler = judge_function(wide, technology(terms=("sprinkler-irrigation",)), KNOWLEDGE, 24)

    assert drip.verdict == Verdict.PASS
    assert sprinkler.verdict == Verdict.PARTIAL


def test_words_make_at_most_a_fifth_and_never_turn_another_function_into_this_one() -> None:
    words = {Locale.EN: frozenset({"drip", "water", "field"})}
    same_words = technology(terms=("greenhouses",), words=words)

    silent = judge_function(need(), technology(), KNOWLEDGE, 24)
    talking = judge_function(need(words=words), same_words, KNOWLEDGE, 24)

    assert text_fit(words, words) == 1.0
    assert talking.degree is not None
    assert silent.degree is not None
    assert talking.degree <= TEXT_SHARE + 0.15
    assert talking.verdict == Verdict.FAIL
    assert talking.degree < silent.degree


def test_words_compare_within_a_language_only() -> None:
    assert text_fit({Locale.EN: frozenset({"a"})}, {Locale.RU: frozenset({"a"})}) == 0.0


COLD = Site(temp_extreme_min_c=Decimal(-50), altitude_m=Decimal(3000))


@pytest.mark.parametrize(
    ("gate", "wanted", "offered"),
    [
        ("function", need(), technology(terms=("onshore-wind",), sectors=("energy",))),
        ("trl", need(trl_floor=7), technology(trl=6)),
        ("survival", need(site=COLD), technology(survival=Envelope(temp_min_c=Decimal(-40)))),
        ("altitude", need(site=COLD), technology(operating=Envelope(altitude_max_m=Decimal(2000)))),
        ("withdrawn", need(), technology(withdrawn=True)),
    ],
)
def test_a_gate_excludes_and_says_why(gate: str, wanted: NeedFacts, offered: TechnologyFacts) -> None:
    found = failed_gates(wanted, offered, KNOWLEDGE)

    assert [x.name for x in found] == [gate]
    assert found[0].reason.key == f"gate_reason.{gate}"


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        (need(), technology(terms=("greenhouses",))),
        (need(sectors=("water",)), technology(terms=("sprinkler-irrigation",))),
        (need(terms=()), technology(terms=("onshore-wind",), sectors=("energy",))),
        (need(trl_floor=7), technology(trl=None)),
        (need(), technology(trl=1)),
        (need(trl_floor=7), technology(trl=7)),
        (need(site=COLD), technology(survival=None)),
        (need(), technology(survival=Envelope(temp_min_c=Decimal(5)))),
        (need(site=COLD), technology(survival=Envelope(temp_min_c=Decimal(-50)))),
        (need(site=COLD), technology(operating=Envelope(altitude_max_m=Decimal(3000)))),
        # Working conditions are judged by a criterion: they never exclude.
        (need(site=Site(temp_min_c=Decimal(-40))), technology(operating=Envelope(temp_min_c=Decimal(0)))),
    ],
)
def test_nothing_else_excludes_and_unknown_opens_every_gate(
    wanted: NeedFacts, offered: TechnologyFacts
) -> None:
    assert failed_gates(wanted, offered, KNOWLEDGE) == ()
