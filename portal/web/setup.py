"""Makes a Flask application into the portal's: sessions, languages, templates, errors."""

from pathlib import Path

import jinja2
from flask import Flask, g, request, send_from_directory
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.core.actor import ANONYMOUS
from portal.core.services import Services
from portal.web.errors import set_up_errors
from portal.web.headers import set_up_headers
from portal.web.locale_urls import COOKIE, IdConverter, LocaleConverter
from portal.web.panels import Panels
from portal.web.templating import set_up_templates

_PACKAGE = Path(__file__).resolve().parent.parent


def set_up(app: Flask, services: Services, panels: Panels) -> None:
    """Give the application everything that no feature owns."""
    settings = services.settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(settings.base_url and settings.base_url.startswith("https")),
    )
    app.extensions["services"] = services
    app.url_map.converters.update(locale=LocaleConverter, id=IdConverter)
    app.jinja_loader = jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(path) for path in sorted(_PACKAGE.glob("*/templates"))]
    )
    set_up_templates(app, panels)
    set_up_headers(app)
    set_up_errors(app)
    _set_up_requests(app, services)
    _set_up_static(app)


def _set_up_requests(app: Flask, services: Services) -> None:
    @app.before_request
    def open_session() -> None:
        # Asking for the host checks it: a forged one gets 400 before anything else happens.
        _ = request.host
        g.actor = ANONYMOUS
        g.services = services
        g.session = services.sessions()

    @app.after_request
    def remember_locale(response):  # type: ignore[no-untyped-def]
        locale = (request.view_args or {}).get("locale")
        if locale and request.cookies.get(COOKIE) != locale and response.status_code == 200:
            response.set_cookie(
                COOKIE, locale, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure
            )
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
