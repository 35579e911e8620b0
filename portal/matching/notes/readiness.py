"""The readiness checklist of a concept note: what is missing, who issues it, how long that takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.core.i18n import Message
from portal.core.provenance import Provenance
from portal.core.quantities import Quantity
from portal.matching.facts import Names
from portal.matching.notes.concept_note import Note
from portal.matching.notes.pieces import Basis, Material

#: The document that answers a field; the field is then told as this document.
DOCUMENT_OF: Mapping[str, str] = {
    "no_objection": "no_objection_letter",
    "da_letter": "da_endorsement_letter",
    "nde_signature": "nde_request",
    "gender_assessment": "gender_action_plan",
    "permits": "permits",
    "licences": "permits",
    "off_taker": "off_take_agreement",
    "statements": "financial_statements",
}
#: Who speaks for a country where a document is signed by that body.
SIGNED_BY: Mapping[str, str] = {
    "no_objection_letter": "nda",
    "da_endorsement_letter": "af_da",
    "nde_request": "nde",
}
#: Documents whose naming in an entry answers the question for a link to the country's plans.
PLANS = frozenset({"ndc", "nap", "tna", "tap", "ltleds", "gcf_country_programme"})

#: Who can say what is missing; everything else the owner of the need or project.
_WHO: Mapping[str, tuple[str, ...]] = {
    "fund_partner": (
        "result_areas",
        "accredited_entity",
        "implementing_entity",
        "request_for_proposals",
        "country_strategy",
        "transition_qualities",
        "get_share",
        "additionality",
        "paris_alignment",
        "climate_finance",
        "tenor",
        "grace",
        "instrument",
        "ceiling",
        "full_cost",
    ),
    "sponsor": (
        "sponsor",
        "ownership",
        "beneficial_owners",
        "management",
        "track_record",
        "competitors",
        "security",
        "projections",
        "dscr",
        "repayment",
        "equity",
        "loan",
    ),
    "government": (
        "government_request",
        "agencies",
        "executing_entity",
        "counterpart",
        "designated_authority",
        "nde",
        "applicant",
        "country_ownership",
    ),
    "study": (
        "components",
        "by_component",
        "cost_breakdown",
        "eirr",
        "market",
        "climate_rationale",
        "theory_of_change",
        "theory_diagram",
        "paradigm_shift",
        "lifetime_effect",
        "saved",
        "efficiency",
        "cost_effectiveness",
        "dmf_impact",
        "dmf_outcome",
        "dmf_outputs",
        "vulnerability",
        "risks",
        "sustainability",
        "replicability",
    ),
    "assessment": (
        "ess_category",
        "es_requirements",
        "es_principles",
        "indigenous_peoples",
        "safeguard_categories",
        "resettlement",
        "poverty_social",
        "consultation",
        "stakeholders",
        "gender",
        "gender_category",
    ),
}
WHO: Mapping[str, str] = {name: who for who, names in _WHO.items() for name in names}


@dataclass(frozen=True)
class DocumentFacts:
    """A document that financiers ask for, as the reference data tell it."""

    code: str
    names: Names
    issuer: Names
    source: Provenance
    issuer_by_country: Mapping[str, Names] = field(default_factory=dict)
    months: Quantity | None = None


@dataclass(frozen=True)
class Issuer:
    """Who issues a document; ``country`` is empty where that holds everywhere."""

    name: Names | Message
    country: Names | None = None
    source: Provenance | None = None


@dataclass(frozen=True)
class Gap:
    """A field that is not known; its label is ``note.row.<name>``.

    :ivar who: the message ``readiness.who.<who>`` says who can tell.
    """

    name: str
    who: str
    required: bool


@dataclass(frozen=True)
class Paper:
    """A document that the window asks for.

    :ivar held: why it need not be asked for any more, as ``readiness.held.<held>``.
    :ivar months: that it usually takes; ``None`` = not known.
    """

    code: str
    name: Names | Message
    issuers: tuple[Issuer, ...]
    required: bool
    held: str | None = None
    months: Quantity | None = None
    source: Provenance | None = None


@dataclass(frozen=True)
class Checklist:
    """What is missing for a window."""

    gaps: tuple[Gap, ...]
    papers: tuple[Paper, ...]


def check_readiness(note: Note, material: Material, known: Mapping[str, DocumentFacts]) -> Checklist:
    """Return what the note lacks and which documents its window asks for.

    :param known: what the reference data say of documents, by code.
    """
    wanted: dict[str, bool] = dict.fromkeys(material.window.facts.documents if material.window else (), True)
    gaps: dict[str, Gap] = {}
    for row in note.rows:
        for name in row.missing:
            if name in DOCUMENT_OF:
                code = DOCUMENT_OF[name]
                wanted[code] = wanted.get(code, False) or row.required
            elif name not in gaps or row.required:
                gaps[name] = Gap(name, WHO.get(name, "owner"), row.required)
    papers = tuple(_paper(code, required, material, known) for code, required in wanted.items())
    return Checklist(_required_first(gaps.values()), papers)


def _required_first(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple(sorted(gaps, key=lambda x: not x.required))


def _paper(code: str, required: bool, material: Material, known: Mapping[str, DocumentFacts]) -> Paper:
    facts = known.get(code)
    return Paper(
        code=code,
        name=facts.names if facts else Message(f"document.{code}"),
        issuers=_issuers(code, material, facts),
        required=required,
        held=_held(code, material.bases),
        months=facts.months if facts else None,
        source=facts.source if facts else None,
    )


def _held(code: str, bases: Iterable[Basis]) -> str | None:
    if code == "concept_note":
        return "draft"
    if code == "ndc_link" and any(x.type in PLANS for x in bases):
        return "named"
    return None


def _issuers(code: str, material: Material, facts: DocumentFacts | None) -> tuple[Issuer, ...]:
    """Return who issues it: the bodies of the host countries where known, else in general."""
    countries = material.knowledge.country_names
    signing = material.speakers.get(SIGNED_BY.get(code, ""), ())
    if signing:
        return tuple(Issuer(x.names, countries.get(x.country), x.source) for x in signing)
    if facts is None:
        return (Issuer(Message("readiness.issuer_unknown")),)
    local = [
        Issuer(facts.issuer_by_country[x], countries.get(x), facts.source)
        for x in material.ask.countries
        if x in facts.issuer_by_country
    ]
    return tuple(local) or (Issuer(facts.issuer, None, facts.source),)
