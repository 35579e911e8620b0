"""One real match for the home page: a need, its best technology and the bridge between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from portal.catalogue.model import Entry
from portal.catalogue.queries import by_ids, find_by_key
from portal.core import changes
from portal.core.actor import ANONYMOUS, Actor
from portal.core.database import now
from portal.core.errors import NotFound
from portal.matching.bridges import planks_of, sentence_of, standing_of
from portal.matching.queries import match_need
from portal.matching.results import Match
from portal.web.bridge import Plank

#: Key of the need that serves as example.
NEED = "kz-drip-irrigation"


@dataclass(frozen=True)
class Example:
    """A need and the technology that answers it best."""

    need: Entry
    technology: Entry
    match: Match

    def planks(self, locale: str) -> Sequence[Plank]:
        """Return the planks of the bridge."""
        return planks_of(self.match.criteria, locale)

    def sentence(self, locale: str) -> str:
        """Return all that the bridge shows, as text."""
        return sentence_of(self.match, locale)

    def standing(self, locale: str) -> str:
        """Return the score and what it rests on."""
        return standing_of(self.match, locale)


_Key = tuple[int, date]
#: The best match by database, with the change and the day for which it holds: judging takes a while.
_known: WeakKeyDictionary[Any, tuple[_Key, Match | None]] = WeakKeyDictionary()


def find_example(session: Session, actor: Actor) -> Example | None:
    """Return the example, or ``None`` where its need or any match is not there."""
    match = _match(session)
    if match is None:
        return None
    ids = (match.need_id, match.technology_id)
    entries = {entry.id: entry for entry in by_ids(session, actor, ids)}
    if set(ids) - set(entries):
        return None
    return Example(entries[match.need_id], entries[match.technology_id], match)


def _match(session: Session) -> Match | None:
    """Return the best match that everybody may see, judged anew only when something has changed."""
    key = (changes.position(session), now().date())
    database = session.get_bind()
    known = _known.get(database)
    if known is None or known[0] != key:
        known = (key, _judge(session))
        _known[database] = known
    return known[1]


def _judge(session: Session) -> Match | None:
    need = find_by_key(session, "need", NEED)
    if need is None:
        return None
    try:
        matches = match_need(session, ANONYMOUS, need.id, 1)
    except NotFound:
        return None
    return matches.technologies[0] if matches.technologies else None
