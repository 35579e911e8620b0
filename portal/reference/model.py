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
from portal.core.quantities import Quantity
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


class ClimateNormals(Sourced, Base):
    """Design and record values of a region, measured at its main town.

    :ivar station: the town.
    :ivar basis: what ``design_min_c`` rests on, one of :data:`portal.reference.codes.DESIGN_BASES`.
    :ivar altitude_m: of the station; ``altitude_max_m`` of the highest ground that is built on.
    """

    __tablename__ = "climate_normals"

    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    station: Mapped[Names]
    design_min_c: Mapped[Decimal | None] = mapped_column(Hundredths)
    absolute_min_c: Mapped[Decimal | None] = mapped_column(Hundredths)
    absolute_max_c: Mapped[Decimal | None] = mapped_column(Hundredths)
    altitude_m: Mapped[int | None]
    altitude_max_m: Mapped[int | None]
    koppen: Mapped[list[str]]
    water: Mapped[str | None]
    dust: Mapped[str | None]
    wind: Mapped[str | None]
    solar: Mapped[str | None]
    seismic: Mapped[int | None]
    basis: Mapped[str]


class ConformityStep(Sourced, Base):
    """What a destination asks of a technology before it may be sold, installed or measured by.

    :ivar scheme: the act's number, as people write it.
    :ivar applies_terms: terms it concerns, with all below them; empty = not limited by term.
    :ivar met_by: certificates that fulfil it.
    :ivar eased_by: evidence that saves tests and fulfils nothing by itself.
    """

    __tablename__ = "conformity_step"

    key: Mapped[str] = mapped_column(primary_key=True)
    countries: Mapped[list[str]]
    scheme: Mapped[str | None]
    names: Mapped[Names]
    step: Mapped[str]
    applies_terms: Mapped[list[str]]
    applies_forms: Mapped[list[str]]
    mandatory: Mapped[bool]
    issuer: Mapped[Names]
    months: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    met_by: Mapped[list[str]]
    eased_by: Mapped[list[str]]


class Prohibition(Sourced, Base):
    """A substance that a destination forbids to bring in."""

    __tablename__ = "prohibition"

    key: Mapped[str] = mapped_column(primary_key=True)
    countries: Mapped[list[str]]
    substance: Mapped[str]
    names: Mapped[Names]
    since: Mapped[date | None]


class ReadinessDocument(Sourced, Base):
    """A document that a financier asks for: who issues it, and how long that takes.

    :ivar issuer_by_country: names of the body, where it is known for a country.
    """

    __tablename__ = "readiness_document"

    code: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[Names]
    issuer: Mapped[Names]
    issuer_by_country: Mapped[dict[str, Any]]
    months: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))


class PriceIndex(Sourced, Base):
    """The price level of a currency in a year, 2020 = 100."""

    __tablename__ = "price_index"

    key: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str]
    year: Mapped[int]
    value: Mapped[Decimal] = mapped_column(Hundredths)
