"""The criterion ``service``: service and spares near the site, training in its languages."""

from portal.core.i18n import NATIVE_NAMES, Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import shown

_NATIVE: dict[str, str] = {locale.value: name for locale, name in NATIVE_NAMES.items()}
#: Service in all countries of the need, in the region, and only elsewhere.
HERE, IN_REGION, ELSEWHERE = 1.0, 0.5, 0.2
#: Training in a language spoken there, and in none of them.
SPOKEN, FOREIGN = 1.0, 0.2
#: A course is not a workshop: training alone is never enough.
TRAINING_ONLY = 0.5


def languages_of(need: NeedFacts, knowledge: Knowledge) -> set[str]:
    """Return the official languages of a need's countries."""
    return {x for country in need.countries for x in knowledge.languages.get(country, ())}


def judge_service(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge service and spares near the site, and training in a language spoken there."""
    languages = languages_of(need, knowledge)
    parts: list[float] = []
    if technology.service_in:
        parts.append(_service(need, technology, knowledge))
    if technology.training_languages and languages:
        parts.append(SPOKEN if languages & set(technology.training_languages) else FOREIGN)
    wanted = shown(knowledge.countries(need.countries)) if need.countries else None
    if not parts or not need.countries:
        reason = Message("criterion_reason.service.unknown")
        return Criterion("service", weight, Verdict.UNKNOWN, None, wanted, None, reason)
    degree = sum(parts) / len(parts)
    if not technology.service_in:
        degree *= TRAINING_ONLY
    offered = _offered(technology, knowledge)
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
        return IN_REGION + (HERE - IN_REGION) * here / len(need.countries)
    return IN_REGION if places & knowledge.region else ELSEWHERE


def _offered(technology: TechnologyFacts, knowledge: Knowledge) -> Message:
    parts: list[Message] = []
    if technology.service_in:
        countries = knowledge.countries(technology.service_in)
        parts.append(Message("match.service_in", {"countries": countries}))
    if technology.training_languages:
        spoken = [_NATIVE.get(x, x) for x in technology.training_languages]
        parts.append(Message("match.training_in", {"languages": spoken}))
    return shown(parts)
