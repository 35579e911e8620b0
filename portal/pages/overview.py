"""What the home page, the page of an organisation and the page of sources show."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.accounts.queries import get_organisation
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.kinds.project import FundingLine
from portal.catalogue.model import Entry
from portal.catalogue.policy import visible
from portal.catalogue.queries import Filters, by_ids, count_entries, list_entries
from portal.core.actor import Actor
from portal.core.provenance import Provenance
from portal.reference.model import Country, NdcDocument, NdcTarget

#: New entries of each kind on the home page.
_NEW_OF_KIND = 2
#: Entries that an organisation takes part in, shown on its page.
_PARTS_SHOWN = 20


def newest(session: Session, actor: Actor) -> list[Entry]:
    """Return the newest entries, some of each kind, so that no kind hides the others."""
    order = (Entry.published_at.desc(), Entry.opened_on.desc().nulls_last(), Entry.id.desc())
    place = func.row_number().over(partition_by=Entry.kind, order_by=order)
    ranked = select(Entry.id, place.label("place")).where(visible(actor)).subquery()
    ids = session.scalars(
        select(Entry.id)
        .join(ranked, ranked.c.id == Entry.id)
        .where(ranked.c.place <= _NEW_OF_KIND)
        .order_by(*order)
    ).all()
    return by_ids(session, actor, ids)


def find_organisation(session: Session, key: str) -> Organisation | None:
    """Return the organisation of this key, if there is one."""
    return session.scalars(select(Organisation).where(Organisation.key == key)).first()


@dataclass(frozen=True)
class OrganisationPage:
    """An organisation with its entries.

    :ivar owned: a page of the entries that it keeps.
    :ivar provided: the sources of finance that it provides but does not keep itself.
    :ivar funded: projects with a funding line of it.
    """

    organisation: Organisation
    owned: Sequence[Entry]
    owned_total: int
    provided: Sequence[Entry]
    funded: Sequence[Entry]


def organisation_page(
    session: Session, actor: Actor, organisation_id: int, *, limit: int, offset: int
) -> OrganisationPage:
    """Return what the page of an organisation shows, in a constant number of queries.

    :raises NotFound: there is no such organisation.
    """
    organisation = get_organisation(session, organisation_id)
    filters = Filters(organisation_id=organisation_id)
    provides = (
        select(Financing.id)
        .where(
            Financing.provider_id == organisation_id,
            Financing.organisation_id != organisation_id,
            visible(actor),
        )
        .order_by(Financing.id)
        .limit(_PARTS_SHOWN)
    )
    funds = (
        select(FundingLine.project_id)
        .join(Entry, Entry.id == FundingLine.project_id)
        .where(
            FundingLine.organisation_id == organisation_id,
            Entry.organisation_id != organisation_id,
            visible(actor),
        )
        .group_by(FundingLine.project_id)
        .order_by(FundingLine.project_id.desc())
        .limit(_PARTS_SHOWN)
    )
    provided, funded = list(session.scalars(provides)), list(session.scalars(funds))
    parts = {entry.id: entry for entry in by_ids(session, actor, [*provided, *funded])}
    return OrganisationPage(
        organisation=organisation,
        owned=list_entries(session, actor, filters, limit=limit, offset=offset),
        owned_total=count_entries(session, actor, filters),
        provided=[parts[number] for number in provided if number in parts],
        funded=[parts[number] for number in funded if number in parts],
    )


@dataclass(frozen=True)
class CitedSource:
    """A source and how many records rest on it."""

    title: str
    url: str | None
    records: int


def sources(session: Session, actor: Actor) -> Mapping[str, Sequence[CitedSource]]:
    """Return every source that a visible record rests on, by licence, the most used first."""
    counts = Counter(
        (source.licence, source.title, source.url) for source in _provenances(session, actor) if source
    )
    licences = Counter[str]()
    for (licence, _, _), count in counts.items():
        licences[licence] += count
    found: dict[str, list[CitedSource]] = {licence: [] for licence, _ in licences.most_common()}
    for (licence, title, url), count in sorted(counts.items(), key=lambda x: (-x[1], x[0][1])):
        found[licence].append(CitedSource(title, url, count))
    return found


def _provenances(session: Session, actor: Actor) -> Iterable[Provenance | None]:
    yield from session.scalars(select(Entry.provenance).where(visible(actor)))
    for column in (
        Organisation.provenance, Country.provenance, NdcDocument.provenance, NdcTarget.provenance
    ):  # fmt: skip
        yield from session.scalars(select(column))
