"""The three languages: which there are, their texts, and how they write things.

Domain code returns a :class:`Message`, a key with values; it becomes words at the
edge. Texts are keyed by name (``match.trl.pass``), so that a better English wording
never orphans a translation. The ``.po`` files are compiled in memory.
"""

import enum
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import babel.dates
import babel.numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from portal.core.money import Money
from portal.core.resources import resource_folder

T = TypeVar("T")


class Locale(enum.StrEnum):
    """A language of the portal, in the order in which they are shown."""

    KK = "kk"
    RU = "ru"
    EN = "en"


NATIVE_NAMES = {Locale.KK: "Қазақша", Locale.RU: "Русский", Locale.EN: "English"}
SWITCH_NAMES = {Locale.KK: "ҚАЗ", Locale.RU: "РУС", Locale.EN: "ENG"}


def fallbacks(locale: str) -> tuple[Locale, ...]:
    """Return the languages to try for a text, best first.

    A reader of Kazakh mostly reads Russian too, and the other way round.
    """
    order = {
        Locale.KK: (Locale.KK, Locale.RU, Locale.EN),
        Locale.RU: (Locale.RU, Locale.KK, Locale.EN),
        Locale.EN: (Locale.EN, Locale.RU, Locale.KK),
    }
    return order[Locale(locale)]


def best(texts: Mapping[str, T], locale: str) -> T:
    """Return the text in ``locale``, else in the first language that has one.

    :raises KeyError: there is no text in any language.
    """
    for candidate in fallbacks(locale):
        if candidate in texts:
            return texts[candidate]
    raise KeyError(locale)


@dataclass(frozen=True)
class Message:
    """A marked text: its key in translations/ and what to fill in.

    Domain code returns these; :func:`render` turns them into words at the edge.
    Values may be texts, numbers, dates, money, names in three languages, other
    messages, or lists of any of these.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@cache
def translations(locale: str) -> Translations:
    """Return the interface strings of a language, compiled from its ``.po`` file."""
    path = resource_folder("translations") / locale / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="messages")


def translate(locale: str, key: str, /, **values: Any) -> str:
    """Return the text of ``key`` in ``locale`` with its ``%(name)s`` filled in."""
    text: str = translations(locale).gettext(key)
    return text % {name: say(value, locale) for name, value in values.items()} if values else text


def translate_count(locale: str, key: str, count: int, /, **values: Any) -> str:
    """Return the plural form of ``key`` that ``count`` asks for; the count fills ``%(count)s``."""
    text: str = translations(locale).ngettext(key, key, count)
    return text % {name: say(value, locale) for name, value in {"count": count, **values}.items()}


def render(message: Message, locale: str) -> str:
    """Return a marked text in a language."""
    return translate(locale, message.key, **message.values)


def say(value: Any, locale: str) -> str:
    """Return any value as people of a language write it."""
    if isinstance(value, Message):
        return render(value, locale)
    if isinstance(value, Money):
        return format_money(value.amount, value.currency, locale)
    if isinstance(value, Mapping):
        return str(best(value, locale))
    if isinstance(value, date):
        return format_date(value, locale)
    if isinstance(value, bool | str) or value is None:
        return str(value)
    if isinstance(value, int | float | Decimal):
        return format_number(value, locale)
    return ", ".join(say(item, locale) for item in value)


def format_date(value: date | datetime, locale: str) -> str:
    """Return a date as the language writes it, e.g. ``20 қараша 2026 ж.``."""
    return babel.dates.format_date(value, "long", locale=locale)


def format_number(value: Decimal | float, locale: str) -> str:
    """Return a number with the language's separators, at most four digits after the comma."""
    text = babel.numbers.format_decimal(value, "#,##0.####", locale=locale)
    # A hyphen is no minus sign.
    return text.replace("-", "\N{MINUS SIGN}")


_SCALES = (
    (Decimal(10) ** 9, {"kk": "млрд", "ru": "млрд", "en": "billion"}),
    (Decimal(10) ** 6, {"kk": "млн", "ru": "млн", "en": "million"}),
)


def currency_label(currency: str) -> str:
    """Return the sign of the tenge, which CLDR lacks in Russian and English, else the code."""
    return "₸" if currency == "KZT" else currency


@cache
def unit_label(unit: str, locale: str) -> str:
    """Return a unit as a language writes it: ``кВт·сағ``; the code itself where none is known."""
    text: str = translations(locale).gettext(f"unit.{unit}")
    return unit if text.startswith("unit.") else text


def format_amount(value: Decimal, locale: str) -> str:
    """Return a large number rounded for reading: ``136.2 million``, ``1,2 млрд``."""
    for size, names in _SCALES:
        if abs(value) >= size:
            return f"{babel.numbers.format_decimal(value / size, '#,##0.##', locale=locale)} {names[locale]}"
    return babel.numbers.format_decimal(value, "#,##0.##", locale=locale)


def format_money(amount: Decimal, currency: str, locale: str) -> str:
    """Return money for reading: ``136.2 million USD``, ``118 млрд ₸``."""
    return f"{format_amount(amount, locale)} {currency_label(currency)}"


def format_money_exact(amount: Decimal, currency: str, locale: str) -> str:
    """Return money to the last unit, for titles and exports."""
    digits = babel.numbers.format_decimal(amount, "#,##0.##", locale=locale)
    return f"{digits} {currency_label(currency)}"
