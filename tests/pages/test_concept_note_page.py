import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.accounts.model import Organisation, OrganisationKind
from portal.catalogue.model import Entry, Status
from portal.catalogue.queries import find_by_key
from portal.core.i18n import Locale, best, translate
from portal.core.services import Services
from portal.matching.notes.concept_note import FUNDS
from tests.conftest import PROVENANCE, names, publish, technology_data
from tests.pages.test_pages import one_of

#: A key that stands where its words should be.
_KEY = re.compile(
    r"\b(?:note|readiness|plan|match|unit|instrument|stage|level|rule|document|\w+_re(?:ason|medy|quired))"
    r"\.[a-z_]+\b"
)


def need_data(key: str = "need", **changes: Any) -> dict[str, Any]:
    """Return a need with a budget that brings in nothing."""
    plain = technology_data(key)
    texts = {x: {**words, "details": {"function": "Electricity."}} for x, words in plain["texts"].items()}
    skip = {"level", "form", "trl"}
    return {
        **{name: value for name, value in plain.items() if name not in skip},
        "texts": texts,
        "need_type": "equipment",
        "bases": [{"document_type": "ndc", "title": "A test", "quote": "More wind.", "quote_language": "en"}],
        "budget": {"min": 10_000_000, "max": 10_000_000, "currency": "USD"},
        "finance_sought": ["grant"],
        "revenue_class": "public_good",
        "adopter": "public",
        **changes,
    }


def source_data(key: str, provider: str = "gcf", **changes: Any) -> dict[str, Any]:
    """Return a source that gives grants in Kazakhstan and asks for documents."""
    plain = technology_data(key)
    skip = {"level", "form", "trl", "countries", "sectors", "terms"}
    return {
        **{name: value for name, value in plain.items() if name not in skip},
        "provider": provider,
        "status": "open",
        "instruments": ["grant"],
        "layers": [{"country": "KZ", "member": True, "operates": True, "state": "active"}],
        "documents": ["no_objection_letter", "concept_note", "feasibility_study"],
        **changes,
    }


@pytest.fixture
def fund(services: Services) -> Services:
    """The small world with the organisation of a fund."""
    with services.uow() as uow:
        uow.session.add(
            Organisation(
                key="gcf",
                kind=OrganisationKind.FINANCIER,
                names=names("A fund"),
                acronyms={},
                aliases=[],
                summaries=names("A fund"),
                tags=[],
                provenance=PROVENANCE,
            )
        )
    return services


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(services.engine, "before_cursor_execute", note)
    yield seen
    event.remove(services.engine, "before_cursor_execute", note)


def words_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def id_of(services: Services, kind: str, key: str) -> int:
    with services.sessions() as session:
        return int(find_by_key(session, kind, key).id)


@pytest.mark.parametrize("fund_", FUNDS)
@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize(
    ("kind", "key"), [("need", "af-hydromet-network"), ("project", "zhanatas-wind-farm")]
)
def test_a_note_has_every_row_in_both_of_its_languages(
    seeded: Services, seeded_client: FlaskClient, fund_: str, locale: Locale, kind: str, key: str
) -> None:
    number = id_of(seeded, kind, key)
    page = seeded_client.get(f"/{locale}/{kind}s/{number}/note/{fund_}?beside=kk&revenue=earning").text

    said = words_of(page)
    for language in ("en", "kk"):
        for block, rows in FUNDS[fund_].items():
            assert translate(language, f"note.block.{block}") in said
            for row in rows:
                assert translate(language, f"note.row.{row}") in said, row
    assert page.count('<div lang="en">') == page.count('<div lang="kk">') > 20
    assert '<div lang="ru">' not in page
    assert f'<html lang="{locale}">' in page
    assert _KEY.findall(said) == []


def test_the_second_language_is_the_readers_else_that_of_the_host(
    seeded: Services, seeded_client: FlaskClient
) -> None:
    kazakh = id_of(seeded, "project", "zhanatas-wind-farm")
    tajik = id_of(seeded, "need", "tj-energy-losses")

    def languages(path: str) -> list[str]:
        page = seeded_client.get(path).text
        return list(dict.fromkeys(re.findall(r'<div lang="(\w\w)">', page)))

    assert languages(f"/kk/projects/{kazakh}/note/gcf") == ["en", "kk"]
    assert languages(f"/ru/projects/{kazakh}/note/gcf") == ["en", "ru"]
    assert languages(f"/en/projects/{kazakh}/note/gcf") == ["en", "kk"]
    assert languages(f"/en/needs/{tajik}/note/gcf") == ["en", "ru"]
    assert languages(f"/ru/needs/{tajik}/note/gcf?beside=en") == ["en"]
    assert languages(f"/ru/needs/{tajik}/note/gcf?beside=xx") == ["en", "ru"]


@pytest.mark.parametrize("locale", Locale)
def test_the_bundle_of_zhanatas_shows_its_real_money_and_whose_supply_it_buys(
    seeded: Services, seeded_client: FlaskClient, locale: Locale
) -> None:
    number = id_of(seeded, "project", "zhanatas-wind-farm")
    said = words_of(seeded_client.get(f"/{locale}/projects/{number}/bundle?revenue=earning").text)

    comma = "." if locale == "en" else ","
    for amount in ("136.2", "34.4", "24.8", "13.3", "22.9"):
        assert amount.replace(".", comma) in said
    assert translate(locale, "note.bundle.origin") in said
    assert translate(locale, "note.plan.sum") in said
    assert _KEY.findall(said) == []


def test_where_it_is_not_said_whether_it_earns_the_page_asks(services: Services, client: FlaskClient) -> None:
    number = publish(services, "project", one_of("project", "plain"))
    page = client.get(f"/en/projects/{number}/bundle").text

    assert all(f"revenue={x}" in page for x in ("earning", "partly", "public_good"))
    assert translate("en", "plan.none.revenue_class") in words_of(page)
    assert 'class="plan"' not in page


def test_without_a_budget_the_page_names_the_field_and_goes_on(
    seeded: Services, seeded_client: FlaskClient
) -> None:
    number = id_of(seeded, "need", "kz-drip-irrigation")

    for path in ("bundle", "note/gcf"):
        page = seeded_client.get(f"/en/needs/{number}/{path}").text
        assert translate("en", "plan.none.cost") in words_of(page)
        assert 'class="plan"' not in page


def test_the_note_takes_its_money_from_the_plan_of_the_bundle(fund: Services, client: FlaskClient) -> None:
    publish(fund, "financing", source_data("gcf-regular", tickets=[{"max": 4_000_000, "currency": "USD"}]))
    number = publish(fund, "need", need_data())

    bundle = words_of(client.get(f"/en/needs/{number}/bundle").text)
    note = words_of(client.get(f"/en/needs/{number}/note/gcf?beside=en").text)

    assert "6 million USD" in bundle  # what nobody covers
    assert translate("en", "note.plan.uncovered") in bundle
    assert "4 million USD, which is 40% of the cost." in note
    assert best({x: translate(x, "document.feasibility_study") for x in Locale}, "en") in note
    assert translate("en", "readiness.held.draft") in note


def test_the_technology_asked_for_is_carried_from_the_bundle_to_the_notes(
    services: Services, client: FlaskClient
) -> None:
    first = publish(services, "technology", technology_data("first"))
    second = publish(services, "technology", technology_data("second"))
    number = publish(services, "need", need_data())

    page = client.get(f"/ru/needs/{number}/bundle?technology={second}").text
    assert f"/ru/needs/{number}/note/gcf?technology={second}" in page
    assert f"technology={first}" not in page


@pytest.mark.parametrize("path", ["bundle", "note/gcf", "note/ctcn"])
def test_drafts_of_others_are_not_found(services: Services, client: FlaskClient, path: str) -> None:
    turbine = publish(services, "technology", technology_data())
    number = publish(services, "need", need_data())
    address = f"/en/needs/{number}/{path}?technology={turbine}"
    assert client.get(address).status_code == 200

    for hidden in (turbine, number):
        with services.uow() as uow:
            uow.session.get_one(Entry, hidden).status = Status.DRAFT
        assert client.get(address).status_code == 404
        with services.uow() as uow:
            uow.session.get_one(Entry, hidden).status = Status.PUBLISHED


@pytest.mark.parametrize(
    "path",
    ["technologies/{}/bundle", "projects/{}/bundle", "needs/999/bundle", "needs/{}/note/world-bank"],
)
def test_what_has_no_such_page_is_not_found(services: Services, client: FlaskClient, path: str) -> None:
    number = publish(services, "need", need_data())

    assert client.get(f"/en/{path.format(number)}").status_code == 404


@pytest.mark.parametrize(
    "query", ["plan=99", "plan=-1", "plan=x", "technology=x", "revenue=x", "window=7", "window=99999999999"]
)
def test_a_choice_that_is_not_there_leads_to_the_first(
    services: Services, client: FlaskClient, query: str
) -> None:
    publish(services, "technology", technology_data())
    number = publish(services, "need", need_data())

    for path in ("bundle", "note/gcf"):
        assert client.get(f"/en/needs/{number}/{path}?{query}").status_code == 200


@pytest.mark.parametrize("path", ["bundle", "note/gcf"])
def test_more_sources_and_technologies_take_the_same_number_of_queries(
    fund: Services, client: FlaskClient, path: str
) -> None:
    number = publish(fund, "need", need_data())

    def add(round_: int) -> None:
        for n in range(3):
            publish(fund, "technology", technology_data(f"turbine-{round_}-{n}"))
            publish(fund, "financing", source_data(f"window-{round_}-{n}"))

    def ask() -> int:
        # The first request after a change reads the portfolio again; the second does not.
        client.get(f"/en/needs/{number}/{path}")
        with counted(fund) as statements:
            assert client.get(f"/en/needs/{number}/{path}").status_code == 200
        return len(statements)

    add(1)
    once = ask()
    add(2)

    assert ask() == once
