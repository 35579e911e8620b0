"""Addresses carry the language: /kk/, /ru/, /en/."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Request, current_app, request, url_for
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from portal.core.database import LARGEST_ID
from portal.core.i18n import Locale
from portal.web.paging import page_number

COOKIE = "locale"
#: So long is what a link keeps of the state of a page. Links are many: a longer one, which no
#: page of ours asks for, would be repeated in each of them, and in the header of a redirect.
_LONGEST_STATE = 300
_CANONICAL = "canonical_query"
_STATE = "state_query"

Query = Mapping[str, Sequence[str]]
View = TypeVar("View", bound=Callable[..., Any])


class LocaleConverter(BaseConverter):
    """One of the three languages, in an address."""

    regex = "kk|ru|en"

    def to_python(self, value: str) -> Locale:
        """Return the language."""
        return Locale(value)

    def to_url(self, value: str) -> str:
        """Return the language as the address has it."""
        return Locale(value).value


class IdConverter(IntegerConverter):
    """A database id; a number that is too large for one is simply not found."""

    def to_python(self, value: str) -> int:
        """Return the id."""
        number: int = super().to_python(value)
        if number > LARGEST_ID:
            raise ValidationError()
        return number


def asked_number(name: str) -> int | None:
    """Return a number of the query, from 1, that could be an id; anything else is as if not said."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LARGEST_ID else None


def preferred_locale(asked: Request) -> Locale:
    """Return the language for ``/``: cookie, then Accept-Language, else Kazakh."""
    cookie = asked.cookies.get(COOKIE, "")
    if cookie in set(Locale):
        return Locale(cookie)
    found = asked.accept_languages.best_match([locale.value for locale in Locale])
    return Locale(found) if found else Locale.KK


def home_url(locale: str) -> str:
    """Return the address of the first page in a language."""
    return f"{request.root_path}/{Locale(locale).value}/"


def address(query: Query, **changes: Any) -> str:
    """Return the address of the page shown, with this query.

    The query never goes through ``url_for``: its keys come from the visitor, and
    ``_external`` or ``endpoint`` mean something there.

    :param changes: parts of the path to change.
    """
    assert request.endpoint is not None
    path = url_for(request.endpoint, **{**(request.view_args or {}), **changes})
    words = urlencode(query, doseq=True)
    return f"{path}?{words}" if words else path


def has_locale() -> bool:
    """Return whether the page shown has the same page in other languages."""
    return request.endpoint is not None and "locale" in (request.view_args or {})


def query_shown() -> dict[str, list[str]]:
    """Return the query of the page shown: what its view declares, each value once.

    Anything else would be repeated in every link of the page. Of the state of a page, views
    read the first value only, and none is long.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    names: tuple[str, ...] = getattr(view, _CANONICAL, ())
    state: tuple[str, ...] = getattr(view, _STATE, ())
    found = {name: list(dict.fromkeys(request.args.getlist(name))) for name in names}
    first = {name: request.args.getlist(name)[:1] for name in state}
    found |= {name: values for name, values in first.items() if len("".join(values)) <= _LONGEST_STATE}
    return {name: values for name, values in found.items() if values}


def in_locale(locale: str) -> str:
    """Return the address of this very page, filters and query included, in another language."""
    return address(query_shown(), locale=locale) if has_locale() else home_url(locale)


def canonical(*names: str, state: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Say which parts of the query make another page of a view; any other part does not.

    They stand in its canonical address and in those of its languages, in this order.

    :param state: parts that links of the page keep, but that make no other page.
    """

    def mark(view: View) -> View:
        view.__dict__[_CANONICAL] = names
        view.__dict__[_STATE] = state
        return view

    return mark


def canonical_path(locale: str) -> str:
    """Return the address of this page in a language with only the query that makes it another page."""
    if not has_locale():
        return home_url(locale)
    view = current_app.view_functions[request.endpoint or ""]
    names: tuple[str, ...] = getattr(view, _CANONICAL, ())
    query = {name: [value for value in request.args.getlist(name) if value] for name in names}
    query["page"] = [str(page_number())] if "page" in names and page_number() > 1 else []
    return address(query, locale=locale)
