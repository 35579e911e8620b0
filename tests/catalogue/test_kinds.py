"""What every kind of entry has to go through, parametrised over the kinds."""

from typing import Any

import pytest
import yaml

from portal.catalogue import queries, service
from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Status
from portal.core.actor import ANONYMOUS, Actor
from portal.core.i18n import Locale
from portal.core.resources import resource_folder
from portal.core.services import Services
from portal.pages.queries import Wanted, search

OWNER = Actor(user_id=1, memberships={1: "owner"}, name="Owner")
MODERATOR = Actor(user_id=4, is_moderator=True, name="Moderator")
WORDS = {"kk": "тамшылатып", "ru": "капельное", "en": "drip"}


def record(kind: str) -> dict[str, Any]:
    """Return a real record of the kind, cut down to the small world of the tests."""
    (path, *_) = sorted((resource_folder("seeds") / KINDS[kind].plural).glob("*.yaml"))
    data: dict[str, Any] = yaml.load(path.read_text(), yaml.CSafeLoader)[0]
    data |= {"owner": "maker", "sectors": ["energy"], "terms": ["onshore-wind"], "links": []}
    for name in ("countries", "deployments", "funding_lines", "layers"):
        data.pop(name, None)
    if kind == "project":
        data["hosts"] = [{"country": "KZ"}]
    if kind == "financing":
        data["provider"] = "maker"
    for locale, text in data["texts"].items():
        text["title"] = f"{WORDS[locale]} {text['title'][:60]}"
    return data


@pytest.mark.parametrize("kind", KINDS)
def test_from_draft_to_published_to_found_in_three_languages(services: Services, kind: str) -> None:
    with services.uow() as uow:
        entry = service.create_entry(uow, OWNER, kind, record(kind))
        number, revision = entry.id, entry.revision
    services.drainer().drain()
    with services.sessions() as session:
        assert search(session, services.finder, ANONYMOUS, Wanted("drip"), Locale.EN).total == 0

    for actor, move in ((OWNER, "submit"), (MODERATOR, "publish")):
        with services.uow() as uow:
            revision = service.move_entry(uow, actor, number, move, revision=revision).revision
    services.drainer().drain()

    with services.sessions() as session:
        found = queries.get_entry(session, ANONYMOUS, kind, number)
        assert found.status == Status.PUBLISHED
        for locale, word in WORDS.items():
            page = search(session, services.finder, ANONYMOUS, Wanted(word), Locale(locale))
            assert [(x.entry.id, x.matched_in) for x in page.found] == [(number, (Locale(locale),))]


@pytest.mark.parametrize("kind", KINDS)
def test_an_owner_finds_a_draft_that_nobody_else_finds(services: Services, kind: str) -> None:
    with services.uow() as uow:
        number = service.create_entry(uow, OWNER, kind, record(kind)).id
    services.drainer().drain()

    with services.sessions() as session:
        for actor, expected in ((OWNER, {number}), (MODERATOR, {number}), (ANONYMOUS, set())):
            page = search(session, services.finder, actor, Wanted("drip"), Locale.EN)
            assert {x.entry.id for x in page.found} == expected


@pytest.mark.parametrize("kind", KINDS)
def test_a_stale_mover_is_told_even_when_only_words_changed(services: Services, kind: str) -> None:
    with services.uow() as uow:
        entry = service.create_entry(uow, OWNER, kind, record(kind))
        number, seen = entry.id, entry.revision
    changed = record(kind)
    changed["texts"]["en"]["title"] = "drip, but better"
    with services.uow() as uow:
        assert service.save_entry(uow, OWNER, number, changed, revision=seen).revision > seen


def test_a_broader_term_finds_what_lies_below_it(services: Services) -> None:
    with services.uow() as uow:
        number = service.publish_data(uow, MODERATOR, None, "technology", record("technology")).id
    services.drainer().drain()

    with services.sessions() as session:
        for term, expected in (
            ("wind-power", {number}),
            ("onshore-wind", {number}),
            ("efficient-coal-power", set()),
        ):
            rows = queries.list_entries(session, ANONYMOUS, queries.Filters(term=term))
            page = search(session, services.finder, ANONYMOUS, Wanted("", {"term": (term,)}), Locale.EN)
            assert {row.id for row in rows} == {x.entry.id for x in page.found} == expected
