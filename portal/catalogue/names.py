"""Names of what entries refer to by code, read once for a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.reference.queries import country_names, region_names
from portal.taxonomy.model import Sector, Term

_Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Names:
    """Names in three languages by code; a code that is not known stands for itself.

    :ivar parents: the term above each term.
    """

    countries: _Names
    sectors: _Names
    terms: _Names
    regions: _Names
    parents: Mapping[str, str | None]

    def country(self, code: str) -> Mapping[str, str]:
        """Return the short names of a country."""
        return _found(self.countries, code)

    def sector(self, code: str) -> Mapping[str, str]:
        """Return the names of a sector."""
        return _found(self.sectors, code)

    def term(self, code: str) -> Mapping[str, str]:
        """Return the labels of a technology term."""
        return _found(self.terms, code)

    def region(self, code: str) -> Mapping[str, str]:
        """Return the names of a region."""
        return _found(self.regions, code)

    def terms_in_tree(self, codes: Iterable[str]) -> list[tuple[str, int]]:
        """Return terms, each with how deep it stands below the ones above it among them.

        Those side by side keep their order; a branch stands where its first term stood.
        """
        shown = dict.fromkeys(codes)
        below: dict[str | None, dict[str, None]] = {}
        for code in shown:
            path = [code, *(x for x in self._above(code) if x in shown)]
            for term, parent in zip(path, [*path[1:], None], strict=True):
                below.setdefault(parent, {})[term] = None
        return list(_walk(below, None, 0))

    def _above(self, code: str) -> Iterator[str]:
        step = self.parents.get(code)
        while step is not None:
            yield step
            step = self.parents.get(step)


def _walk(
    below: Mapping[str | None, Iterable[str]], top: str | None, depth: int
) -> Iterator[tuple[str, int]]:
    for term in below.get(top, ()):
        yield term, depth
        yield from _walk(below, term, depth + 1)


def _found(names: _Names, code: str) -> Mapping[str, str]:
    return names.get(code) or {"en": code}


def load_names(session: Session) -> Names:
    """Return the names of all countries, sectors, terms and regions: four small queries."""
    terms = session.execute(select(Term.code, Term.names, Term.parent_code)).all()
    return Names(
        countries=country_names(session),
        sectors={row.code: row.names for row in session.execute(select(Sector.code, Sector.names))},
        terms={row.code: row.names for row in terms},
        regions=region_names(session),
        parents={row.code: row.parent_code for row in terms},
    )


def describe_terms(session: Session, codes: Sequence[str]) -> list[Term]:
    """Return these terms, for their definitions and what they are called elsewhere, in this order."""
    rows = {row.code: row for row in session.scalars(select(Term).where(Term.code.in_(codes)))}
    return [rows[code] for code in codes if code in rows]
