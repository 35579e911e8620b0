"""What templates may call: texts, numbers, dates, money, marks, addresses."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import babel
import babel.numbers
from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from portal.core import i18n
from portal.core.i18n import NATIVE_NAMES, SWITCH_NAMES, Locale
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.web.bridge import large_bridge, small_bridge
from portal.web.locale_urls import address, canonical_path, home_url, in_locale, query_shown
from portal.web.markdown import to_html
from portal.web.navigation import navigation, search_url
from portal.web.panels import Panels

_STATIC = Path(__file__).resolve().parent / "static"
_GAS = re.compile(r"(CO|CH|N|SO|m|м)([₂₃₄234])(?![\w])|N([₂2])O")
_DIGITS = str.maketrans("₂₃₄", "234")


def _locale(context: Context) -> str:
    return str(context["locale"])


@pass_context
def t(context: Context, key: str, /, **values: Any) -> str:
    """Return an interface text."""
    return i18n.translate(_locale(context), key, **values)


@pass_context
def tn(context: Context, key: str, count: int, /, **values: Any) -> str:
    """Return an interface text in the plural form that the count asks for."""
    return i18n.translate_count(_locale(context), key, count, **values)


@pass_context
def code_label(context: Context, prefix: str, code: str) -> str:
    """Return the label of a code of a code list, e.g. ``("stage", "operating")``."""
    return i18n.translate(_locale(context), f"{prefix}.{code}")


@pass_context
def say(context: Context, value: Any) -> str:
    """Return a message, name or number as the page's language writes it."""
    return i18n.say(value, _locale(context))


@pass_context
def name_of(context: Context, names: Mapping[str, str]) -> str:
    """Return the name in the page's language, else in the next best."""
    return i18n.best(names, _locale(context))


@pass_context
def format_date(context: Context, value: date) -> str:
    """Return a date in words."""
    return i18n.format_date(value, _locale(context))


@pass_context
def format_number(context: Context, value: Decimal | float) -> str:
    """Return a number with the language's separators."""
    return i18n.format_number(value, _locale(context))


@pass_context
def money(context: Context, amount: Decimal, currency: str) -> Markup:
    """Return money rounded for reading, with the exact amount in its title."""
    locale = _locale(context)
    return Markup('<span class="money" title="{}">{}</span>').format(
        i18n.format_money_exact(amount, currency, locale), i18n.format_money(amount, currency, locale)
    )


@pass_context
def exact(context: Context, value: Decimal) -> str:
    """Return a number with every digit it has."""
    return babel.numbers.format_decimal(
        value.normalize(), locale=_locale(context), decimal_quantization=False
    )


@pass_context
def language_name(context: Context, code: str) -> str:
    """Return the name of any language, e.g. of a document."""
    return str(babel.Locale.parse(_locale(context)).languages.get(code) or code)


@pass_context
def language_names(context: Context, codes: list[str]) -> str:
    """Return the names of several languages in one line."""
    return ", ".join(language_name(context, code) for code in codes)


@pass_context
def ticket(context: Context, value: Any) -> str:
    """Return a range of money of anything with ``min``, ``max`` and ``currency``."""
    locale = _locale(context)
    text = _span(value.min, value.max, lambda x: i18n.format_amount(x, locale), locale)
    return f"{text} {i18n.currency_label(value.currency)}"


def _span(low: Any, high: Any, show: Any, locale: str) -> str:
    if low is not None and high is not None:
        return show(low) if low == high else f"{show(low)} – {show(high)}"
    if low is not None:
        return i18n.translate(locale, "range.from", value=show(low))
    return i18n.translate(locale, "range.up_to", value=show(high))


@pass_context
def quantity(context: Context, value: Quantity) -> Markup:
    """Return a range with its unit."""
    locale = _locale(context)
    text = _span(value.min, value.max, lambda x: i18n.format_number(x, locale), locale)
    return gases(f"{text} {i18n.unit_label(value.unit, locale)}")


@pass_context
def unit(context: Context, code: str) -> Markup:
    """Return a unit as the page's language writes it."""
    return gases(i18n.unit_label(code, _locale(context)))


@pass_context
def money_range(context: Context, value: MoneyRange) -> str:
    """Return a range of money with what it is per and the year of its prices."""
    locale = _locale(context)
    text = ticket(context, value)
    if value.per:
        text = i18n.translate(locale, "money.per", money=text, unit=i18n.unit_label(value.per, locale))
    if value.price_year:
        text = i18n.translate(locale, "money.prices_of", money=text, year=str(value.price_year))
    return text


def in_sentence(labels: list[str]) -> list[str]:
    """Return labels as they stand inside a sentence: lower case, but abbreviations as they are."""
    return [x if x[:2].isupper() else x[:1].lower() + x[1:] for x in labels]


def gases(text: str) -> Markup:
    """Return a text with the digits of CO2 and m3 set as they should be."""

    def replace(match: re.Match[str]) -> str:
        if match.group(3):
            return "N<sub>2</sub>O"
        tag = "sup" if match.group(1) in {"m", "м"} else "sub"
        return f"{match.group(1)}<{tag}>{match.group(2).translate(_DIGITS)}</{tag}>"

    return Markup(_GAS.sub(replace, str(escape(text))))  # noqa: S704 - escaped above


@cache
def _static_version(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a static file with its content's mark, so that it caches for good."""
    return url_for("static", name=name, v=_static_version(name))


def page_url(**changes: Any) -> str:
    """Return this page's address with some of its query changed; ``None`` drops a part.

    Any change but of the page itself starts at the first page again.
    """
    query = query_shown()
    if "page" not in changes:
        query.pop("page", None)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value if isinstance(value, list) else [str(value)]
    return address(query)


def absolute(locale: str) -> str:
    """Return the full public address of this page in a language, as search engines should know it."""
    base = g.services.settings.base_url or request.host_url.rstrip("/")
    return f"{base}{canonical_path(locale)}"


def set_up_templates(app: Flask, panels: Panels) -> None:
    """Give templates their functions."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(
        t=t,
        tn=tn,
        code_label=code_label,
        say=say,
        name_of=name_of,
        language_name=language_name,
        static_url=static_url,
        page_url=page_url,
        in_locale=in_locale,
        home_url=home_url,
        navigation=navigation,
        search_url=search_url,
        absolute=absolute,
        panel=panels.render,
        locales=list(Locale),
        native_names=NATIVE_NAMES,
        switch_names=SWITCH_NAMES,
        small_bridge=small_bridge,
        large_bridge=large_bridge,
    )
    environment.filters.update(
        date=format_date,
        number=format_number,
        money=money,
        quantity=quantity,
        money_range=money_range,
        unit=unit,
        exact=exact,
        ticket=ticket,
        gases=gases,
        in_sentence=in_sentence,
        language_names=language_names,
        markdown=to_html,
    )
