"""The two published sets of weights, and why each weight is what it is.

A need that only serves adaptation is judged by the adaptation set. One that serves
both, or only mitigation, is judged by the mitigation set: where emissions are saved
too, cost per effect weighs as in any mitigation investment. The sets differ by two
points at most, so the choice decides no ranking alone.
"""

from dataclasses import dataclass

from portal.core.i18n import Message


@dataclass(frozen=True)
class Weight:
    """What a criterion weighs out of 100 in each set, and the published reason."""

    name: str
    mitigation: int
    adaptation: int
    reason: Message


WEIGHTS = (
    Weight("function", 24, 24, Message("weight_reason.function")),
    Weight("site", 14, 16, Message("weight_reason.site")),
    Weight("proof", 12, 12, Message("weight_reason.proof")),
    Weight("cost", 12, 12, Message("weight_reason.cost")),
    Weight("effect", 10, 10, Message("weight_reason.effect")),
    Weight("scale", 8, 8, Message("weight_reason.scale")),
    Weight("service", 8, 9, Message("weight_reason.service")),
    Weight("readiness", 5, 4, Message("weight_reason.readiness")),
    Weight("transfer", 4, 3, Message("weight_reason.transfer")),
    Weight("conformity", 3, 2, Message("weight_reason.conformity")),
    # A flag, shown beside: whether money is there must not move a technology up.
    Weight("financeable", 0, 0, Message("weight_reason.financeable")),
)


def weights_for(objective: str) -> dict[str, int]:
    """Return the weights by criterion for a need of this objective."""
    if objective == "adaptation":
        return {x.name: x.adaptation for x in WEIGHTS}
    return {x.name: x.mitigation for x in WEIGHTS}
