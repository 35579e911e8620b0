"""Fills the rows of a concept note that count: effect, money, safeguards, consent, and what comes after."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from portal.core.i18n import Message
from portal.core.money import Money, MoneyRange, in_currency
from portal.matching.notes.pieces import (
    Filled,
    Material,
    PlanTable,
    Said,
    Told,
    complete,
    partly,
)
from portal.matching.notes.story import (
    barriers,
    chosen,
    dates,
    document,
    people,
    references,
    saving,
    service,
    speakers,
)
from portal.matching.plans.financing_plan import Share
from portal.matching.wording import coded, labels, money, percent, price, quantity

# ---- Effect ----


def _saved(m: Material) -> Filled:
    return complete(saving(m), _effect_of_technology(m))


def _lifetime_effect(m: Material) -> Filled:
    known = m.effect is not None and m.effect.lifetime is not None
    pieces = [x for x in (_lifetime(m), saving(m), _effect_of_technology(m)) if x]
    return Filled(tuple(pieces), open=not known)


def _lifetime(m: Material) -> Said | None:
    if m.effect is None or m.effect.lifetime is None or m.effect.per_year is None:
        return None
    value = Message("match.with_unit", {"value": m.effect.lifetime, "unit": coded("unit", m.effect.unit)})
    return m.say("note.said.effect_lifetime", value=value)


def _effect_of_technology(m: Material) -> Said | None:
    technology = m.technology
    if technology is None or technology.facts.effect is None:
        return None
    text = Message("note.said.effect_of_technology", {"value": quantity(technology.facts.effect)})
    return Said(text, technology.source)


def _beneficiaries(m: Material) -> Filled:
    reached = people(m)
    return Filled(
        (reached,) if reached else (),
        open=True,
        missing=("beneficiaries_share",) if reached else ("beneficiaries", "beneficiaries_share"),
    )


def _impact_potential(m: Material) -> Filled:
    return complete(saving(m), people(m))


def _sustainable_development(m: Material) -> Filled:
    if not m.sdgs:
        return partly()
    goals = [Message("note.said.goal", {"number": x, "name": Message(f"sdg.{x}")}) for x in m.sdgs]
    return complete(m.say("note.said.goals", goals=goals))


def _recipient_needs(m: Material) -> Filled:
    conditional = any(x.conditional for x in m.bases)
    said = m.say("note.said.conditional", m.bases[0].source) if conditional else None
    return partly(barriers(m), m.detail("barriers"), said)


def _country_ownership(m: Material) -> Filled:
    named = [document(m, x) for x in m.bases]
    return Filled((*named, *_endorsed(m), *speakers(m, "nda")), open=not named)


def _endorsed(m: Material) -> list[Said]:
    if m.endorsement is None:
        return []
    return [m.say("match.value", value=coded("endorsement", m.endorsement))]


def _efficiency(m: Material) -> Filled:
    return complete(_plan_price(m), _whole_price(m), _others_carry(m))


def _plan_price(m: Material) -> Said | None:
    if m.plan is None or m.plan.usd_per_tco2e is None:
        return None
    return m.say("note.said.concessional_price", price=Money(round(m.plan.usd_per_tco2e, 2), "USD"))


def _whole_price(m: Material) -> Said | None:
    """Return the whole cost over the saving of the whole life, in US dollars."""
    cost, saved = m.ask.cost, m.ask.saved_tco2e
    if cost is None or cost.max is None or not saved:
        return None
    dollars = in_currency(cost.max, cost.currency, "USD", m.knowledge.rates)
    if dollars is None:
        return None
    note = Message("note.said.whole_price_basis", {"saved": saved})
    return Said(
        Message("note.said.whole_price", {"price": Money(round(dollars / saved, 2), "USD")}), m.source, note
    )


def _others_carry(m: Material) -> Said | None:
    own = _of_fund(m)
    if m.plan is None or not own:
        return None
    others = sum((x.amount for x in m.plan.shares), Decimal(0)) - _sum(own)
    return m.say("note.said.others_carry", amount=Money(others, m.plan.currency))


def _transition(m: Material) -> Filled:
    if m.ask.objective is None:
        return partly()
    green = m.say("note.said.transition_green", objective=coded("objective", m.ask.objective))
    return partly(green, saving(m))


def _climate_finance(m: Material) -> Filled:
    if m.ask.objective is None or m.ask.cost is None:
        return partly()
    return partly(
        m.say(
            "note.said.climate_finance",
            objective=coded("objective", m.ask.objective),
            cost=money(m.ask.cost),
        )
    )


def _benefits(m: Material) -> Filled:
    return complete(m.detail("function"), people(m), saving(m))


def _cost_effectiveness(m: Material) -> Filled:
    return complete(_per_person(m), _unit_cost(m), _plan_price(m))


def _per_person(m: Material) -> Said | None:
    direct, cost = m.reached[0], m.ask.cost
    if cost is None or cost.max is None or not direct:
        return None
    return m.say("note.said.per_person", price=Money(round(cost.max / direct, 2), cost.currency))


def _unit_cost(m: Material) -> Said | None:
    technology = m.technology
    if technology is None or technology.facts.unit_cost is None:
        return None
    return Said(
        Message("note.said.unit_cost", {"price": price(technology.facts.unit_cost)}), technology.source
    )


def _full_cost(m: Material) -> Filled:
    if m.ask.objective == "mitigation":
        return partly(m.say("note.said.full_cost_mitigation"))
    source = m.window.source if m.window else None
    rule = Said(Message("note.said.full_cost"), source) if source else None
    part = m.say("note.said.full_cost_part") if m.ask.objective == "both" else None
    return Filled(tuple(x for x in (rule, part, _total(m)) if x), open=m.ask.cost is None or part is not None)


def _expected_impact(m: Material) -> Filled:
    return complete(saving(m), people(m), m.detail("function"))


# ---- Money ----


def _total(m: Material) -> Said | None:
    return m.say("note.said.total", cost=money(m.ask.cost)) if m.ask.cost else None


def _total_cost(m: Material) -> Filled:
    return complete(_total(m), _table(m))


def _table(m: Material) -> PlanTable | None:
    return PlanTable(m.plan) if m.plan else None


def _of_fund(m: Material) -> list[Share]:
    """Return the shares of the plan that come from the fund that reads the note."""
    if m.plan is None or m.window is None:
        return []
    return [x for x in m.plan.shares if x.provider == m.window.facts.provider]


def _sum(shares: Iterable[Share]) -> Decimal:
    return sum((x.amount for x in shares), Decimal(0))


def _request(m: Material) -> Filled:
    own = _of_fund(m)
    if m.plan is None:
        return partly()
    if not own:
        return partly(m.say("note.said.not_in_plan"))
    share = _sum(own) / m.plan.cost if m.plan.cost else Decimal(0)
    amount = Money(_sum(own), m.plan.currency)
    return complete(m.say("note.said.request", amount=amount, share=percent(share)))


def _instrument(m: Material) -> Filled:
    used = dict.fromkeys(x.instrument for x in _of_fund(m))
    if used:
        return complete(m.say("match.value", value=[coded("instrument", x) for x in used]))
    offered = m.window.facts.instruments if m.window else ()
    if m.window is None or not offered:
        return partly()
    text = Message("note.said.offers", {"instruments": labels("instrument", offered)})
    return partly(Said(text, m.window.source))


def _concessionality(m: Material) -> Filled:
    return complete(*_justified(m))


def _justified(m: Material) -> list[Said]:
    """Say why the concessional part is not larger: it fills only what dearer money leaves."""
    plan = m.plan
    if plan is None:
        return []
    if not plan.concessional:
        return [m.say("note.said.no_concessional")]
    values: dict[str, Any] = {
        "dearer": Money(_sum(plan.shares) - plan.concessional, plan.currency),
        "cost": Money(plan.cost, plan.currency),
        "concessional": Money(plan.concessional, plan.currency),
        "share": percent(plan.concessional / plan.cost if plan.cost else Decimal(0)),
    }
    reason = m.say(f"note.said.concessional_{m.ask.revenue_class or 'unknown'}")
    told = _plan_price(m) or m.say("note.said.concessional_price_unknown")
    return [m.say("note.said.concessional", **values), reason, told]


def _tenor(m: Material) -> Filled:
    window = m.window
    if window is None or window.facts.tenor_years is None:
        return partly()
    return Filled(
        (Said(Message("note.said.tenor", {"time": quantity(window.facts.tenor_years)}), window.source),),
        open=True,
        missing=("grace",),
    )


def _cost_breakdown(m: Material) -> Filled:
    return partly(_total(m), _unit_cost(m), _table(m))


def _shares(m: Material, wanted: Callable[[Share], bool], key: str) -> Filled:
    if m.plan is None:
        return partly()
    amount = _sum(x for x in m.plan.shares if wanted(x))
    if not amount:
        return partly()
    share = percent(amount / m.plan.cost if m.plan.cost else Decimal(0))
    return complete(m.say(key, amount=Money(amount, m.plan.currency), share=share))


def _equity(m: Material) -> Filled:
    return _shares(
        m, lambda x: x.role == "sponsor_equity" or x.instrument == "equity", "note.said.equity_share"
    )


def _loan(m: Material) -> Filled:
    own = _of_fund(m)
    lent = _shares(m, lambda x: x in own and x.instrument.endswith("loan"), "note.said.request")
    return Filled((*lent.pieces, *_justified(m)), open=lent.open)


def _projections(m: Material) -> Filled:
    flow = m.ask.cash_flow
    return partly(m.say("note.said.cash_flow", amount=money(flow)) if flow else None)


def _financing_plan(m: Material) -> Filled:
    return Filled((PlanTable(m.plan), *_justified(m)) if m.plan else (), open=m.plan is None)


def _budget(m: Material) -> Filled:
    return complete(_total(m), _table(m))


def _schedule(m: Material) -> Filled:
    return partly(*dates(m))


def _ceiling(m: Material) -> Filled:
    if m.window is None:
        return partly()
    highest = [x for x in m.window.facts.tickets if x.max is not None]
    if not highest:
        return partly()
    most = MoneyRange(highest[0].currency, max=highest[0].max)
    said = Said(Message("note.said.ceiling", {"amount": money(most)}), m.window.source)
    return complete(said, _above_ceiling(m, most))


def _above_ceiling(m: Material, most: MoneyRange) -> Said | None:
    """Say that only a part may be asked for, where the whole costs more than the ceiling."""
    cost = m.ask.cost
    if cost is None or cost.max is None or most.max is None:
        return None
    whole = in_currency(cost.max, cost.currency, most.currency, m.knowledge.rates)
    return m.say("note.said.above_ceiling", cost=money(cost)) if whole and whole > most.max else None


# ---- Safeguards ----


def _category(m: Material) -> Filled:
    code = m.ask.es_category
    if code is None:
        return partly(hints=_accepted(m))
    return complete(m.say("note.said.category", code=code, meaning=coded("es_category", code)))


def _accepted(m: Material) -> tuple[Said, ...]:
    if m.window is None or not m.window.facts.es_categories:
        return ()
    codes = list(m.window.facts.es_categories)
    return (Said(Message("note.said.accepted", {"codes": codes}), m.window.source),)


def _requirements(m: Material) -> Filled:
    own = m.say("note.said.standard_used", name=m.es_standard) if m.es_standard else None
    asked = None
    if m.window is not None and m.window.es_standard:
        asked = Said(Message("note.said.standard_asked", {"name": m.window.es_standard}), m.window.source)
    return Filled(tuple(x for x in (own, asked) if x), open=own is None)


def _categories(m: Material) -> Filled:
    category = _category(m)
    missing = (*(() if category.pieces else ("ess_category",)), "resettlement", "indigenous_peoples")
    return Filled(category.pieces, open=True, missing=missing, hints=category.hints)


def _alignment(m: Material) -> Filled:
    return partly(*(document(m, x) for x in m.bases if x.type in {"ndc", "ltleds"}))


# ---- Ownership ----


def _letter(role: str, endorsement: str) -> Callable[[Material], Filled]:
    """Return the row of a body's consent: the body is told, its letter is known only from the entry."""

    def fill(m: Material) -> Filled:
        signed = _endorsed(m) if m.endorsement == endorsement else []
        return Filled((*signed, *speakers(m, role)), open=not signed)

    return fill


def _government_request(m: Material) -> Filled:
    given = m.endorsement not in {None, "none"}
    return Filled(tuple(_endorsed(m)), open=not given)


def _stage(m: Material) -> Filled:
    return complete(m.say("match.value", value=coded("stage", m.ask.stage)) if m.ask.stage else None)


# ---- After ----


def _sustainability(m: Material) -> Filled:
    return partly(_service_life(m), service(m))


def _service_life(m: Material) -> Said | None:
    if m.technology is None or m.technology.facts.lifetime_years is None:
        return None
    time = quantity(m.technology.facts.lifetime_years)
    return Said(Message("note.said.lifetime", {"time": time}), m.technology.source)


def _replicability(m: Material) -> Filled:
    return partly(references(m), chosen(m))


def _repayment(m: Material) -> Filled:
    if m.ask.revenue_class is None:
        return partly()
    said = m.say("match.value", value=coded("revenue_class", m.ask.revenue_class))
    currency = m.ask.tariff_currency
    tariff = m.say("note.said.tariff_currency", currency=currency) if currency else None
    return Filled(tuple(x for x in (said, tariff) if x), open=m.ask.revenue_class != "public_good")


def _dscr(m: Material) -> Filled:
    window = m.window
    if window is None or window.facts.dscr_min is None:
        return partly()
    return partly(Said(Message("note.said.dscr_min", {"value": window.facts.dscr_min}), window.source))


def _risks(m: Material) -> Filled:
    conditions = [Said(x) for x in m.plan.conditions] if m.plan else []
    return complete(barriers(m), m.detail("barriers"), *conditions)


def _follow_up(m: Material) -> Filled:
    """Return the documents that plan further steps."""
    follow: list[Said | Told] = [document(m, x) for x in m.bases if x.type in {"tap", "ctcn_request"}]
    return partly(*follow)


def _additionality(m: Material) -> Filled:
    return partly(barriers(m))


FIGURES: Mapping[str, Callable[[Material], Filled]] = {
    "lifetime_effect": _lifetime_effect,
    "beneficiaries": _beneficiaries,
    "impact_potential": _impact_potential,
    "paradigm_shift": _replicability,
    "sustainable_development": _sustainable_development,
    "recipient_needs": _recipient_needs,
    "country_ownership": _country_ownership,
    "efficiency": _efficiency,
    "saved": _saved,
    "transition_qualities": _transition,
    "additionality": _additionality,
    "climate_finance": _climate_finance,
    "benefits": _benefits,
    "cost_effectiveness": _cost_effectiveness,
    "full_cost": _full_cost,
    "expected_impact": _expected_impact,
    "total_cost": _total_cost,
    "request": _request,
    "instrument": _instrument,
    "concessionality": _concessionality,
    "tenor": _tenor,
    "cost_breakdown": _cost_breakdown,
    "equity": _equity,
    "loan": _loan,
    "projections": _projections,
    "financing_plan": _financing_plan,
    "budget": _budget,
    "schedule": _schedule,
    "ceiling": _ceiling,
    "ess_category": _category,
    "es_requirements": _requirements,
    "paris_alignment": _alignment,
    "safeguard_categories": _categories,
    "es_principles": _requirements,
    "no_objection": _letter("nda", "nda"),
    "government_request": _government_request,
    "readiness_state": _stage,
    "da_letter": _letter("af_da", "af_da"),
    "nde_signature": _letter("nde", "nde"),
    "sustainability": _sustainability,
    "replicability": _replicability,
    "repayment": _repayment,
    "dscr": _dscr,
    "risks": _risks,
    "follow_up": _follow_up,
}
