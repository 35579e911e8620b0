from datetime import date
from decimal import Decimal

import pytest

from portal.core.i18n import (
    Locale,
    Message,
    best,
    fallbacks,
    format_amount,
    format_date,
    format_money,
    format_number,
    say,
    translations,
)
from portal.core.money import Money


@pytest.mark.parametrize("locale", Locale)
def test_every_language_falls_back_to_all_languages(locale: Locale) -> None:
    assert fallbacks(locale)[0] == locale
    assert set(fallbacks(locale)) == set(Locale)


def test_the_best_text_is_the_readers_or_the_next() -> None:
    assert best({"ru": "да", "en": "yes"}, "kk") == "да"
    with pytest.raises(KeyError):
        best({}, "kk")


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("kk", "118 млрд ₸"), ("ru", "118 млрд ₸"), ("en", "118 billion ₸")],
)
def test_the_tenge_has_its_sign_in_every_language(locale: str, expected: str) -> None:
    assert format_money(Decimal(118_000_000_000), "KZT", locale) == expected


def test_dates_and_numbers_read_as_each_language_writes_them() -> None:
    assert "қараша" in format_date(date(2026, 11, 20), "kk")
    assert format_amount(Decimal("136200000"), "ru") == "136,2 млн"
    assert format_amount(Decimal("136200000"), "en") == "136.2 million"
    assert format_number(Decimal(-31), "kk") == "−31"


def test_what_is_said_may_hold_names_money_and_lists() -> None:
    assert say({"kk": "Қазақстан", "ru": "Казахстан", "en": "Kazakhstan"}, "ru") == "Казахстан"
    assert say(Money(Decimal(5), "USD"), "en") == "5 USD"
    assert say(["a", Decimal("1.5")], "kk") == "a, 1,5"


@pytest.mark.parametrize("locale", Locale)
def test_a_marked_text_that_nobody_translated_shows_its_key(locale: Locale) -> None:
    assert say(Message("no.such.key"), locale) == "no.such.key"
    assert translations(locale) is translations(locale)
