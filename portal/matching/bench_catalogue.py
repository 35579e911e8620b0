"""A generated portal for measuring: the real vocabularies, and as many entries as are asked for.

Rows are written in bulk, each as the catalogue's service would have written it; saved versions
are left out, since nothing that is measured reads them.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds import KINDS
from portal.catalogue.kinds.financing import CountryLayer
from portal.catalogue.kinds.need import NeedBasis
from portal.catalogue.kinds.project import FundingLine
from portal.catalogue.kinds.technology import Deployment
from portal.catalogue.model import (
    Entry,
    EntryCountry,
    EntryLink,
    EntrySector,
    EntryTerm,
    EntryText,
    Relation,
    Status,
    TextOrigin,
)
from portal.catalogue.seeds import load_vocabularies
from portal.core.changes import note_change
from portal.core.database import Base, now
from portal.core.i18n import Locale
from portal.core.installation import make_identity
from portal.core.resources import resource_folder
from portal.core.seeding import Report
from portal.core.services import Services
from portal.matching.bench_entries import MAKERS, Content, Maker, World
from portal.reference import queries as reference
from portal.taxonomy import queries as taxonomy

#: So many entries are written by one transaction.
_AT_ONCE = 2_000
#: How many technologies a generated search finds near a need's text.
_NEAR = 400

Rows = dict[type[Base], list[dict[str, Any]]]


def make_portal(services: Services, sizes: Mapping[str, int], seed: int, note: Callable[[str], None]) -> None:
    """Set up an empty portal with the vocabularies of seeds/ and generated entries.

    :param sizes: how many of each kind.
    :param note: is told how far it is.
    """
    # History is of no use to a portal that is thrown away.
    Base.metadata.create_all(services.engine)
    with services.uow() as uow:
        make_identity(uow.session)
        load_vocabularies(uow, resource_folder("seeds"), Report())
    with services.sessions() as session:
        world = read_world(session)
    first = 1
    for kind in KINDS:
        note(f"making {sizes[kind]} x {kind}")
        for start in range(0, sizes[kind], _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, sizes[kind]))
            write_entries(services, world, kind, {first + x: x for x in numbers}, seed)
        first += sizes[kind]
    with services.uow() as uow:
        note_change(uow.session, "entry")


def ids_of(sizes: Mapping[str, int], kind: str) -> range:
    """Return the ids of a kind in a generated portal of this size."""
    kinds = list(KINDS)
    first = 1 + sum(sizes[x] for x in kinds[: kinds.index(kind)])
    return range(first, first + sizes[kind])


def read_world(session: Session) -> World:
    """Return what generated entries may name: the commonest organisations and terms come first."""
    countries = {x.code: x.short_names for x in reference.core_countries(session)}
    normals = reference.list_normals(session)
    steps = reference.list_conformity_steps(session)
    held = dict.fromkeys(name for step in steps for name in (*step.met_by, *step.eased_by))
    terms = sorted(taxonomy.list_terms(session), key=lambda x: (x.position, x.code))
    # Neighbours in the taxonomy are of one sector: shuffled, no sector has all common terms.
    random.Random(1).shuffle(terms)  # noqa: S311
    return World(
        terms={x.code: x.names for x in terms},
        sector_of={x.code: x.sector_code for x in terms},
        sectors={x.code: x.names for x in taxonomy.list_sectors(session)},
        countries=countries,
        regions={x: [n.region for n in normals if n.region.startswith(f"{x}-")] for x in countries},
        certificates=tuple(held),
        organisations=tuple(session.scalars(select(Organisation.key).order_by(Organisation.id))),
    )


def content_of(world: World, kind: str, number: int, seed: int) -> Content:
    """Return an entry as its schema loads it; ``number`` counts from 0 within the kind."""
    return MAKERS[kind](Maker(world, kind, number, seed))


def write_entries(services: Services, world: World, kind: str, numbers: Mapping[int, int], seed: int) -> None:
    """Write generated entries in one transaction.

    :param numbers: which one each is, by the id that it gets.
    """
    with services.uow() as uow:
        keys = select(Organisation.key, Organisation.id)
        organisations = dict(uow.session.execute(keys).all())
        rows: Rows = {}
        for entry_id, number in numbers.items():
            content = content_of(world, kind, number, seed)
            for model, row in _rows(kind, entry_id, content, organisations):
                rows.setdefault(model, []).append(row)
        connection = uow.session.connection()
        for model, added in rows.items():
            connection.execute(insert(model.__table__), added)  # type: ignore[arg-type]


def _rows(
    kind: str, entry_id: int, content: Content, organisations: Mapping[str, int]
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """Yield the rows of an entry, parents first."""
    yield Entry, _entry(kind, entry_id, content, organisations)
    yield KINDS[kind].model, _own(kind, entry_id, content, organisations)
    for locale, words in content["texts"].items():
        plain = {"entry_id": entry_id, "locale": Locale(locale), "body": None, "origin": TextOrigin.ORIGINAL}
        yield EntryText, {**plain, **words}
    countries, shares = _countries(kind, content)
    for position, country in enumerate(countries):
        plain = {"entry_id": entry_id, "country_code": country, "position": position}
        yield EntryCountry, {**plain, "share": shares.get(country)}
    for position, sector in enumerate(content["sectors"]):
        yield EntrySector, {"entry_id": entry_id, "sector_code": sector, "position": position}
    for position, term in enumerate(content["terms"]):
        yield EntryTerm, {"entry_id": entry_id, "term_code": term, "position": position}
    model, owner, items = _beside(kind, content, organisations)
    for position, item in enumerate(items):
        yield model, {**_blank(model), **item, owner: entry_id, "position": position}


def _entry(kind: str, entry_id: int, content: Content, organisations: Mapping[str, int]) -> dict[str, Any]:
    moment = now()
    return {
        "id": entry_id,
        "kind": kind,
        "key": content["key"],
        "organisation_id": organisations[content["owner"]],
        "status": Status.PUBLISHED,
        "revision": 1,
        "objective": content["objective"],
        "sdgs": content["sdgs"],
        "opened_on": content["opened_on"],
        "published_at": moment,
        "provenance": content["provenance"],
        "created_at": moment,
        "updated_at": moment,
    }


def _own(kind: str, entry_id: int, content: Content, organisations: Mapping[str, int]) -> dict[str, Any]:
    """Return the row of the kind's own table."""
    columns = KINDS[kind].model.__table__.columns.keys()
    row = {name: content.get(name) for name in columns} | {"id": entry_id}
    if kind == "project":
        row |= {f"beneficiaries_{x}": content["beneficiaries"].get(x) for x in ("direct", "indirect")}
    if kind == "financing":
        row["provider_id"] = organisations[content["provider"]]
    return row


def _countries(kind: str, content: Content) -> tuple[Sequence[str], Mapping[str, float | None]]:
    if kind == "project":
        shares = {x["country"]: x["share"] for x in content["hosts"]}
        return list(shares), shares
    if kind == "financing":
        return [x["country_code"] for x in content["layers"] if x["operates"]], {}
    return content["countries"], {}


def _beside(
    kind: str, content: Content, organisations: Mapping[str, int]
) -> tuple[type[Base], str, Sequence[Mapping[str, Any]]]:
    """Return the table that a kind has beside its own, the column of its owner, and the rows."""
    if kind == "technology":
        return Deployment, "technology_id", content["deployments"]
    if kind == "need":
        return NeedBasis, "need_id", content["bases"]
    if kind == "financing":
        return CountryLayer, "financing_id", [{"notes": {}, **x} for x in content["layers"]]
    lines = [
        {"organisation_id": organisations[x["provider"]], **{k: v for k, v in x.items() if k != "provider"}}
        for x in content["funding_lines"]
    ]
    return FundingLine, "project_id", lines


def _blank(model: type[Base]) -> dict[str, Any]:
    return dict.fromkeys(x.key for x in model.__table__.columns if not x.primary_key)


def link_projects(services: Services, sizes: Mapping[str, int], seed: int) -> None:
    """Let every third project name a source of finance as its own."""
    draw = random.Random(f"{seed}/links")  # noqa: S311
    sources = ids_of(sizes, "financing")
    rows = [
        {"from_id": x, "to_id": draw.choice(sources), "relation": Relation.FUNDED_BY}
        for x in ids_of(sizes, "project")[::3]
        if sources
    ]
    with services.uow() as uow:
        if rows:
            uow.session.connection().execute(insert(EntryLink.__table__), rows)  # type: ignore[arg-type]


def texts_near(need_id: int, technologies: Sequence[int], seed: int) -> Mapping[int, float]:
    """Return how near texts of technologies are to a need's, as a search would find them.

    It stands for the search index, which has a benchmark of its own.
    """
    draw = random.Random(f"{seed}/texts/{need_id}")  # noqa: S311
    found = draw.sample(technologies, min(_NEAR, len(technologies)))
    return {x: round((place + 1) / len(found), 4) for place, x in enumerate(found)}
