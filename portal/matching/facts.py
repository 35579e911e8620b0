"""What matching knows of both sides, as plain values without a database behind them.

``reading.py`` makes them from entries; gates, criteria and rules compare them. An
empty tuple or ``None`` means that the entry does not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.catalogue.funding import COMMITTED, LineFacts
from portal.catalogue.values import AccessEntity, Envelope, Procurement, Site, Ticket
from portal.core.money import MoneyRange, Rates
from portal.core.provenance import Provenance
from portal.core.quantities import Quantity
from portal.matching.weights import PUBLISHED, WeightSets
from portal.taxonomy.tree import TermTree

Names = Mapping[str, str]


@dataclass(frozen=True)
class OrganisationFacts:
    """An organisation as far as access to a fund asks for it.

    :ivar un_or_ngo: a body of the United Nations or a non-governmental organisation.
    :ivar national: works in its own country only.
    """

    key: str
    names: Names
    country: str | None = None
    un_or_ngo: bool = False
    national: bool = False


@dataclass(frozen=True)
class NormalsFacts:
    """The climate of a region, which stands in where an entry states no value of its own.

    :ivar site: design and record values, classes.
    :ivar station: names of the town where they were measured.
    :ivar basis: what the design minimum rests on.
    :ivar source: where the values were read; ``verified``: somebody compared them with it.
    """

    region: str
    country: str
    site: Site
    station: Names
    basis: str = "unknown"
    source: str = ""
    verified: bool = False


@dataclass(frozen=True)
class StepFacts:
    """What a destination asks before a technology may be sold, installed or measured by.

    :ivar terms: it concerns these and all below them; empty = not limited by term.
    :ivar forms: of technologies it concerns; empty = all.
    :ivar met_by: certificates that fulfil it; ``eased_by``: evidence that saves tests.
    """

    key: str
    countries: tuple[str, ...]
    names: Names
    issuer: Names
    step: str
    scheme: str | None = None
    mandatory: bool = True
    terms: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    met_by: tuple[str, ...] = ()
    eased_by: tuple[str, ...] = ()
    months: Quantity | None = None
    source: str = ""
    verified: bool = False


@dataclass(frozen=True)
class ProhibitionFacts:
    """A substance that destinations forbid to bring in."""

    countries: tuple[str, ...]
    substance: str
    names: Names
    source: str = ""


@dataclass(frozen=True)
class Knowledge:
    """What judging needs besides the two sides: reference data, and what day it is.

    :ivar annex_i: countries of Annex I of the Convention.
    :ivar region: the countries of the catalogue's core; a reference there counts first.
    :ivar languages: official languages of a country.
    :ivar currencies: the currency of a country.
    :ivar normals: the climate of a region, by its code.
    :ivar prices: the price level of a currency in a year, by currency and year.
    :ivar weights: what each criterion weighs at this portal.
    """

    tree: TermTree
    rates: Rates
    today: date
    annex_i: frozenset[str] = frozenset()
    region: frozenset[str] = frozenset()
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    term_names: Mapping[str, Names] = field(default_factory=dict)
    sector_names: Mapping[str, Names] = field(default_factory=dict)
    country_names: Mapping[str, Names] = field(default_factory=dict)
    organisations: Mapping[str, OrganisationFacts] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    region_names: Mapping[str, Names] = field(default_factory=dict)
    normals: Mapping[str, NormalsFacts] = field(default_factory=dict)
    steps: tuple[StepFacts, ...] = ()
    prohibitions: tuple[ProhibitionFacts, ...] = ()
    prices: Mapping[str, Mapping[int, Decimal]] = field(default_factory=dict)
    weights: WeightSets = PUBLISHED

    def terms(self, codes: tuple[str, ...]) -> list[Names | str]:
        """Return the names of terms, for messages."""
        return [self.term_names.get(code, code) for code in codes]

    def sectors(self, codes: tuple[str, ...]) -> list[Names | str]:
        """Return the names of sectors, for messages."""
        return [self.sector_names.get(code, code) for code in codes]

    def countries(self, codes: tuple[str, ...]) -> list[Names | str]:
        """Return the names of countries, for messages."""
        return [self.country_names.get(code, code) for code in codes]

    def wishes(self, need: "NeedFacts") -> list[Names | str]:
        """Return the names of what a need wants: its terms, else those read in it, else its sectors."""
        return self.terms(need.terms or need.read_terms) or self.sectors(need.sectors)

    def offers(self, technology: "TechnologyFacts") -> list[Names | str]:
        """Return the names of what a technology is: its terms, else those read in it, else its sectors."""
        return self.terms(technology.terms or technology.read_terms) or self.sectors(technology.sectors)

    def normals_in(self, countries: tuple[str, ...]) -> list[NormalsFacts]:
        """Return the climate of every region of these countries that is known."""
        return [x for x in self.normals.values() if x.country in countries]

    def organisation(self, key: str) -> Names | str:
        """Return the name of an organisation, for messages."""
        return self.organisations[key].names if key in self.organisations else key


@dataclass(frozen=True)
class DeploymentFacts:
    """A place where a technology runs, or ran; ``running`` may be unknown."""

    country: str
    climate: str | None = None
    running: bool | None = None


@dataclass(frozen=True)
class TechnologyFacts:
    """A technology as the need's side sees it.

    :ivar read_terms: terms read in its text, where it names none itself.
    :ivar contains: substances that a destination may forbid.
    """

    id: int
    withdrawn: bool = False
    sectors: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    read_terms: tuple[str, ...] = ()
    form: str | None = None
    trl: int | None = None
    transfer_modes: tuple[str, ...] = ()
    ip_status: str | None = None
    capacity: Quantity | None = None
    unit_cost: MoneyRange | None = None
    running_cost: MoneyRange | None = None
    effect: Quantity | None = None
    lifetime_years: Quantity | None = None
    full_load_hours: int | None = None
    contains: tuple[str, ...] = ()
    operating: Envelope | None = None
    survival: Envelope | None = None
    water_demand: str | None = None
    certificates: tuple[str, ...] = ()
    deployments: tuple[DeploymentFacts, ...] = ()
    origin: tuple[str, ...] = ()
    service_in: tuple[str, ...] = ()
    training_languages: tuple[str, ...] = ()
    lead_time: Quantity | None = None


@dataclass(frozen=True)
class NeedFacts:
    """A need as the technology's side sees it.

    :ivar read_terms: terms read in its text; they count where it names none itself.
    :ivar guesses: terms that entries like it name, with how much each counts as wanted.
    :ivar texts: how near the texts of technologies are to its own, 0 to 1, by their ids, as the
        search finds them; ``None`` = not looked up, since both sides name terms.
    :ivar budget_years: years of running that the budget covers; 0 = the capital only.
    """

    id: int
    objective: str = "both"
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    read_terms: tuple[str, ...] = ()
    guesses: tuple[tuple[str, float], ...] = ()
    texts: Mapping[int, float] | None = None
    site: Site | None = None
    capacity: Quantity | None = None
    budget: MoneyRange | None = None
    budget_years: int | None = None
    beneficiaries: int | None = None
    trl_floor: int | None = None
    transfer_modes: tuple[str, ...] = ()
    required_standards: tuple[str, ...] = ()
    commissioning_by: date | None = None


@dataclass(frozen=True)
class AskFacts:
    """A need or a project, seen as a request for money.

    :ivar kind: ``need`` or ``project``.
    :ivar tags: what financiers exclude, of its terms and all above them.
    :ivar possible_tags: what they exclude of every kind below a term that is not told closer.
    :ivar cost: the whole cost; one figure has ``min == max``.
    :ivar amount: what is asked of the one source; ``None`` = not said.
    :ivar instruments: those sought; any of them serves.
    :ivar from_lines: instruments and amount are read off its funding lines: those it has
        used so far, and what is still missing, which several sources may share.
    :ivar applicant: ``public``, ``private``, ``ppp`` or ``ngo``.
    :ivar supply_origin: where the supply comes from.
    :ivar origin_is_choice: the buyer may still choose among the origins.
    :ivar funded_by: the sources that the entry names as its own: provider by id.
    :ivar final_beneficiaries: who uses it in the end.
    :ivar revenue_class: ``earning``, ``partly`` or ``public_good``.
    :ivar tariff_currency: in which it earns.
    :ivar cash_flow: what a normal year leaves for debt service.
    :ivar saved_tco2e: what it saves over its life.
    """

    id: int
    kind: str
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    possible_tags: frozenset[str] = frozenset()
    objective: str | None = None
    cost: MoneyRange | None = None
    amount: MoneyRange | None = None
    instruments: tuple[str, ...] = ()
    from_lines: bool = False
    applicant: str | None = None
    stage: str | None = None
    es_category: str | None = None
    supply_origin: tuple[str, ...] = ()
    origin_is_choice: bool = False
    access_entity: str | None = None
    lines: tuple[LineFacts, ...] = ()
    funded_by: Mapping[int, str] = field(default_factory=dict)
    final_beneficiaries: tuple[str, ...] = ()
    revenue_class: str | None = None
    tariff_currency: str | None = None
    cash_flow: MoneyRange | None = None
    saved_tco2e: Decimal | None = None


@dataclass(frozen=True)
class LayerFacts:
    """The three layers of one country at one source, with where that stands."""

    member: bool | None = None
    member_status: str | None = None
    operates: bool | None = None
    state: str | None = None
    condition: str | None = None
    since: date | None = None
    notes: Names = field(default_factory=dict)
    source: str | None = None
    checked_on: date | None = None
    verified: bool = False


@dataclass(frozen=True)
class SourceFacts:
    """A window of a provider with the rules that it states.

    :ivar beneficiaries: who may use the money in the end; empty = it does not say.
    :ivar currencies: in which it lends or gives.
    :ivar guarantee: whether it asks for a guarantee of the state.
    :ivar country_cap: what one country may get of it in all.
    :ivar interest_rate: all-in yearly price of its debt, per cent.
    :ivar dscr_min: lowest debt service cover ratio that it accepts.
    :ivar documents: codes of what it asks for.
    :ivar provenance: where its rules were read; a layer may name a source of its own.
    """

    id: int
    provider: str
    availability: str = "open"
    instruments: tuple[str, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    project_size: MoneyRange | None = None
    applicants: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    layers: Mapping[str, LayerFacts] = field(default_factory=dict)
    other_countries: str = "unknown"
    procurement: Procurement | None = None
    cofinancing_min_share: Decimal | None = None
    equity_min_share: Decimal | None = None
    max_share_of_cost: Decimal | None = None
    access_route: str | None = None
    access_entities: tuple[AccessEntity, ...] = ()
    es_categories: tuple[str, ...] = ()
    deadline: date | None = None
    checked_on: date | None = None
    beneficiaries: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    guarantee: bool | None = None
    country_cap: MoneyRange | None = None
    interest_rate: Decimal | None = None
    dscr_min: Decimal | None = None
    tenor_years: Quantity | None = None
    months_to_money: Quantity | None = None
    documents: tuple[str, ...] = ()
    provenance: Provenance | None = None


def approval(ask: AskFacts, source: SourceFacts) -> LineFacts | None:
    """Return the line by which this source has already committed itself, if there is one.

    Where the entry names windows of this provider as its own, only those count: another
    window has not approved anything.
    """
    named = {x for x, provider in ask.funded_by.items() if provider == source.provider}
    if named and source.id not in named:
        return None
    lines = [x for x in ask.lines if x.provider == source.provider and x.state in COMMITTED]
    return max(lines, key=lambda x: COMMITTED.index(x.state), default=None)
