"""Reads the taxonomy and the thesaurus: they are small, so they are mostly read whole."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from portal.core.i18n import Locale
from portal.core.provenance import Review
from portal.taxonomy.model import (
    Concept,
    OfficialLabel,
    Sector,
    Term,
)
from portal.taxonomy.tree import TermTree


def list_sectors(session: Session) -> Sequence[Sector]:
    """Return all sectors in their order."""
    return session.scalars(select(Sector).order_by(Sector.position)).all()


def list_terms(session: Session) -> Sequence[Term]:
    """Return all terms with their synonyms, in their order."""
    return session.scalars(select(Term).options(selectinload(Term.labels)).order_by(Term.position)).all()


def term_tree(session: Session) -> TermTree:
    """Return the tree of all terms."""
    rows = session.execute(select(Term.code, Term.parent_code, Term.sector_code, Term.tags)).all()
    return TermTree(
        parents={row.code: row.parent_code for row in rows},
        sectors={row.code: row.sector_code for row in rows},
        tags={row.code: frozenset(row.tags) for row in rows},
    )


def _whole_concepts() -> Select[Concept]:
    return select(Concept).options(selectinload(Concept.labels), selectinload(Concept.links))


def list_concepts(session: Session) -> Sequence[Concept]:
    """Return all concepts of the thesaurus with labels and links, by group and code."""
    return session.scalars(_whole_concepts().order_by(Concept.group, Concept.code)).all()


def find_concept(session: Session, code: str) -> Concept | None:
    """Return a concept with labels and links."""
    return session.scalars(_whole_concepts().where(Concept.code == code)).first()


def official_texts(session: Session) -> list[Mapping[Locale, str]]:
    """Return what official code lists call a thing in the three languages; reviewed entries only."""
    names = session.scalars(
        select(OfficialLabel.names)
        .where(OfficialLabel.review == Review.REVIEWED)
        .order_by(OfficialLabel.list_code, OfficialLabel.code)
    )
    return [{locale: row[locale] for locale in Locale} for row in names]
