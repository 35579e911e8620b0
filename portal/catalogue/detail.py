"""What the page of an entry shows beside the entry itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue import queries
from portal.catalogue.funding import FIRMNESS, LineFacts, gap
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.kinds.project import LINE_STATES, FundingLine, Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, EntryVersion
from portal.catalogue.names import Names, load_names
from portal.catalogue.policy import visible
from portal.core.actor import Actor
from portal.core.money import Money, Rate, Rates, in_currency
from portal.reference.queries import rates

#: The order in which linked entries are grouped: relation and whether this entry states it.
_GROUPS = (
    ("answers", True),
    ("answers", False),
    ("uses", True),
    ("uses", False),
    ("funded_by", True),
    ("funded_by", False),
    ("part_of", True),
    ("part_of", False),
    ("variant_of", True),
    ("variant_of", False),
)


@dataclass(frozen=True)
class LinkGroup:
    """The entries linked in one way; its label is ``relation.<relation>.<out|in>``."""

    relation: str
    outgoing: bool
    entries: Sequence[Entry]


@dataclass(frozen=True)
class StateSum:
    """Funding lines in one state, with their sum per currency; states are never added up.

    :ivar open_lines: lines whose amount is not known.
    """

    state: str
    lines: Sequence[FundingLine]
    sums: Mapping[str, Decimal]
    open_lines: int


@dataclass(frozen=True)
class Gap:
    """What the cash in one state, or in a firmer one, leaves open of the cost.

    :ivar amount: in the currency of the cost, at least zero.
    :ivar rate_date: the day of the rates, where currencies were compared.
    """

    amount: Decimal
    currency: str
    state: str
    rate_date: date | None


@dataclass(frozen=True)
class Detail:
    """What the page of an entry shows beside the entry itself.

    :ivar organisations: by key, those that the entry names by key.
    :ivar projects: by key, those that the entry names by key.
    """

    names: Names
    groups: Sequence[LinkGroup]
    versions: Sequence[EntryVersion]
    organisations: Mapping[str, Organisation]
    projects: Mapping[str, Entry]
    rates: Rates
    states: Sequence[StateSum] = ()
    gaps: Sequence[Gap] = ()

    def in_dollars(self, amount: Decimal | None, currency: str) -> tuple[Decimal, Rate] | None:
        """Return an amount in US dollars with the rate used, for amounts in other currencies."""
        if amount is None or currency == "USD" or currency not in self.rates:
            return None
        value = in_currency(amount, currency, "USD", self.rates)
        return None if value is None else (value, self.rates[currency])


def load_detail(session: Session, actor: Actor, entry: Any) -> Detail:
    """Return what the entry's page needs, in a constant number of queries."""
    known = rates(session)
    return Detail(
        names=load_names(session),
        groups=_groups(queries.linked(session, actor, entry.id)),
        versions=queries.versions(session, entry.id),
        organisations=_organisations(session, _organisation_keys(entry)),
        projects=_projects(session, actor, _project_keys(entry)),
        rates=known,
        states=sums_by_state(entry) if isinstance(entry, Project) else (),
        gaps=gaps_by_state(entry, known) if isinstance(entry, Project) else (),
    )


def sums_by_state(project: Project) -> list[StateSum]:
    """Return the funding lines by state, in the order in which money moves."""
    found = []
    for state in LINE_STATES:
        lines = [line for line in project.funding_lines if line.state == state]
        if lines:
            found.append(_sum(state, lines))
    return found


def _sum(state: str, lines: Sequence[FundingLine]) -> StateSum:
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.amount is not None:
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    return StateSum(state, lines, sums, sum(line.amount is None for line in lines))


def gaps_by_state(project: Project, known: Rates) -> list[Gap]:
    """Return what is still missing, once for every state that cash lines are in, as far as known."""
    if project.cost is None:
        return []
    cost = Money(project.cost.amount, project.cost.currency)
    lines = [read_line(line) for line in project.funding_lines if line.instrument != "in_kind"]
    found = []
    for state in FIRMNESS:
        missing = gap(cost, lines, known, state) if any(x.state == state for x in lines) else None
        if missing is not None:
            found.append(Gap(missing, cost.currency, state, _rate_date(cost.currency, lines, known)))
    return found


def _rate_date(currency: str, lines: Iterable[LineFacts], known: Rates) -> date | None:
    """Return the day of the oldest rate by which the lines were compared with the cost."""
    others = {line.currency for line in lines} - {currency}
    return min((known[x].as_of for x in (*others, currency) if x in known), default=None) if others else None


def read_line(line: FundingLine) -> LineFacts:
    """Return a funding line's facts."""
    return LineFacts(
        instrument=line.instrument,
        currency=line.currency,
        state=line.state,
        name=line.name or "",
        provider=None if line.organisation is None else line.organisation.key,
        amount=line.amount,
        as_of=line.as_of,
    )


def _groups(links: Iterable[queries.Linked]) -> list[LinkGroup]:
    found: dict[tuple[str, bool], list[Entry]] = {}
    for link in links:
        found.setdefault((link.relation.value, link.outgoing), []).append(link.entry)
    return [LinkGroup(*key, found[key]) for key in _GROUPS if key in found]


def _organisation_keys(entry: Any) -> set[str]:
    if isinstance(entry, Financing):
        return {entity.organisation for entity in entry.access_entities}
    if isinstance(entry, Project) and entry.access_entity:
        return {entry.access_entity}
    return set()


def _organisations(session: Session, keys: set[str]) -> dict[str, Organisation]:
    if not keys:
        return {}
    rows = session.scalars(select(Organisation).where(Organisation.key.in_(keys))).all()
    return {row.key: row for row in rows}


def _project_keys(entry: Any) -> set[str]:
    if not isinstance(entry, Technology):
        return set()
    return {x.project_key for x in entry.deployments if x.project_key}


def _projects(session: Session, actor: Actor, keys: set[str]) -> dict[str, Entry]:
    if not keys:
        return {}
    ids = session.scalars(
        select(Entry.id).where(Entry.kind == "project", Entry.key.in_(keys), visible(actor))
    ).all()
    return {x.key or "": x for x in queries.by_ids(session, actor, ids)}
