"""Pages as a visitor gets them, on all of seeds/, on both databases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.catalogue import queries
from portal.catalogue.kinds import BY_PLURAL, KINDS
from portal.check import used_keys
from portal.core.actor import ANONYMOUS
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.pages.bench import page_types
from tests.conftest import publish, technology_data

COUNTRIES = "KZ KG TJ TM UZ CN RU IN PK IR BY MN AF".split()
TYPES = (
    "home", "search, all", "search, one word", "search, filtered", "countries", "country", "sources",
    "how matching works", "about", "organisation",
    *(f"{page}, {kind}" for kind in KINDS for page in ("list", "page", "matches")),
)  # fmt: skip


@pytest.fixture(scope="session")
def paths(seeded: Services) -> dict[str, str]:
    with seeded.sessions() as session:
        return page_types(session)


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_page_is_whole_in_every_language(
    seeded_client: FlaskClient, paths: dict[str, str], name: str, locale: Locale
) -> None:
    path = re.sub(r"^/(kk|ru|en)/", f"/{locale}/", paths[name])

    answer = seeded_client.get(path, follow_redirects=True)

    assert answer.status_code == 200
    page = answer.text
    assert f'<html lang="{locale}"' in page
    assert page.count("<h1") == 1
    assert re.search(r"<title>[^<]{8,}</title>", page)
    assert set(re.findall(r'hreflang="([a-z-]+)"', page)) >= {"kk", "ru", "en", "x-default"}
    assert 'rel="canonical"' in page
    assert "style=" not in page
    assert "<script" not in page
    assert "None" not in re.sub(r"<[^>]+>", " ", page)
    keys = re.findall(r">\s*([a-z_]+\.[a-z_]+(?:\.[a-z_]+)*)\s*<", page)
    prefixes = {key.split(".")[0] for key in keys}
    assert not prefixes & {message.split(".")[0] for message in used_keys()}


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_country_has_a_page_that_helps(seeded_client: FlaskClient, code: str) -> None:
    for locale in Locale:
        answer = seeded_client.get(f"/{locale}/countries/{code}")
        assert answer.status_code == 200
        assert answer.text.count("<h2") >= 3


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_an_address_with_another_slug_leads_to_the_right_one(
    seeded_client: FlaskClient, seeded: Services, kind: object
) -> None:
    name = kind.name  # type: ignore[attr-defined]
    plural = kind.plural  # type: ignore[attr-defined]
    with seeded.sessions() as session:
        entry_id = queries.list_entries(session, ANONYMOUS, queries.Filters(kind=name), limit=1)[0].id
    right = seeded_client.get(f"/en/{plural}/{entry_id}-wrong").headers["Location"]

    assert seeded_client.get(f"/en/{plural}/{entry_id}").headers["Location"] == right
    assert seeded_client.get(right).status_code == 200
    for other in set(BY_PLURAL) - {plural}:
        assert seeded_client.get(f"/en/{other}/{entry_id}-x").status_code == 404


def test_the_language_switch_keeps_page_filters_and_query(seeded_client: FlaskClient) -> None:
    page = seeded_client.get("/kk/search?q=су&country=KZ&country=UZ&sort=newest&page=2").text

    links = [unescape(x) for x in re.findall(r'href="([^"]*/ru/search[^"]*)"', page)]
    assert any(
        all(part in link for part in ("country=KZ", "country=UZ", "sort=newest", "page=2", "q="))
        for link in links
    )


def test_a_text_in_another_language_is_marked_as_such(services: Services, client: FlaskClient) -> None:
    data = technology_data()
    data["texts"] = {"ru": data["texts"]["ru"]}
    number = publish(services, "technology", data)

    page = client.get(f"/kk/technologies/{number}", follow_redirects=True).text

    assert 'lang="ru"' in page
    assert "Ветровая турбина" in page


def test_a_need_from_a_document_says_that_no_government_posted_it(
    seeded_client: FlaskClient, seeded: Services
) -> None:
    with seeded.sessions() as session:
        need = queries.find_by_key(session, "need", "kz-drip-irrigation")
    page = seeded_client.get(f"/en/needs/{need.id}", follow_redirects=True).text

    assert "Extracted from a document" in page
    assert "not posted by the government" in page


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(services.engine, "before_cursor_execute", note)
    yield seen
    event.remove(services.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "path", ["/en/technologies", "/en/search", "/en/search?q=turbine", "/en/", "/en/countries/KZ"]
)
def test_twice_the_rows_take_the_same_number_of_queries(
    services: Services, client: FlaskClient, path: str
) -> None:
    def ask() -> int:
        client.get(path)
        with counted(services) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    for number in range(4):
        publish(services, "technology", technology_data(f"first-{number}"))
    before = ask()
    for number in range(4):
        publish(services, "technology", technology_data(f"second-{number}"))

    assert ask() == before


def test_a_forgotten_draft_is_nowhere(services: Services, client: FlaskClient) -> None:
    from portal.catalogue import service
    from portal.core.actor import Actor

    publish(services, "technology", technology_data("public"))
    words = {"en": {"title": "Unfinished zebra", "summary": "A draft that only its owner may see."}}
    with services.uow() as uow:
        draft = service.create_entry(
            uow, Actor(memberships={1: "owner"}), "technology", technology_data("secret", texts=words)
        )
        number = draft.id
    services.drainer().drain()

    for path in (
        "/en/",
        "/en/technologies",
        "/en/search?q=zebra",
        "/en/search",
        "/en/countries/KZ",
        "/en/organisations/1",
    ):
        assert "Unfinished" not in client.get(path).text
    assert client.get(f"/en/technologies/{number}-x").status_code == 404
    assert client.get(f"/en/technologies/{number}/matches").status_code == 404
