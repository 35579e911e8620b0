"""The criteria ``proof``, ``service``, ``readiness``, ``transfer`` and ``conformity``.

What it takes to have a technology run, and keep running, where it is needed. A
country as such never gives points: only references, service partners and climates do.
"""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal

from portal.core.i18n import NATIVE_NAMES, Message
from portal.matching.facts import DeploymentFacts, Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import labels, shown

#: What one running reference proves, by how comparable its climate is and whether
#: it stands in the region (the countries of the catalogue's core).
SAME_CLASS = {True: 1.0, False: 0.85}
SAME_GROUP = {True: 0.7, False: 0.6}
OTHER_CLIMATE = {True: 0.4, False: 0.3}
CLIMATE_UNKNOWN = {True: 0.5, False: 0.35}
#: A reference of which nobody knows whether it still runs proves half.
PERHAPS_RUNNING = 0.5
_NATIVE: dict[str, str] = {locale.value: name for locale, name in NATIVE_NAMES.items()}


def judge_proof(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge running references in comparable conditions, in the region first.

    No reference in the catalogue is not "none in the world": that is unknown.
    """
    climates = tuple((need.site.climate or ()) if need.site else ())
    wanted = Message("match.climates", {"climates": list(climates)}) if climates else None
    alive = [x for x in technology.deployments if x.running is not False]
    if not technology.deployments:
        reason = Message("criterion_reason.proof.unknown")
        return Criterion("proof", weight, Verdict.UNKNOWN, None, wanted, None, reason)
    values = {"count": len(alive), "countries": knowledge.countries(_countries(alive))}
    offered = Message("match.references", values) if alive else Message("match.no_references")
    degree = max((_proof(x, climates, knowledge) for x in alive), default=0.0)
    if not alive:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.proof.closed")
    elif degree >= SAME_CLASS[False]:
        verdict, reason = Verdict.PASS, Message("criterion_reason.proof.pass")
    elif not climates:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.proof.no_climate")
    else:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.proof.partial")
    return Criterion("proof", weight, verdict, round(degree, 4), wanted, offered, reason)


def _proof(place: DeploymentFacts, climates: tuple[str, ...], knowledge: Knowledge) -> float:
    near = place.country in knowledge.region
    if not climates or place.climate is None:
        worth = CLIMATE_UNKNOWN[near]
    elif place.climate in climates:
        worth = SAME_CLASS[near]
    elif any(_alike(place.climate, x) for x in climates):
        worth = SAME_GROUP[near]
    else:
        worth = OTHER_CLIMATE[near]
    return worth if place.running else worth * PERHAPS_RUNNING


def _alike(one: str, other: str) -> bool:
    """Return whether two Köppen classes are of one group and differ in one letter at most."""
    return one[:1] == other[:1] and (one[1:2] == other[1:2] or one[2:3] == other[2:3])


def _countries(places: list[DeploymentFacts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(x.country for x in places))


def judge_service(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge service and spares near the site, and training in a language spoken there."""
    languages = {x for country in need.countries for x in knowledge.languages.get(country, ())}
    parts: list[float] = []
    if technology.service_in:
        parts.append(_service(need, technology, knowledge))
    if technology.training_languages and languages:
        parts.append(1.0 if languages & set(technology.training_languages) else 0.2)
    wanted = shown(knowledge.countries(need.countries)) if need.countries else None
    if not parts or not need.countries:
        reason = Message("criterion_reason.service.unknown")
        return Criterion("service", weight, Verdict.UNKNOWN, None, wanted, None, reason)
    degree = sum(parts) / len(parts)
    if not technology.service_in:
        # A course is not a workshop: training alone is never enough.
        degree /= 2
    offered = _service_offered(technology, knowledge)
    if degree == 1:
        verdict, reason = Verdict.PASS, Message("criterion_reason.service.pass")
    elif technology.service_in:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.service.partial")
    else:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.service.training")
    return Criterion("service", weight, verdict, round(degree, 4), wanted, offered, reason)


def _service(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> float:
    places = set(technology.service_in)
    here = len(places & set(need.countries))
    if here:
        return 0.5 + 0.5 * here / len(need.countries)
    return 0.5 if places & knowledge.region else 0.2


def _service_offered(technology: TechnologyFacts, knowledge: Knowledge) -> Message:
    parts: list[Message] = []
    if technology.service_in:
        countries = knowledge.countries(technology.service_in)
        parts.append(Message("match.service_in", {"countries": countries}))
    if technology.training_languages:
        spoken = [_NATIVE.get(x, x) for x in technology.training_languages]
        parts.append(Message("match.training_in", {"languages": spoken}))
    return shown(parts)


def judge_readiness(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge the readiness level, and whether delivery ends before it must run."""
    wanted, offered, degrees = [], [], []
    if need.trl_floor is not None:
        wanted.append(Message("match.trl_floor", {"value": need.trl_floor}))
    if technology.trl is not None:
        offered.append(Message("match.trl", {"value": technology.trl}))
        degrees.append(min(1.0, technology.trl / 8))
    if need.commissioning_by is not None:
        wanted.append(Message("match.runs_by", {"day": need.commissioning_by}))
    lead = technology.lead_time
    if lead is not None:
        offered.append(Message("match.lead_time", {"months": _months(lead.min, lead.max)}))
        if need.commissioning_by is not None:
            degrees.append(_in_time(knowledge.today, need.commissioning_by, lead.min, lead.max))
    sides = (shown(wanted) if wanted else None, shown(offered) if offered else None)
    if not degrees:
        reason = Message("criterion_reason.readiness.unknown")
        return Criterion("readiness", weight, Verdict.UNKNOWN, None, *sides, reason)
    degree = sum(degrees) / len(degrees)
    if min(degrees) == 1:
        verdict, reason = Verdict.PASS, Message("criterion_reason.readiness.pass")
    elif min(degrees) == 0:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.readiness.late")
    else:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.readiness.partial")
    return Criterion("readiness", weight, verdict, round(degree, 4), *sides, reason)


def _months(low: Decimal | None, high: Decimal | None) -> Message:
    if low is None or high is None or low == high:
        return shown(high if low is None else low)
    return Message("match.between", {"min": low, "max": high})


def _in_time(today: date, by: date, low: Decimal | None, high: Decimal | None) -> float:
    slow, fast = (high if high is not None else low), (low if low is not None else high)
    if slow is None or fast is None:
        return 1.0
    if months_after(today, int(slow)) <= by:
        return 1.0
    return 0.5 if months_after(today, int(fast)) <= by else 0.0


def months_after(day: date, months: int) -> date:
    """Return the same day so many months on, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def judge_transfer(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge whether a way of transfer is offered that the need accepts."""
    wanted = labels("transfer_mode", need.transfer_modes) if need.transfer_modes else None
    offered = labels("transfer_mode", technology.transfer_modes) if technology.transfer_modes else None
    if wanted is None or offered is None:
        reason = Message("criterion_reason.transfer.unknown")
        return Criterion("transfer", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    common = [x for x in need.transfer_modes if x in technology.transfer_modes]
    if common:
        values = {"modes": labels("transfer_mode", common)}
        reason = Message("criterion_reason.transfer.pass", values)
        return Criterion("transfer", weight, Verdict.PASS, 1.0, wanted, offered, reason)
    reason = Message("criterion_reason.transfer.fail")
    return Criterion("transfer", weight, Verdict.FAIL, 0.0, wanted, offered, reason)


def judge_conformity(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge which of the standards asked for the technology is certified to.

    A missing one is a step to take, so it never fails.
    """
    wanted = shown(list(need.required_standards)) if need.required_standards else None
    offered = shown(list(technology.certificates)) if technology.certificates else None
    if wanted is None or offered is None:
        reason = Message("criterion_reason.conformity.unknown")
        return Criterion("conformity", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    held = [_plain(x) for x in technology.certificates]
    missing = [x for x in need.required_standards if not any(_same(_plain(x), y) for y in held)]
    if not missing:
        reason = Message("criterion_reason.conformity.pass")
        return Criterion("conformity", weight, Verdict.PASS, 1.0, wanted, offered, reason)
    met = len(need.required_standards) - len(missing)
    degree = (met + 0.5 * len(missing)) / len(need.required_standards)
    reason = Message("criterion_reason.conformity.partial", {"missing": missing})
    return Criterion("conformity", weight, Verdict.PARTIAL, round(degree, 4), wanted, offered, reason)


def _plain(standard: str) -> str:
    return " ".join(re.findall(r"\w+", standard.casefold()))


def _same(wanted: str, held: str) -> bool:
    """Return whether it is the same standard, its year or part left out on one side."""
    return f"{held} ".startswith(f"{wanted} ") or f"{wanted} ".startswith(f"{held} ")
