"""What the list of organisations shows: who there is, and what each keeps, provides and funds."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation, OrganisationKind
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.kinds.project import FundingLine
from portal.catalogue.model import Entry
from portal.catalogue.policy import visible
from portal.core.actor import Actor
from portal.core.i18n import best

PER_PAGE = 30
#: Kazakh order; the letters that Russian has too stand in it as Russian has them.
_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_PLACES = {letter: chr(0x400 + place) for place, letter in enumerate(_ALPHABET)}


@dataclass(frozen=True)
class Listed:
    """An organisation in the list.

    :ivar owned: entries that it keeps; :ivar provided: sources of finance that it provides;
    :ivar funded: projects with a funding line of it.
    """

    id: int
    names: Mapping[str, str]
    acronyms: Mapping[str, str]
    kind: OrganisationKind
    country_code: str | None
    owned: int
    provided: int
    funded: int


@dataclass(frozen=True)
class OrganisationList:
    """A page of organisations.

    :ivar kinds: organisations of each kind, :ivar countries: and of each country, most first;
        each ignores what it filters itself.
    """

    total: int
    rows: Sequence[Listed]
    kinds: Mapping[str, int]
    countries: Mapping[str, int]


def list_organisations(
    session: Session, actor: Actor, locale: str, *, kind: str | None, country: str | None, page: int
) -> OrganisationList:
    """Return a page of the organisations of a kind and country, by name.

    Names are sorted here, since each language has its own; the counts are read for the
    page's rows only.
    """
    light = select(Organisation.id, Organisation.names, Organisation.kind, Organisation.country_code)
    every = session.execute(light).all()
    of_kind = [row for row in every if kind in (None, row.kind)]
    of_country = [row for row in every if country in (None, row.country_code)]
    found = sorted(
        (row for row in of_kind if country in (None, row.country_code)),
        key=lambda row: (_alphabetical(best(row.names, locale)), row.id),
    )
    shown = [row.id for row in found[(page - 1) * PER_PAGE : page * PER_PAGE]]
    return OrganisationList(
        total=len(found),
        rows=_listed(session, actor, shown),
        kinds=_counted(row.kind.value for row in of_country),
        countries=_counted(row.country_code for row in of_kind if row.country_code),
    )


def _counted(codes: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(codes).items(), key=lambda item: (-item[1], item[0])))


def _alphabetical(name: str) -> str:
    """Return a name as it sorts: by letters only, Kazakh ones in their place."""
    plain = "".join(letter for letter in name.casefold() if letter.isalnum() or letter == " ")
    return "".join(_PLACES.get(letter, letter) for letter in plain)


def _listed(session: Session, actor: Actor, ids: Sequence[int]) -> list[Listed]:
    rows = {row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}

    def count(query: Select[Any, int]) -> Mapping[int, int]:
        return {row[0]: row[1] for row in session.execute(query.where(visible(actor)))}

    owner, provider, funder = Entry.organisation_id, Financing.provider_id, FundingLine.organisation_id
    owned = count(select(owner, func.count(Entry.id)).where(owner.in_(ids)).group_by(owner))
    provided = count(select(provider, func.count(Financing.id)).where(provider.in_(ids)).group_by(provider))
    funded = count(
        select(funder, func.count(FundingLine.project_id.distinct()))
        .join(Entry, Entry.id == FundingLine.project_id)
        .where(funder.in_(ids))
        .group_by(funder)
    )
    return [
        Listed(
            id=row.id,
            names=row.names,
            acronyms=row.acronyms,
            kind=row.kind,
            country_code=row.country_code,
            owned=owned.get(row.id, 0),
            provided=provided.get(row.id, 0),
            funded=funded.get(row.id, 0),
        )
        for row in (rows[number] for number in ids)
    ]
