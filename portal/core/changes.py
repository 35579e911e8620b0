"""The change feed: one growing table by which every process keeps in step."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.database import Base

#: Any number that no other advisory lock of the portal has.
_FEED_LOCK = 20_261_120


class Change(Base):
    """Something that others may keep a copy of has changed.

    :ivar what: kind of thing: ``entry``, ``reference``, ``index``.
    :ivar thing_id: which one; ``None`` = any of them.
    """

    __tablename__ = "change"
    __table_args__ = {"sqlite_autoincrement": True}

    seq: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]
    thing_id: Mapped[int | None]


def note_change(session: Session, what: str, thing_id: int | None = None) -> None:
    """Write a change into the feed, in the caller's transaction.

    On PostgreSQL numbers are given out before they are committed, so a reader could see
    the later of two changes first and never look for the earlier one. The lock, held
    until the commit, keeps them in order; on SQLite there is one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_FEED_LOCK)))
    session.add(Change(what=what, thing_id=thing_id))


def position(session: Session) -> int:
    """Return the number of the newest change, 0 when there is none."""
    return session.scalar(select(func.max(Change.seq))) or 0


def changes_since(session: Session, seq: int) -> Sequence[Change]:
    """Return the changes after ``seq``, oldest first."""
    return session.scalars(select(Change).where(Change.seq > seq).order_by(Change.seq)).all()
