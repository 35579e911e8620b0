"""What the frame of every page links to; the features say it, so that web knows none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request, url_for
from flask.sansio.app import App

_EXTENSION = "navigation"


@dataclass(frozen=True)
class Link:
    """A place in the portal.

    :ivar key: its text in translations/.
    :ivar values: what its address needs besides the language.
    :ivar also: other endpoints that belong to this place.
    """

    key: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    also: Sequence[str] = ()

    def address(self, locale: str) -> str:
        """Return the address of the place in a language."""
        return url_for(self.endpoint, locale=locale, **self.values)

    @property
    def current(self) -> bool:
        """Whether the page shown is this place or belongs to it."""
        shown = request.view_args or {}
        if self.values:
            return all(shown.get(name) == value for name, value in self.values.items())
        return request.endpoint in (self.endpoint, *self.also)


@dataclass(frozen=True)
class Navigation:
    """The links of the frame.

    :ivar main: in the header; :ivar footer: at the end of every page.
    :ivar help: where somebody turns to from an error.
    :ivar search: endpoint of the search, which takes ``q``.
    """

    main: Sequence[Link] = ()
    footer: Sequence[Link] = ()
    help: Sequence[Link] = ()
    search: str | None = None


def set_navigation(app: App, navigation: Navigation) -> None:
    """Say what the frame of every page links to."""
    app.extensions[_EXTENSION] = navigation


def navigation() -> Navigation:
    """Return what the frame links to; nothing where nobody said it."""
    found: Navigation = current_app.extensions.get(_EXTENSION) or Navigation()
    return found


def search_url(locale: str) -> str | None:
    """Return the address of the search in a language, if there is one."""
    endpoint = navigation().search
    return url_for(endpoint, locale=locale) if endpoint else None
