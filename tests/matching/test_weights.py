"""Weights: read from an address, kept in the database, changed by a command."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.core.actor import ANONYMOUS, SYSTEM
from portal.core.changes import changes_since, position
from portal.core.errors import InvalidData, PermissionDenied
from portal.core.i18n import Locale, render
from portal.core.services import Services
from portal.matching.cli import match
from portal.matching.stored_weights import read_weights, set_weights
from portal.matching.weight_commands import weights_group
from portal.matching.weight_table import weight_table
from portal.matching.weights import (
    NOTHING_ASKED,
    PUBLISHED,
    REACH,
    WEIGHABLE,
    WeightSets,
    check_weights,
    parse_weights,
    range_of,
    set_problem,
    weights_for,
    weights_text,
)
from tests.conftest import publish, technology_data
from tests.matching.test_queries import need_data

#: A portal that trusts references more and the site less.
OWN = WeightSets(
    mitigation={**PUBLISHED.mitigation, "proof": 16, "site": 10},
    adaptation={**PUBLISHED.adaptation, "proof": 16, "site": 12},
)


@pytest.mark.parametrize("of", ["mitigation", "adaptation"])
def test_both_published_sets_come_to_100(of: str) -> None:
    assert sum(PUBLISHED.of(of).values()) == 100
    assert set_problem(PUBLISHED.of(of)) is None


def test_a_need_for_both_is_judged_by_the_mitigation_set() -> None:
    assert weights_for("both", OWN) == OWN.mitigation
    assert weights_for("mitigation", OWN) == OWN.mitigation
    assert weights_for("adaptation", OWN) == OWN.adaptation
    assert weights_for("adaptation") == PUBLISHED.adaptation


def test_an_address_changes_the_named_weights_of_the_portals_set() -> None:
    found = parse_weights(" function:30, site:9 ", "both", OWN)

    assert found.weights == {**OWN.mitigation, "function": 30, "site": 9}
    assert found.changes == {"function": 30, "site": 9}
    assert found.problems == {}
    assert parse_weights(weights_text(found.changes), "both", OWN) == found


@pytest.mark.parametrize("text", ["", " , ", "function:24", "function:"])
def test_an_address_that_changes_nothing_leaves_the_portals_set(text: str) -> None:
    found = parse_weights(text, "mitigation")

    assert (found.weights, found.changes, found.problems) == (None, {}, {})


def test_a_reader_may_go_ten_points_from_the_published_weight_and_never_below_nothing() -> None:
    assert range_of("function", "both") == (24 - REACH, 24 + REACH)
    assert range_of("conformity", "adaptation") == (0, 2 + REACH)
    for name in WEIGHABLE:
        least, most = range_of(name, "adaptation")
        for value, right in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
            assert (name not in parse_weights(f"{name}:{value}", "adaptation").problems) == right


def test_what_the_portal_itself_has_set_further_away_may_be_repeated() -> None:
    far = WeightSets(mitigation={**PUBLISHED.mitigation, "function": 40}, adaptation=PUBLISHED.adaptation)

    assert parse_weights("function:40", "both", far).problems == {}
    assert "function" in parse_weights("function:41", "both", far).problems
    row = next(x for x in weight_table("both", far, NOTHING_ASKED).rows if x.name == "function")
    assert (row.own, row.published, row.least, row.most) == (40, 24, 14, 40)


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("function:99", "function", "weights.wrong.range"),
        ("function:-1", "function", "weights.wrong.number"),
        ("function:2.5", "function", "weights.wrong.number"),
        ("function:٣٠", "function", "weights.wrong.number"),
        ("function:" + "1" * 40, "function", "weights.wrong.number"),
        ("price:10", "price", "weights.wrong.unknown"),
        ("financeable:5", "financeable", "weights.wrong.flag"),
        ("function", "function", "weights.wrong.form"),
        ("function:20,function:30", "function", "weights.wrong.twice"),
    ],
)
def test_a_wrong_part_is_told_in_three_languages_and_nothing_is_applied(
    text: str, name: str, key: str
) -> None:
    found = parse_weights(f"site:12,{text}", "both")

    assert found.weights is None
    assert found.typed["site"] == "12"
    assert found.problems[name].key == key
    words = {render(found.problems[name], locale) for locale in Locale}
    assert len(words) == 3
    assert all(len(x) < 300 and key not in x for x in words)


def test_a_form_shows_again_what_was_typed() -> None:
    asked = check_weights({"function": "abc", "site": "12", "cost": ""}, "both", OWN)

    rows = {x.name: x for x in weight_table("both", OWN, asked).rows}
    assert rows["function"].typed == "abc"
    assert rows["function"].problem is not None
    assert rows["site"].typed == "12"
    assert rows["cost"].typed == "12"
    # Nothing is applied until all is right.
    assert {name: row.used for name, row in rows.items()} == {x: OWN.mitigation[x] for x in WEIGHABLE}


def test_a_table_says_whose_weights_it_shows() -> None:
    assert weight_table("both", PUBLISHED, NOTHING_ASKED).state == "published"
    assert weight_table("both", OWN, NOTHING_ASKED).state == "own"
    asked = weight_table("both", OWN, parse_weights("cost:20", "both", OWN))
    assert (asked.state, asked.total) == ("asked", 108)


def run(services: Services, *arguments: str) -> Result:
    return CliRunner().invoke(weights_group, arguments, obj=services)


def test_the_published_weights_hold_until_the_operator_changes_them(services: Services) -> None:
    with services.sessions() as session:
        before = position(session)
        assert read_weights(session) == PUBLISHED

    run(services, "set", "proof=16", "site=10", "--set", "mitigation")
    run(services, "set", "proof=16", "site=12", "--set", "adaptation")

    with services.sessions() as session:
        assert read_weights(session) == OWN
        assert [x.what for x in changes_since(session, before)] == ["reference", "reference"]
    shown = run(services, "show").output
    assert "16 (published 12)" in shown
    assert "changed " in shown

    run(services, "reset")

    with services.sessions() as session:
        assert read_weights(session) == PUBLISHED
        assert len(changes_since(session, before)) == 3
    assert "published 12" not in run(services, "show").output


def test_show_gives_both_weights_as_data(services: Services) -> None:
    run(services, "set", "function=25", "scale=7")

    data = json.loads(run(services, "show", "--json").output)

    assert data["mitigation"]["function"] == {"weight": 25, "published": 24}
    assert data["adaptation"]["scale"] == {"weight": 7, "published": 8}
    assert data["changed"]["by"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["function=26"], "102, 2 more than 100"),
        (["--set", "adaptation", "function=20"], "96, 4 less than 100"),
        (["function=200"], "from 0 to 100"),
        (["price=10"], "there is no such criterion"),
        (["financeable=3", "function=21"], "weighs nothing"),
    ],
)
def test_a_set_that_is_not_right_is_refused_whole(
    services: Services, arguments: list[str], told: str
) -> None:
    found = run(services, "set", *arguments)

    assert isinstance(found.exception, InvalidData)
    assert told in str(found.exception)
    with services.sessions() as session:
        assert read_weights(session) == PUBLISHED
        assert position(session) == 0


@pytest.mark.parametrize("pair", ["function", "function=", "function=-1", "function=x", "function=1e9"])
def test_what_is_no_weight_is_a_wrong_use_of_the_command(services: Services, pair: str) -> None:
    assert run(services, "set", pair).exit_code == 2
    assert run(services, "set", "function=24", "function=24").exit_code == 2


def test_only_who_may_judge_changes_weights(services: Services) -> None:
    with pytest.raises(PermissionDenied), services.uow() as uow:
        set_weights(uow, ANONYMOUS, {"function": 24})


def matched(services: Services, need: int, *options: str) -> dict[str, Any]:
    found = CliRunner().invoke(match, ["need", str(need), "--json", *options], obj=services)
    assert found.exit_code == 0, found.output
    data: dict[str, Any] = json.loads(found.output)
    return {x["name"]: x["weight"] for x in data["technologies"][0]["criteria"]}


def test_the_portals_weights_and_a_readers_reach_the_matches(services: Services) -> None:
    publish(services, "technology", technology_data())
    need = publish(services, "need", need_data())
    assert matched(services, need) == PUBLISHED.mitigation

    with services.uow() as uow:
        set_weights(uow, SYSTEM, {"proof": 16, "site": 10}, ("mitigation",))

    assert matched(services, need) == OWN.mitigation
    assert matched(services, need, "--weights", "cost:20") == {**OWN.mitigation, "cost": 20}


def test_the_command_refuses_wrong_weights(services: Services) -> None:
    need = publish(services, "need", need_data())

    wrong = CliRunner().invoke(match, ["need", str(need), "--weights", "function:99"], obj=services)
    assert (wrong.exit_code, "from 14 to 34" in wrong.output) == (1, True)
    money = CliRunner().invoke(match, ["project", "1", "--weights", "function:20"], obj=services)
    assert (money.exit_code, "judged by rules" in money.output) == (2, True)
