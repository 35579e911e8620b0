"""The two sets of weights: the published ones with their reasons, and those that a reader asks for.

A need that only serves adaptation is judged by the adaptation set. One that serves
both, or only mitigation, is judged by the mitigation set: where emissions are saved
too, cost per effect weighs as in any mitigation investment. The sets differ by two
points at most, so the choice decides no ranking alone.

What the operator has put in place of the published weights is kept in tables; this
module knows no database: ``stored_weights.read_weights(session)`` reads them.
"""

from collections.abc import Mapping
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

SETS = ("mitigation", "adaptation")
#: What the weights of a set come to.
WHOLE = 100
#: How far a reader may go from the published weight, up or down, in points.
REACH = 10
#: Weighs nothing, whoever asks: whether money is there is a flag and never points.
FLAGS = frozenset({"financeable"})
#: The criteria that a weight may be given to, in the order of the tables.
WEIGHABLE = tuple(x.name for x in WEIGHTS if x.name not in FLAGS)


@dataclass(frozen=True)
class WeightSets:
    """Both sets, each with every criterion."""

    mitigation: Mapping[str, int]
    adaptation: Mapping[str, int]

    def of(self, objective: str) -> Mapping[str, int]:
        """Return the set for a need of this objective."""
        return self.adaptation if set_for(objective) == "adaptation" else self.mitigation


PUBLISHED = WeightSets(
    mitigation={x.name: x.mitigation for x in WEIGHTS},
    adaptation={x.name: x.adaptation for x in WEIGHTS},
)


def set_for(objective: str) -> str:
    """Return which of :data:`SETS` judges a need of this objective."""
    return "adaptation" if objective == "adaptation" else "mitigation"


def weights_for(objective: str, sets: WeightSets = PUBLISHED) -> dict[str, int]:
    """Return the weights by criterion for a need of this objective."""
    return dict(sets.of(objective))


def range_of(name: str, objective: str) -> tuple[int, int]:
    """Return the least and the most that a reader may give a criterion, in points."""
    published = PUBLISHED.of(objective)[name]
    return max(published - REACH, 0), min(published + REACH, WHOLE)


@dataclass(frozen=True)
class AskedWeights:
    """Other weights that a reader has asked for.

    :ivar weights: the portal's set with the changes: what to judge by; ``None`` where
        nothing is changed, or something is wrong, so that the portal's own set holds.
    :ivar changes: those that differ from the portal's set.
    :ivar typed: what was typed, right or wrong, by criterion, so that a form can show it again.
    :ivar problems: what is wrong, by criterion; a part that names no criterion stands
        under what it says.
    """

    weights: Mapping[str, int] | None
    changes: Mapping[str, int]
    typed: Mapping[str, str]
    problems: Mapping[str, Message]


def parse_weights(text: str, objective: str, sets: WeightSets = PUBLISHED) -> AskedWeights:
    """Read the weights of an address, ``function:30,site:10``: changes against the portal's set.

    They need not come to 100: the score divides by their sum.
    """
    if len(text) > _LONGEST_TEXT:
        long = Message("weights.wrong.form", {"part": f"{text[:_LONGEST]}…"})
        return AskedWeights(None, {}, {}, {"": long})
    typed: dict[str, str] = {}
    problems: dict[str, Message] = {}
    for part in (x.strip() for x in text.split(",") if x.strip()):
        name, mark, value = (x.strip() for x in part.partition(":"))
        if not mark:
            problems[part] = Message("weights.wrong.form", {"part": part[:_LONGEST]})
        elif name not in PUBLISHED.mitigation:
            problems[name] = Message("weights.wrong.unknown", {"name": name[:_LONGEST]})
        elif name in typed:
            problems[name] = Message("weights.wrong.twice", {"criterion": _label(name)})
        else:
            typed[name] = value
    return check_weights(typed, objective, sets, problems)


def check_weights(
    typed: Mapping[str, str],
    objective: str,
    sets: WeightSets = PUBLISHED,
    problems: Mapping[str, Message] | None = None,
) -> AskedWeights:
    """Check weights as typed, by criterion; an empty one means the portal's own.

    :param problems: what is wrong already.
    """
    own = sets.of(objective)
    found = {**(problems or {}), **_problems(typed, objective, own)}
    if found:
        return AskedWeights(None, {}, dict(typed), found)
    values = {name: int(value) for name, value in typed.items() if value}
    changes = {name: values[name] for name in WEIGHABLE if values.get(name, own[name]) != own[name]}
    return AskedWeights({**own, **changes} if changes else None, changes, dict(typed), {})


def weights_text(changes: Mapping[str, int]) -> str:
    """Return changes as an address has them."""
    return ",".join(f"{name}:{value}" for name, value in changes.items())


#: Nothing else is asked for: the portal's weights hold.
NOTHING_ASKED = AskedWeights(None, {}, {}, {})
#: So many characters of a wrong value stand in the message about it.
_LONGEST = 40
#: So long may the weights of an address be, in characters: three times what all of them take.
_LONGEST_TEXT = 300


def _problems(typed: Mapping[str, str], objective: str, own: Mapping[str, int]) -> dict[str, Message]:
    judged = {name: _problem(name, value, objective, own) for name, value in typed.items() if value}
    return {name: problem for name, problem in judged.items() if problem}


def _problem(name: str, value: str, objective: str, own: Mapping[str, int]) -> Message | None:
    if name in FLAGS:
        return Message("weights.wrong.flag", {"criterion": _label(name)})
    if name not in own:
        return Message("weights.wrong.unknown", {"name": name[:_LONGEST]})
    least, most = range_of(name, objective)
    values = {"criterion": _label(name), "value": value[:_LONGEST], "least": least, "most": most}
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(WHOLE)):
        return Message("weights.wrong.number", values)
    # What the operator has set further away is the portal's own and no request.
    if int(value) != own[name] and not least <= int(value) <= most:
        return Message("weights.wrong.range", values)
    return None


def set_problem(weights: Mapping[str, int]) -> Message | None:
    """Return what is wrong with a whole set, if anything: out of 0 to 100, or another sum."""
    for name, value in weights.items():
        if name in FLAGS and value:
            return Message("weights.wrong.flag", {"criterion": _label(name)})
        if not 0 <= value <= WHOLE:
            values = {"criterion": _label(name), "value": str(value), "least": 0, "most": WHOLE}
            return Message("weights.wrong.range", values)
    over = sum(weights.values()) - WHOLE
    if not over:
        return None
    key = "weights.wrong.over" if over > 0 else "weights.wrong.under"
    return Message(key, {"sum": WHOLE + over, "off": abs(over)})


def _label(name: str) -> Message:
    return Message(f"criterion.{name}")
