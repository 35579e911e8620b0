"""What matching says, as plain values; words come at the edge."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.catalogue.funding import LineFacts
from portal.core.i18n import Message


class Verdict(enum.StrEnum):
    """How a technology does on one criterion, or a source on one rule."""

    PASS = "pass"  # noqa: S105
    PARTIAL = "partial"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Eligibility(enum.StrEnum):
    """Whether a source could pay."""

    ELIGIBLE = "eligible"
    UNKNOWN = "unknown"
    INELIGIBLE = "ineligible"


@dataclass(frozen=True)
class Criterion:
    """One plank of the bridge.

    :ivar name: e.g. ``function``; its label is the message ``criterion.<name>``.
    :ivar weight: out of 100, of the published set.
    :ivar degree: 0 to 1; ``None`` when the verdict is unknown.
    :ivar wanted: the need's side as compared; ``None`` = not stated.
    :ivar offered: the technology's side.
    :ivar reason: one sentence.
    :ivar notes: assumptions and sources that the sentence rests on.
    """

    name: str
    weight: int
    verdict: Verdict
    degree: float | None
    wanted: Message | None
    offered: Message | None
    reason: Message
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Gate:
    """A reason to exclude; its label is the message ``gate.<name>``."""

    name: str
    reason: Message


@dataclass(frozen=True)
class Match:
    """A technology judged for a need.

    :ivar score: 0 to 100, the weighted mean over the known criteria; ``None`` if none is known.
    :ivar known: weight of the known criteria over all weight, 0 to 1.
    :ivar rank: what lists are sorted by, so that one lucky known criterion never leads.
    :ivar failed: the gates that exclude it.
    :ivar financeable: whether a source is eligible for need, technology and origin; a flag, never points.
    :ivar references: how many places are known where it runs; sorts what is equal otherwise.
    """

    technology_id: int
    need_id: int
    score: float | None
    known: float
    rank: float
    criteria: Sequence[Criterion]
    failed: Sequence[Gate]
    financeable: bool | None = None
    references: int = 0


@dataclass(frozen=True)
class Rule:
    """One rule of a source; its label is the message ``rule.<name>``.

    :ivar hard: whether failing it makes the source ineligible.
    :ivar required: what the source demands.
    :ivar found: what the need or project states.
    :ivar remedy: the nearest change that would turn the rule, or what is still to do.
    :ivar source: where the rule stands: its own place (a country layer), else the source's.
    :ivar checked_on: when somebody last compared it with that place.
    """

    name: str
    verdict: Verdict
    hard: bool
    required: Message | None
    found: Message | None
    remedy: Message | None
    source: str | None = None
    url: str | None = None
    checked_on: date | None = None
    verified: bool | None = None


@dataclass(frozen=True)
class SourceVerdict:
    """A source of finance judged for a need or project.

    :ivar checked_on: the oldest day on which one of its rules was checked.
    :ivar stale: one of its rules was checked too long ago, or never.
    """

    financing_id: int
    entry_id: int
    verdict: Eligibility
    rules: Sequence[Rule]
    checked_on: date | None = None
    stale: bool = False


@dataclass(frozen=True)
class JudgedLine:
    """A funding line of a project, judged by the rules of the source that it comes from."""

    line: LineFacts
    verdict: SourceVerdict
