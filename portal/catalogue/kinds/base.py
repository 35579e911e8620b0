"""What a kind declares about itself, and what all kinds' schemas share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from portal.catalogue.model import Entry, Relation, TextOrigin
from portal.catalogue.values import STAGES as STAGES
from portal.core.provenance import ProvenanceSchema, Review
from portal.core.schema import (
    LOCALES,
    StrictSchema,
    choice,
    code,
    country_field,
    key_field,
    text,
)

OBJECTIVES = ("mitigation", "adaptation", "both")
REVENUE_CLASSES = ("earning", "partly", "public_good")
SPONSOR_TYPES = ("public", "private", "ppp")
#: Who uses what is financed in the end; the one who asks may be a bank or a ministry.
BENEFICIARIES = ("household", "farmer", "sme", "company", "municipality", "government", "bank")
INSTRUMENTS = (
    "grant",
    "reimbursable_grant",
    "technical_assistance",
    "concessional_loan",
    "senior_loan",
    "subordinated_loan",
    "equity",
    "guarantee",
    "results_based",
    "bond",
    "lease",
)
TRANSFER_MODES = ("sale", "licence", "joint_venture", "know_how", "service", "pilot")
ENTRY_KINDS = ("technology", "need", "project", "financing")


@dataclass(frozen=True)
class Kind:
    """What the rest of the portal needs to know of a kind.

    :ivar plural: its word in addresses.
    :ivar loads: relationships that a detail page and the matching need.
    :ivar code_lists: the kind's code lists by message prefix, for the check of translations.
    """

    name: str
    plural: str
    model: type[Entry]
    schema: type["EntrySchema"]
    loads: tuple[str, ...]
    code_lists: Mapping[str, tuple[str, ...]]


class TextSchema(StrictSchema):
    """An entry's words in one language."""

    title = text(200, required=True)
    summary = text(1200, required=True)
    body = text(20_000)
    details = fields.Dict(keys=code(r"^[a-z_]+\Z", "a field name"), values=text(2000), load_default=dict)
    state = fields.Enum(Review, by_value=True, load_default=Review.UNREVIEWED)


class LinkSchema(StrictSchema):
    """A link to another entry, by kind and key."""

    relation = fields.Enum(Relation, by_value=True, required=True)
    to = code(rf"^({'|'.join(ENTRY_KINDS)})/[a-z0-9]+(-[a-z0-9]+)*\Z", "kind/key", required=True)


class EntrySchema(StrictSchema):
    """What all kinds share, as forms, the API and seeds write it.

    Other things are named by key or code; the service looks them up.
    """

    #: Names that ``texts.*.details`` may hold, and which of them every language needs.
    detail_names: tuple[str, ...] = ()
    required_details: tuple[str, ...] = ()

    key = key_field(load_default=None)
    owner = key_field(required=True)
    countries = fields.List(country_field(), load_default=list)
    sectors = fields.List(key_field(), required=True, validate=validate.Length(1, 4))
    terms = fields.List(key_field(), load_default=list, validate=validate.Length(max=8))
    objective = choice(OBJECTIVES, required=True)
    sdgs = fields.List(fields.Integer(validate=validate.Range(1, 17)), load_default=list)
    opened_on = fields.Date(load_default=None)
    texts = fields.Dict(
        keys=choice(LOCALES),
        values=fields.Nested(TextSchema),
        required=True,
        validate=validate.Length(min=1),
    )
    origins = fields.Dict(
        keys=choice(LOCALES), values=fields.Enum(TextOrigin, by_value=True), load_default=dict
    )
    provenance = fields.Nested(ProvenanceSchema, required=True)
    links = fields.List(fields.Nested(LinkSchema), load_default=list)

    @validates_schema
    def check_details(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse unknown details and demand the required ones."""
        problems: dict[str, Any] = {}
        for locale, words in data.get("texts", {}).items():
            details = words.get("details", {})
            for name in set(details) - set(self.detail_names):
                problems[f"texts.{locale}.details.{name}"] = [
                    f"expected one of: {', '.join(self.detail_names)}"
                ]
            for name in set(self.required_details) - set(details):
                problems[f"texts.{locale}.details.{name}"] = ["is missing"]
        if problems:
            raise ValidationError(problems)

    @validates_schema
    def check_repeats(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse the same code twice."""
        for name in ("countries", "sectors", "terms"):
            codes = data.get(name, [])
            if len(set(codes)) != len(codes):
                raise ValidationError("the same code twice", name)
