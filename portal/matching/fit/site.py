"""The criterion ``site``: whether it works where it is to stand.

Working conditions and survival are different things, and the basis is always named: the
design minimum of the site (by the building code) meets the lowest temperature at which
the technology works; the absolute minimum on record meets the lowest that it survives
switched off. (PRACTICE 2.4: with an end at -20 degrees, Tashkent passes on design and
fails on survival.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.catalogue.values import Envelope
from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.fit.places import Place, places_of
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import celsius, coded
from portal.reference.codes import LEVELS

#: So many degrees short make a working condition worthless.
COLD_SLACK, HEAT_SLACK = 15, 10
#: A record of a region's main town is not the site's own: only so many degrees short of it
#: is it certain that a technology would not survive there.
RECORD_SLACK = 10
#: What a technology is worth that takes one class less of dust, wind or sun than there is.
ONE_CLASS_SHORT = 0.5
#: How a demand for water stands where water is scarce, and where it is not plenty.
THIRST: Mapping[str, Mapping[str, float]] = {
    "scarce": {"none": 1.0, "low": 1.0, "medium": 0.5, "high": 0.2},
    "moderate": {"none": 1.0, "low": 1.0, "medium": 1.0, "high": 0.6},
    "sufficient": {"none": 1.0, "low": 1.0, "medium": 1.0, "high": 1.0},
}


@dataclass(frozen=True)
class Condition:
    """One condition of a site against one property of a technology.

    :ivar field: of :class:`Site` that holds the condition.
    :ivar offer: gets the property; ``None`` = not known.
    :ivar degree: of condition and property, 0 to 1.
    :ivar say: how a value of the condition, or of the property, is written.
    :ivar by_normals: the degree where the condition is read off a region's normals, if another.
    """

    name: str
    field: str
    offer: Callable[[TechnologyFacts], Any]
    degree: Callable[[Any, Any], float]
    say: Callable[[Any], Message]
    say_offer: Callable[[Any], Message]
    by_normals: Callable[[Any, Any], float] | None = None

    def is_normal_at(self, place: Place) -> bool:
        """Return whether a place's value of the condition is read off the normals of its region."""
        return place.normals is not None and self.field not in place.stated

    def degree_at(self, place: Place, offered: Any) -> float:
        """Return the degree at a place where the condition is known."""
        judge = self.by_normals if self.by_normals and self.is_normal_at(place) else self.degree
        return judge(getattr(place.site, self.field), offered)


def _operating(technology: TechnologyFacts) -> Envelope:
    return technology.operating or Envelope()


def _survival(technology: TechnologyFacts) -> Envelope:
    return technology.survival or Envelope()


def _coldest(envelope: Envelope) -> Decimal | None:
    return envelope.temp_min_c if envelope.meets_frost else None


def _hottest(envelope: Envelope) -> Decimal | None:
    return envelope.temp_max_c if envelope.meets_heat else None


def cold_degree(site: Decimal, limit: Decimal) -> float:
    """Return 1 where it works at the lowest temperature, falling to 0 at 15 degrees short."""
    return _short_by(float(limit - site), COLD_SLACK)


def heat_degree(site: Decimal, limit: Decimal) -> float:
    """Return 1 where it works at the highest temperature, falling to 0 at 10 degrees short."""
    return _short_by(float(site - limit), HEAT_SLACK)


def _short_by(gap: float, slack: float) -> float:
    return max(0.0, min(1.0, 1 - gap / slack))


def at_most_degree(site: float, limit: float) -> float:
    """Return 1 where the limit reaches up to the condition, else 0."""
    return 1.0 if limit >= site else 0.0


def at_least_degree(site: float, limit: float) -> float:
    """Return 1 where the limit reaches down to the condition, else 0."""
    return 1.0 if limit <= site else 0.0


def record_degree(record: Decimal, limit: Decimal) -> float:
    """Return 1 where it survives the record of the region, falling to 0 at 10 degrees short."""
    return _short_by(float(limit - record), RECORD_SLACK)


def dust_degree(site: str, limit: str) -> float:
    """Return what a technology is worth in more dust than it takes."""
    return class_degree(LEVELS.index(site) - LEVELS.index(limit))


def resource_degree(site: str, wanted: str) -> float:
    """Return what a technology is worth with less wind or sun than it wants."""
    return class_degree(LEVELS.index(wanted) - LEVELS.index(site))


def class_degree(short: int) -> float:
    """Return what so many classes short leave: 1, then half, then nothing."""
    return 1.0 if short <= 0 else ONE_CLASS_SHORT if short == 1 else 0.0


def water_degree(site: str, demand: str) -> float:
    """Return how a demand for water stands with what there is."""
    return THIRST[site][demand]


def _metres(value: Any) -> Message:
    return Message("match.metres", {"value": value})


def _level(value: Any) -> Message:
    return coded("level", value)


def _intensity(value: Any) -> Message:
    return Message("match.msk", {"value": value})


def _water_there(value: Any) -> Message:
    return coded("water", value)


CONDITIONS: Sequence[Condition] = (
    Condition(
        "design_minimum",
        "temp_min_c",
        lambda x: _coldest(_operating(x)),
        cold_degree,
        celsius,
        celsius,
    ),
    Condition(
        "absolute_minimum",
        "temp_extreme_min_c",
        lambda x: _coldest(_survival(x)),
        at_least_degree,
        celsius,
        celsius,
        by_normals=record_degree,
    ),
    Condition("maximum", "temp_max_c", lambda x: _hottest(_operating(x)), heat_degree, celsius, celsius),
    Condition(
        "altitude", "altitude_m", lambda x: _operating(x).altitude_max_m, at_most_degree, _metres, _metres
    ),
    Condition("dust", "dust", lambda x: _operating(x).dust, dust_degree, _level, _level),
    Condition("water", "water", lambda x: x.water_demand, water_degree, _water_there, _level),
    Condition("wind", "wind", lambda x: _operating(x).wind_min, resource_degree, _level, _level),
    Condition("solar", "solar", lambda x: _operating(x).solar_min, resource_degree, _level, _level),
    Condition(
        "seismic", "seismic_msk", lambda x: _survival(x).seismic_msk, at_most_degree, _intensity, _intensity
    ),
)


@dataclass(frozen=True)
class Compared:
    """A condition compared at every place where it is known.

    :ivar degree: the mean over the places, 0 to 1.
    :ivar passing: at how many of them nothing is missing.
    """

    condition: Condition
    degree: float
    passing: int
    places: Sequence[Place]
    offered: Any

    @property
    def basis(self) -> Message:
        """Return what is compared, in words."""
        return Message(f"match.site.{self.condition.name}")

    @property
    def wanted(self) -> Message:
        """Return the condition at the site, with its name and where it comes from."""
        values = [getattr(x.site, self.condition.field) for x in self.places]
        basis = Message(f"match.site.{self.condition.name}.there")
        if len(set(values)) == 1:
            return self._one(basis, values[0])
        if isinstance(values[0], str):
            classes = [self.condition.say(x) for x in dict.fromkeys(values)]
            return Message("match.site.several", {"basis": basis, "values": classes, "count": len(values)})
        ends = {"min": self.condition.say(min(values)), "max": self.condition.say(max(values))}
        return Message("match.site.range", {"basis": basis, **ends, "count": len(values)})

    def _one(self, basis: Message, value: Any) -> Message:
        place = self.places[0]
        said = self.condition.say(value)
        if place.normals is None or not self.condition.is_normal_at(place) or len(self.places) > 1:
            return Message("match.site.value", {"basis": basis, "value": said})
        values = {"basis": basis, "value": said, "station": place.normals.station}
        return Message("match.site.value_at", values)

    @property
    def offer(self) -> Message:
        """Return what the technology states, with its name."""
        value = self.condition.say_offer(self.offered)
        return Message(f"match.site.{self.condition.name}.offered", {"value": value})

    @property
    def shortfall(self) -> Message:
        """Return what is missing, in words."""
        values = {"wanted": self.wanted, "offered": self.offer}
        if len(self.places) == 1 or self.passing == 0:
            return Message("match.site.short", values)
        counts = {"passing": self.passing, "count": len(self.places)}
        return Message("match.site.short_in_part", {**values, **counts})


def compare(places: Sequence[Place], technology: TechnologyFacts) -> list[Compared]:
    """Return every condition of which both values are known, at the places where they are."""
    return [
        found
        for condition in CONDITIONS
        if (found := compare_condition(condition, places, technology)) is not None
    ]


def compare_condition(
    condition: Condition, places: Sequence[Place], technology: TechnologyFacts
) -> Compared | None:
    """Return one condition compared at the places where it is known; ``None`` where a value is not."""
    offered = condition.offer(technology)
    known = [x for x in places if getattr(x.site, condition.field) is not None]
    if offered is None or not known:
        return None
    degrees = [condition.degree_at(x, offered) for x in known]
    degree = sum(degrees) / len(degrees)
    return Compared(condition, degree, sum(1 for x in degrees if x >= 1), known, offered)


def judge_site(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge whether the technology works at the site.

    The degree is the mean of what is known, drawn half-way to its weakest part: one
    condition that is not met stops a machine however well it meets the others.
    """
    found = compare(places_of(need, knowledge), technology)
    if not found:
        reason = Message("criterion_reason.site.unknown")
        return Criterion("site", weight, Verdict.UNKNOWN, None, None, None, reason)
    degrees = [x.degree for x in found]
    weak = [x.shortfall for x in found if x.degree < 1]
    if not weak:
        verdict = Verdict.PASS
        reason = Message("criterion_reason.site.pass", {"bases": [x.basis for x in found]})
    elif min(degrees) > 0:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.site.partial", {"points": _points(weak)})
    else:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.site.fail", {"points": _points(weak)})
    wanted, offered = _points([x.wanted for x in found]), _points([x.offer for x in found])
    degree = round((sum(degrees) / len(degrees) + min(degrees)) / 2, 4)
    return Criterion("site", weight, verdict, degree, wanted, offered, reason, _sources(found))


def _points(parts: Sequence[Message]) -> Message:
    """Return clauses with commas of their own as one, a semicolon between any two."""
    *before, joined = parts
    for part in reversed(before):
        joined = Message("match.site.points", {"first": part, "rest": joined})
    return joined


def _sources(found: Sequence[Compared]) -> tuple[Message, ...]:
    """Return where the normals were read that stand in for values of the need."""
    used: dict[str, bool] = {}
    for compared in found:
        for place in compared.places:
            if place.normals is not None and compared.condition.is_normal_at(place):
                used[place.normals.source] = place.normals.verified
    return tuple(
        Message(f"match.site.normals.{'verified' if verified else 'unverified'}", {"source": source})
        for source, verified in used.items()
    )
