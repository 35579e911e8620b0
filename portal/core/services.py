"""What the composition root hands to commands and views."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.core.database import Sessions
from portal.core.i18n import Locale
from portal.core.outbox import Drainer, JobHandler
from portal.core.settings import Settings
from portal.core.unit_of_work import Handlers, UnitOfWork


@dataclass(frozen=True)
class Services:
    """Everything that is made once per process.

    :ivar index: the search index (``portal.search.index.SearchIndex``).
    :ivar documents: what fills it (``portal.search.index.DocumentSource``).
    :ivar finder: what pages search with (``portal.search.finder.Finder``).
    :ivar concepts: gives what things are called in three languages
        (``portal.taxonomy.provider.ConceptsProvider``).
    :ivar parallel_texts: the reviewed translations that the search may learn from.
    :ivar jobs: what does the jobs of each kind.
    :ivar at: makes the services of another, embedded portal in a folder.
    """

    settings: Settings
    engine: Engine
    sessions: Sessions
    handlers: Handlers
    index: Any
    documents: Any
    finder: Any
    concepts: Any
    parallel_texts: Callable[[Session], Iterable[Mapping[Locale, str]]]
    jobs: Mapping[str, JobHandler]
    at: Callable[[Path], "Services"]

    def uow(self) -> UnitOfWork:
        """Return a new transaction that writes."""
        return UnitOfWork(self.sessions, self.handlers)

    def drainer(self) -> Drainer:
        """Return a new drainer of the outbox."""
        return Drainer(self.sessions, self.jobs)
