"""Loads organisations from seeds/organisations."""

from pathlib import Path

from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation, OrganisationKind
from portal.core.provenance import ProvenanceSchema
from portal.core.schema import (
    LOCALES,
    StrictSchema,
    choice,
    country_field,
    key_field,
    names_field,
    text,
)
from portal.core.seeding import Report, Seeder, Source, check, read_records


class OrganisationSchema(StrictSchema):
    """An organisation as seeds write it."""

    key = key_field(required=True)
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    country_code = country_field(data_key="country", load_default=None)
    region = text(10, load_default=None)
    names = names_field(required=True)
    acronyms = fields.Dict(keys=choice(LOCALES), values=text(40), load_default=dict)
    aliases = fields.List(text(200), load_default=list)
    summaries = names_field(1000, required=True)
    website = fields.Url(schemes={"http", "https"}, validate=validate.Length(max=500), load_default=None)
    tags = fields.List(choice(["un"]), load_default=list)
    provenance = fields.Nested(ProvenanceSchema, required=True)


def load(session: Session, folder: Path, report: Report) -> None:
    """Load the organisations; countries must be there.

    :raises InvalidData: a record breaks the rules.
    """

    def apply(record: Source, row: Organisation | None) -> Organisation:
        row = row or Organisation()
        for name, value in check(record, OrganisationSchema()).items():
            setattr(row, name, value)
        session.add(row)
        return row

    def find(key: str) -> Organisation | None:
        return session.scalars(select(Organisation).where(Organisation.key == key)).first()

    records = list(read_records(folder, lambda record: str(record["key"])))
    Seeder(session, "organisation", find=find, apply=apply).run(records, report)
