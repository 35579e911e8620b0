"""The weights in use, with the portal's own and the published ones beside them, for pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.i18n import Message
from portal.matching.weights import PUBLISHED, WEIGHABLE, AskedWeights, WeightSets, range_of, set_for


@dataclass(frozen=True)
class WeightRow:
    """One criterion's weights, in points.

    :ivar used: what the page ranks by.
    :ivar own: this portal's.
    :ivar least: the least that a reader may ask for; the portal's own is always allowed.
    :ivar typed: what a form shows: as typed, else what is used.
    :ivar problem: what is wrong with what was typed.
    """

    name: str
    used: int
    own: int
    published: int
    least: int
    most: int
    typed: str
    problem: Message | None


@dataclass(frozen=True)
class WeightTable:
    """The weights of one set as a page shows them.

    :ivar of: which set it is, ``mitigation`` or ``adaptation``.
    :ivar stray: what is wrong with parts of the address that name no criterion.
    """

    of: str
    rows: Sequence[WeightRow]
    asked: AskedWeights
    stray: Sequence[Message]

    @property
    def state(self) -> str:
        """Whose weights are used: ``asked`` by the reader, the portal's ``own``, or ``published``."""
        if self.asked.weights:
            return "asked"
        return "own" if any(x.own != x.published for x in self.rows) else "published"

    @property
    def total(self) -> int:
        """What the weights used come to; the score divides by it."""
        return sum(x.used for x in self.rows)


def weight_table(objective: str, sets: WeightSets, asked: AskedWeights) -> WeightTable:
    """Return the weights for a need of this objective."""
    rows = [_row(name, objective, sets, asked) for name in WEIGHABLE]
    stray = [problem for name, problem in asked.problems.items() if name not in WEIGHABLE]
    return WeightTable(set_for(objective), rows, asked, stray)


def _row(name: str, objective: str, sets: WeightSets, asked: AskedWeights) -> WeightRow:
    own = sets.of(objective)[name]
    used = (asked.weights or sets.of(objective))[name]
    least, most = range_of(name, objective)
    return WeightRow(
        name=name,
        used=used,
        own=own,
        published=PUBLISHED.of(objective)[name],
        least=min(least, own),
        most=max(most, own),
        typed=asked.typed.get(name) or str(used),
        problem=asked.problems.get(name),
    )
