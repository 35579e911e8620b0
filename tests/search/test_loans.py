from itertools import permutations

import pytest

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.loans import LEAST_SIMILARITY, MOST_MATCHES, MOST_WEIGHT, LoanIndex, skeleton
from portal.search.scripts import fold

LOANS = [
    ("technology", "технология", "технологиясы"),
    ("methane", "метан", "метанның"),
    ("climate", "климат", "климаттық"),
    ("biomass", "биомасса", "биомассадан"),
    ("turbine", "турбина", "турбиналары"),
    ("irrigation", "ирригация", "ирригациялық"),
    ("hectare", "гектар", "гектарға"),
    ("export", "экспорт", "экспорты"),
    ("Kazakhstan", "Казахстан", "Қазақстанның"),
    ("Almaty", "Алматы", "Алматыда"),
    ("ecology", "экология", "экологиясы"),
    ("photovoltaic", "фотовольтаика", "фотовольтаикалық"),
]
NO_LOANS = [
    ("hydrogen", "водород", "сутегі"),
    ("carbon", "углерод", "көміртегі"),
    ("water", "вода", "су"),
    ("wind", "ветер", "жел"),
]
LEAST_WEIGHT = MOST_WEIGHT * (LEAST_SIMILARITY * 0.85) ** 4


def stems(words: list[str], locale: Locale) -> list[str]:
    return [stem for word in words for stem in analysis.terms(word, locale)]


@pytest.mark.parametrize("loan", LOANS, ids=lambda loan: loan[0])
@pytest.mark.parametrize(("source", "target"), list(permutations(range(3), 2)))
def test_a_loan_word_is_found_in_each_other_language(loan: tuple[str, ...], source: int, target: int) -> None:
    locales = (Locale.EN, Locale.RU, Locale.KK)
    index = LoanIndex(stems([words[target] for words in LOANS + NO_LOANS], locales[target]))

    found = dict(index.match(analysis.normalise(loan[source])))

    assert set(stems([loan[target]], locales[target])) & set(found)


@pytest.mark.parametrize("words", NO_LOANS, ids=lambda words: words[0])
def test_native_words_are_no_loans(words: tuple[str, ...]) -> None:
    index = LoanIndex(words[1:])

    assert index.match(words[0]) == ()


@pytest.mark.parametrize(
    "words",
    [
        ("station", "нация"),
        ("nation", "станция"),
        ("may", "май"),
        ("police", "политика"),
        ("corner", "корея"),
    ],
)
def test_words_that_only_sound_a_little_alike_weigh_little_or_nothing(words: tuple[str, str]) -> None:
    assert all(weight < 0.4 for _, weight in LoanIndex([words[1]]).match(words[0]))


def test_a_word_of_the_same_sound_has_the_full_weight() -> None:
    assert LoanIndex(["метан"]).match("methane") == (("метан", MOST_WEIGHT),)


def test_words_that_go_on_alike_come_before_those_that_only_begin_alike() -> None:
    index = LoanIndex(["интернат", "интернет", "интернационал"])

    found = index.match("international")

    assert found[0][0] == "интернационал"
    assert found[0][1] > found[1][1]


@pytest.mark.parametrize(
    "word", ["қазақстан", "күкірт", "өнеркәсіп", "жаңғырту", "шаһар", "құрылғы", "ұңғыма"]
)
def test_a_folded_kazakh_word_sounds_the_same(word: str) -> None:
    assert skeleton(fold(word)) == skeleton(word)


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("technology", "tehnologi"),
        ("технологи", "tehnologi"),
        ("philosophy", "filosofi"),
        ("station", "stacia"),
        ("станция", "stancia"),
        ("irrigation", "irig"),
        ("ирригациялық", "irig"),
        ("hectare", "gektar"),
        ("тоннель", "tonel"),
        ("tunnel", "tunel"),
        ("exergy", "eksergi"),
        ("são", "sao"),
        ("", ""),
    ],
)
def test_a_skeleton_is_how_a_word_sounds(word: str, sounds: str) -> None:
    assert skeleton(word) == sounds


def test_weights_fall_and_stay_in_their_bounds() -> None:
    index = LoanIndex(
        [f"техн{ending}" for ending in "ик ика ология ологиясы олог ократ икум ический орт опарк".split()]
    )
    found = index.match("technology")
    weights = [weight for _, weight in found]

    assert 1 < len(found) <= MOST_MATCHES
    assert weights == sorted(weights, reverse=True)
    assert all(LEAST_WEIGHT <= weight <= MOST_WEIGHT for weight in weights)


@pytest.mark.parametrize("word", ["газ", "gas", "co2", "2030", ""])
def test_short_words_and_numbers_are_left_alone(word: str) -> None:
    assert LoanIndex(["газ", "gas", "co2", "2030", "газы"]).match(word) == ()


def test_a_stem_that_is_added_later_is_found_although_the_word_was_asked_before() -> None:
    index = LoanIndex(["климат"])
    assert index.match("methane") == ()

    index.add("метан")
    index.add("метан")

    assert index.match("methane") == (("метан", MOST_WEIGHT),)
