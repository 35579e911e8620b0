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
from portal.pages.fields import Fields, joined, read_fields
from portal.pages.queries import Found, SearchPage, Wanted
from portal.pages.reasons import reasons_of
from portal.search.finder import Findings
from portal.search.index import Through

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
    """Search all kinds of entries in all three languages; an empty QUERY lists them all.

    Words are all wanted, in any form; "a phrase", -not, a OR b, begin*, country:KZ.
    """
    asked = {
        "kind": kind,
        "country": tuple(code.upper() for code in country),
        "sector": sector,
        "language": text_locale,
    }
    found, said = _search(services, query, asked, Locale(locale), limit, page)
    if as_json:
        base = services.settings.base_url or ""
        click.echo(json.dumps(as_data(found, Locale(locale), base), ensure_ascii=False))
    else:
        _say(found, said, Locale(locale))


def _search(
    services: Services,
    text: str,
    asked: Mapping[str, tuple[str, ...]],
    locale: Locale,
    limit: int,
    page: int,
) -> tuple[SearchPage, Fields]:
    with services.sessions() as session:
        names = load_names(session)
        filters = queries.clean_filters(asked, names)
        for name, values in asked.items():
            if unknown := set(values) - set(filters.get(name, ())):
                raise click.BadParameter(f"there is no {name} {', '.join(sorted(unknown))}")
        said = read_fields(queries.clean_text(text), names)
        filters = joined(filters, said.wanted)
        wanted = Wanted(said.text, filters, said.unwanted, page=page, limit=limit)
        return queries.search(session, services.finder, ANONYMOUS, wanted, locale), said


def as_data(found: SearchPage, locale: Locale, base: str) -> dict[str, Any]:
    """Return a page of hits as the JSON of the command has it.

    ``searched`` is the query that was carried out, ``typed`` the one that it corrects,
    ``meant`` a better one that was not. Where ``relaxed``, the first ``complete`` hits
    have all the words; ``null`` for a query too long for that.

    :param base: public address of the portal, put before each path.
    """
    findings = found.findings
    return {
        "searched": findings.text,
        "typed": findings.typed,
        "meant": findings.meant,
        "relaxed": findings.results.relaxed,
        "complete": findings.results.complete,
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
        "through": [_through(through) for through in hit.through],
    }


def _through(through: Through) -> dict[str, str]:
    variant = through.variant
    return {
        "typed": through.typed,
        "found": variant.label,
        "locale": variant.locale.value,
        "reason": variant.reason,
    }


def _say(found: SearchPage, said: Fields, locale: Locale) -> None:
    _say_how(found.findings, said)
    for hit in found.found:
        languages = ", ".join(x.value for x in hit.matched_in)
        click.echo(f"{hit.entry.kind:10} {hit.entry.id:5}  {hit.entry.text(locale).title}  [{languages}]")
        for reason in reasons_of(hit, locale):
            words = ", ".join(word.text for word in reason.words) or "a similar word"
            click.echo(f"{'':18}{reason.typed}: {words} ({reason.sort})")
    click.echo(f"{found.total} in all, page {found.wanted.page} of {found.pages}", err=True)


def _say_how(findings: Findings, said: Fields) -> None:
    """Say what was made of the query, beside the hits."""
    results = findings.results
    if said.unknown:
        click.echo(f"searched for as words: {', '.join(said.unknown)}", err=True)
    if findings.typed:
        click.echo(f"{findings.typed!r} was not found as typed; these are for {findings.text!r}", err=True)
    if findings.meant:
        click.echo(f"did you mean {findings.meant!r}?", err=True)
    if results.relaxed:
        whole = "a long query" if results.complete is None else f"{results.complete} with all the words"
        click.echo(f"{whole}, the others with some of them", err=True)


COMMANDS = (search,)
