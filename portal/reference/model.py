"""Tables of reference data."""

import enum
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Names
from portal.core.money import Hundredths
from portal.core.provenance import Provenance
from portal.core.values import AsJson


class Sourced:
    """A record whose source is printed beside it, read from its provenance."""

    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

    @property
    def source(self) -> str:
        """Return the title of the source."""
        return self.provenance.title

    @property
    def as_of(self) -> date:
        """Return the day for which the record holds."""
        return self.provenance.as_of

    @property
    def verified(self) -> bool:
        """Return whether someone compared the record with its source."""
        return self.provenance.verified


class Country(Base):
    """A country or area under its United Nations name.

    :ivar core: one of the thirteen of the catalogue's core, which have a page.
    :ivar inflected: the name as sentences need it, by form (``locative``, ``genitive``) and language.
    :ivar tile: row and column in the tile cartogram.
    """

    __tablename__ = "country"

    code: Mapped[str] = mapped_column(primary_key=True)
    iso3: Mapped[str] = mapped_column(unique=True)
    core: Mapped[bool] = mapped_column(default=False)
    names: Mapped[Names]
    short_names: Mapped[Names]
    inflected: Mapped[dict[str, Any]]
    capital: Mapped[Names]
    currency: Mapped[str | None]
    languages: Mapped[list[str]]
    tile: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    annex_i: Mapped[bool | None]
    annex_i_note: Mapped[Names]
    handling_note: Mapped[Names]
    position: Mapped[int]
    provenance: Mapped[Provenance | None] = mapped_column(AsJson(Provenance))

    memberships: Mapped[list["Membership"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="Membership.id"
    )


class Membership(Sourced, Base):
    """A country's place in a body, since when, by which source."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    body: Mapped[str]
    role: Mapped[str]
    since: Mapped[str | None]
    note: Mapped[str | None]


class Region(Base):
    """A region by its ISO 3166-2 code."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    names: Mapped[Names]
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))


class NdcDocument(Base):
    """A document of the UNFCCC registry of nationally determined contributions."""

    __tablename__ = "ndc_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    title: Mapped[str]
    file_type: Mapped[str]
    language: Mapped[str]
    version: Mapped[str | None]
    status: Mapped[str]
    submitted_on: Mapped[date | None]
    url: Mapped[str]
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))


class TargetState(enum.StrEnum):
    """Whether a target holds now."""

    IN_FORCE = "in_force"
    REPLACED = "replaced"
    FUTURE = "future"


class NdcTarget(Base):
    """What a country promised, in figures.

    :ivar value: negative = a reduction; in ``unit``.
    :ivar replaces: key of the target of the same period that this one takes the place of.
    :ivar succeeds: key of the target of the period before, which stays in force until its year.
    """

    __tablename__ = "ndc_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    document_key: Mapped[str | None] = mapped_column(ForeignKey("ndc_document.key"))
    document_title: Mapped[str | None]
    kind: Mapped[str]
    type: Mapped[str]
    base_year: Mapped[int | None]
    target_year: Mapped[int]
    period_start: Mapped[int | None]
    period_end: Mapped[int | None]
    value: Mapped[Decimal | None] = mapped_column(Hundredths)
    value_max: Mapped[Decimal | None] = mapped_column(Hundredths)
    unit: Mapped[str | None]
    of: Mapped[str | None]
    conditional: Mapped[bool | None]
    lulucf: Mapped[str | None]
    state: Mapped[TargetState]
    replaces: Mapped[str | None]
    succeeds: Mapped[str | None]
    labels: Mapped[Names]
    quote: Mapped[str | None]
    quote_language: Mapped[str | None]
    verified: Mapped[bool] = mapped_column(default=False)
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

    document: Mapped[NdcDocument | None] = relationship(lazy="raise")


class FocalPoint(Sourced, Base):
    """Which body speaks for a country towards a fund or mechanism."""

    __tablename__ = "focal_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    role: Mapped[str]
    organisation_key: Mapped[str | None]
    names: Mapped[Names]
    note: Mapped[str | None]


class ReferenceRate(Sourced, Base):
    """US dollars for one unit of a currency, dated."""

    __tablename__ = "reference_rate"

    currency: Mapped[str] = mapped_column(primary_key=True)
    usd: Mapped[str]
    note: Mapped[str | None]
