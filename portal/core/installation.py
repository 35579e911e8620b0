"""What a database knows of itself: who it is, which seeds it was filled from."""

import uuid

from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.database import Base


class Installation(Base):
    """One fact about this database, by name."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def read_fact(session: Session, name: str) -> str | None:
    """Return a fact, or ``None`` where nobody wrote it."""
    found = session.get(Installation, name)
    return None if found is None else found.value


def write_fact(session: Session, name: str, value: str) -> None:
    """Write a fact, in the caller's transaction."""
    session.merge(Installation(name=name, value=value))


def make_identity(session: Session) -> None:
    """Give the database a name of its own, unless it has one.

    By it an index tells that it was built from this database and from no other.
    """
    if read_fact(session, "identity") is None:
        write_fact(session, "identity", uuid.uuid4().hex)
