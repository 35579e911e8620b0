"""Commands of the search index."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click

from portal.core.errors import NotFound
from portal.core.i18n import Locale
from portal.core.outbox import forget_jobs, newest_job
from portal.core.services import Services
from portal.search.jobs import KINDS
from portal.search.model import StoredPair
from portal.search.pairs import block_pair, list_pairs, relearn_apart

_LOCALES = click.Choice([locale.value for locale in Locale])


@click.group(name="index")
def index_group() -> None:
    """Look after the search index."""


@index_group.command()
@click.pass_obj
def rebuild(services: Services) -> None:
    """Build the index anew beside the running one, then swap."""
    count = build(services)
    click.echo(f"{count} entries indexed", err=True)


def build(services: Services) -> int:
    """Rebuild with a progress bar and return the number of entries."""

    def progress(ids: Sequence[int]) -> Iterator[int]:
        with click.progressbar(ids, label="Indexing", file=sys.stderr) as bar:
            yield from bar

    with services.sessions() as session:
        newest = newest_job(session)
    found: int = services.index.rebuild(services.documents, progress)
    with services.uow() as uow:
        forget_jobs(uow.session, KINDS, newest)
    return found


@index_group.command()
@click.pass_obj
def learn(services: Services) -> None:
    """Learn from reviewed translations which words stand for each other."""
    started = time.monotonic()
    lesson = relearn_apart(services.sessions, services.parallel_texts)
    click.echo(f"{lesson.texts} texts, {len(lesson.rows) // 2} pairs of words")
    click.echo(f"{time.monotonic() - started:.1f} s", err=True)


@index_group.command()
@click.option("--from", "source_locale", type=_LOCALES, help="Language of the word.")
@click.option("--to", "target_locale", type=_LOCALES, help="Language of what stands for it.")
@click.option("--word", help="Only pairs with this word, in any form, on either side.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@click.option("--block", nargs=2, metavar="SOURCE TARGET", help="Never use this pair, either way.")
@click.option("--unblock", nargs=2, metavar="SOURCE TARGET", help="Use this pair again.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array on stdout.")
@click.pass_obj
def pairs(
    services: Services,
    source_locale: str | None,
    target_locale: str | None,
    word: str | None,
    limit: int,
    block: tuple[str, str] | None,
    unblock: tuple[str, str] | None,
    as_json: bool,
) -> None:
    """List the learnt pairs, surest first; block a wrong one or let it count again."""
    source = Locale(source_locale) if source_locale else None
    target = Locale(target_locale) if target_locale else None
    if chosen := block or unblock:
        if block and unblock:
            raise click.UsageError("--block and --unblock exclude each other")
        if source is None or target is None or source == target:
            raise click.UsageError("--block and --unblock need two languages: --from and --to")
        _block(services, (source, chosen[0]), (target, chosen[1]), blocked=block is not None)
        return
    with services.sessions() as session:
        found = list_pairs(session, source, target, word, limit)
    if as_json:
        click.echo(json.dumps([_as_data(pair) for pair in found], ensure_ascii=False, indent=2))
    elif found:
        click.echo(_as_text(found))
    else:
        click.echo("no such pairs; to learn some: portal index learn", err=True)


def _block(
    services: Services, source: tuple[Locale, str], target: tuple[Locale, str], *, blocked: bool
) -> None:
    try:
        with services.uow() as uow:
            block_pair(uow.session, *source, *target, blocked=blocked)
    except NotFound as error:
        raise click.ClickException(f"there is no {error}") from error
    click.echo(f"{source[1]}, {target[1]}: {'blocked' if blocked else 'used again'}", err=True)


def _as_data(pair: StoredPair) -> dict[str, Any]:
    return {
        "from": pair.source_locale.value,
        "source": pair.source_word,
        "to": pair.target_locale.value,
        "target": pair.target_word,
        "weight": pair.weight,
        "seen": pair.seen,
        "blocked": pair.blocked,
    }


def _as_text(found: Sequence[StoredPair]) -> str:
    """Return one line per pair, in columns."""
    rows = [("from", "word", "to", "stands for it", "weight", "seen", "")]
    for pair in found:
        shown = _as_data(pair)
        mark = "blocked" if pair.blocked else ""
        rows.append(
            (
                shown["from"],
                shown["source"],
                shown["to"],
                shown["target"],
                f"{pair.weight:.2f}",
                str(pair.seen),
                mark,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


COMMANDS = (index_group,)
