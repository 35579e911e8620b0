"""Pages that span features, and the answers that machines ask for."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.model import OrganisationKind
from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Entry
from portal.catalogue.names import load_names
from portal.catalogue.queries import count_by_kind
from portal.core.i18n import Locale, translate
from portal.pages import countries as country_queries
from portal.pages import example, overview, queries
from portal.pages import organisations as organisation_queries
from portal.pages.fields import joined, read_fields
from portal.pages.navigation import NAVIGATION
from portal.pages.queries import PER_PAGE, SearchPage, Wanted
from portal.pages.reasons import reasons_of
from portal.pages.suggestions import Suggester, Suggestion, suggest
from portal.reference.queries import core_countries, rates
from portal.search.index import FACETS, IndexMissing
from portal.web.locale_urls import canonical, preferred_locale
from portal.web.navigation import set_navigation
from portal.web.paging import count_pages, page_number

bp = Blueprint("pages", __name__)
bp.record_once(lambda state: set_navigation(state.app, NAVIGATION))

#: Seconds for which a browser may keep suggestions.
_KEPT_FOR = 60
#: The programme's secretariat in seeds/, whom every page names as contact.
_SECRETARIAT = "gbpp-secretariat"


@bp.record_once
def _set_up_suggestions(state: BlueprintSetupState) -> None:
    services = state.app.extensions["services"]
    state.app.extensions["suggester"] = Suggester(services.concepts, services.sessions)


@bp.get("/")
def root() -> ResponseReturnValue:
    """Lead to the home page in the reader's language."""
    response = redirect(url_for(".home", locale=preferred_locale(request)))
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@bp.get("/<locale:locale>/")
def home(locale: Locale) -> str:
    """Show what the portal is, three doors into it and what is new."""
    return render_template(
        "pages/home.html",
        locale=locale,
        counts=count_by_kind(g.session, g.actor),
        countries=len(core_countries(g.session)),
        newest=overview.newest(g.session, g.actor),
        example=example.find_example(g.session, g.actor),
        names=load_names(g.session),
    )


@bp.get("/<locale:locale>/search")
@canonical("q", *FACETS, "sort", "page")
def search(locale: Locale) -> str:
    """Search all kinds of entries."""
    names = load_names(g.session)
    typed = queries.clean_text(request.args.get("q", ""))
    said = read_fields(typed, names)
    filters = queries.clean_filters({name: request.args.getlist(name) for name in FACETS}, names)
    wanted = Wanted(
        text=said.text,
        filters=joined(filters, said.wanted),
        without=said.unwanted,
        sort=queries.clean_sort(request.args.get("sort", "")),
        page=page_number(),
    )
    found = _search(wanted, locale)
    count_pages(found.total, PER_PAGE, asked=wanted.page)
    suggester: Suggester = current_app.extensions["suggester"]
    return render_template(
        "pages/search.html",
        locale=locale,
        page=found,
        reasons=[reasons_of(hit, locale) for hit in found.found],
        see_also=suggester.see_also(found.findings.text, locale),
        around=suggester.related(found.findings.text, locale),
        typed=typed,
        said=said,
        filters=filters,
        wanted=wanted,
        names=names,
        longest=queries.LONGEST_QUERY,
    )


def _search(wanted: Wanted, locale: Locale) -> SearchPage:
    try:
        return queries.search(g.session, g.services.finder, g.actor, wanted, locale)
    except IndexMissing:
        abort(503)


@bp.get("/<locale:locale>/suggest")
def suggestions(locale: Locale) -> Response:
    """Suggest what the reader may mean, for the field in which they type."""
    typed = queries.clean_text(request.args.get("q", ""))
    suggester: Suggester = current_app.extensions["suggester"]
    found = suggest(g.session, suggester, g.services.index, g.actor, typed, locale)
    response = jsonify([_as_data(suggestion, locale) for suggestion in found])
    response.headers["Cache-Control"] = f"private, max-age={_KEPT_FOR}"
    return response


def _as_data(suggestion: Suggestion, locale: Locale) -> dict[str, str | None]:
    matched = suggestion.matched
    prefix = "kind" if suggestion.kind in KINDS else "suggest.kind"
    return {
        "label": suggestion.label.text,
        "locale": suggestion.label.locale.value,
        "matched": matched.text if matched else None,
        "matched_locale": matched.locale.value if matched else None,
        "kind": suggestion.kind,
        "kind_label": translate(locale, f"{prefix}.{suggestion.kind}"),
        "url": url_for(suggestion.endpoint, locale=locale, **suggestion.values),
    }


@bp.get("/<locale:locale>/countries")
def countries(locale: Locale) -> str:
    """List the countries of the core as tiles and as text."""
    return render_template(
        "pages/countries.html",
        locale=locale,
        countries=core_countries(g.session),
        counts=country_queries.count_by_country(g.session, g.actor),
    )


@bp.get("/<locale:locale>/countries/<string(length=2):code>")
def country(locale: Locale, code: str) -> ResponseReturnValue:
    """Show what a country promised, needs, builds and can get."""
    if code != code.upper():
        return redirect(url_for(".country", locale=locale, code=code.upper()), 301)
    page = country_queries.country_page(g.session, g.actor, code)
    return render_template(
        "pages/country.html", locale=locale, page=page, country=page.country, names=load_names(g.session)
    )


@bp.get("/<locale:locale>/organisations")
@canonical("kind", "country", "page")
def organisations(locale: Locale) -> str:
    """List the organisations, by name."""
    names = load_names(g.session)
    asked = {name: request.args.get(name) or None for name in ("kind", "country")}
    kind = asked["kind"] if asked["kind"] in set(OrganisationKind) else None
    country = asked["country"] if asked["country"] in names.countries else None
    number = page_number()
    page = organisation_queries.list_organisations(
        g.session, g.actor, locale, kind=kind, country=country, page=number
    )
    return render_template(
        "pages/organisations.html",
        locale=locale,
        page=page,
        chosen={"kind": kind, "country": country},
        number=number,
        pages=count_pages(page.total, organisation_queries.PER_PAGE, asked=number),
        names=names,
    )


@bp.get("/<locale:locale>/organisations/<id:organisation_id>")
@canonical("page")
def organisation(locale: Locale, organisation_id: int) -> str:
    """Show an organisation and its entries."""
    number = page_number()
    page = overview.organisation_page(
        g.session, g.actor, organisation_id, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    return render_template(
        "pages/organisation.html",
        locale=locale,
        page=page,
        organisation=page.organisation,
        number=number,
        pages=count_pages(page.owned_total, PER_PAGE, asked=number),
        names=load_names(g.session),
    )


@bp.get("/<locale:locale>/sources")
def sources(locale: Locale) -> str:
    """Show where everything comes from and what may be done with it."""
    return render_template(
        "pages/sources.html",
        locale=locale,
        sources=overview.sources(g.session, g.actor),
        rates=sorted(rates(g.session).values(), key=lambda rate: rate.currency),
    )


@bp.get("/<locale:locale>/about")
def about(locale: Locale) -> str:
    """Say what the portal is and what it does not decide."""
    return render_template("pages/about.html", locale=locale)


@bp.get("/<locale:locale>/privacy")
def privacy(locale: Locale) -> str:
    """Say what the portal keeps of its readers."""
    return render_template("pages/privacy.html", locale=locale)


@bp.get("/<locale:locale>/contact")
def contact(locale: Locale) -> str:
    """Say whom to turn to."""
    secretariat = overview.find_organisation(g.session, _SECRETARIAT)
    email = g.services.settings.contact_email
    return render_template("pages/contact.html", locale=locale, secretariat=secretariat, email=email)


@bp.get("/healthz")
def healthz() -> dict[str, Any]:
    """Say that the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Say whether the database is set up and the search index is its own."""
    try:
        g.session.execute(select(Entry.id).limit(1))
        checks = {"database": True, "index": g.services.index.is_current(g.services.documents)}
    except SQLAlchemyError:
        checks = {"database": False, "index": False}
    ready = all(checks.values())
    return {"status": "ok" if ready else "not ready", **checks}, 200 if ready else 503


@bp.get("/robots.txt")
def robots() -> Response:
    """Let machines read the pages, but not walk through every combination of filters."""
    closed = ("search?", "suggest?")
    rules = ["User-agent: *", *(f"Disallow: /{locale}/{x}" for locale in Locale for x in closed), ""]
    return Response("\n".join(rules), mimetype="text/plain")
