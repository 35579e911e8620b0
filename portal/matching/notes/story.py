"""Fills the rows of a concept note that tell: who, why, and what is to be done."""

from collections.abc import Callable, Mapping
from typing import Any

from portal.catalogue.values import Site
from portal.core.i18n import Locale, Message
from portal.core.quantities import Quantity
from portal.matching.facts import DeploymentFacts
from portal.matching.notes.pieces import (
    Basis,
    Chain,
    Filled,
    Material,
    Quoted,
    ResultLine,
    ResultsTable,
    Said,
    Step,
    Text,
    Told,
    complete,
    partly,
)
from portal.matching.wording import celsius, coded, labels, quantity, shown

#: So many places where a technology runs are named, and so many entities.
_NAMED = 6


def _title(m: Material) -> Filled:
    return complete(Told(m.title, m.source))


def _sector_kind(m: Material) -> Filled:
    return complete(_applicant(m))


def _applicant(m: Material) -> Said | None:
    if m.ask.applicant is None:
        return None
    return m.say("match.value", value=coded("sponsor_type", m.ask.applicant))


def _result_areas(m: Material) -> Filled:
    sectors = m.knowledge.sectors(m.ask.sectors)
    objective = coded("objective", m.ask.objective or "both")
    return partly(m.say("note.said.areas", objective=objective, sectors=sectors))


def _accredited_entity(m: Material) -> Filled:
    if m.ask.access_entity:
        name = m.knowledge.organisation(m.ask.access_entity)
        return complete(m.say("match.value", value=name))
    return partly(hints=_entities(m))


def _entities(m: Material) -> list[Said]:
    """Return the entities of the window that could carry it, with how far each is."""
    if m.window is None:
        return []
    found = []
    for entity in m.window.facts.access_entities:
        known = m.knowledge.organisations.get(entity.organisation)
        if known is None or (known.national and known.country not in m.ask.countries):
            continue
        values = {"name": shown(known.names), "stage": coded("access_stage", entity.stage)}
        found.append(Message("match.entity", values))
    if not found:
        return []
    return [m.say("note.said.entities", m.window.source, entities=found[:_NAMED])]


def _confidential(m: Material) -> Filled:
    return complete(Said(Message("note.said.not_confidential")))


def _sponsor(m: Material) -> Filled:
    return complete(_sponsor_named(m), m.detail("sponsor_note"))


def _sponsor_named(m: Material) -> Told | None:
    # Records give names in English; nobody has translated them.
    return Told({Locale.EN: Text(m.sponsor, unreviewed=False)}, m.source) if m.sponsor else None


def _ownership(m: Material) -> Filled:
    return complete(_sponsor_named(m))


def _country(m: Material) -> Filled:
    return complete(m.say("match.value", value=m.countries) if m.ask.countries else None)


def _agencies(m: Material) -> Filled:
    return partly(m.say("note.said.posted_by", owner=m.owner) if m.owner else None)


def _modality(m: Material) -> Filled:
    sought = [coded("instrument", x) for x in m.ask.instruments]
    key = "note.said.used" if m.ask.from_lines else "note.said.sought"
    return complete(m.say(key, instruments=sought) if sought else None)


def speakers(m: Material, role: str) -> list[Said]:
    """Return who speaks for the hosts towards the fund."""
    return [
        Said(
            Message(
                "note.said.speaker",
                {
                    "country": m.knowledge.country_names.get(x.country, x.country),
                    "role": coded("focal_role", role),
                    "name": x.names,
                },
            ),
            x.source,
        )
        for x in m.speakers.get(role, ())
    ]


def _speaker(role: str) -> Callable[[Material], Filled]:
    return lambda m: complete(*speakers(m, role))


def _asks(m: Material) -> Filled:
    if m.owner:
        return complete(m.say("match.value", value=m.owner))
    return partly(_applicant(m))


def _partners(m: Material) -> Filled:
    named = [m.knowledge.organisation(x.provider) if x.provider else x.name for x in m.ask.lines]
    known = [x for n, x in enumerate(named) if x and x not in named[:n]]
    return partly(m.say("note.said.partners", partners=known) if known else None)


def _rationale(m: Material) -> Filled:
    return complete(Told(m.summary, m.source), *quotes(m))


def quotes(m: Material) -> list[Quoted]:
    """Return the words of the documents that state it."""
    return [Quoted(x.quote, x.language, x.measure, x.source) for x in m.bases if x.quote and x.source]


def _climate_rationale(m: Material) -> Filled:
    return Filled((Told(m.summary, m.source), *quotes(m)), open=not m.bases)


def _baseline(m: Material) -> Filled:
    own = m.detail("baseline")
    if own or m.technology is None or not m.technology.baseline:
        return complete(own)
    source = m.technology.source
    return partly(
        Said(Message("note.said.baseline_of_technology"), source), Told(m.technology.baseline, source)
    )


def _barriers(m: Material) -> Filled:
    return complete(barriers(m), m.detail("barriers"))


def barriers(m: Material) -> Said | None:
    """Return the kinds of barriers."""
    return m.say("match.value", value=[coded("barrier", x) for x in m.barriers]) if m.barriers else None


def _tariff(m: Material) -> Filled:
    currency = m.ask.tariff_currency
    return partly(m.say("note.said.tariff_currency", currency=currency) if currency else None)


def _sector(m: Material) -> Filled:
    sectors, terms = m.knowledge.sectors(m.ask.sectors), m.knowledge.terms(m.ask.terms)
    return complete(m.say("note.said.sector", sectors=sectors, terms=terms))


def _lessons(m: Material) -> Filled:
    return partly(references(m))


def references(m: Material) -> Said | None:
    """Return where the technology runs, or ran."""
    if m.technology is None or not m.technology.facts.deployments:
        return None
    return Said(
        Message(
            "note.said.references",
            {
                "count": len(m.technology.facts.deployments),
                "countries": _distinct(m, m.technology.facts.deployments),
            },
        ),
        m.technology.source,
    )


def _distinct(m: Material, places: tuple[DeploymentFacts, ...]) -> list[object]:
    codes = tuple(dict.fromkeys(x.country for x in places))[:_NAMED]
    return list(m.knowledge.countries(codes))


def _vulnerability(m: Material) -> Filled:
    return partly(*_site(m), m.detail("site"))


def _site(m: Material) -> list[Said]:
    return [] if m.site is None else [m.say(key, **values) for key, values in _conditions(m.site)]


def _conditions(site: Site) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for key, degrees in (
        ("note.said.design_min", site.temp_min_c),
        ("note.said.record_min", site.temp_extreme_min_c),
        ("note.said.record_max", site.temp_max_c),
    ):
        if degrees is not None:
            found.append((key, {"value": celsius(degrees)}))
    if site.water:
        found.append(("note.said.water", {"value": coded("water", site.water)}))
    if site.seismic_msk:
        found.append(("note.said.seismic", {"value": site.seismic_msk}))
    return found


def _document_link(m: Material) -> Filled:
    return complete(*(document(m, x) for x in m.bases), *quotes(m))


def document(m: Material, basis: Basis) -> Said:
    """Return which document states it and where."""
    key = "note.said.document_measure" if basis.measure else "note.said.document"
    values: dict[str, Any] = {
        "type": coded("document_type", basis.type),
        "title": basis.title,
        "year": str(basis.year) if basis.year else "–",
    }
    return m.say(key, basis.source, **values, **({"measure": basis.measure} if basis.measure else {}))


def _components(m: Material) -> Filled:
    return complete(m.detail("function"), chosen(m), amount(m), _transfer(m))


def chosen(m: Material) -> Said | None:
    """Return the technology by name."""
    if m.technology is None:
        return None
    titles = {x: text.words for x, text in m.technology.title.items()}
    return Said(Message("note.said.technology", {"title": titles}), m.technology.source)


def amount(m: Material) -> Said | None:
    """Return how much of it is wanted or built."""
    return m.say("note.said.capacity", value=quantity(m.capacity)) if m.capacity else None


def _transfer(m: Material) -> Said | None:
    modes = m.technology.facts.transfer_modes if m.technology else ()
    if not m.technology or not modes:
        return None
    return Said(Message("note.said.transfer", {"modes": labels("transfer_mode", modes)}), m.technology.source)


def steps(m: Material) -> tuple[Step, ...]:
    """Return the chain of results as far as its links are known."""
    found: list[tuple[str, Said | Told | Quoted | None]] = [
        ("input", chosen(m)),
        ("output", amount(m) or m.detail("function")),
        ("outcome", saving(m) or people(m)),
        ("impact", next((document(m, x) for x in m.bases), None)),
    ]
    return tuple(Step(name, piece) for name, piece in found if piece is not None)


def _theory(m: Material) -> Filled:
    known = steps(m)
    return Filled((Chain(known),) if known else (), open=len(known) < 4, hints=())


def _theory_words(m: Material) -> Filled:
    lines = [x for x in (barriers(m), m.detail("function"), saving(m)) if x is not None]
    if not lines:
        return partly()
    key = "note.said.theory" if m.barriers else "note.said.theory_plain"
    return Filled((Said(Message(key)), *lines), open=True)


def saving(m: Material) -> Said | None:
    """Return what it saves or brings a year, or over its life, with whose claim that is."""
    effect = m.effect
    if effect is None or (effect.per_year is None and effect.lifetime is None):
        return None
    whole = effect.per_year is None
    value = effect.lifetime if whole else effect.per_year
    # An effect a year may carry the year in its unit already.
    unit = effect.unit.removesuffix("/year")
    key = "note.said.effect_lifetime" if whole else "note.said.effect_year"
    note = Message("note.said.claimed", {"by": effect.claimed_by}) if effect.claimed_by else None
    text = Message(key, {"value": quantity(Quantity(unit, min=value, max=value))})
    return Said(text, m.source, note)


def people(m: Material) -> Said | None:
    """Return how many people it reaches."""
    direct, indirect = m.reached
    if direct and indirect:
        return m.say("note.said.people_both", direct=direct, indirect=indirect)
    if direct:
        return m.say("note.said.people", direct=direct)
    return m.say("note.said.people_indirect", indirect=indirect) if indirect else None


def _description(m: Material) -> Filled:
    return complete(Told(m.summary, m.source), m.detail("function"), amount(m))


def _technology(m: Material) -> Filled:
    if m.technology is None:
        return partly()
    facts, source = m.technology.facts, m.technology.source
    trl = None if facts.trl is None else Said(Message("note.said.trl", {"level": facts.trl}), source)
    return complete(chosen(m), Told(m.technology.summary, source), trl, references(m))


def _location(m: Material) -> Filled:
    regions = m.say("match.value", value=list(m.regions)) if m.regions else None
    found = [m.say("match.value", value=m.countries), regions]
    place = m.place
    if place is not None and place.lat is not None and place.lon is not None:
        found.append(m.say("project.coordinates.value", lat=place.lat, lon=place.lon))
    return Filled(tuple(x for x in found if x), open=regions is None)


def _suppliers(m: Material) -> Filled:
    return partly(_origin(m), service(m))


def _origin(m: Material) -> Said | None:
    """Return where the supply comes from; what the entry says goes before the technology's list."""
    if not m.ask.supply_origin:
        return None
    source = m.technology.source if m.technology and m.ask.origin_is_choice else m.source
    countries = m.knowledge.countries(m.ask.supply_origin)
    return Said(Message("note.said.origin", {"countries": countries}), source)


def service(m: Material) -> Said | None:
    """Return where the technology has service and spare parts."""
    if m.technology is None or not m.technology.facts.service_in:
        return None
    countries = m.knowledge.countries(m.technology.facts.service_in)
    return Said(Message("note.said.service", {"countries": countries}), m.technology.source)


def _timetable(m: Material) -> Filled:
    return partly(*dates(m))


def dates(m: Material) -> list[Said]:
    """Return the days that are set, and how long delivery takes."""
    found = []
    if m.decision_on:
        found.append(m.say("note.said.decision_on", day=m.decision_on))
    if m.commissioning_by:
        found.append(m.say("note.said.commissioning_by", day=m.commissioning_by))
    if m.technology and m.technology.facts.lead_time:
        time = quantity(m.technology.facts.lead_time)
        found.append(Said(Message("note.said.lead_time", {"time": time}), m.technology.source))
    return found


def _procurement(m: Material) -> Filled:
    rule = m.window.facts.procurement if m.window else None
    if m.window is None or rule is None:
        return partly(_origin(m))
    said = Said(Message("note.said.procurement", {"rule": coded("procurement", rule.rule)}), m.window.source)
    return partly(said, _origin(m))


def _results(m: Material) -> Filled:
    impact = next((document(m, x) for x in m.bases), None)
    outcome = m.detail("function")
    indicators = tuple(x for x in (saving(m), people(m)) if x)
    made = amount(m)
    lines = (
        ResultLine("impact", impact),
        ResultLine("outcome", outcome, indicators),
        ResultLine("outputs", chosen(m), (made,) if made else ()),
    )
    empty = tuple(f"dmf_{x.level}" for x in lines if x.statement is None and not x.indicators)
    risks = tuple(x for x in (barriers(m), m.detail("barriers")) if x)
    return Filled((ResultsTable(lines, risks),), open=bool(empty), missing=empty)


def _activities(m: Material) -> Filled:
    return complete(m.detail("function"), _transfer(m), _training(m))


def _training(m: Material) -> Said | None:
    if m.technology is None or not m.technology.facts.training_languages:
        return None
    languages = [x for x in m.technology.facts.training_languages if x in set(Locale)]
    if not languages:
        return None
    named = [coded("note.language", x) for x in languages]
    return Said(Message("note.said.training", {"languages": named}), m.technology.source)


def _objective(m: Material) -> Filled:
    return complete(m.detail("function") or Told(m.title, m.source))


def _outputs(m: Material) -> Filled:
    return complete(chosen(m), amount(m))


STORY: Mapping[str, Callable[[Material], Filled]] = {
    "title": _title,
    "sector_kind": _sector_kind,
    "result_areas": _result_areas,
    "accredited_entity": _accredited_entity,
    "confidential": _confidential,
    "sponsor": _sponsor,
    "ownership": _ownership,
    "country": _country,
    "agencies": _agencies,
    "modality": _modality,
    "implementing_entity": _accredited_entity,
    "designated_authority": _speaker("af_da"),
    "nde": _speaker("nde"),
    "applicant": _asks,
    "partners": _partners,
    "climate_rationale": _climate_rationale,
    "baseline": _baseline,
    "barriers": _barriers,
    "tariff": _tariff,
    "rationale": _rationale,
    "sector": _sector,
    "lessons": _lessons,
    "context": _rationale,
    "vulnerability": _vulnerability,
    "problem": _rationale,
    "document_link": _document_link,
    "components": _components,
    "theory_of_change": _theory_words,
    "theory_diagram": _theory,
    "description": _description,
    "technology": _technology,
    "location": _location,
    "suppliers": _suppliers,
    "timetable": _timetable,
    "procurement": _procurement,
    "dmf": _results,
    "activities": _activities,
    "objective": _objective,
    "outputs": _outputs,
    "term": _timetable,
}
