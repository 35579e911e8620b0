"""What may follow what in an entry's life."""

from dataclasses import dataclass

from portal.catalogue.model import Status
from portal.core.errors import NotFound


@dataclass(frozen=True)
class Move:
    """One step.

    :ivar permission: what the actor must be allowed.
    """

    name: str
    sources: frozenset[Status]
    target: Status
    permission: str


MOVES = {
    move.name: move
    for move in (
        Move("submit", frozenset({Status.DRAFT}), Status.SUBMITTED, "edit"),
        # A published entry takes on its newest version.
        Move("publish", frozenset({Status.SUBMITTED, Status.PUBLISHED}), Status.PUBLISHED, "moderate"),
        Move("return", frozenset({Status.SUBMITTED}), Status.DRAFT, "moderate"),
        Move("withdraw", frozenset({Status.PUBLISHED}), Status.WITHDRAWN, "edit"),
    )
}


def find_move(name: str) -> Move:
    """Return the move of this name.

    :raises NotFound: there is none.
    """
    try:
        return MOVES[name]
    except KeyError:
        raise NotFound(f"move {name}") from None
