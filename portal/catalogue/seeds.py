"""Loads entries of every kind from seeds/, and before them all that they name."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import select

from portal.accounts import seeds as accounts_seeds
from portal.catalogue import queries, service
from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Entry, EntryVersion
from portal.core.actor import SYSTEM
from portal.core.changes import note_change
from portal.core.errors import InvalidData
from portal.core.outbox import enqueue
from portal.core.seeding import Report, Seeder, Source, digest, read_records
from portal.core.unit_of_work import UnitOfWork
from portal.reference import seeds as reference_seeds
from portal.taxonomy import seeds as taxonomy_seeds
from portal.taxonomy import thesaurus_seeds

Progress = Callable[[list[Source]], Iterable[Source]]


def load(uow: UnitOfWork, folder: Path, report: Report, progress: Progress) -> None:
    """Load the entries of all kinds, then their links.

    :param progress: wraps the list of records of a kind, to show how far it is.
    :raises InvalidData: a record breaks the rules; names file, record and field.
    """
    records = {
        name: list(read_records(folder / kind.plural, lambda record: str(record["key"])))
        for name, kind in KINDS.items()
    }
    for kind, sources in records.items():
        _refuse_repeats(sources)
        seeder = _seeder(uow, kind)
        for source in progress(sources):
            seeder.run([source], report)
    changed = {*report.created, *report.updated}
    for kind, sources in records.items():
        for source in sources:
            if f"{kind}/{source.key}" in changed:
                _link(uow, kind, source)


def _seeder(uow: UnitOfWork, kind: str) -> Seeder:
    return Seeder(
        uow.session,
        kind,
        find=lambda key: queries.find_by_key(uow.session, kind, key),
        apply=lambda source, row: _publish(uow, kind, source, row),
        state=lambda row: _state(uow, row),
    )


def _refuse_repeats(sources: list[Source]) -> None:
    seen: dict[str, Source] = {}
    for source in sources:
        if source.key in seen:
            raise source.error({"key": f"stands in {seen[source.key].path.name} already"})
        seen[source.key] = source


def _publish(uow: UnitOfWork, kind: str, source: Source, row: Entry | None) -> Entry:
    try:
        return service.publish_data(uow, SYSTEM, row, kind, source.data)
    except InvalidData as error:
        raise source.error(error.errors) from error


def _link(uow: UnitOfWork, kind: str, source: Source) -> None:
    entry = uow.session.scalars(select(Entry).where(Entry.kind == kind, Entry.key == source.key)).one()
    loaded, _ = service.read_data(kind, source.data)
    try:
        service.set_links(uow.session, entry, loaded["links"])
    except InvalidData as error:
        raise source.error(error.errors) from error


def _state(uow: UnitOfWork, row: Entry) -> str:
    """Return a digest that changes with every version somebody saves or moves."""
    newest = uow.session.execute(
        select(EntryVersion.number, EntryVersion.state)
        .where(EntryVersion.entry_id == row.id)
        .order_by(EntryVersion.number.desc())
    ).first()
    return digest([str(x) for x in newest or ()] + [row.status])


def load_all(uow: UnitOfWork, folder: Path, report: Report, progress: Progress) -> None:
    """Load all of seeds/ in the order in which things refer to each other.

    :raises InvalidData: a record breaks the rules; nothing is kept.
    """
    load_vocabularies(uow, folder, report)
    load(uow, folder, report, progress)


def load_vocabularies(uow: UnitOfWork, folder: Path, report: Report) -> None:
    """Load all that entries name: taxonomy, thesaurus, places, organisations and reference data.

    :raises InvalidData: a record breaks the rules; nothing is kept.
    """
    taxonomy_seeds.load(uow.session, folder / "taxonomy", report)
    reference_seeds.load_countries(uow.session, folder / "reference", report)
    accounts_seeds.load(uow.session, folder / "organisations", report)
    reference_seeds.load(uow.session, folder / "reference", report)
    if report.created or report.updated:
        note_change(uow.session, "reference")
        enqueue(uow.session, "reindex", {})
    # What words are called elsewhere is asked of the thesaurus at each search: no need to index again.
    before = len(report.created) + len(report.updated)
    thesaurus_seeds.load(uow.session, folder / "taxonomy", report)
    if len(report.created) + len(report.updated) > before:
        enqueue(uow.session, "learn", {})
