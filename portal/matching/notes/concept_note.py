"""The concept note: one set of facts in the views that five funds really ask for.

Which blocks and rows a view has is data, from what practitioners name: the GCF's concept
note user's guide (sections A to D), the EBRD's first inquiry, the ADB's concept paper, the
Adaptation Fund's concept and the CTCN's request form. A row is filled only from the entry,
its technology, its plan and the fund's own rules; else it is listed as missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.matching.notes.figures import FIGURES
from portal.matching.notes.pieces import Filled, Material, Piece, Said
from portal.matching.notes.story import STORY

#: The blocks of every view, in their order; a fund that asks nothing of one says so.
BLOCKS = ("identity", "problem", "design", "effect", "money", "safeguards", "ownership", "after")

#: The six investment criteria of the GCF, each a row of its own.
INVESTMENT_CRITERIA = (
    "impact_potential",
    "paradigm_shift",
    "sustainable_development",
    "recipient_needs",
    "country_ownership",
    "efficiency",
)

#: Rows by block and fund, by the key of the fund's organisation.
FUNDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "gcf": {
        "identity": (
            "title",
            "sector_kind",
            "result_areas",
            "accredited_entity",
            "executing_entity",
            "request_for_proposals",
            "confidential",
        ),
        "problem": ("climate_rationale", "baseline", "barriers"),
        "design": ("components", "theory_of_change", "theory_diagram"),
        "effect": ("lifetime_effect", "beneficiaries", *INVESTMENT_CRITERIA),
        "money": (
            "total_cost",
            "request",
            "instrument",
            "by_component",
            "concessionality",
            "tenor",
        ),
        "safeguards": ("ess_category", "gender_assessment", "indigenous_peoples"),
        "ownership": ("no_objection", "stakeholders"),
        "after": ("sustainability", "replicability", "exit"),
    },
    "ebrd": {
        "identity": ("sponsor", "ownership", "beneficial_owners", "management", "track_record"),
        "problem": ("market", "off_taker", "tariff", "competitors"),
        "design": (
            "description",
            "technology",
            "location",
            "suppliers",
            "permits",
            "timetable",
            "procurement",
        ),
        "effect": ("get_share", "saved", "transition_qualities", "additionality"),
        "money": ("cost_breakdown", "equity", "loan", "security", "statements", "projections"),
        "safeguards": ("ess_category", "es_requirements", "paris_alignment"),
        "ownership": ("licences",),
        "after": ("repayment", "dscr"),
    },
    "adb": {
        "identity": ("country", "agencies", "country_strategy", "modality"),
        "problem": ("rationale", "sector", "lessons"),
        "design": ("dmf",),
        "effect": ("climate_finance", "saved", "eirr", "gender_category"),
        "money": ("financing_plan", "counterpart"),
        "safeguards": ("safeguard_categories", "poverty_social"),
        "ownership": ("government_request", "readiness_state"),
        "after": ("sustainability", "risks"),
    },
    "adaptation-fund": {
        "identity": ("implementing_entity", "designated_authority"),
        "problem": ("context", "vulnerability"),
        "design": ("components", "activities"),
        "effect": ("benefits", "cost_effectiveness", "full_cost"),
        "money": ("budget", "schedule"),
        "safeguards": ("es_principles", "consultation"),
        "ownership": ("da_letter",),
        "after": ("sustainability", "learning"),
    },
    "ctcn": {
        "identity": ("nde", "applicant", "partners"),
        "problem": ("problem", "document_link"),
        "design": ("objective", "outputs", "activities", "term"),
        "effect": ("expected_impact", "gender"),
        "money": ("ceiling",),
        "safeguards": (),
        "ownership": ("nde_signature",),
        "after": ("follow_up",),
    },
}

#: The windows that read such a note, by their keys in the catalogue.
WINDOWS: Mapping[str, tuple[str, ...]] = {
    "gcf": ("gcf-regular", "gcf-sap"),
    "ebrd": ("ebrd-direct",),
    "adb": ("adb-sovereign", "adb-private"),
    "adaptation-fund": ("adaptation-fund", "adaptation-fund-regional"),
    "ctcn": ("ctcn-assistance",),
}

#: Rows that a fund reads if they are there, but does not need for a first answer.
OPTIONAL: Mapping[str, frozenset[str]] = {
    "gcf": frozenset({"request_for_proposals", "exit", "indigenous_peoples", "stakeholders"}),
    "ebrd": frozenset({"competitors", "get_share", "additionality", "paris_alignment", "security"}),
    "adb": frozenset({"eirr", "gender_category", "lessons", "counterpart", "country_strategy"}),
    "adaptation-fund": frozenset({"learning"}),
    "ctcn": frozenset({"partners", "follow_up", "gender"}),
}

#: Parts of rows that are told as missing by themselves.
PARTS = ("beneficiaries_share", "grace", "resettlement", "dmf_impact", "dmf_outcome", "dmf_outputs")

FIELDS: Mapping[str, Callable[[Material], Filled]] = {**STORY, **FIGURES}


@dataclass(frozen=True)
class Row:
    """A field of a view; its label is the message ``note.row.<name>``.

    :ivar missing: what of it is not known, as names of fields; empty = it is complete.
    :ivar required: whether the fund needs it for a first answer.
    """

    name: str
    pieces: tuple[Piece, ...]
    missing: tuple[str, ...]
    hints: tuple[Said, ...]
    required: bool


@dataclass(frozen=True)
class Block:
    """A block of a view; its label is the message ``note.block.<name>``."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Note:
    """A concept note as one fund reads it."""

    fund: str
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> list[Row]:
        """Return all rows in their order."""
        return [row for block in self.blocks for row in block.rows]


def write_note(fund: str, material: Material) -> Note:
    """Return the view of a fund: every row that it asks for, filled or named as missing.

    :raises KeyError: there is no view for the fund.
    """
    return Note(
        fund,
        tuple(Block(name, tuple(_row(fund, row, material) for row in FUNDS[fund][name])) for name in BLOCKS),
    )


def _row(fund: str, name: str, material: Material) -> Row:
    fill = FIELDS.get(name)
    filled = fill(material) if fill else Filled(open=True)
    missing = filled.missing or ((name,) if filled.open else ())
    return Row(name, filled.pieces, missing, filled.hints, name not in OPTIONAL[fund])
