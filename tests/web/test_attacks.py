"""Attacks from outside: each case was tried against a running portal on both databases."""

import itertools
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from portal.core.services import Services
from portal.core.settings import make_secret_key
from portal.search.index import is_transactional
from portal.web.markdown import to_html
from tests.conftest import publish, technology_data

PAGES = (
    "/", "/en/", "/en/search", "/en/technologies", "/en/needs", "/en/countries", "/en/countries/KZ",
    "/en/organisations/1", "/en/sources", "/en/about", "/en/matching", "/en/contact", "/en/privacy",
    "/nowhere", "/en/nowhere",
)  # fmt: skip
#: Names that mean something to url_for and to routes.
NAMES = (
    "endpoint", "self", "values", "_external", "_anchor", "_scheme", "_method", "locale", "plural",
    "entry_id", "slug", "code", "organisation_id", "name", "v",
)  # fmt: skip
FIELDS = ("page", "sort", "q", "country", "kind", "with", "rules", "show")
VALUES = (
    "javascript",
    "%ff%fe",
    "%ED%A0%80",
    "%0d%0aX-Evil:1",
    "-1",
    "1e9",
    "99999999999999999999",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "%22%3E%3Cimg%20src=x%20onerror=1%3E",
    "%25s%25(x)s%7B0%7D%7B%7B7*7%7D%7D",
)


class Markup(HTMLParser):
    """Gathers what an attacker would want to see in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = tag == "script" and [name for name, _ in attrs] == ["type", "src"]
        if own and re.fullmatch(r"/static/suggest\.js\?v=[0-9a-f]{12}", dict(attrs)["src"] or ""):
            return
        if tag in {"script", "img", "iframe", "object", "embed", "base"}:
            self.found.append(tag)
        for name, value in attrs:
            scheme = urlsplit((value or "").strip()).scheme.lower()
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            if name in {"href", "src", "action"} and scheme not in {"", "http", "https", "mailto"}:
                self.found.append(f"{tag} {name}={value}")


def hostile_markup(text: str) -> list[str]:
    """Return the hostile elements and attributes of a page."""
    parser = Markup()
    parser.feed(text)
    return parser.found


def test_no_parameter_breaks_a_page_or_reaches_its_markup(client: FlaskClient) -> None:
    tried = [f"{name}=x" for name in NAMES] + [f"{name}={value}" for name in FIELDS for value in VALUES]
    for path, query in itertools.product(PAGES, tried):
        answer = client.get(f"{path}?{query}")

        assert answer.status_code in {200, 302, 400, 404}, (path, query)
        assert "X-Evil" not in answer.headers
        assert "Content-Security-Policy" in answer.headers
        assert hostile_markup(answer.text) == [], (path, query)


LOST = [
    "/en/countries/%0a%0d",
    "/en/technologies/1%00/matches",
    "/en/technologies/%00",
    "/en/organisations/2147483648",
    "/en/organisations/99999999999999999999",
    "/%00",
    "/%ff",
    "/" + "a/" * 5000,
    "/<script>alert(1)</script>",
    "/static/%00",
    "/static/portal.css%00.html",
    "/static/..%2fapp.py",
    "/static/..%5capp.py",
    "/static/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
    "/static/" + "A" * 5000,
]


def test_no_path_breaks_a_page_or_leaves_its_folder(client: FlaskClient) -> None:
    for path in LOST:
        answer = client.get(path)

        assert answer.status_code in {400, 404}
        assert hostile_markup(answer.text) == []


REDIRECTS = [
    "//evil.example",
    "///evil.example/en",
    "//en",
    "/en",
    "/en//technologies/1",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "/en/countries/kz",
    "/en/countries/a%00",
    "/en/countries/%C3%9F%C3%9F",
    "/?next=//evil.example",
    "/en/technologies/{id}-%0d%0aX-Evil:1",
    "/en/technologies/{id}-?next=//evil",
]


def test_no_redirect_leads_away_or_carries_a_header(client: FlaskClient, services: Services) -> None:
    number = publish(services, "technology", technology_data())

    for path in REDIRECTS:
        answer = client.get(path.format(id=number))

        target = urlsplit(answer.headers.get("Location", ""))
        assert target.netloc in {"", "localhost"}
        assert not target.path.startswith(("//", "/\\"))
        assert "X-Evil" not in answer.headers


def test_forwarded_hosts_are_not_believed(client: FlaskClient) -> None:
    headers = dict.fromkeys(("X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded"), "evil.example")

    assert "evil" not in client.get("/en/", headers=headers).text
    assert "evil" not in client.get("/en", headers=headers).headers["Location"]


HOSTS = ["localhost:abc", "127.0.0.1:80@evil", "localhost/evil", "localhost#x"]


def test_a_malformed_host_gets_400(client: FlaskClient) -> None:
    for host in HOSTS:
        assert client.get("/en/", headers={"Host": host}).status_code == 400


HEADERS = [
    {"Cookie": "locale=../../etc; session=eyJ4IjoxfQ.x.y"},
    {"Cookie": "locale=" + "A" * 20_000},
    {"Cookie": ";" * 10_000},
    {"Accept-Language": "x," * 5_000},
    {"Accept-Language": "kk-KZ;q=nan,ru;q=-1,en;q=inf"},
    {"Accept-Language": "en;q=" + "9" * 10_000},
    {"Range": "bytes=0-0," * 2_000},
    {"If-None-Match": '"' * 10_000, "If-Modified-Since": "x" * 10_000},
]


def test_tampered_headers_change_nothing(client: FlaskClient) -> None:
    for headers in HEADERS:
        assert client.get("/", headers=headers).status_code == 302
        assert client.get("/en/", headers=headers).status_code == 200
        with client.get("/static/portal.css", headers=headers) as answer:
            assert answer.status_code in {200, 416}


METHODS = ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "A" * 3000]


def test_odd_methods_get_405(client: FlaskClient) -> None:
    for method in METHODS:
        for path in ("/", "/en/search", "/en/technologies", "/healthz"):
            assert client.open(path, method=method).status_code == 405


@pytest.mark.parametrize(
    "text",
    ["ы" * 200, "a'" * 100, "e" + "\u0301" * 199, "\ufdfa" * 200, "İ" * 200, "😀" * 200, "_" * 200,
     " ".join("abcdefghijklmnopqrstuvwxyz0123456789абвгдежзийклмнопрстуфхцчшщъыьэюя"), "a " * 20_000,
     '* ? ~ ^ [a TO z] text_en:x AND OR NOT ( ) " \' + -', "energy water project " * 2_000],
)  # fmt: skip
def test_no_query_is_too_much(seeded_client: FlaskClient, text: str) -> None:

    answer = seeded_client.get(f"/en/search?q={quote(text)}")

    assert answer.status_code in {200, 414}


HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script> %(x)s %s {{7*7}}"
BODY = (
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,<script>1</script>) "
    '[d](https://x "t onmouseover=alert(1)") ![i](x onerror=alert(1)) <script>alert(1)</script> '
    '<a href="javascript:1">x</a> [e](&#106;avascript:alert(1)) <javascript:alert(1)> [f](vbscript:x)'
)


def test_stored_texts_never_become_markup(client: FlaskClient, services: Services) -> None:
    words = {"title": f"Wind {HOSTILE}", "summary": f"Wind {HOSTILE}", "body": f"{HOSTILE}\n\n{BODY}"}
    source = "https://e.example/?a=%22%3E"
    data = technology_data(
        texts=dict.fromkeys(("kk", "ru", "en"), words),
        provenance={
            "title": HOSTILE,
            "licence": HOSTILE,
            "as_of": "2026-01-01",
            "note": HOSTILE,
            "url": source,
        },
        deployments=[{"name": HOSTILE, "country": "KZ", "source": "javascript:alert(1)//http://x"}],
    )
    number = publish(services, "technology", data)

    for locale in ("kk", "ru", "en"):
        for path in ("", "technologies", f"technologies/{number}", f"technologies/{number}/matches",
                     "search?q=wind", "search?q=onerror+alert", "sources", "countries/KZ"):  # fmt: skip
            answer = client.get(f"/{locale}/{path}", follow_redirects=True)

            assert answer.status_code == 200, path
            assert hostile_markup(answer.text) == [], path


def test_a_slug_of_a_hostile_title_is_plain(client: FlaskClient, services: Services) -> None:
    data = technology_data()
    data["texts"]["en"]["title"] = "//evil.example/%0d%0a<script>\u202e"
    number = publish(services, "technology", data)

    location = client.get(f"/en/technologies/{number}").headers["Location"]

    assert location == f"/en/technologies/{number}-evil-example-0d-0a-script"


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "*a **b " * 3_000, ">" * 20_000, "[a](" * 5_000, "&#" * 9_000]
)
def test_no_markdown_is_too_much(text: str) -> None:
    assert hostile_markup(str(to_html(text))) == []


def test_without_an_index_the_rest_still_answers(client: FlaskClient, services: Services) -> None:
    if is_transactional(services.index):
        with services.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA search_live CASCADE"))
    else:
        folder = services.settings.index_folder
        folder.rename(folder.with_name("elsewhere"))

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.get("/en/search?q=wind").status_code == 503
    assert client.get("/en/technologies").status_code == 200


def test_the_data_folder_and_its_key_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    make_secret_key(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "path", ["/en/countries/%00%00", "/en/technologies?country=%00", "/en/needs?term=%00"]
)
def test_nul_is_refused_on_both_databases(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_page_does_not_repeat_what_it_does_not_know(client: FlaskClient) -> None:
    junk = "&".join(f"a{number}=1" for number in range(600))

    assert "a599" not in client.get(f"/en/search?{junk}").text
    assert client.get(f"/en/search?{'a=1&' * 9000}").status_code == 414


def test_a_page_may_not_be_shared_by_a_cache(client: FlaskClient) -> None:
    headers = client.get("/en/").headers

    assert "private" in headers["Cache-Control"]
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in headers["Vary"].split(",")}
