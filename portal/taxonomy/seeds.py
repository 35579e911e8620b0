"""Loads sectors and terms from seeds/taxonomy."""

from pathlib import Path
from typing import Any

from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.core.provenance import ProvenanceSchema
from portal.core.schema import LOCALES, StrictSchema, choice, key_field, names_field, text
from portal.core.seeding import Report, Seeder, Source, check, digest, read_records, row_digest
from portal.taxonomy.model import EXCLUSION_TAGS, Sector, Term, TermLabel


class SectorSchema(StrictSchema):
    """A sector as seeds write it."""

    code = key_field(required=True)
    names = names_field(required=True)
    position = fields.Integer(required=True, data_key="order")
    provenance = fields.Nested(ProvenanceSchema, required=True)


class CrosswalkSchema(StrictSchema):
    """Where else a term is named."""

    ctcn = text(200)
    ipcc = text(40)
    eu_taxonomy = text(20)
    kz_996 = fields.Integer()


class TermSchema(StrictSchema):
    """A term as seeds write it."""

    code = key_field(required=True)
    sector_code = key_field(required=True, data_key="sector")
    parent_code = key_field(data_key="parent", load_default=None)
    names = names_field(required=True, data_key="labels")
    synonyms = fields.Dict(keys=choice(LOCALES), values=fields.List(text(200)), load_default=dict)
    definitions = fields.Dict(keys=choice(LOCALES), values=text(600), load_default=dict)
    tags = fields.List(choice(EXCLUSION_TAGS), load_default=list)
    crosswalk = fields.Nested(CrosswalkSchema, load_default=dict)
    adaptation = fields.Boolean(load_default=False)
    provenance = fields.Nested(ProvenanceSchema, required=True)


def _code(record: dict[str, Any]) -> str:
    return str(record["code"])


def load(session: Session, folder: Path, report: Report) -> None:
    """Load the taxonomy.

    :raises InvalidData: a record breaks the rules.
    """

    def apply_sector(record: Source, row: Sector | None) -> Sector:
        row = row or Sector()
        for name, value in check(record, SectorSchema()).items():
            setattr(row, name, value)
        session.add(row)
        return row

    sectors = list(read_records(folder / "sectors.yaml", _code))
    Seeder(session, "sector", find=lambda code: session.get(Sector, code), apply=apply_sector).run(
        sectors, report
    )

    terms = list(read_records(folder / "terms.yaml", _code))
    Seeder(
        session,
        "term",
        find=lambda code: _find_term(session, code),
        apply=lambda record, row: _apply_term(session, record, row),
        state=_term_state,
    ).run(terms, report)


def _find_term(session: Session, code: str) -> Term | None:
    return session.scalars(select(Term).where(Term.code == code).options(selectinload(Term.labels))).first()


def _term_state(term: Term) -> str:
    labels = sorted((label.locale, label.label) for label in term.labels)
    return digest([row_digest(term), labels])


def _apply_term(session: Session, record: Source, row: Term | None) -> Term:
    data = check(record, TermSchema())
    if session.get(Sector, data["sector_code"]) is None:
        raise record.error({"sector": f"no sector {data['sector_code']!r}"})
    if data["parent_code"] and session.get(Term, data["parent_code"]) is None:
        raise record.error({"parent": f"no term {data['parent_code']!r} above this one in the file"})
    synonyms = data.pop("synonyms")
    term = row or Term(labels=[])
    for name, value in data.items():
        setattr(term, name, value)
    term.position = record.number
    wanted = {(locale, label) for locale, labels in synonyms.items() for label in labels}
    term.labels[:] = [x for x in term.labels if (x.locale, x.label) in wanted]
    known = {(x.locale, x.label) for x in term.labels}
    term.labels.extend(TermLabel(locale=x[0], label=x[1]) for x in sorted(wanted - known))
    session.add(term)
    return term
