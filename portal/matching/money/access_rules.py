"""The rules about the way in: availability, access route, deadline, procurement."""

from decimal import Decimal

from portal.catalogue.values import AccessEntity
from portal.core.i18n import Message
from portal.core.money import Money
from portal.matching.amounts import ends_in
from portal.matching.facts import AskFacts, Knowledge, Names, SourceFacts, approval
from portal.matching.results import Rule, Verdict
from portal.matching.wording import coded, shown

#: Largest whole project, co-financing included, by size category of an accredited
#: entity, in US dollars; ``large`` has no limit.
SIZE_CAPS = {"micro": Decimal(10_000_000), "small": Decimal(50_000_000), "medium": Decimal(250_000_000)}
#: How many names a remedy lists.
LISTED = 8


def already_approved(ask: AskFacts, source: SourceFacts) -> Message | None:
    """Return what to say where this source has approved money for this project before."""
    line = approval(ask, source)
    if line is None:
        return None
    if line.as_of is None:
        return Message("match.approved")
    return Message("match.approved_on", {"day": line.as_of})


def judge_availability(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule:
    """Judge whether the source takes requests: announced or closed it never does."""
    required = Message("rule_required.availability")
    found = coded("availability", source.availability)
    if source.availability == "open":
        return Rule("availability", Verdict.PASS, True, required, found, None)
    if source.availability == "announced":
        remedy = Message("rule_remedy.availability.announced")
    else:
        remedy = Message("rule_remedy.availability.closed")
    return Rule("availability", Verdict.FAIL, True, required, found, remedy)


def judge_deadline(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether the last day to ask is still to come."""
    if source.deadline is None:
        return None
    required = Message("match.until", {"day": source.deadline})
    approved = already_approved(ask, source)
    if approved is not None:
        return Rule("deadline", Verdict.PASS, True, required, approved, None)
    found = shown(knowledge.today)
    if knowledge.today <= source.deadline:
        return Rule("deadline", Verdict.PASS, True, required, found, None)
    return Rule("deadline", Verdict.FAIL, True, required, found, Message("rule_remedy.deadline"))


def judge_access(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge whether the way to the source is open.

    Through an accredited entity: an effective one passes, one that is accredited but
    not yet effective is unknown, a whole project above its size category fails. While
    none is named this is something to do, not a reason to refuse. Other routes are
    told as something to do; asking the source directly is no rule.
    """
    if source.access_route in {None, "direct"} and not source.access_entities:
        return None
    required = coded("access_route", source.access_route or "accredited_entity")
    approved = already_approved(ask, source)
    if approved is not None:
        return Rule("access", Verdict.PASS, True, required, approved, None)
    if source.access_route not in {None, "accredited_entity"}:
        remedy = Message("rule_remedy.access.route", {"route": required})
        return Rule("access", Verdict.UNKNOWN, False, required, None, remedy)
    if ask.access_entity is None:
        remedy = _name_one(ask, source, knowledge)
        return Rule("access", Verdict.UNKNOWN, False, required, None, remedy)
    return _named(ask, ask.access_entity, source, knowledge, required)


def _named(ask: AskFacts, key: str, source: SourceFacts, knowledge: Knowledge, required: Message) -> Rule:
    name = shown(knowledge.organisation(key))
    entity = next((x for x in source.access_entities if x.organisation == key), None)
    if entity is None:
        if not source.access_entities:
            remedy = Message("rule_remedy.access.ask")
            return Rule("access", Verdict.UNKNOWN, True, required, name, remedy)
        return Rule("access", Verdict.FAIL, True, required, name, _name_one(ask, source, knowledge))
    found = Message("match.entity", {"name": name, "stage": coded("access_stage", entity.stage)})
    if _too_large(ask, entity, knowledge):
        remedy = _larger_one(ask, entity, source, knowledge)
        return Rule("access", Verdict.FAIL, True, required, found, remedy)
    if entity.stage == "effective":
        return Rule("access", Verdict.PASS, True, required, found, None)
    values = {"others": _name_one(ask, source, knowledge)}
    remedy = Message("rule_remedy.access.not_effective", values)
    return Rule("access", Verdict.UNKNOWN, True, required, found, remedy)


def _cost_in_usd(ask: AskFacts, knowledge: Knowledge) -> Decimal | None:
    cost = ends_in(ask.cost, "USD", knowledge.rates)
    return None if cost is None else cost[0]


def _too_large(ask: AskFacts, entity: AccessEntity, knowledge: Knowledge) -> bool:
    cost = _cost_in_usd(ask, knowledge)
    return cost is not None and entity.size in SIZE_CAPS and cost > SIZE_CAPS[entity.size]


def _larger_one(ask: AskFacts, entity: AccessEntity, source: SourceFacts, knowledge: Knowledge) -> Message:
    """Return which size category the project needs, and who has it."""
    size = entity.size or "large"
    values = {
        "size": coded("size", size),
        "max": Money(SIZE_CAPS[size], "USD"),
        "needed": coded("size", _size_of(_cost_in_usd(ask, knowledge) or Decimal(0))),
        "others": _name_one(ask, source, knowledge),
    }
    return Message("rule_remedy.access.size", values)


def _size_of(cost: Decimal) -> str:
    return next((size for size, cap in SIZE_CAPS.items() if cost <= cap), "large")


def _name_one(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Message:
    home, abroad = _effective_for(ask, source, knowledge)
    values = {"home": home[:LISTED], "abroad": abroad[:LISTED]}
    if home and abroad:
        return Message("rule_remedy.access.both", values)
    if home:
        return Message("rule_remedy.access.home", {"home": values["home"]})
    if abroad:
        return Message("rule_remedy.access.abroad", {"abroad": values["abroad"]})
    return Message("rule_remedy.access.accredit")


def _effective_for(
    ask: AskFacts, source: SourceFacts, knowledge: Knowledge
) -> tuple[list[Names | str], list[Names | str]]:
    """Return the effective entities large enough: those seated in a host, and the international ones."""
    home: list[Names | str] = []
    abroad: list[Names | str] = []
    for entity in source.access_entities:
        if entity.stage != "effective" or _too_large(ask, entity, knowledge):
            continue
        known = knowledge.organisations.get(entity.organisation)
        name = knowledge.organisation(entity.organisation)
        if known is not None and known.country in ask.countries:
            home.append(name)
        elif known is None or not (known.national or known.country in knowledge.region):
            abroad.append(name)
    return home, abroad


def judge_procurement(ask: AskFacts, source: SourceFacts, knowledge: Knowledge) -> Rule | None:
    """Judge the origin of supply where the source's money may not buy everywhere."""
    procurement = source.procurement
    if procurement is None:
        return None
    required = coded("procurement", procurement.rule)
    found = shown(knowledge.countries(ask.supply_origin)) if ask.supply_origin else None
    if procurement.rule == "open":
        return Rule("procurement", Verdict.PASS, True, required, found, None)
    allowed = procurement.countries
    if procurement.rule == "tied" and allowed:
        names = knowledge.countries(tuple(allowed))
        required = Message("match.tied_to", {"countries": names})
    if not ask.supply_origin or not allowed:
        remedy = Message("rule_remedy.procurement.state")
        return Rule("procurement", Verdict.UNKNOWN, True, required, found, remedy)
    fits = [x for x in ask.supply_origin if x in allowed]
    if len(fits) == len(ask.supply_origin) or (fits and ask.origin_is_choice):
        return Rule("procurement", Verdict.PASS, True, required, found, None)
    if fits:
        values = {"countries": knowledge.countries(tuple(fits))}
        remedy = Message("rule_remedy.procurement.part", values)
        return Rule("procurement", Verdict.PARTIAL, True, required, found, remedy)
    remedy = Message("rule_remedy.procurement.none")
    return Rule("procurement", Verdict.FAIL, True, required, found, remedy)
