import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.core.changes import Change, changes_since, note_change, position
from portal.core.outbox import ATTEMPTS, Drainer, Job, enqueue, take_lease
from portal.core.services import Services
from portal.core.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Happened:
    number: int


def test_what_an_event_causes_is_committed_with_its_cause(services: Services) -> None:
    def listen(uow: UnitOfWork, event: Happened) -> None:
        note_change(uow.session, "test", event.number)

    with UnitOfWork(services.sessions, {Happened: (listen,)}) as uow:
        uow.emit(Happened(7))

    with services.sessions() as session:
        assert [x.thing_id for x in changes_since(session, 0)] == [7]


def test_an_error_leaves_no_trace(services: Services) -> None:
    def fail() -> None:
        with services.uow() as uow:
            note_change(uow.session, "test", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with services.sessions() as session:
        assert position(session) == 0


def test_two_writers_take_turns(services: Services) -> None:
    """Each reads, then writes what it read plus one; without turns one step would be lost."""
    with services.uow() as uow:
        note_change(uow.session, "counter", 0)

    def count() -> None:
        for _ in range(10):
            with services.uow() as uow:
                row = uow.session.scalars(select(Change).with_for_update()).one()
                row.thing_id = (row.thing_id or 0) + 1

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with services.sessions() as session:
        assert session.scalars(select(Change.thing_id)).one() == 20


def test_a_job_is_done_once_and_leaves(services: Services) -> None:
    seen: list[object] = []
    with services.uow() as uow:
        for number in range(3):
            enqueue(uow.session, "note", {"number": number})

    done = Drainer(services.sessions, {"note": seen.extend}).drain()

    assert done == 3
    assert seen == [{"number": 0}, {"number": 1}, {"number": 2}]
    with services.sessions() as session:
        assert session.scalars(select(Job)).all() == []


def test_a_failing_job_waits_and_says_why(services: Services) -> None:
    def fail(payloads: object) -> None:
        raise ValueError("no luck")

    with services.uow() as uow:
        enqueue(uow.session, "note", {})

    assert Drainer(services.sessions, {"note": fail}).drain() == 0

    with services.sessions() as session:
        job = session.scalars(select(Job)).one()
    assert job.attempts == 1 < ATTEMPTS
    assert "no luck" in (job.error or "")


def test_jobs_that_nobody_knows_stay(services: Services) -> None:
    with services.uow() as uow:
        enqueue(uow.session, "of another version", {})

    assert Drainer(services.sessions, {}).drain() == 0


def test_only_one_drainer_has_the_lease(services: Services) -> None:
    with services.uow() as uow:
        assert take_lease(uow.session, "drainer", "first")
    with services.uow() as uow:
        assert not take_lease(uow.session, "drainer", "second")
    with services.uow() as uow:
        assert take_lease(uow.session, "drainer", "first")
