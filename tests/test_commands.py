"""The portal command as a person runs it: in a process of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from portal.app import make_services
from portal.catalogue import queries, service
from portal.core.actor import Actor
from tests.conftest import settings_for
from tests.pages.test_search_page import paragraph

MAIN = [sys.executable, "-c", "from portal.cli import main; main()"]


def run(data: Path, *arguments: str, code: int = 0, **settings: str) -> "subprocess.CompletedProcess[str]":
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    done = subprocess.run(
        [*MAIN, *arguments],
        env=environ | {"PORTAL_DATA": str(data)} | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that `portal demo --no-serve` has set up."""
    data = tmp_path_factory.mktemp("demo")
    done = run(data, "demo", "--no-serve")
    assert "migration: 20261120_0001_first_tables" in done.stderr
    assert "entries indexed" in done.stderr
    return data


def test_the_demo_run_again_changes_nothing(demo: Path) -> None:
    done = run(demo, "demo", "--no-serve")

    assert "migration" not in done.stderr
    assert "new" not in done.stderr
    assert "indexed" not in done.stderr


@contextmanager
def served(data: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    process = subprocess.Popen(
        [*MAIN, *arguments, "--port", str(port)],
        env=environ | {"PORTAL_DATA": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert address == f"http://127.0.0.1:{port}/"
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}healthz", timeout=2).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield process, address
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["demo", "serve"])
def test_the_server_answers_and_ends_within_five_seconds(demo: Path, command: str, number: int) -> None:
    with served(demo, command) as (process, address):
        with urllib.request.urlopen(f"{address}kk/", timeout=10) as answer:  # noqa: S310
            assert answer.status == 200
        started = time.monotonic()
        process.send_signal(number)
        process.wait(10)

        assert time.monotonic() - started < 5
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(address.split(":")[2].strip("/")))) != 0


def test_the_server_takes_a_pasted_paragraph(demo: Path) -> None:
    """Three hundred Kazakh words are an address of twelve thousand bytes and more."""
    words = quote_plus(paragraph())
    assert len(words) > 12_000
    with served(demo, "serve") as (_, address):
        for path in (f"kk/search?q={words}", f"kk/search?q={words}&country=KZ&sort=newest"):
            with urllib.request.urlopen(f"{address}{path}", timeout=60) as answer:  # noqa: S310
                assert '<li class="hit">' in answer.read().decode()
        with pytest.raises(urllib.error.HTTPError, match="414"):
            urllib.request.urlopen(f"{address}kk/search?q={words * 3}", timeout=60)  # noqa: S310


def test_a_port_that_is_taken_is_refused(demo: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(demo, "demo", "--port", str(taken.getsockname()[1]), code=1)

    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_data_folder_may_stand_anywhere(demo: Path, tmp_path: Path) -> None:
    for arguments in (["--data", str(demo), "search", "су"], ["search", "су", f"--data={demo}"]):
        assert json.loads(run(tmp_path, *arguments, "--json").stdout)["total"] > 0
    assert list(tmp_path.iterdir()) == []


def test_another_database_gets_its_own_seeds_and_index(demo: Path, tmp_path: Path) -> None:
    """The same data folder, pointed at an empty database: nothing of the first one is believed."""
    other = {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite'}"}
    copy = tmp_path / "data"
    shutil.copytree(demo, copy)

    refused = run(copy, "search", "су", code=1, **other)
    done = run(copy, "demo", "--no-serve", **other)

    assert "portal db upgrade" in refused.stderr
    assert "migration" in done.stderr
    assert "entries indexed" in done.stderr
    assert json.loads(run(copy, "search", "су", "--json", **other).stdout)["total"] > 0


def test_only_serving_needs_a_key(demo: Path, tmp_path: Path) -> None:
    run(tmp_path, "db", "upgrade")
    done = run(tmp_path, "serve", code=1)

    assert "PORTAL_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_options_exit_with_2(demo: Path) -> None:
    for arguments in (
        ["--nonsense"],
        ["search", "x", "--kind", "book"],
        ["match", "book", "1"],
        ["demo", "--port", "0"],
    ):
        run(demo, *arguments, code=2)


def search(data: Path, query: str, *options: str) -> dict[str, Any]:
    done = run(data, "search", query, "--json", *options)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("query", ["жел энергиясы", "ветровая энергия", "wind power"])
def test_both_wind_farms_are_found_in_every_language(demo: Path, query: str) -> None:
    found = search(demo, query, "--kind", "project", "--limit", "50")
    titles = " ".join(hit["title"] for hit in found["hits"])

    assert "Zhanatas" in titles
    assert "Shokpar" in titles


def test_the_lake_has_three_spellings_and_one_set_of_entries(demo: Path) -> None:
    results = [search(demo, query, "--limit", "100") for query in ("Балқаш", "Балхаш", "Balkhash")]

    ids = [{(hit["kind"], hit["id"]) for hit in found["hits"]} for found in results]
    assert ids[0] == ids[1] == ids[2]
    assert len(ids[0]) >= 3


def test_the_answer_of_a_search_has_its_shape(demo: Path) -> None:
    found = search(demo, "су", "--locale", "ru", "--limit", "3")

    assert set(found) == {
        "searched", "typed", "meant", "relaxed", "complete", "total", "hits", "facets",
    }  # fmt: skip
    assert len(found["hits"]) == 3 <= found["total"]
    for hit in found["hits"]:
        assert set(hit) == {"kind", "id", "title", "locale", "matched_in", "url", "score", "through"}
        assert hit["locale"] == "ru"
        assert "/ru/" in hit["url"]
    assert found["facets"]["kind"]


def test_an_empty_query_lists_all_that_the_filters_leave(demo: Path) -> None:
    everything = search(demo, "", "--limit", "1")
    projects = search(demo, "", "--kind", "project", "--country", "KZ", "--limit", "1")

    assert 0 < projects["total"] < everything["total"]
    first = search(demo, "", "--limit", "2", "--page", "1")["hits"]
    second = search(demo, "", "--limit", "2", "--page", "2")["hits"]
    assert not {hit["id"] for hit in first} & {hit["id"] for hit in second}


def entry_id(data: Path, query: str, kind: str, needle: str) -> int:
    hits = search(data, query, "--kind", kind, "--limit", "100")["hits"]
    return next(hit["id"] for hit in hits if needle in hit["title"].lower())


def match(data: Path, kind: str, number: int, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(data, "match", kind, str(number), "--json", *options).stdout)
    return found


def test_the_matches_of_the_drip_irrigation_need(demo: Path) -> None:
    number = next(
        hit["id"]
        for hit in search(demo, "drip irrigation", "--kind", "need", "--country", "KZ", "--limit", "20")[
            "hits"
        ]
    )
    found = match(demo, "need", number, "--limit", "200")

    assert set(found) == {"entry", "technologies", "excluded", "excluded_counts", "financing"}
    assert all("drip" in item["title"].lower() for item in found["technologies"][:4])
    for item in found["technologies"]:
        assert set(item) >= {"id", "title", "score", "known", "criteria"}
        assert 0 <= item["known"] <= 1
        assert item["score"] is None or 0 <= item["score"] <= 100
        assert len(item["criteria"]) == 11
        assert {c["verdict"] for c in item["criteria"]} <= {"pass", "partial", "fail", "unknown"}
    verdicts = {item["title"]: item for item in found["financing"]}
    gcf = next(item for title, item in verdicts.items() if "Green Climate Fund" in title)
    assert {rule["name"] for rule in gcf["rules"]}
    sco = next(item for title, item in verdicts.items() if "SCO" in title or "Shanghai" in title)
    assert sco["verdict"] == "ineligible"


@pytest.mark.parametrize(
    ("kind", "parts"),
    [("project", {"financing"}), ("technology", {"needs"}), ("financing", {"projects", "needs"})],
)
def test_every_kind_has_its_matches(demo: Path, kind: str, parts: set[str]) -> None:
    number = search(demo, "", "--kind", kind, "--limit", "1")["hits"][0]["id"]

    assert set(match(demo, kind, number)) >= parts | {"entry"}


def test_a_thing_that_is_not_there_is_one_plain_line(demo: Path) -> None:
    done = run(demo, "match", "need", "999999", code=1)

    assert "Traceback" not in done.stderr


def test_a_second_process_follows_a_withdrawal_within_two_seconds(demo: Path, tmp_path: Path) -> None:
    """The server runs; another process withdraws an entry; the server's counts follow."""
    copy = tmp_path / "data"
    shutil.copytree(demo, copy)
    services = make_services(settings_for(copy, f"sqlite:///{copy / 'portal.sqlite'}"))
    number = search(copy, "", "--kind", "technology", "--limit", "1")["hits"][0]["id"]
    with served(copy, "serve") as (_, address):

        def shown() -> tuple[bool, str]:
            with urllib.request.urlopen(f"{address}en/search?kind=technology", timeout=5) as answer:  # noqa: S310
                page: str = answer.read().decode()
            count = re.search(r"(\d+) results?", page)
            assert count
            return f"/en/technologies/{number}-" in page, count.group(1)

        assert shown() == (True, "119")
        with services.uow() as uow:
            entry = queries.load_entry(uow.session, number)
            assert entry
            owner = Actor(memberships={entry.organisation_id: "owner"})
            service.move_entry(uow, owner, number, "withdraw", revision=entry.revision)
        assert shown()[0] is False
        deadline = time.monotonic() + 2
        while facet(address) != 118 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert facet(address) == 118
    services.engine.dispose()


def facet(address: str) -> int:
    """Return how many technologies the server's index counts, before any second check."""
    with urllib.request.urlopen(f"{address}en/search", timeout=5) as answer:  # noqa: S310
        page: str = answer.read().decode()
    found = re.search(r'kind=technology"[^>]*>.*?(\d+)', page, re.DOTALL)
    assert found
    return int(found.group(1))
