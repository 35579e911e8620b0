"""What readers say of matches: kept, refused, guarded, limited, listed."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.core.actor import ANONYMOUS, SYSTEM
from portal.core.errors import InvalidData, NotFound, PermissionDenied
from portal.core.i18n import Locale, translate
from portal.core.services import Services
from portal.matching.feedback_commands import feedback_group
from portal.matching.model import MatchFeedback, Opinion
from portal.matching.service import LONGEST_COMMENT, Said, give_feedback, list_feedback
from tests.conftest import publish, technology_data
from tests.matching.test_queries import need_data, source_data

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def ids(services: Services) -> dict[str, int]:
    return {
        "technology": publish(services, "technology", technology_data()),
        "need": publish(services, "need", need_data()),
        "financing": publish(services, "financing", source_data()),
    }


def address(ids: dict[str, int], other: str = "technology", locale: str = "en", **query: Any) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/{locale}/matches/feedback?entry={ids['need']}&other={ids[other]}{more}"


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open the form as a browser does, and send it with its token."""
    token = TOKEN.search(client.get(path).text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **fields})


def kept(services: Services) -> list[MatchFeedback]:
    with services.sessions() as session:
        return list(session.scalars(select(MatchFeedback).order_by(MatchFeedback.id)))


def test_an_opinion_of_a_technology_is_kept_and_thanked_for(
    services: Services, client: FlaskClient, ids: dict[str, int]
) -> None:
    path = address(ids, page=ids["need"], score=71.5, w="cost:20")

    answer = send(client, path, opinion="wrong", criterion="site", comment="Too cold.\r\nBy far. ")

    assert answer.status_code == 303
    (row,) = kept(services)
    assert (row.entry_id, row.other_id, row.opinion) == (ids["need"], ids["technology"], Opinion.WRONG)
    assert (row.criterion, row.comment, row.score) == ("site", "Too cold.\nBy far.", 71.5)
    assert (row.locale, row.author_id) == (Locale.EN, None)
    back = client.get(answer.location)
    assert answer.location.startswith(f"/en/needs/{ids['need']}/matches?with={ids['technology']}&w=cost")
    assert translate("en", "feedback.thanks") in back.text


def test_an_opinion_of_money_names_a_rule(
    services: Services, client: FlaskClient, ids: dict[str, int]
) -> None:
    page = address(ids, "financing", page=ids["financing"])
    assert send(client, page, opinion="wrong", criterion="site").status_code == 422

    answer = send(client, page, opinion="wrong", criterion="ticket")

    assert [(x.criterion, x.score) for x in kept(services)] == [("ticket", None)]
    assert answer.location == (
        f"/en/financing/{ids['financing']}/matches?rules={ids['need']}&thanks={ids['need']}#judged-{ids['need']}"
    )


def test_nothing_is_wrong_about_what_is_useful(
    services: Services, client: FlaskClient, ids: dict[str, int]
) -> None:
    send(client, address(ids), opinion="useful", criterion="site", comment=" ")

    assert [(x.opinion, x.criterion, x.comment) for x in kept(services)] == [(Opinion.USEFUL, None, None)]


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"comment": "Жел жоқ мұнда"}, "feedback.wrong.opinion"),
        ({"opinion": "wrong", "criterion": "no", "comment": "Жел жоқ мұнда"}, "feedback.wrong.criterion"),
        ({"opinion": "wrong", "comment": "Жел жоқ мұнда\0"}, "feedback.wrong.control"),
    ],
)
def test_what_was_typed_stays_when_something_is_wrong(
    services: Services, client: FlaskClient, ids: dict[str, int], locale: Locale, fields: Any, key: str
) -> None:
    answer = send(client, address(ids, locale=locale), **fields)

    assert answer.status_code == 422
    assert translate(locale, key) in unescape(answer.text)
    assert "Жел жоқ мұнда" in answer.text
    assert kept(services) == []


def test_a_wrong_match_needs_a_reason_and_a_comment_has_an_end(
    services: Services, client: FlaskClient, ids: dict[str, int]
) -> None:
    bare = send(client, address(ids), opinion="wrong", comment=" ")
    assert translate("en", "feedback.wrong.reason") in bare.text
    # A line end counts as one character, as people count it.
    long = "x" * (LONGEST_COMMENT - 1)
    assert send(client, address(ids), opinion="wrong", comment=f"{long}\r\n").status_code == 303
    over = send(client, address(ids), opinion="wrong", comment=f"{long}xxx")
    assert over.status_code == 422
    assert "it has 2 too many" in over.text


def test_a_script_in_a_comment_stays_text(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = send(client, address(ids), comment="</textarea><script>alert(1)</script>")

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("token", [{}, {"csrf_token": "forged"}])
def test_without_the_token_nothing_is_kept_and_what_was_typed_stays(
    services: Services, client: FlaskClient, ids: dict[str, int], locale: Locale, token: dict[str, str]
) -> None:
    path = address(ids, locale=locale)
    client.get(path)

    answer = client.post(path, data={"opinion": "wrong", "comment": "Too <cold>", **token})

    assert answer.status_code == 400
    assert kept(services) == []
    assert translate(locale, "feedback.expired") in unescape(answer.text)
    assert "Too &lt;cold&gt;" in answer.text
    # The page itself is a way on: its token is fresh.
    fresh = TOKEN.search(answer.text)
    assert fresh
    again = client.post(path, data={"opinion": "wrong", "comment": "Too <cold>", "csrf_token": fresh[1]})
    assert again.status_code == 303


def test_a_token_of_another_reader_is_refused(
    app: Flask, services: Services, client: FlaskClient, ids: dict[str, int]
) -> None:
    theirs = TOKEN.search(client.get(address(ids)).text)
    assert theirs
    other = app.test_client()
    other.get(address(ids))

    answer = other.post(address(ids), data={"opinion": "useful", "csrf_token": theirs[1]})

    assert answer.status_code == 400
    assert kept(services) == []


def test_a_post_that_names_no_match_gets_an_error_page(client: FlaskClient, ids: dict[str, int]) -> None:
    for query in ("", "?entry=1", "?entry=x&other=y", "?entry=99999999999&other=1", "?entry=424242&other=1"):
        answer = client.post(f"/ru/matches/feedback{query}", data={"opinion": "useful"})
        assert answer.status_code == 400
        assert translate("ru", "error.form.title") in answer.text
        assert client.get(f"/ru/matches/feedback{query}").status_code == 404


def test_such_two_as_are_never_matched_have_no_form(client: FlaskClient, ids: dict[str, int]) -> None:
    for entry, other in (("technology", "need"), ("need", "need"), ("technology", "financing")):
        path = f"/en/matches/feedback?entry={ids[entry]}&other={ids[other]}"
        assert client.get(path).status_code == 404


def test_a_flood_from_one_address_is_stopped_and_nothing_typed_is_lost(
    services: Services, app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    token = TOKEN.search(client.get(address(ids)).text)
    assert token
    fields = {"opinion": "useful", "comment": "Good", "csrf_token": token[1]}
    # What is refused for another reason does not count.
    assert client.post(address(ids), data={"csrf_token": token[1]}).status_code == 422

    answers = [client.post(address(ids), data=fields) for _ in range(21)]

    assert [x.status_code for x in answers] == [303] * 20 + [429]
    assert len(kept(services)) == 20
    last = answers[-1]
    assert int(last.headers["Retry-After"]) > 0
    assert translate("en", "feedback.too_many") in unescape(last.text)
    assert "Good" in last.text
    assert client.get(address(ids)).status_code == 200
    elsewhere = client.post(address(ids), data=fields, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert elsewhere.status_code == 303


@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 303)])
def test_an_address_is_the_readers_own_only_where_a_proxy_is_known(
    services: Services, ids: dict[str, int], proxies: int, last: int
) -> None:
    settings = replace(services.settings, proxies=proxies)
    client = create_app(replace(services, settings=settings)).test_client()
    token = TOKEN.search(client.get(address(ids)).text)
    assert token
    fields = {"opinion": "useful", "csrf_token": token[1]}

    answers = [
        client.post(address(ids), data=fields, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        for number in range(21)
    ]

    assert answers[-1].status_code == last


def test_nothing_of_the_reader_is_kept(services: Services, client: FlaskClient, ids: dict[str, int]) -> None:
    send(client, address(ids), opinion="useful")

    columns = {x.key for x in inspect(MatchFeedback).columns}
    assert columns == {
        "id", "entry_id", "other_id", "opinion", "criterion", "comment", "score", "locale", "created_at",
        "author_id",
    }  # fmt: skip
    assert kept(services)[0].author_id is None


@pytest.mark.parametrize(("base_url", "secure"), [(None, False), ("https://localhost", True)])
def test_the_cookie_of_the_form_is_guarded(
    services: Services, ids: dict[str, int], base_url: str | None, secure: bool
) -> None:
    settings = replace(services.settings, base_url=base_url)
    client = create_app(replace(services, settings=settings)).test_client()

    answer = client.get(address(ids))

    (cookie,) = [x for x in answer.headers.getlist("Set-Cookie") if x.startswith("session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == secure


@pytest.mark.parametrize("path", ["", "search?q=wind", "technologies", "matching", "nowhere"])
def test_a_page_without_such_a_form_sets_no_session(client: FlaskClient, path: str) -> None:
    cookies = client.get(f"/en/{path}").headers.getlist("Set-Cookie")

    assert not [x for x in cookies if x.startswith("session=")]


def test_the_service_guards_itself(services: Services, ids: dict[str, int]) -> None:
    with pytest.raises(InvalidData, match="opinion"), services.uow() as uow:
        give_feedback(uow, ANONYMOUS, ids["need"], ids["technology"], Said(), Locale.EN)
    with pytest.raises(NotFound), services.uow() as uow:
        give_feedback(uow, ANONYMOUS, ids["need"], 424242, Said(opinion="useful"), Locale.EN)
    with pytest.raises(PermissionDenied), services.sessions() as session:
        list_feedback(session, ANONYMOUS)


def test_the_secretariat_reads_the_newest_first(services: Services, ids: dict[str, int]) -> None:
    said = {"technology": Said("wrong", "site", "Cold\nand windy", 71.5), "financing": Said("useful")}
    for minutes, (other, words) in enumerate(said.items()):
        with services.uow() as uow:
            row = give_feedback(uow, ANONYMOUS, ids["need"], ids[other], words, Locale.KK)
            uow.flush()
            row.created_at += timedelta(minutes=minutes)

    listed = CliRunner().invoke(feedback_group, ["list", "--json"], obj=services)
    data = json.loads(listed.output)

    assert [x["opinion"] for x in data] == ["useful", "wrong"]
    assert data[1]["entry"] == {"kind": "need", "id": ids["need"], "title": "Wind turbine"}
    assert data[1]["other"]["kind"] == "technology"
    assert (data[1]["criterion"], data[1]["score"], data[1]["locale"]) == ("site", 71.5, "kk")
    assert data[0]["score"] is None
    text = CliRunner().invoke(feedback_group, ["list", "--limit", "2"], obj=services).output
    assert "wrong (site), score 71.5" in text
    assert "“Cold / and windy”" in text
    with services.sessions() as session:
        assert len(list_feedback(session, SYSTEM, 1)) == 1
