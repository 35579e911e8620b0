"""Makes a Flask application into the portal's: sessions, languages, templates, errors."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jinja2
from flask import Flask, abort, g, request, send_from_directory
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.core.actor import ANONYMOUS
from portal.core.services import Services
from portal.web.errors import set_up_errors
from portal.web.headers import set_up_headers
from portal.web.locale_urls import COOKIE, IdConverter, LocaleConverter
from portal.web.panels import Panels
from portal.web.protection import set_up_protection
from portal.web.templating import set_up_templates

#: Bytes; three hundred pasted words in Cyrillic letters take half of it. Every link of a page
#: repeats the query, so its length bounds the page's.
LONGEST_QUERY = 32_768
if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PACKAGE = Path(__file__).resolve().parent.parent


def set_up(app: Flask, services: Services, panels: Panels) -> None:
    """Give the application everything that no feature owns."""
    settings = services.settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(settings.base_url and settings.base_url.startswith("https")),
    )
    app.extensions["services"] = services
    if settings.base_url:
        scheme = urlsplit(settings.base_url).scheme
        app.wsgi_app = _with_scheme(app.wsgi_app, scheme)  # type: ignore[assignment,method-assign]
    if settings.proxies:
        # Else every reader would come from the proxy's address, and share one limit.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    app.url_map.converters.update(locale=LocaleConverter, id=IdConverter)
    app.jinja_loader = jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(path) for path in sorted(_PACKAGE.glob("*/templates"))]
    )
    set_up_templates(app, panels)
    set_up_headers(app)
    set_up_errors(app)
    _set_up_requests(app, services)
    set_up_protection(app)
    _set_up_static(app)


def _with_scheme(wsgi_app: "WSGIApplication", scheme: str) -> "WSGIApplication":
    """Let requests have the public address's scheme: behind a proxy the inner one is always http."""

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = scheme
        return wsgi_app(environ, start_response)

    return call


def _set_up_requests(app: Flask, services: Services) -> None:
    @app.before_request
    def open_session() -> None:
        # Asking for the host checks it: a forged one gets 400 before anything else happens.
        _ = request.host
        g.actor = ANONYMOUS
        g.services = services
        g.session = services.sessions()
        if len(request.query_string) > LONGEST_QUERY:
            abort(414)
        # PostgreSQL refuses NUL in any text; no address of ours has one.
        if "\0" in request.path or any(
            "\0" in text for pair in request.args.items(multi=True) for text in pair
        ):
            abort(400)

    @app.after_request
    def remember_locale(response):  # type: ignore[no-untyped-def]
        locale = (request.view_args or {}).get("locale")
        if locale and request.cookies.get(COOKIE) != locale and response.status_code == 200:
            response.set_cookie(
                COOKIE, locale, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure
            )
        if response.mimetype == "text/html":
            # The cookie and the language asked for decide what some pages are.
            response.vary.update(("Cookie", "Accept-Language"))
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    @app.teardown_request
    def close_session(error: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()


def _set_up_static(app: Flask) -> None:
    @app.get("/static/<path:name>", endpoint="static")
    def static(name: str) -> ResponseReturnValue:
        response = send_from_directory(_PACKAGE / "web" / "static", name, max_age=86_400)
        if "v" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
