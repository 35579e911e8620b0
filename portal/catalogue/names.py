"""Names of what entries refer to by code, read once for a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.reference.queries import country_names, region_names
from portal.taxonomy.model import Sector, Term

_Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Names:
    """Names in three languages by code; a code that is not known stands for itself."""

    countries: _Names
    sectors: _Names
    terms: _Names
    regions: _Names

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


def _found(names: _Names, code: str) -> Mapping[str, str]:
    return names.get(code) or {"en": code}


def load_names(session: Session) -> Names:
    """Return the names of all countries, sectors, terms and regions: four small queries."""
    return Names(
        countries=country_names(session),
        sectors={row.code: row.names for row in session.execute(select(Sector.code, Sector.names))},
        terms={row.code: row.names for row in session.execute(select(Term.code, Term.names))},
        regions=region_names(session),
    )
