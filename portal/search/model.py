"""Table of the word pairs that were learnt from reviewed translations."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base
from portal.core.i18n import Locale


class StoredPair(Base):
    """A stem and what stands for it in another language; each pair has a row either way.

    :ivar source: stem, as :func:`portal.search.analysis.terms` makes it.
    :ivar source_word: the commonest word with that stem, for people to read.
    :ivar weight: above 0, at most 1.
    :ivar seen: in how many sentence pairs both occur.
    :ivar blocked: an editor found the pair wrong; it stays so when learnt again.
    """

    __tablename__ = "learnt_pair"
    __table_args__ = (UniqueConstraint("source_locale", "source", "target_locale", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_locale: Mapped[Locale]
    source: Mapped[str]
    source_word: Mapped[str]
    target_locale: Mapped[Locale]
    target: Mapped[str]
    target_word: Mapped[str]
    weight: Mapped[float]
    seen: Mapped[int]
    blocked: Mapped[bool] = mapped_column(default=False)
