"""Reads the taxonomy: it is small, so it is read whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.taxonomy.model import Sector, Term


@dataclass(frozen=True)
class TermTree:
    """The tree of terms, for distances.

    :ivar parents: the parent of each term, ``None`` at the first level.
    :ivar sectors: the sector of each term.
    :ivar tags: what financiers exclude, by term.
    """

    parents: Mapping[str, str | None]
    sectors: Mapping[str, str]
    tags: Mapping[str, frozenset[str]]

    def path(self, code: str) -> tuple[str, ...]:
        """Return the term and all above it, nearest first; empty when it is not known."""
        found: list[str] = []
        step: str | None = code if code in self.parents else None
        while step is not None:
            found.append(step)
            step = self.parents[step]
        return tuple(found)


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
