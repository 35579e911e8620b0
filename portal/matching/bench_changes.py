"""Times how soon a changed entry shows in matches: from the commit until it is judged as it is now."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.catalogue import queries, service
from portal.catalogue.kinds import KINDS
from portal.core.actor import ANONYMOUS, SYSTEM
from portal.core.database import now
from portal.core.services import Services
from portal.matching.bench_catalogue import content_of, ids_of, read_world
from portal.matching.bench_entries import Content, World
from portal.matching.money.rules import judge_source
from portal.matching.portfolio import Portfolio, portfolio
from portal.matching.queries import fitting_technologies

#: So many entries of each kind are changed.
CHANGES = 20
#: After so many seconds a change should show.
_PATIENCE = 30
_LIMIT = 20


@dataclass(frozen=True)
class _Change:
    """An entry, its new content, and what tells whether matching has seen it."""

    kind: str
    entry_id: int
    content: Content
    shows: Callable[[Session, Portfolio], bool]


def time_changes(services: Services, sizes: Mapping[str, int], seed: int) -> dict[str, list[float]]:
    """Change entries of every kind and return how long each took to show, in milliseconds, by kind."""
    with services.sessions() as session:
        world = read_world(session)
    found: dict[str, list[float]] = {}
    for kind, make in _CHANGES.items():
        for number in range(min(CHANGES, sizes[kind])):
            change = make(services, world, sizes, seed, number)
            found.setdefault(kind, []).append(_time(services, change))
    return found


def _time(services: Services, change: _Change) -> float:
    with services.uow() as uow:
        entry = queries.load_entry(uow.session, change.entry_id)
        service.publish_data(uow, SYSTEM, entry, change.kind, as_raw(change.kind, change.content))
    start = time.perf_counter()
    while True:
        with services.sessions() as session:
            shows = change.shows(session, portfolio(session, now().date()))
        took = time.perf_counter() - start
        if shows:
            return took * 1000
        if took > _PATIENCE:
            raise TimeoutError(f"{change.kind} {change.entry_id} was changed and does not show in matches")


def as_raw(kind: str, content: Content) -> dict[str, Any]:
    """Return content as a form would send it, the unknown left out."""
    raw: dict[str, Any] = _known(KINDS[kind].schema().dump(content))
    return raw


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(part) for name, part in value.items() if part is not None}
    return [_known(part) for part in value] if isinstance(value, list) else value


def _technology(
    services: Services, world: World, sizes: Mapping[str, int], seed: int, number: int
) -> _Change:
    """Let the best technology of a need become too immature for it, so that it leaves the list."""
    with services.sessions() as session:
        known = portfolio(session, now().date())
        need = [x.need for x in known.needs if x.need.trl_floor is not None][number]
        best = fitting_technologies(session, ANONYMOUS, known, need, _LIMIT, with_excluded=False)
    entry_id = best.matches[0].technology_id

    def shows(session: Session, known: Portfolio) -> bool:
        found = fitting_technologies(session, ANONYMOUS, known, need, _LIMIT, with_excluded=False)
        return entry_id not in {x.technology_id for x in found.matches}

    content = content_of(world, "technology", entry_id - ids_of(sizes, "technology")[0], seed)
    return _Change("technology", entry_id, {**content, "trl": 1}, shows)


def _need(services: Services, world: World, sizes: Mapping[str, int], seed: int, number: int) -> _Change:
    """Let a need accept nothing but what is proven, so that the rest leaves its list."""
    entry_id = ids_of(sizes, "need")[number]

    def shows(session: Session, known: Portfolio) -> bool:
        need = known.needs_by_id[entry_id].need
        found = fitting_technologies(session, ANONYMOUS, known, need, _LIMIT, with_excluded=False)
        return all(found.facts[x.technology_id].trl in {None, 9} for x in found.matches)

    return _Change("need", entry_id, {**content_of(world, "need", number, seed), "trl_floor": 9}, shows)


def _project(services: Services, world: World, sizes: Mapping[str, int], seed: int, number: int) -> _Change:
    """Let a project stand where a source does not work, and judge it by that source's rules again."""
    entry_id, source_id = ids_of(sizes, "project")[number], ids_of(sizes, "financing")[number]
    content = content_of(world, "project", number, seed)
    other = next(x for x in world.countries if x not in {host["country"] for host in content["hosts"]})

    def shows(session: Session, known: Portfolio) -> bool:
        project = known.projects_by_id[entry_id]
        judge_source(project, known.sources_by_id[source_id], known.knowledge)
        return project.countries == (other,)

    changed = {**content, "hosts": [{"country": other, "share": None}], "place": None}
    return _Change("project", entry_id, changed, shows)


def _financing(services: Services, world: World, sizes: Mapping[str, int], seed: int, number: int) -> _Change:
    """Close a source, and judge a project by its rules again."""
    entry_id, project_id = ids_of(sizes, "financing")[number], ids_of(sizes, "project")[number]

    def shows(session: Session, known: Portfolio) -> bool:
        project, source = known.projects_by_id[project_id], known.sources_by_id[entry_id]
        judge_source(project, source, known.knowledge)
        return source.availability == "closed"

    content = {**content_of(world, "financing", number, seed), "availability": "closed"}
    return _Change("financing", entry_id, content, shows)


_CHANGES = {"technology": _technology, "need": _need, "project": _project, "financing": _financing}
