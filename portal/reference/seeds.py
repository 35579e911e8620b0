"""Loads reference data from seeds/reference."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.core.provenance import ProvenanceSchema
from portal.core.schema import (
    LOCALES,
    StrictSchema,
    choice,
    code,
    country_field,
    currency_field,
    key_field,
    names_field,
    number,
    text,
)
from portal.core.seeding import Report, Seeder, Source, check, digest, read_records, row_digest
from portal.reference.destinations import COLLECTIONS, Collection
from portal.reference.model import (
    Country,
    FocalPoint,
    Membership,
    NdcDocument,
    NdcTarget,
    ReferenceRate,
    Region,
    TargetState,
)

BODIES = ("central_asia", "sco", "eaeu", "gbpp_charter")
BODY_ROLES = ("member", "partner", "observer", "signatory")
FOCAL_ROLES = ("unfccc", "nde", "nda", "gef_ofp", "af_da", "article6_dna")
TARGET_TYPES = ("absolute", "intensity", "business_as_usual", "non_ghg")
LULUCF = ("with", "without", "unknown")


class MembershipSchema(StrictSchema):
    """A membership as seeds write it."""

    body = choice(BODIES, required=True)
    role = choice(BODY_ROLES, required=True)
    since = fields.Raw(load_default=None)
    note = text(500, load_default=None)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class CountrySchema(StrictSchema):
    """A country as seeds write it."""

    code = country_field(required=True)
    iso3 = text(3, required=True)
    core = fields.Boolean(load_default=False)
    names = names_field(required=True)
    short_names = names_field(required=True)
    locatives = names_field(load_default=dict)
    genitives = names_field(load_default=dict)
    capital = fields.Dict(keys=choice(LOCALES), values=text(100), load_default=dict)
    currency = currency_field(load_default=None)
    languages = fields.List(text(10), load_default=list)
    tile = fields.Dict(keys=choice(["row", "column"]), values=fields.Integer(strict=True), load_default=None)
    annex_i = fields.Boolean(load_default=None, allow_none=True)
    annex_i_note = names_field(600, load_default=dict)
    memberships = fields.List(fields.Nested(MembershipSchema), load_default=list)
    handling_note = names_field(800, load_default=dict)
    provenance = fields.Nested(ProvenanceSchema, load_default=None)


class RegionSchema(StrictSchema):
    """A region as seeds write it."""

    code = code(r"^[A-Z]{2}-[A-Z0-9]{1,3}\Z", "an ISO 3166-2 code", required=True)
    country_code = country_field(required=True, data_key="country")
    names = names_field(required=True)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class NdcDocumentSchema(StrictSchema):
    """A document of the registry as seeds write it."""

    key = key_field(required=True)
    country_code = country_field(required=True, data_key="country")
    title = text(300, required=True)
    file_type = choice(("ndc", "translation", "addendum"), required=True)
    language = text(10, required=True)
    version = text(10, load_default=None)
    status = choice(("active", "archived"), required=True)
    submitted_on = fields.Date(load_default=None)
    url = fields.Url(schemes={"http", "https"}, required=True, validate=validate.Length(max=1000))
    provenance = fields.Nested(ProvenanceSchema, required=True)


class NdcTargetSchema(StrictSchema):
    """A target as seeds write it."""

    key = key_field(required=True)
    country_code = country_field(required=True, data_key="country")
    document_key = key_field(data_key="document", load_default=None)
    document_title = text(300, load_default=None)
    kind = text(40, required=True)
    type = choice(TARGET_TYPES, required=True)
    base_year = fields.Integer(load_default=None)
    target_year = fields.Integer(required=True, validate=validate.Range(2000, 2100))
    period_start = fields.Integer(load_default=None)
    period_end = fields.Integer(load_default=None)
    value = number(load_default=None)
    value_max = number(load_default=None)
    unit = text(40, load_default=None)
    of = text(200, load_default=None)
    conditional = fields.Boolean(load_default=None, allow_none=True)
    lulucf = choice(LULUCF, load_default="unknown")
    state = fields.Enum(TargetState, by_value=True, required=True)
    replaces = key_field(load_default=None)
    succeeds = key_field(load_default=None)
    labels = names_field(600, required=True)
    quote = text(300, load_default=None)
    quote_language = text(10, load_default=None)
    verified = fields.Boolean(load_default=False)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class FocalPointSchema(StrictSchema):
    """A focal point as seeds write it."""

    country_code = country_field(required=True, data_key="country")
    role = choice(FOCAL_ROLES, required=True)
    names = names_field(required=True, data_key="organisation_name")
    organisation_key = key_field(data_key="organisation", load_default=None)
    note = text(1000, load_default=None)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class RateSchema(StrictSchema):
    """A reference rate as seeds write it."""

    currency = currency_field(required=True)
    usd = code(r"^\d+(\.\d+)?\Z", "a decimal number in quotes", required=True)
    note = text(1000, load_default=None)
    provenance = fields.Nested(ProvenanceSchema, required=True)


def load_countries(session: Session, folder: Path, report: Report) -> None:
    """Load countries and regions, on which organisations stand.

    :raises InvalidData: a record breaks the rules.
    """
    _run_countries(session, folder, report)
    _run(session, report, Collection("regions.yaml", "region", Region, RegionSchema, "code"), folder)


def load(session: Session, folder: Path, report: Report) -> None:
    """Load documents, targets, focal points, rates, and what holds at a destination.

    :raises InvalidData: a record breaks the rules.
    """
    for collection in (*_REGISTRY, *COLLECTIONS):
        _run(session, report, collection, folder)
    _run_focal_points(session, folder, report)


_REGISTRY = (
    Collection("ndc_documents.yaml", "ndc_document", NdcDocument, NdcDocumentSchema, "key"),
    Collection("ndc_targets.yaml", "ndc_target", NdcTarget, NdcTargetSchema, "key"),
    Collection("rates.yaml", "rate", ReferenceRate, RateSchema, "currency"),
)


def _run(session: Session, report: Report, collection: Collection, folder: Path) -> None:
    model, key = collection.model, collection.key

    def find(value: str) -> Any:
        return session.scalars(select(model).where(getattr(model, key) == value)).first()

    path = folder / collection.path
    records = list(read_records(path, lambda record: str(record[key])))
    apply = _applier(session, model, collection.schema)
    Seeder(session, collection.name, find=find, apply=apply).run(records, report)


def _applier(session: Session, model: type[Any], schema: type[StrictSchema]) -> Callable[[Source, Any], Any]:
    def apply(record: Source, row: Any) -> Any:
        data = check(record, schema())
        region = data.get("region")
        if region and session.get(Region, region) is None:
            raise record.error({"region": f"no region {region!r}"})
        country = data.get("country_code")
        if country and session.get(Country, country) is None:
            raise record.error({"country": f"no country {country!r}"})
        document = data.get("document_key")
        if document and not session.scalar(select(NdcDocument.id).where(NdcDocument.key == document)):
            raise record.error({"document": f"no NDC document {document!r}"})
        row = row or model()
        for name, value in data.items():
            setattr(row, name, value)
        session.add(row)
        return row

    return apply


def _run_countries(session: Session, folder: Path, report: Report) -> None:
    def find(value: str) -> Country | None:
        return session.scalars(
            select(Country).where(Country.code == value).options(selectinload(Country.memberships))
        ).first()

    def apply(record: Source, row: Country | None) -> Country:
        data = check(record, CountrySchema())
        row = row or Country(memberships=[])
        row.inflected = {"locative": data.pop("locatives"), "genitive": data.pop("genitives")}
        row.memberships[:] = [
            Membership(**{**item, "since": str(item["since"]) if item["since"] else None})
            for item in data.pop("memberships")
        ]
        for name, value in data.items():
            setattr(row, name, value)
        row.position = record.number
        session.add(row)
        return row

    def state(row: Country) -> str:
        return digest([row_digest(row), *sorted(row_digest(x) for x in row.memberships)])

    records = list(read_records(folder / "countries.yaml", lambda record: str(record["code"])))
    Seeder(session, "country", find=find, apply=apply, state=state).run(records, report)


def _run_focal_points(session: Session, folder: Path, report: Report) -> None:
    def key(record: dict[str, Any]) -> str:
        return f"{record['country']}-{record['role']}"

    def find(value: str) -> FocalPoint | None:
        country, role = value.split("-", 1)
        return session.scalars(
            select(FocalPoint).where(FocalPoint.country_code == country, FocalPoint.role == role)
        ).first()

    records = list(read_records(folder / "focal_points.yaml", key))
    Seeder(session, "focal_point", find=find, apply=_applier(session, FocalPoint, FocalPointSchema)).run(
        records, report
    )
