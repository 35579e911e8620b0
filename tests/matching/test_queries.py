import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from portal.catalogue.model import Entry, Status
from portal.catalogue.queries import count_by_kind, find_by_key, list_whole
from portal.core.actor import ANONYMOUS, Actor
from portal.core.database import now
from portal.core.errors import NotFound
from portal.core.i18n import Message, render
from portal.core.services import Services
from portal.matching import queries
from portal.matching.cli import as_data, match
from portal.matching.criteria import judge_technology
from portal.matching.money.rules import judge_source
from portal.matching.portfolio import portfolio
from portal.matching.reading import read_technology
from portal.matching.results import Eligibility, Verdict
from portal.matching.weights import WEIGHTS
from tests.conftest import publish, technology_data
from tests.matching.conftest import TODAY

OWNER = Actor(user_id=1, memberships={1: "owner"})
MODERATOR = Actor(user_id=2, is_moderator=True)
#: A key that stands where its words should be.
_KEY = re.compile(
    r"\b(?:match|unit|instrument|stage|level|water|ip_status|transfer_mode|objective|criterion_reason|gate_reason"
    r"|\w+_re(?:ason|medy|quired))\.[a-zA-Z]"
)
IRRIGATION = {"drip-irrigation", "efficient-irrigation", "sprinkler-irrigation"}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that run inside."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def need_data(key: str = "need") -> dict[str, Any]:
    """Return a valid need for what :func:`technology_data` offers."""
    plain = technology_data(key)
    texts = {x: {**words, "details": {"function": "Electricity."}} for x, words in plain["texts"].items()}
    skip = {"level", "form", "trl"}
    return {
        **{name: value for name, value in plain.items() if name not in skip},
        "texts": texts,
        "need_type": "equipment",
        "bases": [{"document_type": "ndc", "title": "A test"}],
    }


def source_data(key: str = "fund") -> dict[str, Any]:
    """Return a valid source that works in Kazakhstan."""
    plain = technology_data(key)
    skip = {"level", "form", "trl", "countries", "sectors", "terms"}
    return {
        **{name: value for name, value in plain.items() if name not in skip},
        "provider": "maker",
        "status": "open",
        "layers": [{"country": "KZ", "member": True, "operates": True, "state": "active"}],
    }


def set_status(services: Services, entry_id: int, status: Status) -> None:
    with services.uow() as uow:
        uow.session.get_one(Entry, entry_id).status = status


def test_a_need_finds_what_serves_it_and_who_could_pay(services: Services) -> None:
    turbine = publish(services, "technology", technology_data())
    need = publish(services, "need", need_data())
    fund = publish(services, "financing", source_data())

    with services.sessions() as session:
        found = queries.match_need(session, ANONYMOUS, need, today=TODAY)

    assert [x.technology_id for x in found.technologies] == [turbine]
    assert [(x.financing_id, x.verdict) for x in found.financing] == [(fund, Eligibility.ELIGIBLE)]
    assert found.technologies[0].financeable
    assert set(found.others) == {turbine, fund}


def test_matches_are_told_from_both_ends(services: Services) -> None:
    turbine = publish(services, "technology", technology_data())
    need = publish(services, "need", need_data())
    fund = publish(services, "financing", source_data())

    with services.sessions() as session:
        forward = queries.match_need(session, ANONYMOUS, need, today=TODAY)
        backward = queries.match_technology(session, ANONYMOUS, turbine, today=TODAY)
        money = queries.match_financing(session, ANONYMOUS, fund, today=TODAY)

    assert list(forward.technologies) == list(backward.needs)
    assert list(forward.financing) == list(money.financed_needs)
    assert money.projects == []


@pytest.mark.parametrize("actor", [ANONYMOUS, OWNER, MODERATOR], ids=["visitor", "owner", "moderator"])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED])
def test_what_is_not_public_never_appears_in_matches(
    services: Services, actor: Actor, status: Status
) -> None:
    turbine = publish(services, "technology", technology_data())
    need = publish(services, "need", need_data())
    fund = publish(services, "financing", source_data())
    for entry_id in (turbine, fund):
        set_status(services, entry_id, status)

    with services.sessions() as session:
        found = queries.match_need(session, actor, need, today=TODAY)

    assert (found.technologies, found.excluded, found.financing) == ([], [], [])
    assert found.others == {}


def test_a_withdrawn_technology_is_excluded_for_those_who_may_see_it(services: Services) -> None:
    turbine = publish(services, "technology", technology_data())
    need = publish(services, "need", need_data())
    set_status(services, turbine, Status.WITHDRAWN)

    with services.sessions() as session:
        for_owner = queries.match_need(session, OWNER, need, today=TODAY)
        for_visitor = queries.match_need(session, ANONYMOUS, need, today=TODAY)

    assert [gate.name for gate in for_owner.excluded[0].failed] == ["withdrawn"]
    assert list(for_visitor.excluded) == []


def test_an_entry_that_the_actor_may_not_see_has_no_matches(services: Services) -> None:
    need = publish(services, "need", need_data())
    set_status(services, need, Status.DRAFT)

    with services.sessions() as session:
        assert queries.match_need(session, OWNER, need).entry.id == need
        with pytest.raises(NotFound):
            queries.match_need(session, ANONYMOUS, need)
        with pytest.raises(NotFound):
            queries.match_project(session, MODERATOR, need)


def test_twice_the_entries_take_the_same_number_of_queries(services: Services) -> None:
    need = publish(services, "need", need_data())
    turbine = publish(services, "technology", technology_data())
    fund = publish(services, "financing", source_data())
    runs: dict[str, Callable[[Session], object]] = {
        "need": lambda session: queries.match_need(session, ANONYMOUS, need),
        "technology": lambda session: queries.match_technology(session, ANONYMOUS, turbine),
        "financing": lambda session: queries.match_financing(session, ANONYMOUS, fund),
    }

    def counts() -> dict[str, int]:
        found = {}
        with services.sessions() as session:
            portfolio(session, now().date())
        for name, run in runs.items():
            with services.sessions() as session, counted(services.engine) as statements:
                run(session)
            found[name] = len(statements)
        return found

    once = counts()
    for number in range(3):
        publish(services, "need", need_data(f"need-{number}"))
        publish(services, "technology", technology_data(f"turbine-{number}"))
        publish(services, "financing", source_data(f"fund-{number}"))

    assert counts() == once


def test_changed_entries_are_read_again_in_the_same_number_of_queries(services: Services) -> None:
    def publish_some(name: str, count: int) -> None:
        for number in range(count):
            publish(services, "need", need_data(f"need-{name}-{number}"))
            publish(services, "technology", technology_data(f"turbine-{name}-{number}"))
            publish(services, "financing", source_data(f"fund-{name}-{number}"))

    def caught_up() -> tuple[int, int]:
        with services.sessions() as session, counted(services.engine) as statements:
            known = portfolio(session, TODAY)
        return len([x for x in statements if x != "BEGIN"]), len(known.technologies)

    publish_some("first", 1)
    assert caught_up()[1] == 1
    publish_some("one", 1)
    one = caught_up()
    publish_some("many", 4)
    many = caught_up()

    assert (one[1], many[1]) == (2, 6)
    assert one[0] == many[0]
    # Only the change feed is asked where nothing has changed.
    assert caught_up() == (1, 6)


def entry_id(session: Session, kind: str, key: str) -> int:
    found: int = find_by_key(session, kind, key).id
    return found


def test_a_drip_need_is_led_by_irrigation_and_not_paid_by_an_announced_bank(seeded: Services) -> None:
    with seeded.sessions() as session:
        need = entry_id(session, "need", "kz-drip-irrigation")
        found = queries.match_need(session, ANONYMOUS, need, today=TODAY)
        bank = entry_id(session, "financing", "sco-development-bank")
        gcf = entry_id(session, "financing", "gcf-regular")
        leading = [found.others[x.technology_id] for x in found.technologies[:3]]

    assert all(IRRIGATION & set(x.term_codes) for x in leading)
    assert "drip-irrigation" in leading[0].term_codes
    by_id = {x.financing_id: x for x in found.financing}
    assert by_id[bank].verdict == Eligibility.INELIGIBLE
    failed = {rule.name for rule in by_id[bank].rules if rule.verdict == Verdict.FAIL}
    assert "availability" in failed
    assert {"country", "objective", "instrument"} <= {rule.name for rule in by_id[gcf].rules}


@pytest.mark.parametrize(
    ("key", "branch"),
    [
        ("kz-bat-smelter-dust-cleaning", {"bag-filters", "electrostatic-precipitators"}),
        ("kz-bat-smelter-so2-capture", {"flue-gas-desulphurisation", "sulphuric-acid-plant"}),
        ("mn-heat-pumps", {"heat-pumps", "air-source-heat-pumps", "ground-source-heat-pumps"}),
        ("in-low-wind-turbines", {"onshore-wind", "cold-climate-wind"}),
        ("uz-nitric-acid-n2o", {"n2o-abatement"}),
        ("pk-weather-index-insurance", {"climate-insurance"}),
    ],
)
def test_needs_are_led_by_technologies_of_their_function(
    seeded: Services, key: str, branch: set[str]
) -> None:
    with seeded.sessions() as session:
        found = queries.match_need(session, ANONYMOUS, entry_id(session, "need", key), 1, today=TODAY)
        first = found.others[found.technologies[0].technology_id]

    assert branch & set(first.term_codes)


def test_eligible_sources_come_first_and_every_source_is_judged(seeded: Services) -> None:
    order = [Eligibility.ELIGIBLE, Eligibility.UNKNOWN, Eligibility.INELIGIBLE]
    with seeded.sessions() as session:
        need = entry_id(session, "need", "kz-drip-irrigation")
        found = queries.match_need(session, ANONYMOUS, need, 1, today=TODAY)
        again = queries.match_need(session, ANONYMOUS, need, 1, today=TODAY)
        sources = count_by_kind(session, ANONYMOUS)["financing"]

    places = [order.index(x.verdict) for x in found.financing]
    assert places == sorted(places)
    assert len(places) == sources
    assert found.financing == again.financing
    assert len(found.technologies) == 1


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("need", "kz-drip-irrigation"),
        ("technology", "onshore-wind-turbines"),
        ("project", "zhanatas-wind-farm"),
        ("financing", "gcf-regular"),
    ],
)
def test_the_command_gives_one_object_in_the_shape_of_the_contract(
    seeded: Services, kind: str, key: str, locale: str
) -> None:
    with seeded.sessions() as session:
        number = str(entry_id(session, kind, key))

    run = CliRunner().invoke(
        match,
        [kind, number, "--json", "--locale", locale, "--limit", "2"],
        obj=seeded,
    )

    assert run.exit_code == 0, run.output
    data = json.loads(run.stdout)
    lists = {
        "need": {"technologies", "excluded", "excluded_counts", "financing"},
        "technology": {"needs", "excluded", "excluded_counts"},
        "project": {"financing", "lines"},
        "financing": {"projects", "needs"},
    }
    assert set(data) == {"entry", *lists[kind]}
    assert data["entry"]["kind"] == kind
    for item in [*data.get("technologies", ()), *(x for x in data.get("needs", ()) if "score" in x)]:
        assert set(item) == {"id", "title", "score", "known", "criteria"}
        assert [x["name"] for x in item["criteria"]] == [w.name for w in WEIGHTS]
        known = sum(x["weight"] for x in item["criteria"] if x["verdict"] != "unknown")
        assert item["known"] == pytest.approx(known / 100)
        for criterion in item["criteria"]:
            assert set(criterion) == {"name", "verdict", "weight", "wanted", "offered", "reason"}
    for item in [*data.get("financing", ()), *data.get("projects", ())]:
        assert set(item) == {"id", "title", "verdict", "rules"}
        assert all(set(x) == {"name", "verdict", "required", "found", "remedy"} for x in item["rules"])
    line = {"instrument", "amount", "currency", "state", "id", "title", "verdict", "rules"}
    assert all(set(x) == line for x in data.get("lines", ()))
    assert all(set(x) == {"id", "title", "failed"} and x["failed"] for x in data.get("excluded", ()))
    assert not keys_left(data), "a message is not translated"


def keys_left(data: Any) -> list[str]:
    """Return texts that are still keys of messages."""
    if isinstance(data, dict):
        return [x for value in data.values() for x in keys_left(value)]
    if isinstance(data, list):
        return [x for value in data for x in keys_left(value)]
    return [data] if isinstance(data, str) and _KEY.search(data) else []


def test_the_command_says_what_is_wrong(seeded: Services) -> None:
    runner = CliRunner()

    assert runner.invoke(match, ["need", "999999"], obj=seeded).exit_code == 1
    assert runner.invoke(match, ["boat", "1"], obj=seeded).exit_code == 2
    assert runner.invoke(match, ["need", "one"], obj=seeded).exit_code == 2


def test_every_pair_of_the_seeds_can_be_told_in_every_language(seeded: Services) -> None:
    """Whatever a technology, or a source, is told of any need, and a source of any project."""
    with seeded.sessions() as session:
        known = portfolio(session, TODAY)
        technologies = [
            read_technology(x, known.reader) for x in list_whole(session, ANONYMOUS, "technology")
        ]
    said: dict[str, Message] = {}
    for need, technology in product(known.needs, technologies):
        pair = judge_technology(need.need, technology, known.knowledge)
        for criterion in pair.criteria:
            keep(said, criterion.wanted, criterion.offered, criterion.reason, *criterion.notes)
        keep(said, *(gate.reason for gate in pair.failed))
    for asked, source in product([*(x.ask for x in known.needs), *known.projects], known.sources):
        for rule in judge_source(asked, source, known.knowledge).rules:
            keep(said, rule.required, rule.found, rule.remedy)

    assert len(known.needs) >= 50
    assert len(technologies) == len(known.technologies) >= 100
    assert len(said) > 100
    for message in said.values():
        for locale in ("kk", "ru", "en"):
            assert not keys_left(render(message, locale))


def keep(said: dict[str, Message], *messages: Message | None) -> None:
    """Keep one message of each shape: thousands of pairs say the same of other values."""
    for message in messages:
        if message is not None:
            said.setdefault(shape(message), message)


def shape(value: Any) -> str:
    """Return a message's key and those of the messages in it."""
    if isinstance(value, Message):
        return f"{value.key}({', '.join(shape(x) for x in value.values.values())})"
    if isinstance(value, list):
        return f"[{', '.join(sorted({shape(x) for x in value}))}]"
    return type(value).__name__


def test_a_project_shows_the_lines_it_has_and_the_rates_used(seeded: Services) -> None:
    with seeded.sessions() as session:
        found = queries.match_project(
            session, ANONYMOUS, entry_id(session, "project", "zhanatas-wind-farm"), today=TODAY
        )
        data = as_data(found, "en")

    assert {x.line.provider for x in found.lines} >= {"gcf", "aiib", "ebrd"}
    assert all(x.verdict.financing_id in found.others for x in found.lines)
    assert [x["amount"] for x in data["lines"] if x["currency"] == "USD"]
    assert found.rates
    assert all(x.source and x.as_of and x.currency != "USD" for x in found.rates)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_the_page_of_a_project_tells_its_lines_and_each_rate(seeded_app: Flask, locale: str) -> None:
    services: Services = seeded_app.extensions["services"]
    with services.sessions() as session:
        number = entry_id(session, "project", "zhanatas-wind-farm")
        found = queries.match_project(session, ANONYMOUS, number, today=TODAY)

    page = seeded_app.test_client().get(f"/{locale}/projects/{number}/matches").get_data(as_text=True)

    assert 'id="lines"' in page
    for rate in found.rates:
        assert f"1 {rate.currency} = " in page
