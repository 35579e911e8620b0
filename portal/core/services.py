"""What the composition root hands to commands and views."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from portal.core.database import Sessions
from portal.core.outbox import Drainer, JobHandler
from portal.core.settings import Settings
from portal.core.unit_of_work import Handlers, UnitOfWork


@dataclass(frozen=True)
class Services:
    """Everything that is made once per process.

    :ivar index: the search index (``portal.search.index.SearchIndex``).
    :ivar documents: what fills it (``portal.search.index.DocumentSource``).
    :ivar jobs: what does the jobs of each kind.
    """

    settings: Settings
    engine: Engine
    sessions: Sessions
    handlers: Handlers
    index: Any
    documents: Any
    jobs: Mapping[str, JobHandler]

    def uow(self) -> UnitOfWork:
        """Return a new transaction that writes."""
        return UnitOfWork(self.sessions, self.handlers)

    def drainer(self) -> Drainer:
        """Return a new drainer of the outbox."""
        return Drainer(self.sessions, self.jobs)
