"""What seeds say of destinations: climate, what they ask of a technology, what they forbid."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from marshmallow import fields, validate

from portal.core.provenance import ProvenanceSchema
from portal.core.schema import (
    MonthsSchema,
    StrictSchema,
    choice,
    code,
    country_field,
    currency_field,
    key_field,
    names_field,
    number,
    several,
    text,
)
from portal.reference.codes import CONFORMITY_STEPS, DESIGN_BASES, KOPPEN, LEVELS, SUBSTANCES, WATER
from portal.reference.model import (
    ClimateNormals,
    ConformityStep,
    PriceIndex,
    Prohibition,
    ReadinessDocument,
)


class ClimateSchema(StrictSchema):
    """A region's climate as seeds write it."""

    region = code(r"^[A-Z]{2}-[A-Z0-9]{1,3}\Z", "an ISO 3166-2 code", required=True)
    station = names_field(required=True)
    design_min_c = number(-90, 60, load_default=None)
    absolute_min_c = number(-90, 60, load_default=None)
    absolute_max_c = number(-90, 70, load_default=None)
    altitude_m = fields.Integer(validate=validate.Range(-500, 9000), load_default=None)
    altitude_max_m = fields.Integer(validate=validate.Range(-500, 9000), load_default=None)
    koppen = several(KOPPEN, load_default=list)
    water = choice(WATER, load_default=None)
    dust = choice(LEVELS, load_default=None)
    wind = choice(LEVELS, load_default=None)
    solar = choice(LEVELS, load_default=None)
    seismic = fields.Integer(validate=validate.Range(1, 12), load_default=None)
    basis = choice(DESIGN_BASES, load_default="unknown")
    provenance = fields.Nested(ProvenanceSchema, required=True)


class ConformityStepSchema(StrictSchema):
    """A step as seeds write it."""

    key = key_field(required=True)
    countries = fields.List(country_field(), required=True, validate=validate.Length(1))
    scheme = text(100, load_default=None)
    names = names_field(required=True)
    step = choice(CONFORMITY_STEPS, required=True)
    applies_terms = fields.List(key_field(), load_default=list)
    applies_forms = fields.List(text(20), load_default=list)
    mandatory = fields.Boolean(required=True)
    issuer = names_field(required=True)
    months = fields.Nested(MonthsSchema, load_default=None)
    met_by = fields.List(text(100), load_default=list)
    eased_by = fields.List(text(100), load_default=list)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class ProhibitionSchema(StrictSchema):
    """A prohibition as seeds write it."""

    key = key_field(required=True)
    countries = fields.List(country_field(), required=True, validate=validate.Length(1))
    substance = choice(SUBSTANCES, required=True)
    names = names_field(required=True)
    since = fields.Date(load_default=None)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class ReadinessDocumentSchema(StrictSchema):
    """A document as seeds write it."""

    code = code(r"^[a-z0-9]+(_[a-z0-9]+)*\Z", "a code such as feasibility_study", required=True)
    names = names_field(required=True)
    issuer = names_field(required=True)
    issuer_by_country = fields.Dict(keys=country_field(), values=names_field(), load_default=dict)
    months = fields.Nested(MonthsSchema, load_default=None)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class PriceIndexSchema(StrictSchema):
    """A price index as seeds write it."""

    key = key_field(required=True)
    currency = currency_field(required=True)
    year = fields.Integer(required=True, validate=validate.Range(1990, 2100))
    value = number(0, required=True)
    provenance = fields.Nested(ProvenanceSchema, required=True)


class Collection(NamedTuple):
    """A file, or a folder of files, of records of one table."""

    path: str
    name: str
    model: type[Any]
    schema: type[StrictSchema]
    key: str


COLLECTIONS: Sequence[Collection] = (
    Collection("climate", "climate_normals", ClimateNormals, ClimateSchema, "region"),
    Collection("conformity_steps.yaml", "conformity_step", ConformityStep, ConformityStepSchema, "key"),
    Collection("prohibitions.yaml", "prohibition", Prohibition, ProhibitionSchema, "key"),
    Collection(
        "readiness_documents.yaml", "readiness_document", ReadinessDocument, ReadinessDocumentSchema, "code"
    ),
    Collection("price_indices.yaml", "price_index", PriceIndex, PriceIndexSchema, "key"),
)
