"""Addresses carry the language: /kk/, /ru/, /en/."""

from typing import Any

from flask import Request, request, url_for
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from portal.core.i18n import Locale

COOKIE = "locale"


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
    """A database id that fits into four bytes.

    Larger numbers crash both databases' drivers; here they are simply not found.
    """

    def to_python(self, value: str) -> int:
        """Return the id."""
        number: int = super().to_python(value)
        if number > 2**31 - 1:
            raise ValidationError()
        return number


def preferred_locale(asked: Request) -> Locale:
    """Return the language for ``/``: cookie, then Accept-Language, else Kazakh."""
    cookie = asked.cookies.get(COOKIE, "")
    if cookie in set(Locale):
        return Locale(cookie)
    found = asked.accept_languages.best_match([locale.value for locale in Locale])
    return Locale(found) if found else Locale.KK


def in_locale(locale: str, *, external: bool = False) -> str:
    """Return the address of this very page, filters and query included, in another language."""
    if request.endpoint is None or not request.view_args or "locale" not in request.view_args:
        return url_for("pages.home", locale=locale, _external=external)
    arguments = {**request.view_args, "locale": locale}
    query = {key: request.args.getlist(key) for key in request.args if key not in arguments}
    values: dict[str, Any] = {**arguments, **query}
    return url_for(request.endpoint, _external=external, **values)
