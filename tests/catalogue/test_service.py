from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.catalogue import queries, service
from portal.catalogue.model import Status
from portal.core.actor import ANONYMOUS, Actor
from portal.core.changes import changes_since
from portal.core.errors import (
    IllegalTransition,
    InvalidData,
    NotFound,
    PermissionDenied,
    StaleRevision,
)
from portal.core.services import Services
from tests.conftest import publish, technology_data

OWNER = Actor(user_id=1, memberships={1: "owner"}, name="Owner")
MODERATOR = Actor(user_id=4, is_moderator=True, name="Moderator")


def draft(services: Services) -> tuple[int, int]:
    with services.uow() as uow:
        entry = service.create_entry(uow, OWNER, "technology", technology_data())
        return entry.id, entry.revision


def test_an_entry_goes_from_draft_to_published_and_back_out(services: Services) -> None:
    entry_id, revision = draft(services)
    for actor, move, status in [
        (OWNER, "submit", Status.SUBMITTED),
        (MODERATOR, "publish", Status.PUBLISHED),
        (OWNER, "withdraw", Status.WITHDRAWN),
    ]:
        with services.uow() as uow:
            entry = service.move_entry(uow, actor, entry_id, move, revision=revision)
            assert entry.status == status
            revision = entry.revision
    with services.sessions() as session:
        assert {x.thing_id for x in changes_since(session, 0)} == {entry_id}


def test_an_update_stays_unseen_until_it_is_published(services: Services) -> None:
    entry_id = publish(services, "technology", technology_data(trl=7))
    with services.sessions() as session:
        revision = queries.load_entry(session, entry_id).revision  # type: ignore[union-attr]
    with services.uow() as uow:
        revision = service.save_entry(
            uow, OWNER, entry_id, technology_data(trl=8), revision=revision
        ).revision
    with services.sessions() as session:
        assert queries.get_entry(session, ANONYMOUS, "technology", entry_id).trl == 7

    with services.uow() as uow:
        service.move_entry(uow, MODERATOR, entry_id, "publish", revision=revision)

    with services.sessions() as session:
        assert queries.get_entry(session, ANONYMOUS, "technology", entry_id).trl == 8
        assert [v.number for v in queries.versions(session, entry_id)] == [2, 1]


def test_two_writers_never_lose_an_edit(services: Services) -> None:
    """Both saw the same revision; one saves, the other is told."""
    entry_id, revision = draft(services)

    def save(trl: int) -> str:
        try:
            with services.uow() as uow:
                service.save_entry(uow, OWNER, entry_id, technology_data(trl=trl), revision=revision)
        except StaleRevision:
            return "stale"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(save, [5, 6]))

    assert outcomes == ["saved", "stale"]
    with services.sessions() as session:
        assert len(queries.versions(session, entry_id)) == 2


@pytest.mark.parametrize(
    ("actor", "move", "error"),
    [
        (OWNER, "publish", PermissionDenied),
        (MODERATOR, "publish", IllegalTransition),
        (ANONYMOUS, "submit", NotFound),
        (OWNER, "burn", NotFound),
    ],
    ids=["owner publishes", "not submitted", "visitor", "no such move"],
)
def test_moves_that_are_refused(services: Services, actor: Actor, move: str, error: type[Exception]) -> None:
    entry_id, revision = draft(services)

    with pytest.raises(error), services.uow() as uow:
        service.move_entry(uow, actor, entry_id, move, revision=revision)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"trl": 10}, "trl"),
        ({"owner": "nobody"}, "owner"),
        ({"terms": ["no-such-term"]}, "terms.0"),
        ({"sectors": []}, "sectors"),
        ({"id": 1}, "id"),
        ({"status": "published"}, "status"),
        ({"capacity": {"min": 5, "max": 1, "unit": "kW"}}, "capacity.max"),
        ({"countries": ["KZ", "KZ"]}, "countries"),
        ({"texts": {"xx": {"title": "a", "summary": "b"}}}, "texts.xx.key"),
        ({"texts": {"en": {"title": "a\x00", "summary": "b"}}}, "texts.en.value.title"),
    ],
)
def test_bad_data_is_refused_with_the_field_named(
    services: Services, changes: dict[str, object], path: str
) -> None:
    with pytest.raises(InvalidData) as caught, services.uow() as uow:
        service.create_entry(uow, OWNER, "technology", technology_data(**changes))

    assert path in caught.value.errors


def test_links_show_on_both_sides(services: Services) -> None:
    family = publish(services, "technology", technology_data("family"))
    data = technology_data("variant")
    variant = publish(services, "technology", data)
    with services.uow() as uow:
        entry = queries.find_by_key(uow.session, "technology", "variant")
        service.set_links(uow.session, entry, [{"relation": "variant_of", "to": "technology/family"}])

    with services.sessions() as session:
        assert [(x.entry.id, x.outgoing) for x in queries.linked(session, ANONYMOUS, variant)] == [
            (family, True)
        ]
        assert [(x.entry.id, x.outgoing) for x in queries.linked(session, ANONYMOUS, family)] == [
            (variant, False)
        ]
