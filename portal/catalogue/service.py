"""Writes entries: create, save, move through the workflow, link."""

from typing import Any

from marshmallow import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.catalogue import policy, queries
from portal.catalogue.content import apply_content
from portal.catalogue.events import EntryChanged
from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Entry, EntryLink, EntryVersion, Status
from portal.catalogue.workflow import find_move
from portal.core.actor import Actor
from portal.core.database import now
from portal.core.errors import (
    IllegalTransition,
    InvalidData,
    NotFound,
    PermissionDenied,
    StaleRevision,
)
from portal.core.seeding import flat_errors
from portal.core.unit_of_work import UnitOfWork


def read_data(kind: str, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check raw data by the kind's schema.

    :returns: the loaded values, and the JSON that a version keeps.
    :raises InvalidData: field by field.
    """
    schema = KINDS[kind].schema()
    try:
        loaded: dict[str, Any] = schema.load(raw)
    except ValidationError as error:
        raise InvalidData(flat_errors(error.messages)) from error
    kept: dict[str, Any] = _known(schema.dump(loaded))
    return loaded, {name: value for name, value in kept.items() if value not in ([], {})}


def _known(value: Any) -> Any:
    """Return plain data without its unknowns: they are left out, not written as null."""
    if isinstance(value, dict):
        return {name: _known(part) for name, part in value.items() if part is not None}
    return [_known(part) for part in value] if isinstance(value, list) else value


def create_entry(uow: UnitOfWork, actor: Actor, kind: str, raw: dict[str, Any]) -> Entry:
    """Make a first draft.

    :raises InvalidData: field by field.
    :raises PermissionDenied: the actor may not write for this organisation.
    """
    loaded, kept = read_data(kind, raw)
    entry = KINDS[kind].model(status=Status.DRAFT)
    apply_content(uow.session, entry, loaded)
    if not _may_write(actor, entry):
        raise PermissionDenied(f"create {kind}")
    uow.session.add(entry)
    uow.flush()
    _add_version(uow.session, actor, entry, kept, Status.DRAFT)
    set_links(uow.session, entry, loaded["links"])
    uow.emit(EntryChanged(entry.id))
    return entry


def save_entry(uow: UnitOfWork, actor: Actor, entry_id: int, raw: dict[str, Any], *, revision: int) -> Entry:
    """Save a new version.

    A draft takes it on at once; what is public stays as it is until it is published.

    :param revision: the revision the caller saw; guards against lost updates.
    :raises NotFound: no such entry, or the actor may not know that it exists.
    :raises PermissionDenied: the actor sees the entry but may not edit it.
    :raises StaleRevision: somebody changed the entry in the meantime.
    :raises InvalidData: field by field.
    """
    entry = _find(uow.session, actor, entry_id, revision)
    if not _may_write(actor, entry):
        raise PermissionDenied(f"edit entry {entry_id}")
    loaded, kept = read_data(entry.kind, raw)
    _add_version(uow.session, actor, entry, kept, Status.DRAFT)
    if entry.status == Status.DRAFT:
        apply_content(uow.session, entry, loaded)
        set_links(uow.session, entry, loaded["links"])
        uow.emit(EntryChanged(entry.id))
    _touch(entry)
    uow.flush()
    return entry


def move_entry(uow: UnitOfWork, actor: Actor, entry_id: int, move_name: str, *, revision: int) -> Entry:
    """Take an entry one step through its workflow.

    :param revision: the revision the caller saw; guards against lost updates.
    :raises NotFound: no such entry or move, or the actor may not know that it exists.
    :raises PermissionDenied: the actor sees the entry but may not do this.
    :raises StaleRevision: somebody changed the entry in the meantime.
    :raises IllegalTransition: the entry's status does not allow this move.
    """
    move = find_move(move_name)
    entry = _find(uow.session, actor, entry_id, revision)
    if not policy.can(actor, move.permission, entry):
        raise PermissionDenied(f"{move.name} entry {entry_id}")
    if entry.status not in move.sources:
        raise IllegalTransition(f"{move.name} entry {entry_id}: it is {entry.status}")
    entry.status = move.target
    if move.target == Status.PUBLISHED:
        _publish_newest(uow.session, entry)
    _touch(entry)
    uow.flush()
    uow.emit(EntryChanged(entry.id))
    return entry


def publish_data(uow: UnitOfWork, actor: Actor, entry: Entry | None, kind: str, raw: dict[str, Any]) -> Entry:
    """Make data public in one step, as seeds do: a version, its content, its status.

    Links are set apart, by :func:`set_links`, when all entries are there.

    :raises InvalidData: field by field.
    """
    loaded, kept = read_data(kind, raw)
    entry = entry or KINDS[kind].model()
    apply_content(uow.session, entry, loaded)
    entry.status = Status.PUBLISHED
    entry.published_at = entry.published_at or now()
    _touch(entry)
    uow.session.add(entry)
    uow.flush()
    _add_version(uow.session, actor, entry, kept, Status.PUBLISHED)
    uow.emit(EntryChanged(entry.id))
    return entry


def set_links(session: Session, entry: Entry, links: list[dict[str, Any]]) -> None:
    """Make the links that the entry itself states equal to the given ones.

    :raises InvalidData: a link names an entry that does not exist.
    """
    # By default SQLAlchemy would compare every row that the session holds.
    session.execute(
        delete(EntryLink).where(EntryLink.from_id == entry.id),
        execution_options={"synchronize_session": "fetch"},
    )
    errors: dict[str, str] = {}
    seen: set[tuple[int, str]] = set()
    for number, link in enumerate(links):
        kind, key = link["to"].split("/")
        target = session.scalar(select(Entry.id).where(Entry.kind == kind, Entry.key == key))
        if target is None:
            errors[f"links.{number}.to"] = f"no {kind} {key!r}"
        elif (target, link["relation"]) not in seen:
            seen.add((target, link["relation"]))
            session.add(EntryLink(from_id=entry.id, to_id=target, relation=link["relation"]))
    if errors:
        raise InvalidData(errors)


def _publish_newest(session: Session, entry: Entry) -> None:
    """Copy the newest version into the entry."""
    version = queries.versions(session, entry.id)[0]
    loaded = KINDS[entry.kind].schema().load(version.data)
    apply_content(session, entry, loaded)
    set_links(session, entry, loaded["links"])
    version.state = Status.PUBLISHED
    entry.published_at = entry.published_at or now()


def _find(session: Session, actor: Actor, entry_id: int, revision: int) -> Entry:
    # PostgreSQL lets the second writer wait here and then see the first one's revision;
    # on SQLite the unit of work itself makes it wait.
    session.execute(select(Entry.id).where(Entry.id == entry_id).with_for_update())
    entry = queries.load_entry(session, entry_id)
    if entry is None or not policy.can(actor, "view", entry):
        raise NotFound(f"entry {entry_id}")
    if entry.revision != revision:
        raise StaleRevision(f"entry {entry_id}: {revision} != {entry.revision}")
    return entry


def _touch(entry: Entry) -> None:
    """Make the row count as changed even where only rows beside it are, so that its revision rises."""
    entry.updated_at = now()


def _may_write(actor: Actor, entry: Entry) -> bool:
    return policy.can(actor, "edit", entry) or actor.is_moderator


def _add_version(session: Session, actor: Actor, entry: Entry, kept: dict[str, Any], state: Status) -> None:
    newest = select(func.max(EntryVersion.number)).where(EntryVersion.entry_id == entry.id)
    session.add(
        EntryVersion(
            entry_id=entry.id,
            number=(session.scalar(newest) or 0) + 1,
            state=state,
            data=kept,
            author_id=actor.user_id,
            author_name=actor.name,
            created_at=now(),
        )
    )
