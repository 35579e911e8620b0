"""The matrix of financiers and countries, as practitioners know it, against the seeded cells."""

from dataclasses import replace

import pytest

from portal.core.i18n import Message
from portal.matching.facts import AskFacts
from portal.matching.money.country_rules import judge_country
from portal.matching.results import Rule, Verdict
from tests.matching.conftest import TODAY, Seeded, ask

#: A active; H on hold or suspended; - never; L limited: Lp private sector, Lu through UN or
#: NGO, Ln none new, La to be asked. After section 3.2 of PRACTICE.md.
MATRIX = """
                      KZ KG TJ TM UZ CN RU IN PK IR BY MN AF
world-bank-sovereign  A  A  A  La A  A  H  A  A  Ln H  A  Lu
ifc                   A  A  A  La A  A  H  A  A  Ln H  A  Lu
adb-sovereign         A  A  A  A  A  A  -  A  A  -  -  A  H
adb-private           A  A  A  A  A  A  -  A  A  -  -  A  Lu
aiib                  A  A  A  -  A  A  H  A  A  La H  A  La
ebrd-direct           A  A  A  Lp A  -  H  -  -  -  H  A  -
eib                   A  A  A  La A  A  H  A  A  -  H  A  -
edb                   A  A  A  -  A  -  A  -  -  -  A  -  -
isdb                  A  A  A  A  A  -  -  -  A  A  -  -  La
gcf-regular           A  A  A  A  A  A  -  A  A  La -  A  Lu
gcf-sap               A  A  A  A  A  A  -  A  A  La -  A  Lu
adaptation-fund       A  A  A  A  A  A  -  A  A  A  -  A  A
ctcn-assistance       A  A  A  A  A  A  -  A  A  A  -  A  La
"""
COUNTRIES, *ROWS = [row.split() for row in MATRIX.strip().splitlines()]
CELLS = [(row[0], country, state) for row in ROWS for country, state in zip(COUNTRIES, row[1:], strict=True)]
NEVER = {"rule_remedy.country.not_member", "rule_remedy.country.not_operating"}
NOT_NOW = {"rule_remedy.country.not_now"}


def key_of(message: Message | None) -> str | None:
    return None if message is None else message.key


def verdicts(
    asked: AskFacts, changes: list[dict[str, str | None]], judged: Seeded, key: str
) -> list[Verdict]:
    return [
        judge_country(replace(asked, **change), judged.sources[key], judged.knowledge).verdict  # type: ignore[arg-type]
        for change in changes
    ]


@pytest.mark.parametrize(("key", "country", "state"), CELLS, ids=[f"{key}-{x}" for key, x, _ in CELLS])
def test_a_cell_is_judged_as_the_matrix_says(
    seeded_facts: Seeded, key: str, country: str, state: str
) -> None:
    asked = ask(countries=(country,), applicant=None)
    rule: Rule = judge_country(asked, seeded_facts.sources[key], seeded_facts.knowledge)

    if state == "A":
        assert rule.verdict == Verdict.PASS
    elif state in {"-", "H", "Ln"}:
        assert rule.verdict == Verdict.FAIL
        assert key_of(rule.remedy) in (NEVER if state == "-" else NOT_NOW)
    else:
        assert rule.verdict == Verdict.UNKNOWN
    if state == "Lp":
        changes: list[dict[str, str | None]] = [{"applicant": "private"}, {"applicant": "public"}]
        assert verdicts(asked, changes, seeded_facts, key) == [Verdict.PASS, Verdict.FAIL]
    if state == "Lu":
        changes = [{"access_entity": "undp"}, {"access_entity": "ebrd"}]
        assert verdicts(asked, changes, seeded_facts, key) == [Verdict.PASS, Verdict.FAIL]
    assert rule.source
    assert rule.checked_on is not None
    assert rule.checked_on <= TODAY


def test_every_source_says_of_every_country_where_that_stands(seeded_facts: Seeded) -> None:
    for key, source in seeded_facts.sources.items():
        assert set(source.layers) >= set(COUNTRIES), key
        for code, layer in source.layers.items():
            assert layer.source, (key, code)
            assert layer.checked_on is not None, (key, code)
            assert layer.notes or layer.state == "active" or layer.member is False or not layer.operates


def test_what_is_held_is_told_with_its_day_where_that_is_known(seeded_facts: Seeded) -> None:
    bank = seeded_facts.sources["ebrd-direct"]

    for code in ("RU", "BY"):
        layer = bank.layers[code]
        assert (layer.state, str(layer.since), layer.verified) == ("suspended", "2022-04-04", True)
        rule = judge_country(ask(countries=(code,)), bank, seeded_facts.knowledge)
        assert rule.found is not None
        assert key_of(rule.found.values["state"]) == "match.country.suspended_since"
