"""Projects: what is planned, financed, built or running, with every line of its money."""

from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load, validate
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.model import Organisation
from portal.catalogue.kinds.base import (
    BENEFICIARIES,
    INSTRUMENTS,
    REVENUE_CLASSES,
    SPONSOR_TYPES,
    EntrySchema,
    Kind,
)
from portal.catalogue.model import Entry
from portal.catalogue.values import ES_CATEGORIES, STAGES, Cost, Place, ProjectEffect
from portal.core.database import Base
from portal.core.money import Hundredths, MoneyRange
from portal.core.quantities import Quantity
from portal.core.schema import (
    MoneyRangeSchema,
    QuantitySchema,
    StrictSchema,
    choice,
    code,
    country_field,
    currency_field,
    key_field,
    number,
    several,
    text,
)
from portal.core.values import AsJson

#: States of money; amounts in different states are never added up.
LINE_STATES = ("announced", "approved", "signed", "effective", "disbursed", "unknown")
LINE_INSTRUMENTS = (*INSTRUMENTS, "in_kind", "undefined")
CARBON_MARKETS = ("none", "kz_offset", "article_6_2", "article_6_4", "voluntary")
AUTHORISATIONS = ("not_asked", "asked", "given", "refused")


class Project(Entry):
    """A project, or a programme of several.

    :ivar access_entity: key of the organisation through which a fund is reached.
    :ivar tariff_currency: in which the project earns; ``None`` = not stated.
    :ivar cash_flow: what a normal year leaves for debt service.
    """

    __tablename__ = "project"
    __mapper_args__ = {"polymorphic_identity": "project", "polymorphic_load": "selectin"}

    id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    stage: Mapped[str]
    is_programme: Mapped[bool]
    place: Mapped[Place | None] = mapped_column(AsJson(Place))
    capacity: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    cost: Mapped[Cost | None] = mapped_column(AsJson(Cost))
    effect: Mapped[ProjectEffect | None] = mapped_column(AsJson(ProjectEffect))
    beneficiaries_direct: Mapped[int | None]
    beneficiaries_indirect: Mapped[int | None]
    sponsor: Mapped[str | None]
    sponsor_type: Mapped[str | None]
    final_beneficiaries: Mapped[list[str]]
    revenue_class: Mapped[str | None]
    tariff_currency: Mapped[str | None]
    cash_flow: Mapped[MoneyRange | None] = mapped_column(AsJson(MoneyRange))
    es_category: Mapped[str | None]
    es_standard: Mapped[str | None]
    carbon_market: Mapped[str | None]
    authorisation: Mapped[str | None]
    access_entity: Mapped[str | None]
    supply_origin: Mapped[list[str]]

    funding_lines: Mapped[list["FundingLine"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="FundingLine.position"
    )


class FundingLine(Base):
    """One amount from one source in one state.

    :ivar organisation_id: the provider, where it is an organisation of the portal.
    :ivar financing_key: the source of the catalogue that it comes from, where it is one.
    :ivar name: the provider as the source document names it; ``None`` = it does not.
    """

    __tablename__ = "funding_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    financing_key: Mapped[str | None]
    name: Mapped[str | None]
    instrument: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Hundredths)
    currency: Mapped[str]
    state: Mapped[str]
    as_of: Mapped[date | None]
    note: Mapped[str | None]

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")


class HostSchema(StrictSchema):
    """A host country with its share, 0 to 1."""

    country = country_field(required=True)
    share = fields.Float(validate=validate.Range(0, 1), allow_none=True)


class PlaceSchema(StrictSchema):
    """Reads and writes a :class:`Place`."""

    lat = number(-90, 90)
    lon = number(-180, 180)
    region = code(r"^[A-Z]{2}-[A-Z0-9]{1,3}\Z", "an ISO 3166-2 code")

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Place:
        """Make the value."""
        return Place(**data)


class CostSchema(StrictSchema):
    """Reads and writes a :class:`Cost`."""

    amount = number(0, required=True)
    currency = currency_field(required=True)
    year = fields.Integer(validate=validate.Range(1990, 2100))

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Cost:
        """Make the value."""
        return Cost(**data)


class ProjectEffectSchema(StrictSchema):
    """Reads and writes a :class:`ProjectEffect`."""

    unit = text(40, required=True)
    per_year = number()
    lifetime = number()
    claimed_by = text(200)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> ProjectEffect:
        """Make the value."""
        return ProjectEffect(**data)


class BeneficiariesSchema(StrictSchema):
    """People reached."""

    direct = fields.Integer(validate=validate.Range(1))
    indirect = fields.Integer(validate=validate.Range(1))


class FundingLineSchema(StrictSchema):
    """A funding line as forms and seeds write it."""

    provider = key_field()
    financing_key = key_field(data_key="financing")
    name = text(200)
    instrument = choice(LINE_INSTRUMENTS, required=True)
    amount = number(0, allow_none=True)
    currency = currency_field(required=True)
    state = choice(LINE_STATES, required=True)
    as_of = fields.Date()
    note = text(500)


class ProjectSchema(EntrySchema):
    """A project as forms, the API and seeds write it."""

    detail_names = ("sponsor_note", "effect_note")

    hosts = fields.List(fields.Nested(HostSchema), required=True, validate=validate.Length(1))
    stage = choice(STAGES, required=True)
    is_programme = fields.Boolean(load_default=False)
    place = fields.Nested(PlaceSchema, load_default=None)
    capacity = fields.Nested(QuantitySchema, load_default=None)
    cost = fields.Nested(CostSchema, load_default=None)
    funding_lines = fields.List(fields.Nested(FundingLineSchema), load_default=list)
    effect = fields.Nested(ProjectEffectSchema, load_default=None)
    beneficiaries = fields.Nested(BeneficiariesSchema, load_default=dict)
    sponsor = text(300, load_default=None)
    sponsor_type = choice(SPONSOR_TYPES, load_default=None)
    final_beneficiaries = several(BENEFICIARIES, load_default=list)
    revenue_class = choice(REVENUE_CLASSES, load_default=None)
    tariff_currency = currency_field(load_default=None)
    cash_flow = fields.Nested(MoneyRangeSchema, load_default=None)
    es_category = choice(ES_CATEGORIES, load_default=None)
    es_standard = text(200, load_default=None)
    carbon_market = choice(CARBON_MARKETS, load_default=None)
    authorisation = choice(AUTHORISATIONS, load_default=None)
    access_entity = key_field(load_default=None)
    supply_origin = fields.List(country_field(), load_default=list)


KIND = Kind(
    name="project",
    plural="projects",
    model=Project,
    schema=ProjectSchema,
    loads=("funding_lines", "funding_lines.organisation"),
    code_lists={
        "stage": STAGES,
        "line_state": LINE_STATES,
        "instrument": LINE_INSTRUMENTS,
        "carbon_market": CARBON_MARKETS,
        "authorisation": AUTHORISATIONS,
        "sponsor_type": SPONSOR_TYPES,
    },
)
