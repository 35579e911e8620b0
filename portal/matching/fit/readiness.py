"""The criterion ``readiness``: how mature it is, and whether it runs in time."""

from calendar import monthrange
from datetime import date
from decimal import Decimal

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import shown

#: The level from which on nothing is missing: a first system, proven (ISO 16290).
PROVEN = 8
#: Only the fastest delivery stated ends in time.
ONLY_IF_FAST = 0.5


def judge_readiness(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge the readiness level, and whether delivery ends before it must run."""
    wanted, offered, degrees = [], [], []
    if need.trl_floor is not None:
        wanted.append(Message("match.trl_floor", {"value": need.trl_floor}))
    if technology.trl is not None:
        offered.append(Message("match.trl", {"value": technology.trl}))
        degrees.append(trl_degree(technology.trl))
    if need.commissioning_by is not None:
        wanted.append(Message("match.runs_by", {"day": need.commissioning_by}))
    lead = technology.lead_time
    if lead is not None:
        offered.append(Message("match.lead_time", {"months": _months(lead.min, lead.max)}))
        if need.commissioning_by is not None:
            degrees.append(in_time(months_until(knowledge.today, need.commissioning_by), lead.min, lead.max))
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


def trl_degree(trl: int) -> float:
    """Return what a readiness level is worth, 0 to 1."""
    return min(1.0, trl / PROVEN)


def _months(low: Decimal | None, high: Decimal | None) -> Message:
    if low is None or high is None or low == high:
        return shown(high if low is None else low)
    return Message("match.between", {"min": low, "max": high})


def in_time(months: int, low: Decimal | None, high: Decimal | None) -> float:
    """Return 1 where even the slowest delivery ends within so many months, .5 where only the fastest."""
    slow, fast = (high if high is not None else low), (low if low is not None else high)
    if slow is None or fast is None or int(slow) <= months:
        return 1.0
    return ONLY_IF_FAST if int(fast) <= months else 0.0


def months_until(today: date, by: date) -> int:
    """Return after how many whole months from today a day is not yet past; -1 where it is past."""
    months = max((by.year - today.year) * 12 + by.month - today.month + 1, 0)
    while months >= 0 and months_after(today, months) > by:
        months -= 1
    return months


def months_after(day: date, months: int) -> date:
    """Return the same day so many months on, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
