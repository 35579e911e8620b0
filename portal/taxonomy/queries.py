"""Reads the taxonomy: it is small, so it is read whole."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.taxonomy.model import Sector, Term
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
