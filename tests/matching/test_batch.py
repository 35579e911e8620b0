import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.catalogue.model import Entry, Status
from portal.core.changes import note_change
from portal.core.database import now
from portal.core.services import Services
from portal.matching import batch
from portal.matching.batch import match_all, match_all_command, texts_by
from portal.matching.columns.ranking import rank_technologies
from portal.matching.model import BestMatch
from portal.matching.portfolio import portfolio
from tests.conftest import publish, technology_data
from tests.matching.test_queries import need_data

TERMS = (["onshore-wind"], ["wind-power"], ["efficient-coal-power"])


class Interrupted(Exception):
    """The run was ended from outside."""


@pytest.fixture
def needs(services: Services) -> list[int]:
    """Three needs, and six technologies that fit them differently."""
    for number in range(6):
        publish(
            services, "technology", technology_data(f"t-{number}", terms=TERMS[number % 3], trl=9 - number)
        )
    return [publish(services, "need", {**need_data(f"n-{x}"), "terms": TERMS[x]}) for x in range(3)]


def kept(services: Services) -> dict[int, list[BestMatch]]:
    found: dict[int, list[BestMatch]] = {}
    with services.sessions() as session:
        for row in session.scalars(select(BestMatch).order_by(BestMatch.need_id, BestMatch.place)):
            found.setdefault(row.need_id, []).append(row)
    return found


def run(services: Services, limit: int = 4) -> batch.Done:
    return match_all(services, limit, texts_by(services.index))


def test_the_rows_are_what_ranking_says(services: Services, needs: list[int]) -> None:
    done = run(services)

    assert (done.matched, done.present, done.gone) == (3, 0, 0)
    with services.sessions() as session:
        known = portfolio(session, now().date())
    rows = kept(services)
    assert list(rows) == needs
    for need_id, own in rows.items():
        ranked = rank_technologies(known.needs_by_id[need_id].need, known.technologies, 4)
        assert [x.technology_id for x in own] == ranked.ids
        assert [x.place for x in own] == [1, 2, 3, 4]
        assert [x.score for x in own] == pytest.approx(ranked.scores)
        assert [(x.rank, x.known) for x in own] == list(zip(ranked.ranks, ranked.known, strict=True))
        assert {x.position for x in own} == {known.position}


def test_an_interrupted_run_goes_on_where_it_stopped(
    services: Services, needs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_ROWS", 4)
    seen: list[int] = []
    ask = texts_by(services.index)

    def interrupted(*given: object) -> object:
        if len(seen) == 2:
            raise Interrupted
        return counted(*given)

    def counted(*given: object) -> object:
        seen.extend(x.id for x in given[2])  # type: ignore[attr-defined]
        return ask(*given)  # type: ignore[arg-type]

    with pytest.raises(Interrupted):
        match_all(services, 4, interrupted)  # type: ignore[arg-type]
    assert list(kept(services)) == needs[:2] == seen

    done = match_all(services, 4, counted)  # type: ignore[arg-type]

    assert seen == needs
    assert (done.matched, done.present) == (1, 2)
    assert list(kept(services)) == needs
    assert run(services) == batch.Done(matched=0, present=3, gone=0)


def test_a_changed_catalogue_is_matched_again(services: Services, needs: list[int]) -> None:
    run(services)
    best = kept(services)[needs[0]][0].technology_id
    with services.uow() as uow:
        uow.session.get_one(Entry, best).status = Status.DRAFT
        note_change(uow.session, "entry", best)

    assert run(services).matched == 3

    assert best not in {x.technology_id for own in kept(services).values() for x in own}


def test_a_need_that_is_gone_loses_its_rows(services: Services, needs: list[int]) -> None:
    run(services)
    with services.uow() as uow:
        uow.session.get_one(Entry, needs[1]).status = Status.WITHDRAWN
        note_change(uow.session, "entry", needs[1])

    assert run(services).gone == 1

    assert set(kept(services)) == {needs[0], needs[2]}


def test_the_command_says_what_it_did(services: Services, needs: list[int]) -> None:
    first = CliRunner().invoke(match_all_command, ["--limit", "2"], obj=services)
    again = CliRunner().invoke(match_all_command, ["--limit", "2"], obj=services)

    assert first.exit_code == again.exit_code == 0
    assert "3 needs matched, 0 up to date, 0 gone" in first.stderr
    assert "0 needs matched, 3 up to date, 0 gone" in again.stderr
    assert [len(x) for x in kept(services).values()] == [2, 2, 2]
