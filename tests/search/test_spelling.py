import random

import pytest

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.spelling import Speller, other_layout, slip_cost
from portal.search.vocabulary import Vocabulary

WORDS = {
    Locale.EN: "wind water turbine irrigation methane heating efficiency district renewable biomass",
    Locale.RU: "ветер вода турбина орошение метан отопление эффективность районный возобновляемый",
    Locale.KK: "жел суару турбина қалдықтар жылыту тиімділік жаңартылатын көміртегі тұщыту сорғысы",
}


def speller(locale: Locale) -> Speller:
    vocabulary = Vocabulary(locale)
    for rank, word in enumerate(WORDS[locale].split()):
        vocabulary.add(word, analysis.stem(word, locale), 20 - rank)
    return Speller(vocabulary)


@pytest.mark.parametrize("locale", Locale)
def test_words_with_one_slip_come_back(locale: Locale) -> None:
    chance = random.Random(3)
    checked = speller(locale)
    for word in WORDS[locale].split():
        if len(word) < 5:
            continue
        place = chance.randrange(1, len(word) - 1)
        slips = [
            word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place] + word[place:],
        ]
        for slip in slips:
            if slip != word:
                assert checked.correct(slip)[0].word == word, slip


@pytest.mark.parametrize(
    ("typed", "meant"), [("калдыктар", "қалдықтар"), ("комиртеги", "көміртегі"), ("тущыту", "тұщыту")]
)
def test_russian_letters_for_kazakh_ones_cost_little(typed: str, meant: str) -> None:
    assert speller(Locale.KK).correct(typed)[0].word == meant


def test_two_slips_are_allowed_in_long_words_only() -> None:
    checked = speller(Locale.EN)
    assert checked.correct("efficeincyy")[0].word == "efficiency"
    assert checked.correct("wxxd") == []


def test_short_words_and_nonsense_are_left_alone() -> None:
    checked = speller(Locale.EN)
    assert checked.correct("wi") == []
    assert checked.correct("zzzzzzzz") == []
    assert checked.correct("") == []


def test_neighbouring_keys_and_swapped_letters_are_cheaper_than_other_slips() -> None:
    assert slip_cost("winf", "wind") < slip_cost("winp", "wind")
    assert slip_cost("wnid", "wind") < slip_cost("wimd", "wins")
    assert slip_cost("wind", "wind") == 0


def test_the_wrong_layout_is_recognised() -> None:
    assert other_layout("dtnth") == "ветер"
    assert other_layout("цштв") == "wind"
