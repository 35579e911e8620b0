"""Tables of matching: the operator's weights, what readers say of matches, the best of each need."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, now
from portal.core.i18n import Locale


class CriterionWeight(Base):
    """What a criterion weighs at this portal, where the operator has changed the published weights.

    Either every criterion has a row or none has, so the sums stay 100.
    """

    __tablename__ = "criterion_weight"
    __table_args__ = (
        CheckConstraint("mitigation BETWEEN 0 AND 100", name="mitigation_range"),
        CheckConstraint("adaptation BETWEEN 0 AND 100", name="adaptation_range"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    mitigation: Mapped[int]
    adaptation: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    changed_by: Mapped[str | None]


class Opinion(enum.StrEnum):
    """What a reader says of a match."""

    USEFUL = "useful"
    WRONG = "wrong"


class MatchFeedback(Base):
    """What a reader says of a match, for the secretariat.

    :ivar other_id: the technology, or the source of finance, that was matched to the entry.
    :ivar criterion: which criterion or rule is wrong, where one was named.
    :ivar score: as the reader saw it; ``None`` for money.
    """

    __tablename__ = "match_feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    opinion: Mapped[Opinion]
    criterion: Mapped[str | None]
    comment: Mapped[str | None]
    score: Mapped[float | None]
    locale: Mapped[Locale]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    author_id: Mapped[int | None]


class BestMatch(Base):
    """One of the best technologies of a need, as ``portal match all`` found them.

    :ivar position: of the change feed when it was found; older than the feed = may be out of date.
    """

    __tablename__ = "best_match"
    __table_args__ = (UniqueConstraint("need_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    place: Mapped[int]
    technology_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    score: Mapped[float | None]
    known: Mapped[float]
    rank: Mapped[float]
    position: Mapped[int]
