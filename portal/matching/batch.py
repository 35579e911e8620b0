"""Finds the best technologies of every published need and keeps them: ``portal match-all``.

The whole run judges one state of the catalogue, and each need's rows carry that state's position
in the change feed. So a run that was interrupted goes on where it stopped, and one after a
change does all again: any change may move any order. What depends on the day alone (months until
commissioning) is as of the day of the run.
"""

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.catalogue.model import Entry
from portal.catalogue.queries import list_whole
from portal.core.actor import ANONYMOUS
from portal.core.database import now
from portal.core.services import Services
from portal.matching.columns.ranking import Ranked, rank_technologies
from portal.matching.facts import NeedFacts
from portal.matching.model import BestMatch
from portal.matching.portfolio import Portfolio, portfolio
from portal.matching.queries import with_evidence
from portal.matching.texts import text_of
from portal.search.index import SearchIndex

#: So many rows are written by one transaction: it lasts a few hundredths of a second.
_ROWS = 500

#: Gives needs how near the texts of technologies are, where a side of some pair names no terms.
Texts = Callable[[Session, Portfolio, Sequence[NeedFacts]], Sequence[NeedFacts]]
#: Wraps the batches, to show how far it is.
Progress = Callable[[Sequence[Sequence[int]]], AbstractContextManager[Iterable[Sequence[int]]]]


@dataclass(frozen=True)
class Done:
    """What a run did, in needs.

    :ivar present: those whose rows were up to date.
    :ivar gone: those that are no longer published, whose rows were taken away.
    """

    matched: int
    present: int
    gone: int


def texts_by(index: SearchIndex) -> Texts:
    """Return what asks the search how near texts are."""

    def ask(session: Session, known: Portfolio, needs: Sequence[NeedFacts]) -> Sequence[NeedFacts]:
        entries = {x.id: x for x in list_whole(session, ANONYMOUS, "need", [x.id for x in needs])}
        return [
            with_evidence(session, x, text_of(entries[x.id]), known, index) if x.id in entries else x
            for x in needs
        ]

    return ask


def match_all(services: Services, limit: int, texts: Texts, progress: Progress = nullcontext) -> Done:
    """Find and keep the best technologies of every need whose rows are not up to date.

    :param limit: of technologies per need; rows that are up to date stay as many as they are.
    """
    with services.sessions() as session:
        known = portfolio(session, now().date())
        kept = dict(session.execute(select(BestMatch.need_id, BestMatch.position).distinct()).all())
    gone = sorted(set(kept) - set(known.needs_by_id))
    due = [x for x in sorted(known.needs_by_id) if kept.get(x) != known.position]
    for ids in _cut(gone, limit):
        _keep(services, ids, [])
    with progress(list(_cut(due, limit))) as batches:
        for ids in batches:
            with services.sessions() as session:
                needs = texts(session, known, [known.needs_by_id[x].need for x in ids])
            ranked = {x.id: rank_technologies(x, known.technologies, limit) for x in needs}
            _keep(services, ids, [row for x in ranked.items() for row in _rows(*x, known.position)])
    return Done(matched=len(due), present=len(known.needs_by_id) - len(due), gone=len(gone))


def _cut(ids: Sequence[int], limit: int) -> Iterable[Sequence[int]]:
    """Yield as many needs at a time as have rows for one transaction."""
    most = max(1, _ROWS // limit)
    return (ids[start : start + most] for start in range(0, len(ids), most))


def _rows(need_id: int, ranked: Ranked, position: int) -> Iterable[Mapping[str, Any]]:
    for place, technology_id in enumerate(ranked.ids):
        score = float(ranked.scores[place])
        yield {
            "need_id": need_id,
            "place": place + 1,
            "technology_id": technology_id,
            "score": None if math.isnan(score) else score,
            "known": float(ranked.known[place]),
            "rank": float(ranked.ranks[place]),
            "position": position,
        }


def _keep(services: Services, need_ids: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows in place of those that these needs have."""
    with services.uow() as uow:
        # Another run at the same time waits here, and then takes these rows away as well.
        needs = select(Entry.id).where(Entry.id.in_(need_ids)).order_by(Entry.id)
        uow.session.execute(needs.with_for_update(key_share=True))
        uow.session.execute(delete(BestMatch).where(BestMatch.need_id.in_(need_ids)))
        if rows:
            uow.session.execute(insert(BestMatch), rows)


def _bar(batches: Sequence[Sequence[int]]) -> AbstractContextManager[Iterable[Sequence[int]]]:
    return click.progressbar(batches, label="Matching needs", file=sys.stderr)


@click.command("match-all")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Technologies per need."
)
@click.pass_obj
def match_all_command(services: Services, limit: int) -> None:
    """Find the best technologies of every published need and keep them in the database.

    What is up to date is left alone, so an interrupted run goes on where it stopped.
    """
    done = match_all(services, limit, texts_by(services.index), _bar)
    click.echo(f"{done.matched} needs matched, {done.present} up to date, {done.gone} gone", err=True)


COMMANDS = (match_all_command,)
