"""Needs: what a country, an authority or a plant wants, function before technology."""

from datetime import date
from typing import Any

from marshmallow import fields, post_load, validate
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.kinds.base import (
    BENEFICIARIES,
    INSTRUMENTS,
    REVENUE_CLASSES,
    SPONSOR_TYPES,
    TRANSFER_MODES,
    EntrySchema,
    Kind,
)
from portal.catalogue.model import Entry
from portal.catalogue.values import Site
from portal.core.database import Base
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.core.schema import (
    MoneyRangeSchema,
    QuantitySchema,
    StrictSchema,
    choice,
    code,
    currency_field,
    number,
    several,
    text,
)
from portal.core.values import AsJson
from portal.reference.codes import KOPPEN, LEVELS, WATER

NEED_TYPES = ("equipment", "practice", "assistance", "data", "research", "policy")
DOCUMENT_TYPES = (
    "ndc",
    "nap",
    "tna",
    "tap",
    "btr",
    "ltleds",
    "gcf_country_programme",
    "sector_programme",
    "basin_programme",
    "bat_permit",
    "ctcn_request",
)
ENDORSEMENTS = ("none", "line_ministry", "nde", "nda", "focal_point")
BARRIERS = ("economic", "regulatory", "capacity", "market", "infrastructure", "social")


class Need(Entry):
    """Something wanted, on the basis of named documents.

    :ivar extracted: taken from a document by the programme, not posted by the government.
    :ivar adopter: who would sign: ``public``, ``private``, ``ppp``.
    :ivar final_beneficiaries: who would use it: a borrower of a borrower, a household.
    :ivar budget_years: how many years of running the budget covers; 0 = the capital only.
    :ivar tariff_currency: in which the adopter earns; ``None`` = not stated.
    """

    __tablename__ = "need"
    __mapper_args__ = {"polymorphic_identity": "need", "polymorphic_load": "selectin"}

    id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    need_type: Mapped[str]
    extracted: Mapped[bool]
    endorsement: Mapped[str]
    regions: Mapped[list[str]]
    site: Mapped[Site | None] = mapped_column(AsJson(Site))
    capacity: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    budget: Mapped[MoneyRange | None] = mapped_column(AsJson(MoneyRange))
    budget_years: Mapped[int | None]
    beneficiaries: Mapped[int | None]
    tariff_currency: Mapped[str | None]
    trl_floor: Mapped[int | None]
    transfer_modes: Mapped[list[str]]
    required_standards: Mapped[list[str]]
    finance_sought: Mapped[list[str]]
    revenue_class: Mapped[str | None]
    barriers: Mapped[list[str]]
    adopter: Mapped[str | None]
    final_beneficiaries: Mapped[list[str]]
    decision_on: Mapped[date | None]
    commissioning_by: Mapped[date | None]

    bases: Mapped[list["NeedBasis"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="NeedBasis.position"
    )


class NeedBasis(Base):
    """A document that states the need, with the measure and its words."""

    __tablename__ = "need_basis"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    document_type: Mapped[str]
    title: Mapped[str]
    url: Mapped[str | None]
    year: Mapped[int | None]
    measure: Mapped[str | None]
    quote: Mapped[str | None]
    quote_language: Mapped[str | None]
    conditional: Mapped[bool | None]


class SiteSchema(StrictSchema):
    """Reads and writes a :class:`Site`."""

    temp_min_c = number(-90, 60)
    temp_extreme_min_c = number(-90, 60)
    temp_max_c = number(-90, 70)
    altitude_m = number(-500, 9000)
    climate = several(KOPPEN)
    water = choice(WATER)
    dust = choice(LEVELS)
    wind = choice(LEVELS)
    solar = choice(LEVELS)
    seismic_msk = fields.Integer(validate=validate.Range(1, 12))

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Site:
        """Make the value."""
        return Site(**data)


class BasisSchema(StrictSchema):
    """A basis as forms and seeds write it."""

    document_type = choice(DOCUMENT_TYPES, required=True)
    title = text(300, required=True)
    url = fields.Url(schemes={"http", "https"}, validate=validate.Length(max=1000))
    year = fields.Integer(validate=validate.Range(1990, 2100))
    measure = text(500)
    quote = text(300)
    quote_language = text(10)
    conditional = fields.Boolean(allow_none=True)


class NeedSchema(EntrySchema):
    """A need as forms, the API and seeds write it."""

    detail_names = ("function", "baseline", "barriers", "site")
    required_details = ("function",)

    need_type = choice(NEED_TYPES, required=True)
    extracted = fields.Boolean(load_default=False)
    endorsement = choice(ENDORSEMENTS, load_default="none")
    bases = fields.List(fields.Nested(BasisSchema), required=True, validate=validate.Length(1, 12))
    regions = fields.List(code(r"^[A-Z]{2}-[A-Z0-9]{1,3}\Z", "an ISO 3166-2 code"), load_default=list)
    site = fields.Nested(SiteSchema, load_default=None)
    capacity = fields.Nested(QuantitySchema, load_default=None)
    budget = fields.Nested(MoneyRangeSchema, load_default=None)
    budget_years = fields.Integer(validate=validate.Range(0, 50), load_default=None)
    beneficiaries = fields.Integer(validate=validate.Range(1), load_default=None)
    tariff_currency = currency_field(load_default=None)
    trl_floor = fields.Integer(validate=validate.Range(1, 9), load_default=None)
    transfer_modes = several(TRANSFER_MODES, load_default=list)
    required_standards = fields.List(text(100), load_default=list)
    finance_sought = several(INSTRUMENTS, load_default=list)
    revenue_class = choice(REVENUE_CLASSES, load_default=None)
    barriers = several(BARRIERS, load_default=list)
    adopter = choice(SPONSOR_TYPES, load_default=None)
    final_beneficiaries = several(BENEFICIARIES, load_default=list)
    decision_on = fields.Date(load_default=None)
    commissioning_by = fields.Date(load_default=None)


KIND = Kind(
    name="need",
    plural="needs",
    model=Need,
    schema=NeedSchema,
    loads=("bases",),
    code_lists={
        "need_type": NEED_TYPES,
        "document_type": DOCUMENT_TYPES,
        "endorsement": ENDORSEMENTS,
        "barrier": BARRIERS,
        "water": WATER,
        "revenue_class": REVENUE_CLASSES,
    },
)
