"""What strangers send to the pages and commands of matching: answered clearly, and nothing leaks."""

import logging
import threading
from html import escape
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.catalogue.model import Entry, Status
from portal.core.actor import ANONYMOUS, SYSTEM
from portal.core.changes import note_change
from portal.core.errors import InvalidData
from portal.core.i18n import Locale, translate
from portal.core.services import Services
from portal.matching.batch import match_all, texts_by
from portal.matching.cli import match
from portal.matching.feedback_commands import feedback_group
from portal.matching.model import BestMatch
from portal.matching.plans.cli import plan
from portal.matching.service import Said, give_feedback
from portal.matching.stored_weights import read_weights, set_weights
from portal.matching.weights import PUBLISHED, parse_weights
from tests.conftest import publish, technology_data
from tests.matching.test_feedback import TOKEN, address, kept, send
from tests.matching.test_queries import need_data, source_data

HIDDEN = "Нигде не показанная турбина"
#: What no field of a query expects.
NONSENSE = [
    "-1", "0", "2147483647", "2147483648", "9223372036854775808", "-99999999999999999999", "9" * 5000, "１２",
    "nan", "inf", "1e9", "garbage", "'\"><script>alert(1)</script>", "{{7*7}}", "%(x)s", "a\r\nX: 1",
    "\x1b[1m", "\u202e", "//elsewhere.example", "", " ", ",:,", ":",
]  # fmt: skip
MATCHES = ("with", "rules", "show", "w", "thanks")
NOTES = ("technology", "plan", "revenue", "window", "beside")


@pytest.fixture
def ids(services: Services) -> dict[str, int]:
    """One of each, and a technology and a need that nobody may know of."""
    words = {x: {"title": HIDDEN, "summary": HIDDEN} for x in Locale}
    found = {
        "technology": publish(services, "technology", technology_data()),
        "need": publish(services, "need", need_data()),
        "financing": publish(services, "financing", source_data()),
        "hidden technology": publish(services, "technology", technology_data("hidden", texts=words)),
        "hidden need": publish(services, "need", need_data("hidden-need")),
    }
    with services.uow() as uow:
        for name, entry_id in found.items():
            if name.startswith("hidden"):
                uow.session.get_one(Entry, entry_id).status = Status.DRAFT
                note_change(uow.session, "entry", entry_id)
    return found


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("needs/{need}/matches", MATCHES),
        ("needs/{need}/matches", ("show", "weight-site", "weight-function")),
        ("technologies/{technology}/matches", MATCHES),
        ("financing/{financing}/matches", MATCHES),
        ("needs/{need}", ("with", "w")),
        ("needs/{need}/bundle", NOTES),
        ("needs/{need}/note/gcf", NOTES),
        ("matches/feedback", ("entry", "other", "page", "show", "w", "score")),
        ("matches/feedback?entry={need}&other={technology}", ("page", "show", "w", "score")),
    ],
)
def test_nonsense_in_an_address_is_no_error_of_ours(
    client: FlaskClient, ids: dict[str, int], page: str, names: tuple[str, ...]
) -> None:
    path = f"/ru/{page.format(**ids)}"
    for value in NONSENSE:
        query = urlencode({name: [value, "2"] for name in names}, doseq=True)
        answer = client.get(f"{path}{'&' if '?' in path else '?'}{query}")
        assert answer.status_code < 500, value
        assert "<script>alert" not in answer.text
        assert "elsewhere.example" not in answer.headers.get("Location", "").split("?")[0]
        assert "X" not in answer.headers


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("needs/{need}/matches", "with"),
        ("needs/{need}/bundle", "technology"),
        ("needs/{need}/note/gcf", "technology"),
    ],
)
def test_a_draft_is_as_one_that_is_not_there(
    client: FlaskClient, ids: dict[str, int], page: str, name: str
) -> None:
    path = f"/ru/{page.format(**ids)}"
    drafts = client.get(path, query_string={name: ids["hidden technology"]})
    nobodys = client.get(path, query_string={name: 424242})

    assert HIDDEN not in drafts.text
    # But for the id, which the address says, nothing tells one from the other.
    assert drafts.status_code == nobodys.status_code
    assert drafts.text.replace(str(ids["hidden technology"]), "#").count("\n") == nobodys.text.count("\n")


@pytest.mark.parametrize("page", ["matches", "bundle", "note/gcf"])
def test_a_need_that_is_a_draft_has_no_pages(client: FlaskClient, ids: dict[str, int], page: str) -> None:
    for query in ("", "?w=site:20", "?weight-site=20", f"?technology={ids['technology']}"):
        assert client.get(f"/en/needs/{ids['hidden need']}/{page}{query}").status_code == 404
    assert client.get(f"/en/needs/{ids['technology']}/{page}").status_code == 404


@pytest.mark.parametrize("method", ["HEAD", "GET", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_only_a_guarded_post_keeps_an_opinion(
    services: Services, client: FlaskClient, ids: dict[str, int], method: str
) -> None:
    """HEAD brings no token and no limit counts it."""
    answer = client.open(address(ids), method=method, data={"opinion": "useful"})

    assert answer.status_code in {200, 400, 405}
    assert kept(services) == []


@pytest.mark.parametrize("hidden", ["hidden technology", "hidden need"])
def test_an_opinion_of_a_draft_is_of_nothing(
    services: Services, client: FlaskClient, ids: dict[str, int], hidden: str
) -> None:
    token = TOKEN.search(client.get(address(ids)).text)
    assert token
    ends = {"need": ids["need"], "technology": ids["technology"], hidden.split()[1]: ids[hidden]}
    path = f"/en/matches/feedback?entry={ends['need']}&other={ends['technology']}"

    answer = client.post(path, data={"opinion": "useful", "csrf_token": token[1]})

    assert answer.status_code == 404
    assert kept(services) == []


@pytest.mark.parametrize("comment", ["\x1b[2J", "\x9b2J", "\x7f", "a\x85b", "\0"])
def test_a_comment_that_a_terminal_would_obey_is_refused(
    services: Services, client: FlaskClient, ids: dict[str, int], comment: str
) -> None:
    answer = send(client, address(ids), opinion="wrong", comment=comment)

    assert answer.status_code == 422
    assert translate("en", "feedback.wrong.control") in answer.text
    assert kept(services) == []


def test_a_comment_forges_no_line_of_the_list(services: Services, ids: dict[str, int]) -> None:
    forged = "Cold\u2028\u202e2026-01-01T00:00  useful\n<b>\tЖел"
    with services.uow() as uow:
        said = Said("wrong", comment=forged)
        give_feedback(uow, ANONYMOUS, ids["need"], ids["technology"], said, Locale.KK)

    lines = CliRunner().invoke(feedback_group, ["list"], obj=services).output.splitlines()

    assert len(lines) == 3
    assert lines[-1] == "  “Cold /  2026-01-01T00:00  useful / <b> Жел”"


def test_what_is_too_long_stays_out_of_links_and_headers(client: FlaskClient, ids: dict[str, int]) -> None:
    """Each link of a page repeats its state: thirty of them make a megabyte of a long one."""
    path, long = f"/en/needs/{ids['need']}/matches", "x" * 12_000
    plain = len(client.get(path).data)

    for name in ("with", "rules", "show", "w"):
        assert len(client.get(path, query_string={name: long}).data) < plain + 3 * len(long)
    many = [("with", str(x)) for x in range(3000)]
    assert len(client.get(path, query_string=many).data) < plain + 10_000
    asked = client.get(path, query_string={"weight-site": "20", "show": long})
    thanks = send(client, address(ids, show=long, w=long), opinion="useful")
    for answer, place in ((asked, path), (thanks, path)):
        assert answer.status_code == 303
        assert answer.location.startswith(place)
        assert len(answer.location) < 500


def test_long_weights_are_refused_in_one_sentence() -> None:
    many = parse_weights(",".join(f"a{x}:1" for x in range(5000)), "both")
    assert (len(many.problems), many.weights, many.typed) == (1, None, {})
    whole = ",".join(f"{name}:{value + 1}" for name, value in PUBLISHED.mitigation.items() if value)
    assert parse_weights(whole, "both").problems == {}


@pytest.mark.parametrize("text", ["foo:,foo:", "foo:1,foo:2", "<b>:,<b>:"])
def test_an_unknown_criterion_has_no_label(text: str) -> None:
    (problem,) = parse_weights(text, "both").problems.values()

    assert problem.key == "weights.wrong.unknown"


def test_weights_that_come_to_nothing_give_no_score(
    services: Services, client: FlaskClient, ids: dict[str, int]
) -> None:
    """An operator may let one criterion decide alone; a reader may take that away."""
    alone = {**dict.fromkeys(PUBLISHED.mitigation, 0), "effect": 100}
    with services.uow() as uow:
        set_weights(uow, SYSTEM, alone)

    for page in (f"needs/{ids['need']}", f"technologies/{ids['technology']}"):
        answer = client.get(f"/kk/{page}/matches?w=effect:0")
        assert answer.status_code == 200
        assert translate("kk", "bridge.no_score") in answer.text


@pytest.mark.parametrize("locale", Locale)
def test_a_form_that_is_too_large_is_answered_in_the_readers_language(
    services: Services, client: FlaskClient, ids: dict[str, int], locale: Locale
) -> None:
    answer = client.post(address(ids, locale=locale), data={"opinion": "wrong", "comment": "ы" * 1_000_000})

    assert answer.status_code == 413
    assert escape(translate(locale, "error.400.title"), quote=False) in answer.text
    assert kept(services) == []


def test_who_is_stopped_is_written_nowhere(
    client: FlaskClient, ids: dict[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = TOKEN.search(client.get(address(ids)).text)
    assert token
    reader = {"REMOTE_ADDR": "203.0.113.77"}

    for _ in range(21):
        fields = {"opinion": "useful", "csrf_token": token[1]}
        answer = client.post(address(ids), data=fields, environ_base=reader)

    assert answer.status_code == 429
    assert "203.0.113.77" not in caplog.text


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        (match, ["need", "9" * 30], "there is no need"),
        (match, ["technology", "9223372036854775808"], "there is no technology"),
        (match, ["need", "--", "-1"], "there is no need"),
        (plan, ["need", "9" * 30], "there is no need"),
        (plan, ["project", "2147483648"], "there is no project"),
        (feedback_group, ["list", "--limit", "9" * 30], "--limit"),
    ],
)
def test_a_command_refuses_a_number_that_is_too_large(
    services: Services, command: Any, arguments: list[str], said: str
) -> None:
    found = CliRunner().invoke(command, arguments, obj=services)

    assert found.exit_code in {1, 2}
    assert isinstance(found.exception, SystemExit)
    assert said in found.output


def together(*calls: Any) -> list[BaseException]:
    """Run calls at the same time, and return what went wrong."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(calls))

    def run(call: Any) -> None:
        start.wait()
        try:
            call()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[x]) for x in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_two_runs_at_once_keep_each_row_once(services: Services, ids: dict[str, int]) -> None:
    for number in range(4):
        publish(services, "technology", technology_data(f"t-{number}"))
        publish(services, "need", need_data(f"n-{number}"))

    def run() -> None:
        match_all(services, 20, texts_by(services.index))

    for _ in range(3):
        assert together(run, run, run) == []
        with services.uow() as uow:
            rows = uow.session.scalar(select(func.count()).select_from(BestMatch))
            note_change(uow.session, "reference")
        assert rows == 5 * 5


def test_two_operators_at_once_leave_weights_that_come_to_a_hundred(services: Services) -> None:
    def change(**weights: int) -> Any:
        def run() -> None:
            with services.uow() as uow:
                set_weights(uow, SYSTEM, weights, ["mitigation"])

        return run

    for _ in range(5):
        with services.uow() as uow:
            set_weights(uow, SYSTEM, PUBLISHED.mitigation, ["mitigation"])
        errors = together(change(function=20, site=18), change(function=22, cost=14))
        # Whoever comes second may find that his own no longer come to a hundred.
        assert all(isinstance(x, InvalidData) for x in errors)
        with services.sessions() as session:
            assert sum(read_weights(session).mitigation.values()) == 100
