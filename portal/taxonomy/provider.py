"""The expander of this moment: read from the database, and again when what it knows changes.

Every process keeps one and follows the change feed. Reading and learning take about a
second, so the one who finds a change builds the new expander, and all others go on with
the old one meanwhile.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.core.changes import Change, position
from portal.core.database import Sessions
from portal.taxonomy.alignment import align_words
from portal.taxonomy.concepts import ConceptExpander, NamedThing, WordVariants
from portal.taxonomy.naming import named_taxonomy

#: Changes of these kinds are changes of what things are called.
FOLLOWED = ("thesaurus", "taxonomy", "reference", "organisation")
#: The feed is looked at once in so many seconds, however many searches come.
PATIENCE = 0.5


@dataclass(frozen=True)
class _Kept:
    """What was read.

    :ivar position: the change feed's, before it was read.
    :ivar taxonomy: from which the words were learnt.
    :ivar things: the taxonomy, and all places and bodies.
    """

    position: int
    taxonomy: Sequence[NamedThing]
    things: Sequence[NamedThing]
    words: WordVariants
    expander: ConceptExpander


class ConceptsProvider:
    """Gives the expander of the thesaurus, the terms and all names; any thread may ask.

    :param more_names: reads the names of places and bodies, which other features keep.
    :param patience: seconds between two looks at the change feed.
    """

    def __init__(
        self,
        sessions: Sessions,
        more_names: Callable[[Session], Sequence[NamedThing]],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._sessions = sessions
        self._more_names = more_names
        self._patience = patience
        self._building = threading.Lock()
        self._kept: _Kept | None = None
        self._next_look = 0.0

    def __call__(self) -> ConceptExpander:
        """Return the expander; quick when nothing has changed."""
        return self._current().expander

    def things(self) -> Sequence[NamedThing]:
        """Return what the expander knows; the same object as long as nothing has changed."""
        return self._current().things

    def _current(self) -> _Kept:
        if self._kept is None:
            with self._building:
                # Whoever waited here finds it made.
                kept = self._kept or self._read(None)
                self._kept = kept
        elif time.monotonic() >= self._next_look and self._building.acquire(blocking=False):
            try:
                self._kept = kept = self._caught_up(self._kept)
            finally:
                self._building.release()
        else:
            kept = self._kept
        return kept

    def _caught_up(self, kept: _Kept) -> _Kept:
        self._next_look = time.monotonic() + self._patience
        with self._sessions() as session:
            newest = position(session)
            if newest == kept.position:
                return kept
            news = exists().where(Change.seq > kept.position, Change.what.in_(FOLLOWED))
            if not session.scalar(select(news)):
                return replace(kept, position=newest)
        return self._read(kept)

    def _read(self, before: _Kept | None) -> _Kept:
        with self._sessions() as session:
            newest = position(session)
            taxonomy = named_taxonomy(session)
            names = self._more_names(session)
        # Learning takes longest, and most changes are to names of organisations.
        same = before is not None and before.taxonomy == taxonomy
        words = before.words if before is not None and same else align_words(taxonomy)
        things = [*taxonomy, *names]
        return _Kept(newest, taxonomy, things, words, ConceptExpander(things, words))
