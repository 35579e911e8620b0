"""What the pages of countries show: promises, needs, projects, technologies in use, money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds.financing import CountryLayer, Financing
from portal.catalogue.kinds.technology import Deployment, Technology
from portal.catalogue.model import Entry, EntryCountry, EntryLink, Relation
from portal.catalogue.policy import visible
from portal.catalogue.queries import by_ids
from portal.core.actor import Actor
from portal.reference import queries as reference
from portal.reference.model import Country, FocalPoint, Membership, NdcDocument, NdcTarget, TargetState

#: How many entries of a kind a country's page shows before it leads to the list.
SHOWN = 5
#: How many technologies in use it shows.
SHOWN_TECHNOLOGIES = 20
_NOT_NOW = ("on_hold", "suspended", "ended")


@dataclass(frozen=True)
class Member:
    """A country's place in a body.

    :ivar since: a day, or as much of one as is known.
    """

    row: Membership
    since: date | str | None


@dataclass(frozen=True)
class InUse:
    """A technology that runs in a country.

    :ivar deployments: the places there where it is known to run or have run.
    :ivar projects: projects there that use it.
    """

    technology: Entry
    deployments: Sequence[Deployment]
    projects: Sequence[Entry]


@dataclass(frozen=True)
class Source:
    """A source of finance and what it says of a country.

    :ivar layer: ``None`` = it names no countries but takes all eligible developing ones.
    """

    financing: Financing
    layer: CountryLayer | None


@dataclass(frozen=True)
class CountryPage:
    """Everything a country's page shows.

    :ivar targets: that stand, by the year they are for; :ivar replaced: that no longer do.
    :ivar totals: how many entries of each kind there are.
    :ivar working: sources that work there, maybe on a condition.
    :ivar asking: sources to ask: whether they work there is not known.
    :ivar others: sources that do not work there now.
    """

    country: Country
    members: Sequence[Member]
    targets: Sequence[tuple[int, Sequence[NdcTarget]]]
    replaced: Sequence[NdcTarget]
    documents: Sequence[NdcDocument]
    focal_points: Sequence[FocalPoint]
    organisations: Mapping[str, Organisation]
    needs: Sequence[Entry]
    projects: Sequence[Entry]
    technologies: Sequence[InUse]
    working: Sequence[Source]
    asking: Sequence[Source]
    others: Sequence[Source]
    totals: Mapping[str, int] = field(default_factory=dict)


def country_page(session: Session, actor: Actor, code: str) -> CountryPage:
    """Return what the page of a country shows, in a constant number of queries.

    :raises NotFound: the country has no page.
    """
    country = reference.get_core_country(session, code)
    standing, replaced = _targets(reference.targets_of(session, country.code))
    focal_points = reference.focal_points_of(session, country.code)
    newest = {kind: _newest(session, actor, kind, country.code) for kind in ("need", "project")}
    deployments = _deployments(session, actor, country.code)
    uses = _uses(session, actor, country.code)
    layers = _layers(session, actor, country)
    technologies = list(dict.fromkeys([*deployments, *uses]))[:SHOWN_TECHNOLOGIES]
    ids = {x for found in newest.values() for x in found} | set(technologies) | set(layers)
    ids |= {project for code in technologies for project in uses.get(code, ())}
    entries = {entry.id: entry for entry in by_ids(session, actor, sorted(ids))}
    sources = _sources(layers, entries)
    return CountryPage(
        country=country,
        members=[Member(row, _day(row.since)) for row in country.memberships],
        targets=standing,
        replaced=replaced,
        documents=reference.documents_of(session, country.code),
        focal_points=focal_points,
        organisations=_organisations(session, focal_points),
        needs=[entries[number] for number in newest["need"] if number in entries],
        projects=[entries[number] for number in newest["project"] if number in entries],
        technologies=[
            InUse(
                entries[number],
                deployments.get(number, ()),
                [entries[x] for x in uses.get(number, ()) if x in entries],
            )
            for number in technologies
            if number in entries
        ],
        working=[source for source in sources if _works(source) is True],
        asking=[source for source in sources if _works(source) is None],
        others=[source for source in sources if _works(source) is False],
        totals=count_by_country(session, actor).get(country.code, {}),
    )


def count_by_country(session: Session, actor: Actor) -> dict[str, dict[str, int]]:
    """Return how many visible entries of each kind each country has."""
    rows = session.execute(
        select(EntryCountry.country_code, Entry.kind, func.count())
        .join(Entry, Entry.id == EntryCountry.entry_id)
        .where(visible(actor))
        .group_by(EntryCountry.country_code, Entry.kind)
    ).all()
    found: dict[str, dict[str, int]] = {}
    for code, kind, count in rows:
        found.setdefault(code, {})[kind] = count
    return found


def _sources(layers: Mapping[int, CountryLayer | None], entries: Mapping[int, Entry]) -> list[Source]:
    found = []
    for number, layer in layers.items():
        financing = entries.get(number)
        if isinstance(financing, Financing):
            found.append(Source(financing, layer))
    return found


def _works(source: Source) -> bool | None:
    """Return whether a source works in the country by its own rule; ``None`` = not known."""
    layer = source.layer
    if source.financing.availability != "open":
        return False
    if layer is None:
        return None
    if layer.operates is False or layer.state in _NOT_NOW or layer.condition == "none_new":
        return False
    if layer.state is None and layer.member is False:
        return False
    return None if layer.state is None or layer.condition == "ask" else True


def _day(text: str | None) -> date | str | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return text


Years = list[tuple[int, Sequence[NdcTarget]]]


def _targets(rows: Sequence[NdcTarget]) -> tuple[Years, list[NdcTarget]]:
    standing = [row for row in rows if row.state != TargetState.REPLACED]
    years: Years = [(year, list(group)) for year, group in groupby(standing, attrgetter("target_year"))]
    return years, [row for row in rows if row.state == TargetState.REPLACED]


def _newest(session: Session, actor: Actor, kind: str, code: str) -> Sequence[int]:
    return session.scalars(
        _ids_in(code, actor)
        .where(Entry.kind == kind)
        .order_by(Entry.published_at.desc(), Entry.opened_on.desc().nulls_last(), Entry.id.desc())
        .limit(SHOWN)
    ).all()


def _ids_in(code: str, actor: Actor) -> Select[int]:
    return select(Entry.id).where(Entry.countries.any(EntryCountry.country_code == code), visible(actor))


def _deployments(session: Session, actor: Actor, code: str) -> dict[int, list[Deployment]]:
    """Return the places in a country where technologies run, by technology, newest first."""
    rows = session.scalars(
        select(Deployment)
        .join(Technology, Technology.id == Deployment.technology_id)
        .where(Deployment.country_code == code, visible(actor))
        .order_by(Deployment.year.desc().nulls_last(), Deployment.id)
    ).all()
    found: dict[int, list[Deployment]] = {}
    for row in rows:
        found.setdefault(row.technology_id, []).append(row)
    return found


def _uses(session: Session, actor: Actor, code: str) -> dict[int, list[int]]:
    """Return the projects of a country by the technology that they use."""
    rows = session.execute(
        select(EntryLink.to_id, EntryLink.from_id)
        .where(EntryLink.relation == Relation.USES, EntryLink.from_id.in_(_ids_in(code, actor)))
        .order_by(EntryLink.to_id, EntryLink.from_id)
    ).all()
    found: dict[int, list[int]] = {}
    for technology, project in rows:
        found.setdefault(technology, []).append(project)
    return found


def _layers(session: Session, actor: Actor, country: Country) -> dict[int, CountryLayer | None]:
    """Return what sources say of a country: those that name it, then those that take any eligible."""
    rows = session.scalars(
        select(CountryLayer)
        .join(Financing, Financing.id == CountryLayer.financing_id)
        .where(CountryLayer.country_code == country.code, visible(actor))
        .order_by(CountryLayer.financing_id)
    ).all()
    found: dict[int, CountryLayer | None] = {row.financing_id: row for row in rows}
    if not country.annex_i:
        anywhere = session.scalars(
            select(Financing.id)
            .where(Financing.other_countries == "eligible_developing", visible(actor))
            .order_by(Financing.id)
        )
        found |= {number: None for number in anywhere if number not in found}
    return found


def _organisations(session: Session, points: Sequence[FocalPoint]) -> dict[str, Organisation]:
    keys = {point.organisation_key for point in points if point.organisation_key}
    rows = session.scalars(select(Organisation).where(Organisation.key.in_(keys))).all()
    return {row.key: row for row in rows}
