"""Tables that all kinds of entries share; each kind's own are in ``kinds/``."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from portal.accounts.model import Organisation
from portal.core.database import Base, Timestamped
from portal.core.i18n import Locale, fallbacks
from portal.core.provenance import Provenance, Review
from portal.core.values import AsJson
from portal.taxonomy.model import Sector, Term


class Status(enum.StrEnum):
    """Where an entry is in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class TextOrigin(enum.StrEnum):
    """How a text came to be."""

    ORIGINAL = "original"
    TRANSLATED = "translated"
    MACHINE = "machine"


class Entry(Timestamped, Base):
    """What every kind shares: holds what is public, or a first draft.

    Every saved state is an :class:`EntryVersion`; publishing copies one in here.

    :ivar key: stable name within the kind, for seeds and imports.
    :ivar objective: ``mitigation``, ``adaptation`` or ``both``.
    :ivar opened_on: date of the thing itself: approval, publication.
    """

    __tablename__ = "entry"
    __table_args__: tuple[Any, ...] = (UniqueConstraint("kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    key: Mapped[str | None]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    status: Mapped[Status] = mapped_column(default=Status.DRAFT, index=True)
    revision: Mapped[int] = mapped_column()
    objective: Mapped[str]
    sdgs: Mapped[list[int]]
    opened_on: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    texts: Mapped[dict[str, "EntryText"]] = relationship(
        back_populates="entry",
        cascade="all, delete-orphan",
        lazy="raise",
        collection_class=attribute_keyed_dict("locale"),
    )
    countries: Mapped[list["EntryCountry"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="EntryCountry.position"
    )
    sectors: Mapped[list["EntrySector"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="EntrySector.position"
    )
    terms: Mapped[list["EntryTerm"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="EntryTerm.position"
    )

    # A stale write raises instead of overwriting.
    __mapper_args__ = {"polymorphic_on": "kind", "version_id_col": revision}

    def text(self, locale: str) -> "EntryText":
        """Return the text in ``locale``, else in the first language that has one."""
        return next(self.texts[x] for x in fallbacks(locale) if x in self.texts)

    @property
    def country_codes(self) -> list[str]:
        """The countries, in the order given."""
        return [x.country_code for x in self.countries]

    @property
    def sector_codes(self) -> list[str]:
        """The sectors, main one first."""
        return [x.sector_code for x in self.sectors]

    @property
    def term_codes(self) -> list[str]:
        """The technology terms, most specific first."""
        return [x.term_code for x in self.terms]


class EntryText(Base):
    """An entry's words in one language.

    :ivar body: a safe subset of Markdown.
    :ivar details: short texts of the kind by name, e.g. a need's ``function``.
    """

    __tablename__ = "entry_text"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    locale: Mapped[Locale] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str | None]
    details: Mapped[dict[str, str]]
    origin: Mapped[TextOrigin]
    state: Mapped[Review] = mapped_column(default=Review.UNREVIEWED)

    entry: Mapped[Entry] = relationship(back_populates="texts", lazy="raise")


class EntryCountry(Base):
    """A country of an entry; a project's host may carry its share, 0 to 1."""

    __tablename__ = "entry_country"
    __table_args__ = (Index("ix_entry_country_country_code", "country_code", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), primary_key=True)
    position: Mapped[int]
    share: Mapped[float | None]


class EntrySector(Base):
    """A sector of an entry."""

    __tablename__ = "entry_sector"
    __table_args__ = (Index("ix_entry_sector_sector_code", "sector_code", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey("sector.code"), primary_key=True)
    position: Mapped[int]

    sector: Mapped[Sector] = relationship(lazy="raise")


class EntryTerm(Base):
    """A technology term of an entry."""

    __tablename__ = "entry_term"
    __table_args__ = (Index("ix_entry_term_term_code", "term_code", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    term_code: Mapped[str] = mapped_column(ForeignKey("term.code"), primary_key=True)
    position: Mapped[int]

    term: Mapped[Term] = relationship(lazy="raise")


class Relation(enum.StrEnum):
    """How one entry stands to another, read from the one that says it."""

    USES = "uses"
    ANSWERS = "answers"
    FUNDED_BY = "funded_by"
    PART_OF = "part_of"
    VARIANT_OF = "variant_of"


class EntryLink(Base):
    """A link between two entries, shown on both."""

    __tablename__ = "entry_link"

    from_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True, index=True)
    relation: Mapped[Relation] = mapped_column(primary_key=True)


class EntryVersion(Base):
    """A saved state of an entry: the schema's JSON, by whom and when.

    :ivar state: what became of this version.
    :ivar author_id: ``None`` = the portal itself, from seeds/.
    """

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    number: Mapped[int]
    state: Mapped[Status]
    data: Mapped[dict[str, Any]]
    author_id: Mapped[int | None]
    author_name: Mapped[str]
    created_at: Mapped[datetime]
