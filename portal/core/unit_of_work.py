"""One transaction that writes, with the events it causes."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.core.database import WRITES, Sessions
from portal.core.errors import StaleRevision

Handler = Callable[["UnitOfWork", Any], None]
Handlers = Mapping[type, Sequence[Handler]]


class UnitOfWork:
    """A transaction: commits when its block ends well, else leaves no trace.

    Handlers of emitted events run inside the same transaction and only write rows;
    what takes long or touches the outside is done by jobs that they enqueue.

    :raises StaleRevision: on commit, when somebody else changed a row in between.
    """

    def __init__(self, sessions: Sessions, handlers: Handlers) -> None:
        self._sessions = sessions
        self._handlers = handlers
        self._events: list[object] = []

    def __enter__(self) -> Self:
        self.session: Session = self._sessions()
        self.session.connection(execution_options={WRITES: True})
        return self

    def emit(self, event: object) -> None:
        """Tell the event's handlers, once the work is done and before it is committed."""
        self._events.append(event)

    def flush(self) -> None:
        """Write pending rows, so that their ids are known.

        :raises StaleRevision: somebody else changed one of them.
        """
        try:
            self.session.flush()
        except StaleDataError as error:
            raise StaleRevision(str(error)) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
            else:
                self.session.rollback()
        except (StaleRevision, IntegrityError):
            self.session.rollback()
            raise
        finally:
            self.session.close()

    def _finish(self) -> None:
        self.flush()
        while self._events:
            event = self._events.pop(0)
            for handler in self._handlers.get(type(event), ()):
                handler(self, event)
            self.flush()
        self.session.commit()
