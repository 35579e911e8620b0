from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from portal.core.changes import Change
from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.core.provenance import Review
from portal.core.resources import resource_folder
from portal.core.seeding import Report
from portal.core.services import Services
from portal.taxonomy import thesaurus_seeds
from portal.taxonomy.model import Concept, ConceptLabel, ConceptLink, LabelKind, OfficialLabel
from portal.taxonomy.queries import find_concept, list_concepts, official_texts
from tests.conftest import new_services

PROVENANCE = {"title": "A test", "licence": "CC BY 4.0", "as_of": "2026-01-01"}


def concept(code: str = "wind", **changes: Any) -> dict[str, Any]:
    labels = {"kk": ["жел"], "ru": ["ветер", "ветряной"], "en": ["wind"]}
    return {"code": code, **labels, "provenance": PROVENANCE, **changes}


def official(code: str = "WIND", **changes: Any) -> dict[str, Any]:
    names = {"kk": "Жел энергиясы", "ru": "Энергия ветра", "en": "Wind energy"}
    return {"list": "SERIES", "code": code, "names": names, "provenance": PROVENANCE, **changes}


def write(folder: Path, files: dict[str, list[Any]], codes: list[Any] | None = None) -> Path:
    (folder / "thesaurus").mkdir(exist_ok=True)
    for name, records in files.items():
        text = yaml.safe_dump(records, allow_unicode=True, sort_keys=False)
        (folder / "thesaurus" / f"{name}.yaml").write_text(text)
    (folder / "official.yaml").write_text(yaml.safe_dump(codes or [], allow_unicode=True))
    return folder


def run(services: Services, folder: Path) -> Report:
    report = Report()
    with services.uow() as uow:
        thesaurus_seeds.load(uow.session, folder, report)
    return report


def noted(services: Services) -> int:
    with services.sessions() as session:
        return session.scalar(select(func.count()).where(Change.what == "thesaurus")) or 0


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A portal that stays empty, because everything that it is given is refused."""
    yield from new_services("sqlite", tmp_path_factory.mktemp("refusing"))


def problems(services: Services, folder: Path) -> dict[str, str]:
    with pytest.raises(InvalidData) as caught:
        run(services, folder)
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Concept)) == 0
    return caught.value.errors


def test_the_real_thesaurus_has_six_hundred_concepts_in_three_languages(seeded: Services) -> None:
    with seeded.sessions() as session:
        concepts = list_concepts(session)
    preferred = [{label.locale for label in x.labels if label.kind == LabelKind.PREFERRED} for x in concepts]
    assert len(concepts) >= 600
    assert all(locales == set(Locale) for locales in preferred)
    assert all(x.provenance.title and x.provenance.licence and x.provenance.as_of for x in concepts)


def test_the_real_code_lists_are_reviewed_pairs_with_their_source(seeded: Services) -> None:
    with seeded.sessions() as session:
        texts = official_texts(session)
        rows = session.scalars(select(OfficialLabel)).all()
    assert len(texts) == len(rows) > 250
    assert all(text[locale] for text in texts for locale in Locale)
    assert {row.provenance.licence for row in rows} == {"MIT"}


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a missing language": ({"kk": None}, "kk", "at least one"),
    "no label": ({"ru": []}, "ru", "at least one"),
    "an empty label": ({"en": ["wind", ""]}, "en.1", "expected a label"),
    "a blank label": ({"en": [" "]}, "en.0", "expected a label"),
    "stray spaces": ({"en": ["wind  power"]}, "en.0", "single spaces"),
    "a word that YAML reads as a truth value": ({"en": [False]}, "en.0", "quote"),
    "an unknown key": ({"fr": ["vent"]}, "fr", "expected one of: code, kk"),
    "a repeated label": ({"ru": ["ветер", "Ветер"]}, "ru.1", "once"),
    "a hidden label that is shown": ({"hidden": {"en": ["wind"]}}, "hidden.en.0", "once"),
    "hidden labels of no language": ({"hidden": {"fr": ["vent"]}}, "hidden.fr.key", "kk, ru, en"),
    "a Latin letter in a Russian word": ({"ru": ["вeтер"]}, "ru.0", "one alphabet"),
    "a Latin letter in a Kazakh word": ({"kk": ["кабылдаy"]}, "kk.0", "one alphabet"),
    "a Cyrillic letter in an English word": ({"en": ["wіnd"]}, "en.0", "one alphabet"),
    "a broader concept that is none": ({"broader": ["air"]}, "broader.0", "'air'"),
    "a related concept that is none": ({"related": ["air"]}, "related.0", "'air'"),
    "itself": ({"related": ["wind"]}, "related.0", "another concept"),
    "a term that is none": ({"term": "wind-power"}, "term", "technology term"),
    "a code of another form": ({"code": "Wind Power"}, "code", "a key such as"),
    "no source": ({"provenance": {}}, "provenance.title", "required"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_malformed_concept_is_named_with_file_field_and_what_was_expected(
    case: str, refusing: Services, tmp_path: Path
) -> None:
    changes, field, expected = CASES[case]
    record = {name: value for name, value in concept(**changes).items() if value is not None}

    found = problems(refusing, write(tmp_path, {"energy": [concept("heat"), record]}))

    (text,) = (
        text
        for path, text in found.items()
        if path == f"thesaurus/energy.yaml, record 2 ({record['code']}), {field}"
    )
    assert expected in text


def test_a_code_is_used_once_over_all_files(refusing: Services, tmp_path: Path) -> None:
    found = problems(refusing, write(tmp_path, {"energy": [concept()], "water": [concept()]}))

    assert found == {
        "thesaurus/water.yaml, record 1 (wind), code": (
            "expected a new code; it stands in energy.yaml, record 1 already"
        )
    }


def test_a_circle_of_broader_concepts_is_refused(refusing: Services, tmp_path: Path) -> None:
    first = [concept("a", broader=["b"]), concept("b", broader=["c", "d"]), concept("d")]

    found = problems(refusing, write(tmp_path, {"one": first, "two": [concept("c", broader=["a"])]}))

    ((path, text),) = found.items()
    assert path.endswith("), broader")
    assert set(text.removeprefix("expected no circle, found ").split(" > ")) == {"a", "b", "c"}


def test_a_file_that_is_no_list_is_named(refusing: Services, tmp_path: Path) -> None:
    folder = write(tmp_path, {"energy": [concept()]})
    (folder / "thesaurus" / "energy.yaml").write_text("- code: [\n")
    (folder / "thesaurus" / "water.yaml").write_text("code: water\n")

    assert set(problems(refusing, folder)) == {"thesaurus/energy.yaml", "thesaurus/water.yaml"}


def test_all_problems_of_all_files_are_named_at_once(refusing: Services, tmp_path: Path) -> None:
    files = {"energy": [concept(ru=[]), concept("heat", en=[""])], "water": [concept("sea", fr=["mer"])]}
    folder = write(tmp_path, files, [official(names={"kk": "Жел"})])

    assert set(problems(refusing, folder)) == {
        "thesaurus/energy.yaml, record 1 (wind), ru",
        "thesaurus/energy.yaml, record 2 (heat), en.0",
        "thesaurus/water.yaml, record 1 (sea), fr",
        f"{tmp_path.name}/official.yaml, record 1 (SERIES/WIND), names",
    }


def test_concepts_keep_their_labels_in_order_and_may_name_each_other(
    services: Services, tmp_path: Path
) -> None:
    records = [
        concept("wind", broader=["energy"], related=["heat"], term="wind-power", hidden={"en": ["breeze"]}),
        concept("heat", related=["wind"]),
        concept("energy"),
    ]
    report = run(services, write(tmp_path, {"energy": records}, [official()]))

    assert report.created == ["concept/wind", "concept/heat", "concept/energy", "official_label/SERIES/WIND"]
    with services.sessions() as session:
        wind = find_concept(session, "wind")
    assert wind is not None
    assert (wind.group, wind.term_code, wind.review) == ("energy", "wind-power", Review.UNREVIEWED)
    assert [(x.label, x.kind) for x in wind.labels if x.locale in {Locale.RU, Locale.EN}] == [
        ("wind", "preferred"),
        ("breeze", "hidden"),
        ("ветер", "preferred"),
        ("ветряной", "alternative"),
    ]
    assert {(x.kind, x.other_code) for x in wind.links} == {("broader", "energy"), ("related", "heat")}


def test_loading_again_changes_nothing_and_tells_nobody(services: Services, tmp_path: Path) -> None:
    folder = write(tmp_path, {"energy": [concept(), concept("heat")]}, [official()])
    run(services, folder)
    assert noted(services) == 1

    assert run(services, folder) == Report(unchanged=3)
    assert noted(services) == 1


def test_changed_and_new_seeds_are_applied(services: Services, tmp_path: Path) -> None:
    before = [concept("heat"), concept(ru=["ветер", "ветряной"], hidden={"ru": ["ветра"]}, related=["heat"])]
    run(services, write(tmp_path, {"energy": before}, [official()]))
    after = [concept("heat"), concept(ru=["ветра", "ветер"], broader=["air"]), concept("air")]

    same = {locale.value: "GWh" for locale in Locale}
    report = run(services, write(tmp_path, {"energy": after}, [official(names=same)]))

    assert (report.created, report.unchanged) == (["concept/air"], 1)
    assert report.updated == ["concept/wind", "official_label/SERIES/WIND"]
    with services.sessions() as session:
        wind = find_concept(session, "wind")
        assert official_texts(session) == [same]
    assert wind is not None
    assert [(x.label, x.kind) for x in wind.labels if x.locale == Locale.RU] == [
        ("ветра", "preferred"),
        ("ветер", "alternative"),
    ]
    assert [(x.kind, x.other_code) for x in wind.links] == [("broader", "air")]


def _drop_link(found: Concept) -> None:
    found.links.clear()


def _add_label(found: Concept) -> None:
    new = {"label": "gust", "kind": LabelKind.ALTERNATIVE, "position": 9}
    found.labels.append(ConceptLabel(locale=Locale.EN, **new))


def _review(found: Concept) -> None:
    found.review = Review.REVIEWED


@pytest.mark.parametrize("edit", [_drop_link, _add_label, _review])
def test_a_concept_that_someone_edited_is_left_alone(services: Services, tmp_path: Path, edit: Any) -> None:
    run(services, write(tmp_path, {"energy": [concept(related=["heat"]), concept("heat")]}))
    with services.uow() as uow:
        found = find_concept(uow.session, "wind")
        edit(found)

    report = run(services, write(tmp_path, {"energy": [concept(en=["air"]), concept("heat", en=["warmth"])]}))

    assert report.left_alone == ["concept/wind"]
    assert report.updated == ["concept/heat"]
    with services.sessions() as session:
        kept = find_concept(session, "wind")
    assert kept is not None
    assert "air" not in {label.label for label in kept.labels}


def test_a_concept_that_people_made_is_left_alone(services: Services, tmp_path: Path) -> None:
    run(services, write(tmp_path, {"energy": [concept("heat")]}))
    with services.uow() as uow:
        heat = find_concept(uow.session, "heat")
        assert heat is not None
        uow.session.add(Concept(code="wind", group="own", review=Review.REVIEWED, provenance=heat.provenance))

    report = run(services, write(tmp_path, {"energy": [concept(), concept("heat")]}))

    assert report.left_alone == ["concept/wind"]
    with services.sessions() as session:
        assert session.scalars(select(ConceptLabel).where(ConceptLabel.concept_code == "wind")).all() == []
        assert session.scalars(select(ConceptLink)).all() == []


def test_seeds_of_the_thesaurus_name_their_licence_in_the_first_line() -> None:
    folder = resource_folder("seeds") / "taxonomy"
    files = [folder / "official.yaml", *(folder / "thesaurus").glob("*.yaml")]
    first_lines = {path.name: path.read_text().splitlines()[0] for path in files}
    assert {name for name, line in first_lines.items() if not line.startswith("# CC BY 4.0. ")} == set()
