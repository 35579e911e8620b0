import pytest
from sqlalchemy import select

from portal.catalogue import policy
from portal.catalogue.model import Entry, Status
from portal.core.actor import ANONYMOUS, Actor
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.pages.queries import Wanted, search
from portal.search.index import Query
from tests.conftest import publish, technology_data

OWNER = Actor(user_id=1, memberships={1: "owner"})
VIEWER = Actor(user_id=2, memberships={1: "viewer"})
STRANGER = Actor(user_id=3, memberships={2: "owner"})
MODERATOR = Actor(user_id=4, is_moderator=True)
ACTORS = {
    "visitor": ANONYMOUS,
    "owner": OWNER,
    "viewer": VIEWER,
    "stranger": STRANGER,
    "moderator": MODERATOR,
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("actor", ACTORS.values(), ids=ACTORS.keys())
def test_object_query_and_index_agree_on_who_sees_an_entry(
    services: Services, actor: Actor, status: Status
) -> None:
    entry_id = publish(services, "technology", technology_data())
    with services.uow() as uow:
        entry = uow.session.get_one(Entry, entry_id)
        assert entry.organisation_id == 1
        entry.status = status
    with services.sessions() as session:
        entry = session.get_one(Entry, entry_id)

        seen = policy.can(actor, "view", entry)

        assert (entry_id in session.scalars(select(Entry.id).where(policy.visible(actor)))) == seen
        assert bool(policy.labels(entry) & policy.labels_of(actor)) == seen


@pytest.mark.parametrize("actor", [ANONYMOUS, STRANGER], ids=["visitor", "stranger"])
def test_a_stale_index_may_hide_but_never_leaks(services: Services, actor: Actor) -> None:
    """Withdrawn, and the outbox not yet drained: the index still has it, the page does not."""
    entry_id = publish(services, "technology", technology_data())
    others = [publish(services, "technology", technology_data(f"other-{n}")) for n in range(3)]
    with services.uow() as uow:
        uow.session.get_one(Entry, entry_id).status = Status.WITHDRAWN
    query = Query("турбина", labels=policy.labels_of(actor), limit=3)
    assert entry_id in {hit.id for hit in services.index.search(query).hits}

    with services.sessions() as session:
        page = search(session, services.finder, actor, Wanted("турбина", limit=3), Locale.RU)

    assert {row.entry.id for row in page.found} == set(others)
    assert page.total == 3


def test_nobody_judges_an_entry_of_their_own_organisation(services: Services) -> None:
    entry_id = publish(services, "technology", technology_data())
    with services.sessions() as session:
        entry = session.get_one(Entry, entry_id)

        assert policy.can(MODERATOR, "moderate", entry)
        assert not policy.can(Actor(is_moderator=True, memberships={1: "viewer"}), "moderate", entry)
        assert policy.can(OWNER, "edit", entry)
        assert not policy.can(VIEWER, "edit", entry)
