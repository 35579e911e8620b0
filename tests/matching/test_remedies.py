"""The nearest change that would turn a rule: concrete, and in words of three languages."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from portal.catalogue.values import AccessEntity, Ticket
from portal.core.i18n import Locale, Message, render
from portal.core.money import Money
from portal.matching.facts import AskFacts, SourceFacts
from portal.matching.money.remedies import phases, rounded
from portal.matching.money.rules import judge_source
from tests.matching.conftest import KNOWLEDGE, ask, line, source, usd

MILLION = 1_000_000


def remedy_of(name: str, asked: AskFacts, stated: SourceFacts) -> Message:
    (rule,) = [x for x in judge_source(asked, stated, KNOWLEDGE).rules if x.name == name]
    assert rule.remedy is not None
    return rule.remedy


def usd_of(amount: float) -> Money:
    return Money(Decimal(str(amount)), "USD")


@pytest.mark.parametrize(
    ("amount", "limit", "count", "part"),
    [
        (18, 10, 2, 9),
        (20, 10, 2, 10),
        (21, 10, 3, 7),
        (100_000_000, 34_000_000, 3, 33_400_000),
        # Rounded up it would be over the limit.
        (59_999_998, 29_999_999, 2, 29_999_999),
    ],
)
def test_phases_are_equal_and_within_the_limit(amount: int, limit: int, count: int, part: int) -> None:
    assert phases(Decimal(amount), Decimal(limit)) == (count, Decimal(part))


@pytest.mark.parametrize("amount", [1, 999, 1_001, 33_333_333, 123_456_789])
def test_an_amount_is_rounded_up_by_less_than_one_per_cent(amount: int) -> None:
    assert amount <= rounded(Decimal(amount)) <= amount * Decimal("1.01")


def asking(amount: float) -> AskFacts:
    return ask(cost=usd(400 * MILLION), amount=usd(amount * MILLION))


def within(least: float | None, most: float | None) -> SourceFacts:
    low, high = (None if x is None else Decimal(str(x)) * MILLION for x in (least, most))
    return source(tickets=(Ticket("USD", min=low, max=high),))


def test_too_large_a_ticket_is_split_in_phases() -> None:
    remedy = remedy_of("ticket", asking(18), within(5, 10))

    assert remedy.key == "rule_remedy.ticket.large"
    assert remedy.values["split"] == Message("rule_remedy.split.two", {"part": usd_of(9 * MILLION)})
    assert remedy.values["rest"] == usd_of(8 * MILLION)


def test_phases_too_small_or_too_many_are_no_advice() -> None:
    small = remedy_of("ticket", asking(30), within(20, 25))
    many = remedy_of("ticket", asking(61), within(None, 10))

    assert (small.key, small.values["rest"]) == ("rule_remedy.ticket.small_parts", usd_of(5 * MILLION))
    assert (many.key, many.values["rest"]) == ("rule_remedy.ticket.far_too_large", usd_of(51 * MILLION))


def test_what_is_stated_in_another_currency_is_told_as_stated() -> None:
    asked = ask(cost=usd(100 * MILLION), amount=usd(16 * MILLION, currency="EUR"))
    remedy = remedy_of("ticket", asked, within(None, 10))

    assert remedy.values["split"].values == {"part": usd_of(10 * MILLION)}
    assert render(remedy, Locale.EN).startswith(
        "The amount of 16 million EUR is over the maximum of 10 million"
    )


def test_too_small_a_ticket_is_bundled() -> None:
    remedy = remedy_of("ticket", asking(7), within(25, None))

    assert remedy.key == "rule_remedy.ticket.small"
    assert remedy.values["missing"] == usd_of(18 * MILLION)


def test_a_cost_above_the_ticket_leaves_a_rest_for_others() -> None:
    remedy = remedy_of("ticket", ask(cost=usd(100 * MILLION)), within(None, 30))

    assert remedy.key == "rule_remedy.ticket.part"
    assert remedy.values["rest"] == usd_of(70 * MILLION)


@pytest.mark.parametrize(
    ("cost", "key"),
    [
        (150, "rule_remedy.project_size.large"),
        (700, "rule_remedy.project_size.far_too_large"),
        (30, "rule_remedy.project_size.small"),
    ],
)
def test_the_size_of_a_project_is_turned_by_phases_or_a_bundle(cost: int, key: str) -> None:
    remedy = remedy_of("project_size", ask(cost=usd(cost)), source(project_size=usd(50, 100)))

    assert remedy.key == key


@pytest.mark.parametrize(
    ("rule", "changes", "stated", "values"),
    [
        ("max_share", {"amount": usd(50)}, {"max_share_of_cost": Decimal("0.35")}, {"max": 35, "others": 65}),
        (
            "cofinancing",
            {"amount": usd(80)},
            {"cofinancing_min_share": Decimal("0.4")},
            {"others": 40, "max": 60},
        ),
        (
            "equity",
            {"lines": (line(20, provider=None, name="sponsor", instrument="equity"),)},
            {"equity_min_share": Decimal("0.3")},
            {"min": 30, "missing": 10},
        ),
    ],
)
def test_shares_say_how_much_each_side_carries(
    rule: str, changes: dict[str, Any], stated: dict[str, Any], values: dict[str, int]
) -> None:
    remedy = remedy_of(rule, ask(cost=usd(100), **changes), source(**stated))

    assert {name: remedy.values[name].amount for name in values} == values


ENTITIES = source(
    access_route="accredited_entity",
    access_entities=(
        AccessEntity("ebrd", "effective", "large"),
        AccessEntity("xacbank", "effective", "small"),
        AccessEntity("dbk", "accredited", "medium"),
    ),
)


def names(*keys: str) -> list[Any]:
    return [KNOWLEDGE.organisations[key].names for key in keys]


def test_too_small_an_entity_says_which_category_is_needed_and_who_has_it() -> None:
    asked = ask(countries=("MN",), access_entity="xacbank", cost=usd(60 * MILLION))
    remedy = remedy_of("access", asked, ENTITIES)

    assert remedy.key == "rule_remedy.access.size"
    assert remedy.values["max"] == usd_of(50 * MILLION)
    assert remedy.values["needed"] == Message("size.medium")
    assert remedy.values["others"] == Message("rule_remedy.access.abroad", {"abroad": names("ebrd")})


@pytest.mark.parametrize(
    ("country", "cost", "key"),
    [
        ("MN", 40, "rule_remedy.access.both"),
        ("MN", 60, "rule_remedy.access.abroad"),
        ("KZ", 40, "rule_remedy.access.abroad"),
    ],
)
def test_entities_of_the_country_stand_apart_from_international_ones(
    country: str, cost: int, key: str
) -> None:
    asked = ask(countries=(country,), cost=usd(cost * MILLION))

    assert remedy_of("access", asked, ENTITIES).key == key


def test_without_an_international_one_only_those_of_the_country_are_named_or_none() -> None:
    at_home = replace(ENTITIES, access_entities=ENTITIES.access_entities[1:])

    home = remedy_of("access", ask(countries=("MN",), cost=usd(40 * MILLION)), at_home)
    assert home == Message("rule_remedy.access.home", {"home": names("xacbank")})
    assert remedy_of("access", ask(), at_home).key == "rule_remedy.access.accredit"


def test_an_entity_not_yet_effective_points_to_those_that_are() -> None:
    remedy = remedy_of("access", ask(access_entity="dbk"), ENTITIES)

    assert remedy.key == "rule_remedy.access.not_effective"
    assert remedy.values["others"].values["abroad"] == names("ebrd")


@pytest.mark.parametrize(
    ("stages", "key"),
    [
        (("feasibility", "bankable"), "rule_remedy.stage.evidence"),
        (("signed",), "rule_remedy.stage.early"),
    ],
)
def test_too_early_a_stage_names_the_evidence_of_the_next(stages: tuple[str, ...], key: str) -> None:
    remedy = remedy_of("stage", ask(stage="idea"), source(stages=stages))

    assert remedy.key == key
    assert remedy.values["stage"] == Message(f"stage.{stages[0]}")


def test_a_remedy_reads_as_a_person_would_say_it() -> None:
    said = {x: render(remedy_of("ticket", asking(18), within(5, 10)), x) for x in Locale}

    assert said[Locale.EN] == (
        "The amount of 18 million USD is over the maximum of 10 million USD. Split it into two phases of "
        "9 million USD each. Or take 8 million USD of it from other sources."
    )
    assert "Разделите на две очереди по 9 млн USD. Или возьмите остальное, 8 млн USD" in said[Locale.RU]
    assert "Екі кезеңге бөліңіз, әрқайсысына 9 млн USD." in said[Locale.KK]


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("amount", [15, 25, 35, 45, 61])
def test_no_placeholder_is_left_open(locale: str, amount: int) -> None:
    said = render(remedy_of("ticket", asking(amount), within(None, 10)), locale)

    assert "%(" not in said
    assert "rule_remedy" not in said
