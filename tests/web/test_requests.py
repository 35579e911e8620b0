import re

import pytest
from flask.testing import FlaskClient

from portal.core.i18n import Locale
from portal.core.services import Services
from portal.pages.bench import page_types
from portal.web.headers import CSP


@pytest.mark.parametrize(
    ("accepts", "cookie", "expected"),
    [
        ("", None, "/kk/"),
        ("de", None, "/kk/"),
        ("en-GB,en;q=0.9", None, "/en/"),
        ("ru,kk;q=0.5", None, "/ru/"),
        ("en", "ru", "/ru/"),
        ("en", "../../etc", "/en/"),
    ],
)
def test_the_root_leads_to_the_readers_language(
    client: FlaskClient, accepts: str, cookie: str | None, expected: str
) -> None:
    if cookie:
        client.set_cookie("locale", cookie)

    answer = client.get("/", headers={"Accept-Language": accepts})

    assert answer.status_code in {302, 303, 307}
    assert answer.headers["Location"].endswith(expected)


def test_a_visited_language_is_remembered(client: FlaskClient) -> None:
    client.get("/ru/")

    assert client.get("/", headers={"Accept-Language": "en"}).headers["Location"].endswith("/ru/")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
@pytest.mark.parametrize("path", ["/", "/en/", "/en/search?q=x", "/healthz", "/nowhere"])
def test_a_forged_host_gets_400(client: FlaskClient, host: str, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/en/", "/en/search", "/healthz", "/static/portal.css", "/en/nowhere"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.headers["Content-Security-Policy"] == CSP
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/de/",
        "/en/nowhere",
        "/en/technologies/99999999999999999999-x",
        "/en/technologies/2147483648",
        "/en/technologies/-1",
        "/en/needs/1-turbine",
        "/en/countries/XX",
        "/en/countries/DE",
        "/en/organisations/999999",
        "/en/technologies/424242/matches",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
    ],
)
def test_what_is_not_there_gets_404_and_help(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "<h1" in answer.text


@pytest.mark.parametrize("locale", Locale)
def test_an_error_speaks_the_readers_language(client: FlaskClient, locale: Locale) -> None:
    assert f'<html lang="{locale}"' in client.get(f"/{locale}/nowhere").text


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/en/search")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


NASTY = [
    "%00",
    "%0d%0aSet-Cookie:x=1",
    "<script>alert(1)</script>",
    "'%20OR%201=1--",
    "%F0%9F%8C%AC",
    "%ff%fe",
    "A" * 3000,
    "%22%27%28%5B%7B*%3F~",
]


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize(
    "address",
    ["/en/search?q={}", "/en/search?country={}", "/en/search?page={}", "/en/search?sort={}",
     "/en/technologies?sector={}", "/en/technologies?page={}", "/en/countries/{}", "/{}/"],
)  # fmt: skip
def test_no_input_is_an_error_or_is_echoed_as_markup(client: FlaskClient, address: str, value: str) -> None:
    answer = client.get(address.format(value))

    assert answer.status_code in {200, 301, 302, 308, 400, 404}
    assert "<script>alert" not in answer.text


#: Names that mean something to Flask's url_for, or that views take from the path.
RESERVED = (
    "_external", "_anchor", "_scheme", "_method", "endpoint", "self", "values",
    "locale", "plural", "entry_id", "slug", "code", "organisation_id", "page", "name",
)  # fmt: skip


@pytest.mark.parametrize("key", RESERVED)
def test_no_name_in_a_query_is_an_error_or_changes_where_links_lead(
    seeded_client: FlaskClient, seeded: Services, key: str
) -> None:
    with seeded.sessions() as session:
        paths = page_types(session)
    kinds = ("home", "search, filtered", "country", "organisations", "organisation", "list, need")
    for path in [*(paths[kind] for kind in kinds), paths["matches, technology"], paths["page, project"]]:
        address = seeded_client.get(path).headers.get("Location", path).split("?")[0]
        for value in ("1", "x", ""):
            answer = seeded_client.get(f"{address}?{key}={value}&{key}=2&q=wind")

            assert answer.status_code == 200
            (link,) = re.findall(r'<a href="([^"]*)" lang="kk"', answer.text)
            assert link.split("-")[0].split("?")[0] == re.sub(r"^/ru/", "/kk/", address.split("-")[0])
    assert seeded_client.get(f"/en/nowhere?{key}=1").status_code == 404


def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
