"""Pages as a visitor gets them, on all of seeds/, on both databases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import event

from portal.app import create_app
from portal.catalogue import queries, service
from portal.catalogue.kinds import BY_PLURAL, KINDS
from portal.check import used_keys
from portal.core.actor import ANONYMOUS, Actor
from portal.core.i18n import Locale, translate
from portal.core.services import Services
from portal.pages.bench import page_types
from portal.pages.countries import country_page
from portal.pages.overview import find_organisation
from portal.reference.queries import rates
from portal.web.templating import gases
from tests.conftest import publish, technology_data

COUNTRIES = "KZ KG TJ TM UZ CN RU IN PK IR BY MN AF".split()
TYPES = (
    "home", "search, all", "search, one word", "search, filtered", "countries", "country", "sources",
    "how matching works", "about", "privacy", "contact", "organisations", "organisation",
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
    scripts = re.findall(r"<script[^>]*>[^<]*", page)
    assert len(scripts) == 1
    assert re.fullmatch(r'<script type="module" src="/static/suggest\.js\?v=[0-9a-f]+">', scripts[0])
    assert "None" not in re.sub(r"<[^>]+>", " ", page)
    keys = re.findall(r">\s*([a-z_]+\.[a-z_]+(?:\.[a-z_]+)*)\s*<", page)
    prefixes = {key.split(".")[0] for key in keys}
    assert not prefixes & {message.split(".")[0] for message in used_keys()}


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("code", COUNTRIES)
def test_a_country_shows_its_targets_and_entries_or_helps_on(
    seeded_client: FlaskClient, seeded: Services, code: str, locale: Locale
) -> None:
    with seeded.sessions() as session:
        found = country_page(session, ANONYMOUS, code)
    page = seeded_client.get(f"/{locale}/countries/{code}").text

    targets = [target for _, group in found.targets for target in group] + list(found.replaced)
    for target in targets:
        assert str(gases(target.labels[locale])) in page
    for texts, title in (
        (targets, "country.targets.none"),
        (found.documents, "country.documents.none"),
        (found.needs, "country.needs.none"),
        (found.projects, "country.projects.none"),
        (found.technologies, "country.technologies.none"),
        (found.working, "country.money.none"),
        (found.focal_points, "country.focal_points.none"),
    ):
        assert (str(escape(translate(locale, title))) in page) == (not texts)
    for entry in (*found.needs, *found.projects):
        assert str(gases(entry.text(locale).title)) in page


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("KZ", ("Reduction", "15 %", "1990")),
        ("TJ", ("10 – 20 %", "30 – 40 %")),
        ("CN", ("Figure", "1,200 GW", "7 – 10 %")),
        ("IN", ("2,500 – 3,000 Mt",)),
    ],
)
def test_a_target_is_shown_as_facts(seeded_client: FlaskClient, code: str, facts: tuple[str, ...]) -> None:
    page = plain(seeded_client.get(f"/en/countries/{code}").text)

    for fact in facts:
        assert fact in page


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

    assert '<h1 lang="ru">Ветровая турбина</h1>' in page
    assert translate("kk", "text.shown_in.ru") in plain(page)
    card = client.get("/kk/technologies").text
    assert re.search(r'<h2 class="hit-title"><a [^>]* lang="ru">Ветровая турбина</a>', card)
    assert translate("kk", "text.shown_in.ru") in plain(card)
    own = client.get(f"/ru/technologies/{number}", follow_redirects=True).text
    assert "<h1>Ветровая турбина</h1>" in own
    assert translate("ru", "text.shown_in.ru") not in plain(own)


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
    "path",
    [
        "/en/",
        "/en/search",
        "/en/search?q=drip",
        "/en/countries/KZ",
        "/en/organisations",
        "/en/organisations/1",
        *(f"/en/{kind.plural}" for kind in KINDS.values()),
        *(f"/en/{kind.plural}/{{{name}}}/matches" for name, kind in KINDS.items()),
        *(f"/en/{kind.plural}/{{{name}}}" for name, kind in KINDS.items()),
    ],
)
def test_twice_the_rows_take_the_same_number_of_queries(
    services: Services, client: FlaskClient, path: str
) -> None:
    def add(round_: str) -> dict[str, int]:
        keys = (f"{round_}-{number}" for number in range(3))
        pairs = [(kind, publish(services, kind, one_of(kind, key))) for key in keys for kind in KINDS]
        return dict(pairs)

    def ask() -> int:
        client.get(address, follow_redirects=True)
        counts = []
        # Twice a second a request also looks at the change feed; of a few, one does not.
        for _ in range(4):
            with counted(services) as seen:
                assert client.get(address, follow_redirects=True).status_code == 200
            counts.append(len(seen))
        return min(counts)

    address = path.format(**add("first"))
    before = ask()
    add("second")

    assert ask() == before


def one_of(kind: str, key: str) -> dict[str, Any]:
    """Return a valid entry of any kind that pairs with those of the others."""
    details = {"details": {"function": "Give water."}} if kind == "need" else {}
    texts = {
        locale: {"title": f"Drip {key}", "summary": "Water, drop by drop.", **details} for locale in Locale
    }
    data = {
        name: value
        for name, value in technology_data(key, texts=texts).items()
        if name not in {"level", "form", "trl"}
    }
    cost = {"amount": "5000000", "currency": "EUR"}
    line = {"provider": "stranger", "instrument": "grant", "amount": 100, "currency": "USD"}
    own: dict[str, dict[str, Any]] = {
        "technology": {"level": "family", "form": "equipment", "trl": 9},
        "need": {
            "need_type": "equipment",
            "bases": [{"document_type": "ndc", "title": "A document"}],
        },
        "project": {
            "hosts": [{"country": "KZ"}],
            "stage": "bankable",
            "cost": cost,
            "funding_lines": [{**line, "state": "approved"}],
        },
        "financing": {
            "sectors": [],
            "terms": [],
            "provider": "stranger",
            "status": "open",
            "layers": [{"country": "KZ", "operates": True, "state": "active"}],
        },
    }
    if kind in {"project", "financing"}:
        del data["countries"]
    return {**data, **own[kind]}


def plain(page: str) -> str:
    """Return the words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))


def test_organisations_are_listed_by_name_with_what_they_do(services: Services, client: FlaskClient) -> None:
    publish(services, "technology", one_of("technology", "a"))
    publish(services, "project", one_of("project", "b"))
    publish(services, "financing", one_of("financing", "c"))

    page = plain(client.get("/en/organisations").text)

    assert page.index("maker") < page.index("stranger")
    assert "keeps 3 entries" in page
    assert "provides 1 source of finance" in page
    assert "has money in 1 project" in page
    assert "No organisation" in client.get("/en/organisations?kind=farm").text
    assert "No organisation" in client.get("/en/organisations?country=UZ").text
    assert "maker" in client.get("/en/organisations?kind=company&country=KZ").text
    assert client.get("/en/organisations?page=2").status_code == 404
    assert '/en/organisations"' in client.get("/en/").text
    assert '/en/organisations"' in client.get("/en/organisations/1").text


def test_an_organisation_shows_its_other_names(seeded_client: FlaskClient, seeded: Services) -> None:
    with seeded.sessions() as session:
        fund = find_organisation(session, "gcf")
    assert fund is not None

    page = plain(seeded_client.get(f"/kk/organisations/{fund.id}").text)

    assert all(alias in page for alias in fund.aliases)


def test_a_filter_shows_a_term_below_the_one_above_it(services: Services, client: FlaskClient) -> None:
    for number in range(2):
        publish(services, "technology", technology_data(f"turbine-{number}"))
    publish(services, "technology", technology_data("above", terms=["wind-power"]))

    page = client.get("/en/technologies").text

    options = re.findall(r'<option value="([a-z-]+)">([^<]*)</option>', page)
    assert options[options.index(("wind-power", "wind power (3)")) + 1] == (
        "onshore-wind",
        "– onshore wind (2)",
    )
    chosen = plain(client.get("/en/technologies?term=wind-power").text)
    assert "3 technologies" in chosen


def test_a_technology_says_what_its_terms_are_called_elsewhere(
    seeded_client: FlaskClient, seeded: Services
) -> None:
    with seeded.sessions() as session:
        wind = queries.list_entries(
            session, ANONYMOUS, queries.Filters(kind="technology", term="cold-climate-wind")
        )[0]
    for path in (f"/en/technologies/{wind.id}", "/en/technologies?term=cold-climate-wind"):
        page = plain(seeded_client.get(path, follow_redirects=True).text)
        assert "Wind turbines with low-temperature materials" in page
        assert "EU taxonomy4.3" in page
        assert "Decree 9961 renewable energy" in page
        assert "It does not mean that a project qualifies there." in page


def test_a_visitor_sees_published_versions_only(services: Services, client: FlaskClient) -> None:
    owner = Actor(user_id=1, memberships={1: "owner"}, name="Aigerim of maker")
    number = publish(services, "technology", technology_data())
    with services.uow() as uow:
        revision = queries.load_entry(uow.session, number).revision  # type: ignore[union-attr]
        service.save_entry(uow, owner, number, technology_data(trl=8), revision=revision)

    page = plain(client.get(f"/en/technologies/{number}", follow_redirects=True).text)

    assert "Published versions: 1" in page
    assert "Version 1" in page
    assert "Version 2" not in page
    assert "Aigerim" not in page


def test_money_in_another_currency_names_its_rate(seeded_client: FlaskClient, seeded: Services) -> None:
    with seeded.sessions() as session:
        known = rates(session)
        every = queries.list_whole(session, ANONYMOUS, "project")
        project = next(x for x in every if x.cost and x.cost.currency == "EUR")
    page = plain(seeded_client.get(f"/en/projects/{project.id}", follow_redirects=True).text)

    assert "Rates used on this page" in page
    assert "1 EUR = " in page
    assert known["EUR"].source in page
    assert ("not verified" in page.split("Rates used on this page")[1]) or known["EUR"].verified


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/en/search?utm_source=x&q=wind&country=KZ&page=1&_external=1", "/en/search?q=wind&country=KZ"),
        ("/en/projects?page=2&country=KZ&utm=1&show=x&term=", "/en/projects?country=KZ&page=2"),
        ("/en/about?q=1&page=3", "/en/about"),
        ("/en/organisations?kind=financier&rules=3", "/en/organisations?kind=financier"),
    ],
)
def test_only_what_makes_another_page_is_in_its_canonical_address(
    seeded_client: FlaskClient, path: str, expected: str
) -> None:
    page = seeded_client.get(path).text

    for link, locale in (('rel="canonical"', "en"), ('rel="alternate" hreflang="ru"', "ru")):
        found = re.search(rf'<link {link} href="http://localhost([^"]*)"', page)
        assert found
        assert unescape(found[1]) == expected.replace("/en/", f"/{locale}/", 1)


def test_matches_have_one_canonical_address(seeded_client: FlaskClient, paths: dict[str, str]) -> None:
    path = paths["matches, need"]

    page = seeded_client.get(f"{path}?with=3&rules=5&show=weak").text

    assert f'rel="canonical" href="http://localhost{path}"' in page


def test_the_contact_page_names_the_address_that_is_set(services: Services) -> None:
    for email in (None, "office@example.org"):
        settings = replace(services.settings, contact_email=email)
        app = create_app(replace(services, settings=settings))
        page = app.test_client().get("/en/contact").text
        assert ('href="mailto:office@example.org"' in page) == bool(email)


def test_a_forgotten_draft_is_nowhere(services: Services, client: FlaskClient) -> None:
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
