"""Technologies as plain rows, for reading a whole catalogue that is too large for objects.

A record has the attributes of the entry that matching looks at, and nothing that could be
written back. Texts come only where no terms are named: only then do they speak.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.kinds.technology import Deployment, Technology
from portal.catalogue.model import EntrySector, EntryTerm, EntryText, Status
from portal.catalogue.policy import visible
from portal.catalogue.values import Envelope
from portal.core.actor import Actor
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity

#: So many are read by one statement.
_AT_ONCE = 1_000


class DeploymentRecord(Protocol):
    """What matching looks at of a deployment."""

    country_code: str
    climate: str | None
    running: bool | None


class TechnologyRecord(Protocol):
    """What matching looks at of a technology; entries and plain rows have it alike."""

    id: int
    status: Status
    form: str
    trl: int | None
    transfer_modes: list[str]
    ip_status: str | None
    capacity: Quantity | None
    unit_cost: MoneyRange | None
    running_cost: MoneyRange | None
    effect: Quantity | None
    lifetime_years: Quantity | None
    full_load_hours: int | None
    contains: list[str]
    operating: Envelope | None
    survival: Envelope | None
    water_demand: str | None
    certificates: list[str]
    origin: list[str]
    service_in: list[str]
    training_languages: list[str]
    lead_time_months: Quantity | None

    @property
    def sector_codes(self) -> list[str]:
        """The sectors, main one first."""

    @property
    def term_codes(self) -> list[str]:
        """The technology terms, most specific first."""

    @property
    def deployments(self) -> Sequence[DeploymentRecord]:
        """Where it runs, or ran."""

    @property
    def texts(self) -> Mapping[str, Any]:
        """Its words by language."""


_NAMES = tuple(TechnologyRecord.__annotations__)
_COLUMNS = [getattr(Technology, name) for name in _NAMES]


def technology_records(
    session: Session, actor: Actor, ids: Iterable[int] | None = None
) -> Iterator[TechnologyRecord]:
    """Yield the technologies that the actor may view, by id.

    :param ids: only these.
    """
    rows = select(*_COLUMNS).where(visible(actor)).order_by(Technology.id).limit(_AT_ONCE)
    if ids is not None:
        rows = rows.where(Technology.id.in_(sorted(ids)))
    last: int | None = 0
    while last is not None:
        batch = session.execute(rows.where(Technology.id > last)).all()
        yield from _whole(session, batch)
        last = batch[-1].id if len(batch) == _AT_ONCE else None


def _whole(session: Session, batch: Sequence[Any]) -> Iterator[Any]:
    if not batch:
        return
    ids = [row.id for row in batch]
    sectors = _lists(session, EntrySector.entry_id, EntrySector.sector_code, EntrySector.position, ids)
    terms = _lists(session, EntryTerm.entry_id, EntryTerm.term_code, EntryTerm.position, ids)
    deployments = _deployments(session, ids)
    texts = _texts(session, [x for x in ids if x not in terms])
    for row in batch:
        yield SimpleNamespace(
            **dict(zip(_NAMES, row, strict=True)),
            sector_codes=sectors.get(row.id, []),
            term_codes=terms.get(row.id, []),
            deployments=deployments.get(row.id, []),
            texts=texts.get(row.id, {}),
        )


def _between(statement: Any, column: Any, ids: Sequence[int]) -> Any:
    """Narrow a statement to some ids; neighbours by their ends, which costs less than a list."""
    if ids[-1] - ids[0] < 2 * len(ids):
        return statement.where(column >= ids[0], column <= ids[-1])
    return statement.where(column.in_(ids))


def _lists(
    session: Session, owner: Any, code: Any, position: Any, ids: Sequence[int]
) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    statement = _between(select(owner, code), owner, ids).order_by(owner, position)
    for entry_id, value in session.execute(statement):
        found.setdefault(entry_id, []).append(value)
    return found


def _deployments(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    columns = (Deployment.technology_id, Deployment.country_code, Deployment.climate, Deployment.running)
    statement = _between(select(*columns), Deployment.technology_id, ids)
    found: dict[int, list[Any]] = {}
    for row in session.execute(statement.order_by(Deployment.technology_id, Deployment.position)):
        found.setdefault(row.technology_id, []).append(row)
    return found


def _texts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    columns = (EntryText.entry_id, EntryText.locale, EntryText.title, EntryText.summary, EntryText.details)
    found: dict[int, dict[str, Any]] = {}
    statement = select(*columns).where(EntryText.entry_id.in_(ids)).order_by(EntryText.entry_id)
    for row in session.execute(statement):
        found.setdefault(row.entry_id, {})[row.locale] = row
    return found
