"""Which terms a need may mean: by the texts nearest to its own, and by what is named together."""

import pytest

from portal.core.i18n import Locale
from portal.matching.similar import BY_TERMS, BY_TEXT, LEAST, Guess, TermSets, by_text
from portal.matching.texts import nearness, plain_words
from portal.search.index import Hit
from tests.matching.conftest import TREE

FARMS, POWER = ("agriculture",), ("energy",)


def test_the_nearest_texts_vote_by_the_square_of_their_nearness() -> None:
    terms = {1: ["drip-irrigation"], 2: ["greenhouses"]}

    found = by_text({1: 1.0, 2: 0.8}, terms, FARMS, TREE)

    assert found == (Guess("drip-irrigation", BY_TEXT), Guess("greenhouses", round(BY_TEXT * 0.64, 4)))


def test_the_first_term_of_an_entry_counts_twice_its_others() -> None:
    found = by_text({1: 1.0}, {1: ["greenhouses", "drip-irrigation"]}, FARMS, TREE)

    assert found == (Guess("greenhouses", BY_TEXT), Guess("drip-irrigation", BY_TEXT / 2))


def test_many_votes_for_a_term_count_like_the_best_of_them() -> None:
    """Else what the catalogue has most of would be meant by everything."""
    terms = {1: ["drip-irrigation"], **{number: ["greenhouses"] for number in range(2, 20)}}
    near = {1: 1.0, **dict.fromkeys(range(2, 20), 0.7)}

    assert [x.term for x in by_text(near, terms, FARMS, TREE)] == ["drip-irrigation", "greenhouses"]


def test_votes_of_other_sectors_and_of_far_texts_are_none() -> None:
    terms = {1: ["drip-irrigation"], 2: ["onshore-wind"], 3: ["greenhouses"]}
    near = {1: 0.5, 2: 1.0, 3: 0.5 * LEAST**0.5 * 0.99}

    assert [x.term for x in by_text(near, terms, FARMS, TREE)] == ["drip-irrigation"]
    assert [x.term for x in by_text(near, terms, POWER, TREE)] == ["onshore-wind"]


@pytest.mark.parametrize(("near", "terms"), [({}, {}), ({1: 1.0}, {}), ({1: 0.0}, {1: ["greenhouses"]})])
def test_without_votes_there_are_no_guesses(near: dict[int, float], terms: dict[int, list[str]]) -> None:
    assert by_text(near, terms, FARMS, TREE) == ()


NAMED = [
    ["drip-irrigation", "greenhouses"],
    ["drip-irrigation", "greenhouses"],
    ["greenhouses", "sprinkler-irrigation"],
    ["onshore-wind", "efficient-coal-power"],
    [],
]


def test_what_is_named_together_is_guessed() -> None:
    found = TermSets(NAMED, TREE).beside(["drip-irrigation"], FARMS)

    assert found[0].term == "greenhouses"
    assert found[0].weight == BY_TERMS
    assert {x.term for x in found} == {"greenhouses", "sprinkler-irrigation"}
    assert all(0 < x.weight <= BY_TERMS < BY_TEXT < 1 for x in found)


def test_what_is_named_already_and_what_stands_above_it_is_no_guess() -> None:
    sets = TermSets([["cold-climate-wind", "onshore-wind", "wind-power", "small-wind"]], TREE)

    assert [x.term for x in sets.beside(["cold-climate-wind"], POWER)] == ["small-wind"]


def test_terms_above_and_below_are_alike() -> None:
    """Whoever names irrigation at large is told what goes with drip irrigation."""
    sets = TermSets([["drip-irrigation", "greenhouses"]], TREE)

    assert "greenhouses" in {x.term for x in sets.beside(["efficient-irrigation"], FARMS)}
    assert sets.beside(["onshore-wind"], [*FARMS, *POWER]) == ()


def test_guesses_depend_neither_on_the_order_of_entries_nor_on_repetition() -> None:
    forward, backward = TermSets(NAMED, TREE), TermSets([*NAMED[::-1], *NAMED], TREE)

    for term in TREE.parents:
        sectors = [TREE.sectors[term]]
        assert forward.beside([term], sectors) == backward.beside([term], sectors)


def test_without_entries_nothing_is_guessed() -> None:
    assert TermSets([], TREE).beside(["drip-irrigation"], FARMS) == ()


def test_nearness_is_told_against_the_nearest() -> None:
    hits = [Hit(3, 8.0, (Locale.EN,)), Hit(1, 4.0, (Locale.KK,))]

    assert nearness(hits) == {3: 1.0, 1: 0.5}
    assert nearness([]) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wind AND sun", "wind sun"),
        ("NOT (kind:need) -OR- 'x*'", "kind need x"),
        ("ветер ИЛИ солнце, НЕ уголь и не газ", "ветер солнце уголь и не газ"),
        ("жел НЕМЕСЕ күн", "жел күн"),
        ("  \n", ""),
    ],
)
def test_a_text_is_asked_as_words_only(text: str, words: str) -> None:
    assert plain_words(text) == words
