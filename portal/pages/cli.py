"""Command that searches the catalogue."""

import json
from collections.abc import Mapping
from typing import Any

import click

from portal.catalogue.kinds import KINDS
from portal.catalogue.names import load_names
from portal.catalogue.slugs import entry_path
from portal.core.actor import ANONYMOUS
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.pages import queries
from portal.pages.queries import Found, SearchPage, Wanted

_LOCALES = click.Choice([locale.value for locale in Locale])
_MOST = 1_000


@click.command()
@click.argument("query")
@click.option("--locale", type=_LOCALES, default="en", show_default=True, help="Language of the output.")
@click.option("--text-locale", type=_LOCALES, multiple=True, help="Only entries with texts in it.")
@click.option("--kind", type=click.Choice(list(KINDS)), multiple=True)
@click.option("--country", multiple=True, help="ISO 3166-1 code, e.g. KZ.")
@click.option("--sector", multiple=True, help="Code of a sector, e.g. water.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=20, show_default=True)
@click.option("--page", type=click.IntRange(1, _MOST), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def search(
    services: Services,
    query: str,
    locale: str,
    text_locale: tuple[str, ...],
    kind: tuple[str, ...],
    country: tuple[str, ...],
    sector: tuple[str, ...],
    limit: int,
    page: int,
    as_json: bool,
) -> None:
    """Search all kinds of entries in all three languages; an empty QUERY lists them all."""
    asked = {
        "kind": kind,
        "country": tuple(code.upper() for code in country),
        "sector": sector,
        "language": text_locale,
    }
    found = _search(services, query, asked, Locale(locale), limit, page)
    if as_json:
        base = services.settings.base_url or ""
        click.echo(json.dumps(as_data(found, Locale(locale), base), ensure_ascii=False))
    else:
        _say(found, Locale(locale))


def _search(
    services: Services,
    text: str,
    asked: Mapping[str, tuple[str, ...]],
    locale: Locale,
    limit: int,
    page: int,
) -> SearchPage:
    with services.sessions() as session:
        filters = queries.clean_filters(asked, load_names(session))
        for name, values in asked.items():
            if unknown := set(values) - set(filters.get(name, ())):
                raise click.BadParameter(f"there is no {name} {', '.join(sorted(unknown))}")
        wanted = Wanted(queries.clean_text(text), filters, page=page, limit=limit)
        return queries.search(session, services.index, ANONYMOUS, wanted, locale)


def as_data(found: SearchPage, locale: Locale, base: str) -> dict[str, Any]:
    """Return a page of hits as the JSON of the command has it.

    :param base: public address of the portal, put before each path.
    """
    return {
        "total": found.total,
        "hits": [_hit(hit, locale, base) for hit in found.found],
        "facets": {name: dict(counts) for name, counts in found.facets.items()},
    }


def _hit(hit: Found, locale: Locale, base: str) -> dict[str, Any]:
    text = hit.entry.text(locale)
    return {
        "kind": hit.entry.kind,
        "id": hit.entry.id,
        "title": text.title,
        "locale": text.locale.value,
        "matched_in": [x.value for x in hit.matched_in],
        "url": f"{base}{entry_path(hit.entry, locale)}",
        "score": hit.score,
    }


def _say(found: SearchPage, locale: Locale) -> None:
    for hit in found.found:
        languages = ", ".join(x.value for x in hit.matched_in)
        click.echo(f"{hit.entry.kind:10} {hit.entry.id:5}  {hit.entry.text(locale).title}  [{languages}]")
    click.echo(f"{found.total} in all, page {found.wanted.page} of {found.pages}", err=True)


COMMANDS = (search,)
