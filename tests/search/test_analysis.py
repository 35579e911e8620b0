import pytest

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.kazakh import stem


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("энергиясы", "энергия"),
        ("энергиясының", "энергия"),
        ("көлінің", "көлі"),
        ("технологиялар", "технология"),
        ("технологияларды", "технология"),
        ("қаласында", "қала"),
        ("кітабы", "кітап"),
        ("Балқаштың".lower(), "балқаш"),
    ],
)
def test_forms_of_a_kazakh_word_share_a_stem(form: str, lemma: str) -> None:
    assert stem(form) == stem(lemma)


@pytest.mark.parametrize(("one", "other"), [("су", "суық"), ("көл", "көлік")])
def test_short_kazakh_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_text_is_evened_out() -> None:
    assert analysis.terms("CO₂ и Ещё", Locale.RU) == analysis.terms("CO2 и еще", Locale.RU)


def test_stop_words_find_nothing_by_themselves() -> None:
    assert analysis.terms("и в на", Locale.RU) == []


def test_marks_cover_the_text_exactly() -> None:
    text = "Wind farms: wind, farmed."
    pieces = analysis.mark(text, Locale.EN, frozenset(analysis.terms("wind farm", Locale.EN)))

    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, marked in pieces if marked] == ["Wind", "farms", "wind", "farmed"]


def test_a_snippet_shows_the_first_match_and_is_cut_at_words() -> None:
    text = "word " * 100 + "turbine " + "word " * 100
    pieces = analysis.snippet(text, Locale.EN, frozenset({"turbin"}))

    assert ("turbine", True) in pieces
    assert len("".join(piece for piece, _ in pieces)) < 200


@pytest.mark.parametrize(
    ("forms", "form"),
    [
        ("газы газов газам", "газ"),
        ("стали сталью", "сталь"),
        ("данные данных", "данные"),
        ("сток стоков", "сток"),
        ("люди людей человек", "человек"),
        ("ёмкость емкости", "емкость"),
    ],
)
def test_russian_forms_meet_in_the_word_that_a_catalogue_means(forms: str, form: str) -> None:
    assert {analysis.stem(word, Locale.RU) for word in map(analysis.normalise, forms.split())} == {form}


def test_kazakh_stems_are_folded_to_a_russian_keyboard() -> None:
    assert analysis.stem("қалдықтарды", Locale.KK) == "калдык"


def test_british_and_american_spellings_meet() -> None:
    assert analysis.stem("organisations", Locale.EN) == analysis.stem("organization", Locale.EN)


def test_a_word_of_another_script_is_left_as_it_is() -> None:
    assert analysis.stem("turbines", Locale.RU) == "turbines"
    assert analysis.stem("станции", Locale.EN) == "станции"


@pytest.mark.parametrize(
    ("word", "locale", "foreign"),
    [
        ("қалдық", Locale.RU, True),
        ("мощность", Locale.KK, True),
        ("жылу", Locale.KK, False),
        ("wind", Locale.KK, True),
        ("wind", Locale.EN, False),
        ("ветер", Locale.EN, True),
    ],
)
def test_what_is_certainly_of_another_language_is_known(word: str, locale: Locale, foreign: bool) -> None:
    assert analysis.is_foreign(word, locale) is foreign
