"""Sources of finance: windows of providers, each with its own rules."""

from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.model import Organisation
from portal.catalogue.kinds.base import (
    BENEFICIARIES,
    INSTRUMENTS,
    OBJECTIVES,
    EntrySchema,
    Kind,
)
from portal.catalogue.model import Entry
from portal.catalogue.values import ES_CATEGORIES, STAGES, AccessEntity, Procurement, Ticket
from portal.core.database import Base, Names
from portal.core.money import Hundredths, MoneyRange
from portal.core.quantities import Quantity
from portal.core.schema import (
    MoneyRangeSchema,
    MonthsSchema,
    StrictSchema,
    YearsSchema,
    choice,
    country_field,
    currency_field,
    key_field,
    number,
    several,
    text,
)
from portal.core.values import AsJson
from portal.taxonomy.model import EXCLUSION_TAGS

STATUSES = ("open", "announced", "closed")
LAYER_STATES = ("active", "limited", "on_hold", "suspended", "ended")
CONDITIONS = ("private_sector", "via_un_or_ngo", "none_new", "ask")
APPLICANTS = ("public", "private", "ppp", "ngo")
TICKET_APPLICANTS = ("any", "public", "private", "ppp")
ACCESS_ROUTES = ("accredited_entity", "bank", "direct", "nde", "call", "implementing_agency")
EXCLUSIONS = EXCLUSION_TAGS
PROCUREMENT_RULES = ("open", "members", "tied")
SIZES = ("micro", "small", "medium", "large")
ACCESS_STAGES = ("accredited", "effective")
ELSEWHERE = ("eligible_developing", "unknown")
DOCUMENTS = (
    "no_objection_letter",
    "concept_note",
    "feasibility_study",
    "es_assessment",
    "gender_action_plan",
    "financial_statements",
    "business_plan",
    "permits",
    "ndc_link",
    "da_endorsement_letter",
    "nde_request",
    "off_take_agreement",
)


class Financing(Entry):
    """A window with its rules.

    :ivar project_size: limits of the whole project, where the source has them.
    :ivar exclusions: tags of terms that the source never finances.
    :ivar other_countries: what holds for countries without a layer.
    :ivar currencies: in which it lends or gives; empty = it does not say.
    :ivar guarantee: whether it asks for a guarantee of the state.
    :ivar country_cap: what one country may get of it in all.
    :ivar interest_rate: all-in yearly price of its debt, per cent.
    :ivar dscr_min: lowest debt service cover ratio that it accepts.
    :ivar checked_on: when somebody last compared the rules with their sources.
    """

    __tablename__ = "financing"
    __mapper_args__ = {"polymorphic_identity": "financing", "polymorphic_load": "selectin"}

    id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme: Mapped[str | None]
    window: Mapped[str | None]
    availability: Mapped[str]
    instruments: Mapped[list[str]]
    tickets: Mapped[list[Ticket]] = mapped_column(AsJson(Ticket, many=True))
    project_size: Mapped[MoneyRange | None] = mapped_column(AsJson(MoneyRange))
    applicants: Mapped[list[str]]
    beneficiaries: Mapped[list[str]]
    objectives: Mapped[list[str]]
    stages: Mapped[list[str]]
    exclusions: Mapped[list[str]]
    other_countries: Mapped[str]
    procurement: Mapped[Procurement | None] = mapped_column(AsJson(Procurement))
    cofinancing_min_share: Mapped[Decimal | None] = mapped_column(Hundredths)
    equity_min_share: Mapped[Decimal | None] = mapped_column(Hundredths)
    max_share_of_cost: Mapped[Decimal | None] = mapped_column(Hundredths)
    tenor_years: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    rate: Mapped[str | None]
    currencies: Mapped[list[str]]
    guarantee: Mapped[bool | None]
    country_cap: Mapped[MoneyRange | None] = mapped_column(AsJson(MoneyRange))
    interest_rate: Mapped[Decimal | None] = mapped_column(Hundredths)
    dscr_min: Mapped[Decimal | None] = mapped_column(Hundredths)
    months_to_money: Mapped[Quantity | None] = mapped_column(AsJson(Quantity))
    access_route: Mapped[str | None]
    access_entities: Mapped[list[AccessEntity]] = mapped_column(AsJson(AccessEntity, many=True))
    es_categories: Mapped[list[str]]
    es_standard: Mapped[str | None]
    documents: Mapped[list[str]]
    deadline: Mapped[date | None]
    checked_on: Mapped[date | None]

    provider: Mapped[Organisation] = relationship(lazy="raise", foreign_keys=provider_id)
    layers: Mapped[list["CountryLayer"]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="CountryLayer.position"
    )


class CountryLayer(Base):
    """Three layers of one country at one source: member, country of operation, state.

    :ivar member: whether the country is a member or party; ``None`` = not known.
    :ivar operates: whether the source works there.
    :ivar condition: what a ``limited`` state asks for.
    """

    __tablename__ = "country_layer"

    id: Mapped[int] = mapped_column(primary_key=True)
    financing_id: Mapped[int] = mapped_column(ForeignKey("financing.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    country_code: Mapped[str] = mapped_column(ForeignKey("country.code"), index=True)
    member: Mapped[bool | None]
    member_status: Mapped[str | None]
    operates: Mapped[bool | None]
    state: Mapped[str | None]
    condition: Mapped[str | None]
    since: Mapped[date | None]
    notes: Mapped[Names]
    source: Mapped[str | None]
    url: Mapped[str | None]
    checked_on: Mapped[date | None]
    verified: Mapped[bool] = mapped_column(default=False)


class TicketSchema(StrictSchema):
    """Reads and writes a :class:`Ticket`."""

    applicant = choice(TICKET_APPLICANTS, load_default="any")
    min = number(0)
    max = number(0)
    currency = currency_field(required=True)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Ticket:
        """Make the value."""
        return Ticket(**data)


class AccessEntitySchema(StrictSchema):
    """Reads and writes an :class:`AccessEntity`."""

    organisation = key_field(required=True)
    size = choice(SIZES)
    stage = choice(ACCESS_STAGES, required=True)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> AccessEntity:
        """Make the value."""
        return AccessEntity(**data)


class ProcurementSchema(StrictSchema):
    """Reads and writes a :class:`Procurement`."""

    rule = choice(PROCUREMENT_RULES, required=True)
    countries = fields.List(country_field())

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Procurement:
        """Make the value."""
        return Procurement(**data)


class LayerSchema(StrictSchema):
    """A country's layers as forms and seeds write them."""

    country_code = country_field(required=True, data_key="country")
    member = fields.Boolean()
    member_status = text(40)
    operates = fields.Boolean()
    state = choice(LAYER_STATES)
    condition = choice(CONDITIONS)
    since = fields.Date()
    note_kk = text(400)
    note_ru = text(400)
    note_en = text(400)
    source = text(300)
    url = fields.Url(schemes={"http", "https"})
    checked_on = fields.Date()
    verified = fields.Boolean(load_default=False)


class FinancingSchema(EntrySchema):
    """A source of finance as forms, the API and seeds write it."""

    detail_names = ("access", "exclusions", "conditions")

    #: Sectors and terms that the window is limited to; none = not limited.
    sectors = fields.List(key_field(), load_default=list)
    provider = key_field(required=True)
    programme = text(200, load_default=None)
    window = text(200, load_default=None)
    availability = choice(STATUSES, required=True, data_key="status")
    #: Empty = the source does not say.
    instruments = several(INSTRUMENTS, load_default=list)
    tickets = fields.List(fields.Nested(TicketSchema), load_default=list)
    project_size = fields.Nested(MoneyRangeSchema, load_default=None)
    applicants = several(APPLICANTS, load_default=list)
    beneficiaries = several(BENEFICIARIES, load_default=list)
    objectives = several(OBJECTIVES[:2], load_default=list)
    stages = several(STAGES, load_default=list)
    exclusions = several(EXCLUSIONS, load_default=list)
    layers = fields.List(fields.Nested(LayerSchema), load_default=list)
    other_countries = choice(ELSEWHERE, load_default="unknown")
    procurement = fields.Nested(ProcurementSchema, load_default=None)
    cofinancing_min_share = number(0, 1, load_default=None)
    equity_min_share = number(0, 1, load_default=None)
    max_share_of_cost = number(0, 1, load_default=None)
    tenor_years = fields.Nested(YearsSchema, load_default=None)
    rate = text(200, load_default=None)
    currencies = fields.List(currency_field(), load_default=list)
    guarantee = fields.Boolean(load_default=None, allow_none=True)
    country_cap = fields.Nested(MoneyRangeSchema, load_default=None)
    interest_rate = number(0, 100, load_default=None)
    dscr_min = number(0, 10, load_default=None)
    months_to_money = fields.Nested(MonthsSchema, load_default=None)
    access_route = choice(ACCESS_ROUTES, load_default=None)
    access_entities = fields.List(fields.Nested(AccessEntitySchema), load_default=list)
    es_categories = several(ES_CATEGORIES, load_default=list)
    es_standard = text(200, load_default=None)
    documents = several(DOCUMENTS, load_default=list)
    deadline = fields.Date(load_default=None)
    checked_on = fields.Date(load_default=None)


KIND = Kind(
    name="financing",
    plural="financing",
    model=Financing,
    schema=FinancingSchema,
    loads=("layers", "provider"),
    code_lists={
        "availability": STATUSES,
        "layer_state": LAYER_STATES,
        "condition": CONDITIONS,
        "applicant": APPLICANTS,
        "access_route": ACCESS_ROUTES,
        "exclusion": EXCLUSIONS,
        "document": DOCUMENTS,
        "procurement": PROCUREMENT_RULES,
        "size": SIZES,
        "access_stage": ACCESS_STAGES,
        "beneficiary": BENEFICIARIES,
    },
)
