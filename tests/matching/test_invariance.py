"""What must not move a match: the language, the order of insertion, the country as such, membership."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.catalogue.kinds.need import Need
from portal.catalogue.queries import list_whole
from portal.core.actor import ANONYMOUS
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.matching.columns.ranking import Ranked, rank_technologies
from portal.matching.columns.technologies import TechnologyColumns
from portal.matching.criteria import judge_technology
from portal.matching.facts import DeploymentFacts, Knowledge, NeedFacts, TechnologyFacts
from portal.matching.portfolio import Portfolio, portfolio
from portal.matching.queries import with_evidence
from portal.matching.reading import read_need, read_technology
from portal.matching.texts import text_of
from tests.matching.conftest import TODAY

#: Members of the EAEU, of nothing, under restrictions or without a fund's office: none of it counts.
COUNTRIES = ("KZ", "RU", "BY", "IR", "TM", "AF")
LEGAL = frozenset({"forbidden"})


@pytest.fixture(scope="module")
def known(seeded: Services) -> Portfolio:
    """Everything in seeds/."""
    with seeded.sessions() as session:
        return portfolio(session, TODAY)


@pytest.fixture(scope="module")
def needs(seeded: Services) -> Sequence[Need]:
    """Every seeded need that names terms, whole."""
    with seeded.sessions() as session:
        return [x for x in list_whole(session, ANONYMOUS, "need") if x.term_codes]


@pytest.fixture(scope="module")
def technologies(seeded: Services, known: Portfolio) -> Sequence[TechnologyFacts]:
    """Every seeded technology."""
    with seeded.sessions() as session:
        return [read_technology(x, known.reader) for x in list_whole(session, ANONYMOUS, "technology")]


class InOneLanguage:
    """A need as if its other texts had never been written."""

    def __init__(self, need: Need, locale: Locale) -> None:
        self._need = need
        self.texts = {locale: need.texts[locale]}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._need, name)


def asked_in(session: Session, services: Services, known: Portfolio, need: Need, locale: Locale) -> NeedFacts:
    alone: Any = InOneLanguage(need, locale)
    return with_evidence(session, read_need(alone, known.reader), text_of(alone), known, services.index)


def test_a_need_gets_the_same_first_ten_in_every_language(
    seeded: Services, known: Portfolio, needs: Sequence[Need]
) -> None:
    read: set[tuple[str, ...]] = set()
    with seeded.sessions() as session:
        for need in needs:
            asked = [asked_in(session, seeded, known, need, locale) for locale in Locale]
            answers = [rank_technologies(x, known.technologies, 10) for x in asked]
            read |= {x.read_terms for x in asked}
            assert answers[0].ids, need.key
            assert all(x.ids == answers[0].ids for x in answers), need.key
            assert all(list(x.scores) == list(answers[0].scores) for x in answers), need.key

    assert len(needs) >= 60
    # The texts do say different things: it is the terms that hold.
    assert len(read) > len(needs) / 2


def test_the_language_is_asked_where_no_terms_are_named(
    seeded: Services, known: Portfolio, needs: Sequence[Need]
) -> None:
    """What is read in the texts of a need stands in for terms, and leads to much the same."""
    first = 0
    with seeded.sessions() as session:
        for need in needs:
            named = rank_technologies(read_need(need, known.reader), known.technologies, 1)
            silent = replace(read_need(need, known.reader), terms=())
            facts = with_evidence(session, silent, text_of(need), known, seeded.index)
            first += named.ids[0] in rank_technologies(facts, known.technologies, 5).ids

    assert first >= 0.6 * len(needs)


def alike(technology: TechnologyFacts) -> TechnologyFacts:
    """Return a technology of which no country, and no climate, knows anything in particular."""
    return replace(
        technology,
        operating=None,
        survival=None,
        water_demand=None,
        deployments=(),
        service_in=(),
        training_languages=(),
        certificates=(),
        contains=(),
    )


def in_country(need: NeedFacts, country: str) -> NeedFacts:
    return replace(need, countries=(country,), regions=())


def answer(ranked: Ranked) -> Mapping[str, Any]:
    return {"ids": ranked.ids, "scores": list(ranked.scores), "excluded": dict(ranked.excluded_counts)}


def test_another_country_changes_nothing_but_climate_references_service_and_conformity(
    known: Portfolio, technologies: Sequence[TechnologyFacts]
) -> None:
    columns = TechnologyColumns.made_of(map(alike, technologies), known.knowledge)
    for side in known.needs:
        answers = [
            answer(rank_technologies(in_country(side.need, x), columns, len(technologies))) for x in COUNTRIES
        ]
        assert all(x == answers[0] for x in answers), side.need.id
        assert answers[0]["ids"]


def test_another_country_does_change_what_stands_there(
    known: Portfolio, technologies: Sequence[TechnologyFacts]
) -> None:
    """The test above would hold of a matching that knows no countries at all."""
    moved = 0
    for side in known.needs:
        here, there = (
            rank_technologies(in_country(side.need, x), known.technologies, 10) for x in ("KZ", "TM")
        )
        moved += list(here.scores) != list(there.scores)

    assert moved > len(known.needs) / 2


def same_everywhere(knowledge: Knowledge) -> Knowledge:
    """Return reference data in which the climate is not known, and steps and bans are none."""
    languages = dict.fromkeys(COUNTRIES, ("ru",))
    return replace(knowledge, languages=languages, normals={}, steps=(), prohibitions=())


def served_everywhere(technology: TechnologyFacts) -> TechnologyFacts:
    return replace(
        technology,
        service_in=COUNTRIES if technology.service_in else (),
        deployments=tuple(DeploymentFacts("UZ", x.climate, x.running) for x in technology.deployments),
    )


def test_restrictions_sanctions_and_membership_never_touch_a_score(
    known: Portfolio, technologies: Sequence[TechnologyFacts]
) -> None:
    """Climate, references, service and conformity being equal, a score is a score."""
    knowledge = same_everywhere(known.knowledge)
    served = [served_everywhere(x) for x in technologies]
    origins = {x.origin for x in technologies}
    for side in known.needs[::5]:
        for technology in served:
            told = []
            for country in COUNTRIES:
                found = judge_technology(in_country(side.need, country), technology, knowledge)
                degrees = [(x.name, x.verdict, x.degree) for x in found.criteria]
                told.append((found.score, found.rank, found.known, degrees, [x.name for x in found.failed]))
            assert all(x == told[0] for x in told), (side.need.id, technology.id)

    assert len(origins) > 1


def test_where_a_technology_comes_from_never_touches_its_score(
    known: Portfolio, technologies: Sequence[TechnologyFacts]
) -> None:
    for side in known.needs[::10]:
        for technology in technologies:
            found = [
                judge_technology(side.need, replace(technology, origin=origin), known.knowledge)
                for origin in ((), ("RU",), ("IR", "BY"), ("DE",))
            ]
            assert all(x == found[0] for x in found)


def test_the_order_does_not_depend_on_the_order_in_which_the_catalogue_was_filled(
    known: Portfolio, technologies: Sequence[TechnologyFacts]
) -> None:
    backward = TechnologyColumns.made_of(list(technologies)[::-1], known.knowledge)
    moved = TechnologyColumns.made_of(technologies[60:], known.knowledge).changed(technologies[:60], ())

    for side in known.needs:
        expected = answer(rank_technologies(side.need, known.technologies, 20))
        assert answer(rank_technologies(side.need, backward, 20)) == expected
        assert answer(rank_technologies(side.need, moved, 20)) == expected
