import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import portal.matching
from portal.catalogue.values import Place, ProjectEffect, Site, Ticket
from portal.core.i18n import Locale, Message, render, translate, translate_count, translations
from portal.core.provenance import Provenance
from portal.core.quantities import Quantity
from portal.matching.notes.concept_note import BLOCKS, FIELDS, FUNDS, OPTIONAL, PARTS, Note, Row, write_note
from portal.matching.notes.pieces import (
    Basis,
    Chain,
    Material,
    Offered,
    PlanTable,
    Quoted,
    ResultsTable,
    Said,
    Speaker,
    Text,
    Told,
    Window,
)
from portal.matching.notes.readiness import DOCUMENT_OF, WHO, DocumentFacts, check_readiness
from portal.matching.plans.financing_plan import Plan, Share
from tests.matching.conftest import KNOWLEDGE, ask, source, technology, usd

#: What practitioners name for each fund (PRACTICE 2.5), block by block, as rows of ours.
ASKED = {
    "gcf": [
        "title sector_kind result_areas accredited_entity executing_entity request_for_proposals "
        "confidential",
        "climate_rationale baseline barriers",
        "components theory_of_change theory_diagram",
        "lifetime_effect beneficiaries impact_potential paradigm_shift sustainable_development "
        "recipient_needs country_ownership efficiency",
        "total_cost request instrument by_component concessionality tenor",
        "ess_category gender_assessment indigenous_peoples",
        "no_objection stakeholders",
        "sustainability replicability exit",
    ],
    "ebrd": [
        "sponsor ownership beneficial_owners management track_record",
        "market off_taker tariff competitors",
        "description technology location suppliers permits timetable procurement",
        "get_share saved transition_qualities additionality",
        "cost_breakdown equity loan security statements projections",
        "ess_category es_requirements paris_alignment",
        "licences",
        "repayment dscr",
    ],
    "adb": [
        "country agencies country_strategy modality",
        "rationale sector lessons",
        "dmf",
        "climate_finance saved eirr gender_category",
        "financing_plan counterpart",
        "safeguard_categories poverty_social",
        "government_request readiness_state",
        "sustainability risks",
    ],
    "adaptation-fund": [
        "implementing_entity designated_authority",
        "context vulnerability",
        "components activities",
        "benefits cost_effectiveness full_cost",
        "budget schedule",
        "es_principles consultation",
        "da_letter",
        "sustainability learning",
    ],
    "ctcn": [
        "nde applicant partners",
        "problem document_link",
        "objective outputs activities term",
        "expected_impact gender",
        "ceiling",
        "",
        "nde_signature",
        "follow_up",
    ],
}
SOURCE = Provenance("A test", "CC BY 4.0", date(2026, 1, 1))
DOCUMENT = Provenance("NDC of a test", "CC BY 4.0", date(2026, 1, 1), url="https://example.org/ndc")


def texts(words: str, **changes: Any) -> dict[Locale, Text]:
    return {locale: Text(f"{words} {locale}", **changes) for locale in Locale}


def bare(**changes: Any) -> Material:
    """Return an entry of which only title and summary are known."""
    plain: dict[str, Any] = {
        "ask": ask(cost=None, instruments=(), applicant=None, stage=None, objective=None),
        "knowledge": KNOWLEDGE,
        "source": SOURCE,
        "title": texts("Title"),
        "summary": texts("Summary"),
    }
    return Material(**(plain | changes))


def plan(**changes: Any) -> Plan:
    """Return a plan of 100 million: 30 equity, 50 senior debt, 20 concessional of the fund."""
    plain: dict[str, Any] = {
        "currency": "USD",
        "cost": Decimal(100_000_000),
        "shares": (
            Share(None, "sponsor_equity", "equity", Decimal(30_000_000)),
            Share(5, "senior", "senior_loan", Decimal(50_000_000), "bank"),
            Share(4, "concessional", "concessional_loan", Decimal(20_000_000), "fund"),
        ),
        "uncovered": Decimal(0),
        "concessional": Decimal(20_000_000),
        "usd_per_tco2e": Decimal("4.5"),
        "conditions": (Message("note.said.not_confidential"),),
    }
    return Plan(**(plain | changes))


def window(**changes: Any) -> Window:
    return Window(source(**changes), "A standard", SOURCE)


def whole(**changes: Any) -> Material:
    """Return an entry of which all is known that an entry can say."""
    wind = technology(
        terms=("onshore-wind",),
        effect=Quantity("tCO2e/MWh", Decimal("0.5"), Decimal("0.8")),
        lifetime_years=Quantity("year", Decimal(25), Decimal(25)),
        transfer_modes=("sale",),
        training_languages=("ru",),
        service_in=("KZ",),
        trl=9,
    )
    plain: dict[str, Any] = {
        "ask": ask(
            es_category="B",
            revenue_class="earning",
            tariff_currency="KZT",
            cash_flow=usd(9_000_000),
            access_entity="undp",
            saved_tco2e=Decimal(5_000_000),
            supply_origin=("CN",),
        ),
        "details": {x: texts(x) for x in ("function", "baseline", "barriers", "site", "sponsor_note")},
        "owner": {"kk": "O", "ru": "O", "en": "O"},
        "sponsor": "A sponsor",
        "endorsement": "nda",
        "bases": (Basis("ndc", "NDC", 2025, "Wind", "More wind.", "en", True, DOCUMENT),),
        "regions": ({"kk": "R", "ru": "R", "en": "R"},),
        "place": Place(Decimal(43), Decimal(69), "KZ-31"),
        "site": Site(temp_min_c=Decimal(-29), water="scarce", seismic_msk=8),
        "capacity": Quantity("MW", Decimal(100), Decimal(100)),
        "effect": ProjectEffect("tCO2e", Decimal(200_000), Decimal(5_000_000), "A bank"),
        "reached": (1000, 5000),
        "sdgs": (7, 13),
        "barriers": ("economic",),
        "decision_on": date(2027, 1, 1),
        "commissioning_by": date(2029, 1, 1),
        "es_standard": "IFC",
        "technology": Offered(wind, texts("Turbine"), texts("A turbine"), texts("Grid"), SOURCE),
        "plan": plan(),
        "window": window(documents=("concept_note", "no_objection_letter", "ndc_link", "feasibility_study")),
        "speakers": {
            role: (Speaker("KZ", {"kk": role, "ru": role, "en": role}, SOURCE),)
            for role in ("nda", "nde", "af_da")
        },
    }
    return bare(**(plain | changes))


def row(note: Note, name: str) -> Row:
    return next(x for x in note.rows if x.name == name)


def said(found: Row) -> list[str]:
    """Return the keys of what a row says."""
    return [x.message.key for x in found.pieces if isinstance(x, Said)]


def in_english(found: Row) -> str:
    return " ".join(render(x.message, "en") for x in found.pieces if isinstance(x, Said))


@pytest.mark.parametrize("fund", FUNDS)
def test_a_view_has_every_row_that_the_fund_asks_for(fund: str) -> None:
    note = write_note(fund, bare())

    assert [x.name for x in note.blocks] == list(BLOCKS)
    assert [[x.name for x in block.rows] for block in note.blocks] == [x.split() for x in ASKED[fund]]


def test_every_row_part_and_sentence_has_words_in_three_languages() -> None:
    folder = Path(portal.matching.__file__).parent
    sources = [*folder.glob("notes/*.py"), *folder.glob("templates/matching/note/*")]
    used = {
        key
        for path in sources
        for key in re.findall(r"""['"]((?:note|readiness)\.[a-z_.]+[a-z])['"]""", path.read_text("utf-8"))
    }
    names = {name for fund in FUNDS.values() for rows in fund.values() for name in rows} | set(PARTS)
    keys = {f"note.row.{x}" for x in names} | {f"readiness.who.{x}" for x in {*WHO.values(), "owner"}}
    keys |= {f"note.block.{x}" for x in BLOCKS} | {f"note.fund_name.{x}" for x in FUNDS}
    # What a code completes: the whole keys are in `keys`, or in the lists of the kinds.
    used -= {"note.row", "note.block", "note.fund", "note.step", "note.language"}
    used -= {"readiness.who", "readiness.held", "note.css"}

    assert len(used) > 120
    for locale in Locale:
        known = translations(locale)
        assert [x for x in sorted(keys | used) if x == known.gettext(x) == known.ngettext(x, x, 1)] == []


def test_fields_and_lists_name_only_rows_that_some_view_has() -> None:
    rows = {name for fund in FUNDS.values() for names in fund.values() for name in names}

    assert set(FIELDS) <= rows
    assert set(DOCUMENT_OF) <= rows
    assert set(WHO) <= rows | set(PARTS)
    for fund, names in OPTIONAL.items():
        assert names <= {name for rows in FUNDS[fund].values() for name in rows}


@pytest.mark.parametrize("fund", FUNDS)
@pytest.mark.parametrize("material", [bare(), whole()], ids=["bare", "whole"])
def test_what_is_not_known_is_in_the_checklist(fund: str, material: Material) -> None:
    note = write_note(fund, material)
    found = check_readiness(note, material, {})

    missing = {name for x in note.rows for name in x.missing}
    listed = {x.name for x in found.gaps} | {x.code for x in found.papers}
    assert {DOCUMENT_OF.get(x, x) for x in missing} <= listed
    assert all(x.pieces or x.missing for x in note.rows)
    assert [x.required for x in found.gaps] == sorted((x.required for x in found.gaps), reverse=True)


@pytest.mark.parametrize("fund", FUNDS)
def test_more_facts_leave_less_missing_and_every_figure_has_its_source(fund: str) -> None:
    little, much = write_note(fund, bare()), write_note(fund, whole())

    assert sum(len(x.missing) for x in much.rows) < sum(len(x.missing) for x in little.rows)
    # The portal's own word on confidentiality and the links of a sentence rest on nothing else.
    unsourced = {"note.said.not_confidential", "note.said.theory"}
    for found in much.rows:
        for piece in found.pieces:
            if isinstance(piece, Said) and piece.message.key not in unsourced:
                assert piece.source is not None, found.name


@pytest.mark.parametrize("fund", FUNDS)
def test_of_a_bare_entry_nothing_is_told_but_its_own_words(fund: str) -> None:
    told = {x.name for x in write_note(fund, bare()).rows if x.pieces}

    own = {"title", "climate_rationale", "rationale", "context", "problem", "description", "objective"}
    general = {"confidential", "result_areas", "country", "sector", "location", "dmf", "full_cost"}
    assert told <= own | general


def test_the_words_of_a_document_stay_in_its_language_with_its_measure_and_source() -> None:
    found = row(write_note("ctcn", whole()), "document_link")

    (quoted,) = [x for x in found.pieces if isinstance(x, Quoted)]
    assert (quoted.words, quoted.language, quoted.measure) == ("More wind.", "en", "Wind")
    assert quoted.source.url == "https://example.org/ndc"


def test_words_are_told_in_the_next_best_language_with_their_review() -> None:
    told = Told({Locale.RU: Text("Слова", unreviewed=False), Locale.EN: Text("Words")}, SOURCE)

    assert told.best("kk") == (Locale.RU, Text("Слова", unreviewed=False))
    assert told.best("en")[1].unreviewed


def test_the_request_and_the_plan_come_from_the_plan_that_was_chosen() -> None:
    note = write_note("gcf", whole())

    assert in_english(row(note, "request")) == "20 million USD, which is 20% of the cost."
    assert PlanTable(plan()) in row(note, "total_cost").pieces
    assert "others contribute: 80 million USD" in in_english(row(note, "efficiency"))
    without = write_note("gcf", whole(plan=None))
    assert row(without, "request").missing == ("request",)


def test_a_fund_that_the_plan_does_not_use_is_told_so() -> None:
    found = row(write_note("gcf", whole(window=window(provider="other"))), "request")

    assert said(found) == ["note.said.not_in_plan"]
    assert found.missing == ("request",)


@pytest.mark.parametrize("revenue", ["earning", "partly", "public_good"])
def test_the_concessional_part_is_justified_by_what_the_rest_leaves(revenue: str) -> None:
    material = whole()
    material = replace(material, ask=replace(material.ask, revenue_class=revenue))
    found = row(write_note("gcf", material), "concessionality")

    assert "ordinary money bring 80 million USD" in in_english(found)
    assert "concessional part is 20 million USD (20% of the cost)" in in_english(found)
    assert f"note.said.concessional_{revenue}" in said(found)
    assert "4.5 USD" in in_english(found)


def test_a_plan_without_concessional_money_needs_no_justification() -> None:
    found = row(write_note("gcf", whole(plan=plan(concessional=Decimal(0)))), "concessionality")

    assert said(found) == ["note.said.no_concessional"]
    assert found.missing == ()


def test_the_price_of_a_tonne_names_the_saving_that_it_rests_on() -> None:
    found = row(write_note("gcf", whole()), "efficiency")

    (price,) = [x for x in found.pieces if isinstance(x, Said) and x.message.key == "note.said.whole_price"]
    assert render(price.message, "en") == "Whole cost for each tonne saved: 20 USD."
    assert price.note is not None
    assert "5,000,000" in render(price.note, "en")


def test_an_effect_a_year_is_not_an_effect_over_the_life() -> None:
    effect = ProjectEffect("tCO2e", per_year=Decimal(260_623), claimed_by="AIIB")
    found = row(write_note("gcf", whole(effect=effect)), "lifetime_effect")

    assert found.missing == ("lifetime_effect",)
    assert row(write_note("gcf", whole()), "lifetime_effect").missing == ()


def test_the_chain_of_results_and_the_framework_hold_only_known_links() -> None:
    (chain,) = row(write_note("gcf", whole()), "theory_diagram").pieces
    assert isinstance(chain, Chain)
    assert [x.name for x in chain.steps] == ["input", "output", "outcome", "impact"]

    lacking = row(write_note("gcf", whole(bases=())), "theory_diagram")
    assert isinstance(lacking.pieces[0], Chain)
    assert [x.name for x in lacking.pieces[0].steps] == ["input", "output", "outcome"]
    assert lacking.missing == ("theory_diagram",)

    framework = row(write_note("adb", bare()), "dmf")
    assert isinstance(framework.pieces[0], ResultsTable)
    assert framework.missing == ("dmf_impact", "dmf_outcome", "dmf_outputs")
    assert row(write_note("adb", whole()), "dmf").missing == ()


@pytest.mark.parametrize(
    ("objective", "key", "missing"),
    [
        ("adaptation", "note.said.full_cost", ()),
        ("both", "note.said.full_cost_part", ("full_cost",)),
        ("mitigation", "note.said.full_cost_mitigation", ("full_cost",)),
    ],
)
def test_the_adaptation_fund_pays_the_full_cost_of_adaptation_only(
    objective: str, key: str, missing: tuple[str, ...]
) -> None:
    material = whole()
    material = replace(material, ask=replace(material.ask, objective=objective))
    found = row(write_note("adaptation-fund", material), "full_cost")

    assert key in said(found)
    assert found.missing == missing


def test_a_request_to_the_ctcn_stays_under_its_ceiling() -> None:
    small = window(tickets=(Ticket("USD", max=Decimal(250_000)),))
    found = row(write_note("ctcn", whole(window=small)), "ceiling")

    assert "250,000 USD" in in_english(found)
    assert said(found) == ["note.said.ceiling", "note.said.above_ceiling"]
    cheap = whole(window=small)
    cheap = replace(cheap, ask=replace(cheap.ask, cost=usd(200_000)))
    assert said(row(write_note("ctcn", cheap), "ceiling")) == ["note.said.ceiling"]


def papers(material: Material, known: Mapping[str, DocumentFacts], fund: str = "gcf") -> dict[str, Any]:
    return {x.code: x for x in check_readiness(write_note(fund, material), material, known).papers}


def document(code: str, **changes: Any) -> DocumentFacts:
    general = {"kk": "anyone", "ru": "anyone", "en": "anyone"}
    return DocumentFacts(code, dict.fromkeys(("kk", "ru", "en"), code), general, DOCUMENT, **changes)


def test_a_document_is_issued_by_the_body_of_the_country_where_it_is_known() -> None:
    local = {"kk": "expertise", "ru": "expertise", "en": "expertise"}
    known = {
        "feasibility_study": document(
            "feasibility_study",
            issuer_by_country={"KZ": local},
            months=Quantity("month", Decimal(6), Decimal(12)),
        ),
        "no_objection_letter": document("no_objection_letter"),
    }
    found = papers(whole(endorsement=None), known)

    assert [x.name for x in found["feasibility_study"].issuers] == [local]
    assert found["feasibility_study"].months == Quantity("month", Decimal(6), Decimal(12))
    assert [x.name["en"] for x in found["no_objection_letter"].issuers] == ["nda"]
    elsewhere = replace(whole(), ask=replace(whole().ask, countries=("UZ",)), speakers={})
    assert [x.name["en"] for x in papers(elsewhere, known)["no_objection_letter"].issuers] == ["anyone"]
    assert [x.name["en"] for x in papers(elsewhere, known)["feasibility_study"].issuers] == ["anyone"]


def test_a_document_that_the_portal_knows_nothing_of_is_still_asked_for() -> None:
    found = papers(whole(speakers={}), {})["feasibility_study"]

    assert found.name == Message("document.feasibility_study")
    assert found.issuers[0].name == Message("readiness.issuer_unknown")
    assert found.months is None
    assert found.required


def test_what_is_there_already_need_not_be_asked_for_again() -> None:
    found = papers(whole(), {})

    assert found["concept_note"].held == "draft"
    assert found["ndc_link"].held == "named"
    assert papers(whole(bases=()), {})["ndc_link"].held is None


def test_a_field_that_is_a_document_is_listed_once() -> None:
    material = whole(window=window(documents=("permits",)))
    found = check_readiness(write_note("ebrd", material), material, {})

    assert [x.code for x in found.papers].count("permits") == 1
    assert not {"permits", "licences", "off_taker"} & {x.name for x in found.gaps}


def test_the_number_of_unknown_fields_reads_well_in_russian() -> None:
    assert translate_count("ru", "readiness.fields", 21) == "Неизвестно 21 сведение"
    assert translate_count("ru", "readiness.fields", 3) == "Неизвестны 3 сведения"
    assert translate("kk", "readiness.title").startswith("Дайындық")
