"""Work to be done after a commit: jobs in a table of the portal's own database.

A job is written in the same transaction as the change that causes it, so a crash
loses neither. One drainer at a time works the jobs off: it holds a lease, a row
with an expiry, whoever runs it (the thread of ``portal demo``, ``portal jobs run``).
A job may run twice after a crash, never not at all: handlers are idempotent.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.database import WRITES, Base, Sessions, now

logger = logging.getLogger(__name__)

BATCH = 200
ATTEMPTS = 5
LEASE = timedelta(seconds=60)

#: Does a batch of jobs of one kind; gets their payloads.
JobHandler = Callable[[Sequence[dict[str, Any]]], None]


class Job(Base):
    """One piece of work; it leaves the table when done.

    :ivar attempts: how often it failed; at :data:`ATTEMPTS` it stays as a dead letter.
    """

    __tablename__ = "job"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class Lease(Base):
    """Who may do a thing that only one process may do at a time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


def enqueue(session: Session, kind: str, payload: dict[str, Any], *, after: timedelta = timedelta()) -> None:
    """Write a job, in the caller's transaction.

    :param after: how long the job waits at least.
    """
    session.add(Job(kind=kind, payload=payload, due_at=now() + after))


def is_waiting(session: Session, kind: str) -> bool:
    """Return whether a job of a kind waits to be done."""
    return session.scalar(select(Job.id).where(Job.kind == kind, Job.attempts == 0).limit(1)) is not None


def newest_job(session: Session) -> int:
    """Return the number of the newest job, 0 when there is none."""
    return session.scalar(select(func.max(Job.id))) or 0


def forget_jobs(session: Session, kinds: Sequence[str], up_to: int) -> None:
    """Drop jobs that something else has done meanwhile. Commit afterwards."""
    session.execute(delete(Job).where(Job.kind.in_(kinds), Job.id <= up_to))


def take_lease(session: Session, name: str, holder: str) -> bool:
    """Take or prolong a lease; false when another holder has it. Commit afterwards."""
    moment = now()
    claim = (
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until < moment))
        .values(holder=holder, until=moment + LEASE)
    )
    if session.execute(claim).rowcount:  # type: ignore[attr-defined]
        return True
    if session.get(Lease, name) is not None:
        return False
    session.add(Lease(name=name, holder=holder, until=moment + LEASE))
    session.flush()
    return True


def drop_lease(session: Session, name: str, holder: str) -> None:
    """Give a lease back. Commit afterwards."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


class Drainer:
    """Works the jobs off.

    :param handlers: what does the jobs of each kind; jobs of other kinds stay.
    """

    def __init__(self, sessions: Sessions, handlers: Mapping[str, JobHandler]) -> None:
        self._sessions = sessions
        self._handlers = handlers
        self._holder = uuid.uuid4().hex

    def drain(self) -> int:
        """Do every job that is due and return how many were done."""
        done = 0
        try:
            while count := self._drain_batch():
                done += count
        finally:
            with self._sessions() as session:
                session.connection(execution_options={WRITES: True})
                drop_lease(session, "drainer", self._holder)
                session.commit()
        return done

    def run(self, stop: threading.Event, *, every: float = 0.25) -> None:
        """Drain again and again until ``stop`` is set.

        A look at the table costs little; the lease is only taken when there is work.
        """
        while not stop.is_set():
            try:
                if self._due():
                    self.drain()
            except OperationalError:
                logger.warning("the database did not answer; jobs wait")
            except Exception:
                logger.exception("draining failed; trying again")
            stop.wait(every)

    def _due(self) -> bool:
        with self._sessions() as session:
            known = _due_jobs(Job.id).where(Job.kind.in_(self._handlers))
            return session.scalar(known.limit(1)) is not None

    def _drain_batch(self) -> int:
        with self._sessions() as session:
            session.connection(execution_options={WRITES: True})
            if not take_lease(session, "drainer", self._holder):
                session.commit()
                return 0
            session.commit()
            kind = session.scalar(_due_jobs(Job.kind).where(Job.kind.in_(self._handlers)).limit(1))
            if kind is None:
                return 0
            columns = _due_jobs(Job.id, Job.payload, Job.attempts)
            jobs = session.execute(columns.where(Job.kind == kind).limit(BATCH)).all()
        return len(jobs) if self._do(kind, jobs) else 0

    def _do(self, kind: str, jobs: Sequence[Row[Any]]) -> bool:
        """Do a batch; say whether it went well."""
        ids = [job.id for job in jobs]
        try:
            self._handlers[kind]([job.payload for job in jobs])
        except Exception as error:
            if len(jobs) > 1:
                # One of them is bad; the others are done without it.
                done = [self._do(kind, [job]) for job in jobs]
                return any(done)
            logger.exception("job %d of kind %s failed", ids[0], kind)
            self._write(
                update(Job)
                .where(Job.id.in_(ids))
                .values(
                    attempts=Job.attempts + 1,
                    due_at=now() + timedelta(seconds=5 * 2 ** jobs[0].attempts),
                    error=repr(error)[:500],
                )
            )
            return False
        self._write(delete(Job).where(Job.id.in_(ids)))
        return True

    def _write(self, statement: Any) -> None:
        with self._sessions() as session:
            session.connection(execution_options={WRITES: True})
            session.execute(statement)
            session.commit()


def _due_jobs(*columns: Any) -> Select[Any]:
    return select(*columns).where(Job.due_at <= now(), Job.attempts < ATTEMPTS).order_by(Job.id)
