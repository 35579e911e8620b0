"""Maps errors to pages, once."""

from flask import Flask, render_template, request
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError, SQLAlchemyError, TimeoutError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.core.errors import (
    IllegalTransition,
    InvalidData,
    NotFound,
    PermissionDenied,
    PortalError,
    StaleRevision,
)
from portal.core.i18n import translate
from portal.web.locale_urls import preferred_locale
from portal.web.protection import CSRFError

_CODES: dict[type[PortalError], int] = {
    NotFound: 404,
    PermissionDenied: 403,
    StaleRevision: 409,
    IllegalTransition: 409,
    InvalidData: 422,
}
#: Codes with a text of their own; any other shows the general one.
TEXTS = (400, 403, 404, 405, 409, 422, 429, 500, 503)


def error_page(code: int, text: str = "") -> tuple[str, int]:
    """Return the page of an error in the reader's language.

    :param text: which text it shows where that is not the code's own: ``form``.
    """
    first = request.path.split("/")[1] if request.path.count("/") > 1 else ""
    locale = first if first in {"kk", "ru", "en"} else preferred_locale(request).value
    shown = text or (code if code in TEXTS else 400 if code < 500 else 500)
    return render_template("web/error.html", locale=locale, code=code, shown=shown), code


def set_up_errors(app: Flask) -> None:
    """Give every error a page in the reader's language that helps on."""

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException):  # type: ignore[no-untyped-def]
        if error.code is None or error.code < 400:
            return error
        if isinstance(error, SecurityError):
            # The request names a host that is not ours: no address may be built from it.
            return (
                translate(preferred_locale(request), "error.400.title"),
                400,
                {"Content-Type": "text/plain"},
            )
        # A form that writes without its token: most often it was open for too long.
        body, code = error_page(error.code, "form" if isinstance(error, CSRFError) else "")
        methods = getattr(error, "valid_methods", None)
        return body, code, {"Allow": ", ".join(methods)} if methods else {}

    @app.errorhandler(PortalError)
    def on_portal(error: PortalError) -> tuple[str, int]:
        return error_page(_CODES.get(type(error), 500))

    @app.errorhandler(OperationalError)
    @app.errorhandler(ProgrammingError)
    @app.errorhandler(TimeoutError)
    def on_database(error: SQLAlchemyError) -> tuple[str, int]:
        app.logger.error("the database did not answer: %s", type(error).__name__)
        return error_page(503)

    @app.errorhandler(DataError)
    def on_data(error: DataError) -> tuple[str, int]:
        return error_page(400)
