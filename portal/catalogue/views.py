"""Pages of the catalogue: the list of each kind and the page of each entry."""

import re
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from portal.catalogue import queries, slugs
from portal.catalogue.detail import load_detail
from portal.catalogue.facets import count_facets
from portal.catalogue.kinds import BY_PLURAL, KINDS
from portal.catalogue.model import Entry, Status
from portal.catalogue.names import describe_terms, load_names
from portal.catalogue.queries import Filters
from portal.core.database import now
from portal.core.i18n import Locale
from portal.core.money import Rate, Rates
from portal.web.locale_urls import canonical
from portal.web.paging import count_pages, page_number
from portal.web.templating import gases

bp = Blueprint("catalogue", __name__)

_PLURALS = f"<any({','.join(BY_PLURAL)}):plural>"
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_PER_PAGE = 20
#: Where the kinds keep money, alone and in lists.
_MONEY = ("cost", "unit_cost", "running_cost", "budget", "project_size")
_MONEY_LISTS = ("tickets", "funding_lines")


@bp.app_template_global("entry_url")
def entry_url(entry: Entry, locale: str) -> str:
    """Return the address of an entry's page in a language."""
    return url_for(
        "catalogue.entry",
        locale=locale,
        plural=KINDS[entry.kind].plural,
        entry_id=entry.id,
        slug=slugs.entry_slug(entry, locale),
    )


@bp.app_template_global("plural_of")
def plural_of(kind: str) -> str:
    """Return the word of a kind in addresses."""
    return KINDS[kind].plural


@bp.app_template_filter("plain")
@pass_context
def plain(context: Context, value: str) -> Markup:
    """Return a text that has no translation, marked as English where it is in Latin letters."""
    text = gases(value)
    if context["locale"] == Locale.EN or _CYRILLIC.search(value):
        return text
    return Markup('<span lang="en">{}</span>').format(text)


@bp.url_defaults
def _slug_in_language(endpoint: str, values: dict[str, Any]) -> None:
    """Give the shown entry its slug in each language, so that language links need no redirect."""
    shown: Entry | None = g.get("shown_entry")
    if endpoint == "catalogue.entry" and shown is not None and values.get("entry_id") == shown.id:
        values["slug"] = slugs.entry_slug(shown, values["locale"])


@bp.get(f"/<locale:locale>/{_PLURALS}")
@canonical("country", "sector", "term", "page")
def entries(locale: Locale, plural: str) -> str:
    """List the entries of a kind, newest first."""
    kind = BY_PLURAL[plural].name
    filters = Filters(
        kind=kind,
        country=request.args.get("country") or None,
        sector=request.args.get("sector") or None,
        term=request.args.get("term") or None,
    )
    total = queries.count_entries(g.session, g.actor, filters)
    page = page_number()
    pages = count_pages(total, _PER_PAGE, asked=page)
    return render_template(
        "catalogue/list.html",
        locale=locale,
        kind=kind,
        plural=plural,
        filters=filters,
        facets=count_facets(g.session, g.actor, filters),
        total=total,
        page=page,
        pages=pages,
        entries=queries.list_entries(
            g.session, g.actor, filters, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE
        ),
        names=load_names(g.session),
        terms=describe_terms(g.session, [filters.term] if filters.term else []),
    )


@bp.get(f"/<locale:locale>/{_PLURALS}/<id:entry_id>")
@bp.get(f"/<locale:locale>/{_PLURALS}/<id:entry_id>-<string(minlength=0):slug>")
def entry(locale: Locale, plural: str, entry_id: int, slug: str | None = None) -> ResponseReturnValue:
    """Show an entry; an address with another slug leads to the right one."""
    kind = BY_PLURAL[plural].name
    found = queries.get_entry(g.session, g.actor, kind, entry_id)
    if slug != slugs.entry_slug(found, locale):
        return redirect(entry_url(found, locale), 301)
    g.shown_entry = found
    detail = load_detail(g.session, g.actor, found)
    return render_template(
        f"catalogue/{kind}.html",
        locale=locale,
        plural=plural,
        entry=found,
        detail=detail,
        names=detail.names,
        terms=describe_terms(g.session, found.term_codes),
        versions=[version for version in detail.versions if version.state == Status.PUBLISHED],
        rates=_rates_shown(found, detail.rates),
        text=found.text(locale),
        today=now().date(),
    )


def _rates_shown(entry: Any, rates: Rates) -> list[Rate]:
    """Return the rates by which amounts of the entry are compared with dollars or with each other."""
    one = (getattr(entry, name, None) for name in _MONEY)
    many = (item for name in _MONEY_LISTS for item in getattr(entry, name, ()))
    used = {money.currency for money in (*one, *many) if money is not None} - {"USD"}
    return [rates[x] for x in sorted(used) if x in rates and rates[x].comparable]
