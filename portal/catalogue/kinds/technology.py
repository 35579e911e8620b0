"""Technologies: equipment, processes, practices, services, data and training on offer."""

from datetime import date
from typing import Any

from marshmallow import fields, post_load, validate
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.kinds.base import TRANSFER_MODES, EntrySchema, Kind
from portal.catalogue.model import Entry
from portal.catalogue.values import BatReference, Envelope
from portal.core.database import Base
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.core.schema import (
    MoneyRangeSchema,
    MonthsSchema,
    QuantitySchema,
    StrictSchema,
    YearsSchema,
    choice,
    country_field,
    key_field,
    number,
    several,
    text,
)
from portal.core.values import AsJson
from portal.reference.codes import KOPPEN, LEVELS, SUBSTANCES

FORMS = ("equipment", "process", "practice", "service", "data", "training")
GRANULARITIES = ("family", "variant")
MARKET_STAGES = ("research", "pilot", "early", "established")
IP_STATUSES = ("patented", "proprietary", "open", "public_domain")
WATER_DEMANDS = ("none", *LEVELS)
EXPOSURES = ("outdoors", "indoors", "season")


class Technology(Entry):
    """A family of technologies, or a variant of one.

    :ivar reference: no provider is known; the programme describes it and invites one.
    :ivar origin: countries it is supplied from.
    :ivar service_in: countries with service and spares; ``None`` = not known.
    :ivar full_load_hours: hours a year at full capacity that its yearly effect rests on.
    :ivar contains: substances that a destination may forbid.
    """

    __tablename__ = "technology"
    # Without "selectin" a mixed list runs one more query per row.
    __mapper_args__ = {"polymorphic_identity": "technology", "polymorphic_load": "selectin"}
    __table_args__ = (CheckConstraint("trl BETWEEN 1 AND 9", name="trl_range"),)

    id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    level: Mapped[str]
    form: Mapped[str]
    reference: Mapped[bool]
    trl: Mapped[int | None]
    market_stage: Mapped[str | None]
    transfer_modes: Mapped[list[str]]
    ip_status: Mapped[str | None]
    capacity: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    unit_cost: Mapped[MoneyRange | None] = mapped_column(AsJson(MoneyRange))
    running_cost: Mapped[MoneyRange | None] = mapped_column(AsJson(MoneyRange))
    effect: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    full_load_hours: Mapped[int | None]
    lifetime_years: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    contains: Mapped[list[str]]
    operating: Mapped[Envelope | None] = mapped_column(AsJson(Envelope))
    survival: Mapped[Envelope | None] = mapped_column(AsJson(Envelope))
    water_demand: Mapped[str | None]
    certificates: Mapped[list[str]]
    bat_refs: Mapped[list[BatReference]] = mapped_column(AsJson(BatReference, many=True))
    origin: Mapped[list[str]]
    service_in: Mapped[list[str]]
    training_languages: Mapped[list[str]]
    lead_time_months: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))

    deployments: Mapped[list["Deployment"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="Deployment.position"
    )


class Deployment(Base):
    """A real place where a technology runs, or ran.

    :ivar climate: Köppen class, e.g. ``BSk``.
    :ivar project_key: the project of the catalogue, where it is one.
    """

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(primary_key=True)
    technology_id: Mapped[int] = mapped_column(ForeignKey("technology.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    climate: Mapped[str | None]
    year: Mapped[int | None]
    capacity: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    project_key: Mapped[str | None]
    running: Mapped[bool | None]
    source: Mapped[str | None]
    checked_on: Mapped[date | None]


class EnvelopeSchema(StrictSchema):
    """Reads and writes an :class:`Envelope`."""

    temp_min_c = number(-90, 100)
    temp_max_c = number(-90, 2000)
    altitude_max_m = number(0, 9000)
    dust = choice(LEVELS)
    wind_min = choice(LEVELS)
    solar_min = choice(LEVELS)
    seismic_msk = fields.Integer(validate=validate.Range(1, 12))
    exposure = choice(EXPOSURES)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Envelope:
        """Make the value."""
        return Envelope(**data)


class BatReferenceSchema(StrictSchema):
    """Reads and writes a :class:`BatReference`."""

    document = text(300, required=True)
    technique = text(300)
    marker = text(200)
    level = text(200)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> BatReference:
        """Make the value."""
        return BatReference(**data)


class DeploymentSchema(StrictSchema):
    """A deployment as forms and seeds write it."""

    name = text(200, required=True)
    country_code = country_field(required=True, data_key="country")
    climate = choice(KOPPEN)
    year = fields.Integer(validate=validate.Range(1900, 2100))
    capacity = fields.Nested(QuantitySchema)
    project_key = key_field(data_key="project")
    running = fields.Boolean(allow_none=True)
    source = text(1000)
    checked_on = fields.Date()


class TechnologySchema(EntrySchema):
    """A technology as forms, the API and seeds write it."""

    detail_names = ("effect_baseline", "conditions", "service")

    level = choice(GRANULARITIES, required=True)
    form = choice(FORMS, required=True)
    reference = fields.Boolean(load_default=False)
    trl = fields.Integer(validate=validate.Range(1, 9), load_default=None)
    market_stage = choice(MARKET_STAGES, load_default=None)
    transfer_modes = several(TRANSFER_MODES, load_default=list)
    ip_status = choice(IP_STATUSES, load_default=None)
    capacity = fields.Nested(QuantitySchema, load_default=None)
    unit_cost = fields.Nested(MoneyRangeSchema, load_default=None)
    running_cost = fields.Nested(MoneyRangeSchema, load_default=None)
    effect = fields.Nested(QuantitySchema, load_default=None)
    full_load_hours = fields.Integer(validate=validate.Range(1, 8784), load_default=None)
    lifetime_years = fields.Nested(YearsSchema, load_default=None)
    contains = several(SUBSTANCES, load_default=list)
    operating = fields.Nested(EnvelopeSchema, load_default=None)
    survival = fields.Nested(EnvelopeSchema, load_default=None)
    water_demand = choice(WATER_DEMANDS, load_default=None)
    certificates = fields.List(text(100), load_default=list)
    bat_refs = fields.List(fields.Nested(BatReferenceSchema), load_default=list)
    deployments = fields.List(fields.Nested(DeploymentSchema), load_default=list)
    origin = fields.List(country_field(), load_default=list)
    service_in = fields.List(country_field(), load_default=list)
    training_languages = fields.List(text(10), load_default=list)
    lead_time_months = fields.Nested(MonthsSchema, load_default=None)


KIND = Kind(
    name="technology",
    plural="technologies",
    model=Technology,
    schema=TechnologySchema,
    loads=("deployments",),
    code_lists={
        "form": FORMS,
        "granularity": GRANULARITIES,
        "market_stage": MARKET_STAGES,
        "ip_status": IP_STATUSES,
        "transfer_mode": TRANSFER_MODES,
        "level": WATER_DEMANDS,
        "substance": SUBSTANCES,
        "exposure": EXPOSURES,
    },
)
