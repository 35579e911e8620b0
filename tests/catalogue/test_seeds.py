from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from portal.accounts.model import Organisation
from portal.catalogue import queries, seeds, service
from portal.catalogue.kinds import KINDS
from portal.catalogue.kinds.financing import EXCLUSIONS
from portal.catalogue.model import Entry, EntryLink, EntryText, Relation
from portal.core.actor import ANONYMOUS, SYSTEM, Actor
from portal.core.errors import InvalidData
from portal.core.resources import resource_folder
from portal.core.seeding import Report
from portal.core.services import Services
from portal.reference.model import (
    Country,
    FocalPoint,
    Membership,
    NdcDocument,
    NdcTarget,
    ReferenceRate,
    Region,
)
from portal.taxonomy.model import Sector, Term
from tests.conftest import technology_data

OWNER = Actor(user_id=1, memberships={1: "owner"})


def write(folder: Path, records: list[dict[str, object]]) -> Path:
    for kind in KINDS.values():
        (folder / kind.plural).mkdir(exist_ok=True)
    (folder / "technologies" / "all.yaml").write_text(yaml.safe_dump(records, allow_unicode=True))
    return folder


def run(services: Services, folder: Path) -> Report:
    report = Report()
    with services.uow() as uow:
        seeds.load(uow, folder, report, iter)
    return report


def test_loading_again_changes_nothing_and_changed_seeds_are_applied(
    services: Services, tmp_path: Path
) -> None:
    folder = write(tmp_path, [technology_data(trl=7)])
    assert run(services, folder).created == ["technology/turbine"]
    assert run(services, folder) == Report(unchanged=1)

    write(tmp_path, [technology_data(trl=8)])

    assert run(services, folder).updated == ["technology/turbine"]
    with services.sessions() as session:
        assert queries.find_by_key(session, "technology", "turbine").trl == 8


def test_what_someone_edited_is_left_alone_and_listed(services: Services, tmp_path: Path) -> None:
    folder = write(tmp_path, [technology_data(trl=7)])
    run(services, folder)
    with services.uow() as uow:
        entry = queries.find_by_key(uow.session, "technology", "turbine")
        service.save_entry(uow, OWNER, entry.id, technology_data(trl=5), revision=entry.revision)

    write(tmp_path, [technology_data(trl=8)])
    report = run(services, folder)

    assert report.left_alone == ["technology/turbine"]
    with services.sessions() as session:
        assert queries.find_by_key(session, "technology", "turbine").trl == 7


def test_an_error_names_file_record_field_and_what_was_expected(services: Services, tmp_path: Path) -> None:
    folder = write(tmp_path, [technology_data("first"), technology_data("second", trl=12)])

    with pytest.raises(InvalidData) as caught:
        run(services, folder)

    ((path, message),) = caught.value.errors.items()
    assert path == "technologies/all.yaml, record 2 (second), trl"
    assert "9" in message
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_the_same_key_twice_is_refused(services: Services, tmp_path: Path) -> None:
    folder = write(tmp_path, [technology_data("same"), technology_data("same")])

    with pytest.raises(InvalidData, match="already"):
        run(services, folder)


def test_the_seeds_reach_the_full_numbers(seeded: Services) -> None:
    wanted = {"technology": 80, "need": 50, "project": 70, "financing": 35}
    with seeded.sessions() as session:
        counts = queries.count_by_kind(session, ANONYMOUS)
        assert {kind: counts[kind] >= least for kind, least in wanted.items()} == dict.fromkeys(wanted, True)
        assert session.scalar(select(func.count()).select_from(Country).where(Country.core)) == 13
        assert session.scalar(select(func.count()).select_from(NdcDocument)) == 53
        assert (session.scalar(select(func.count()).select_from(NdcTarget)) or 0) >= 40
        assert (session.scalar(select(func.count()).select_from(Term)) or 0) >= 130
        assert (session.scalar(select(func.count()).select_from(Sector)) or 0) >= 12
        assert (session.scalar(select(func.count()).select_from(Organisation)) or 0) >= 80


def test_every_seed_is_in_three_languages_and_says_where_it_comes_from(seeded: Services) -> None:
    with seeded.sessions() as session:
        for entry in session.scalars(select(Entry)):
            assert entry.provenance.title
            assert entry.provenance.licence
        per_entry = session.execute(
            select(EntryText.entry_id, func.count()).group_by(EntryText.entry_id)
        ).all()
    assert {count for _, count in per_entry} == {3}


@pytest.mark.parametrize(
    "model", [Sector, Term, Country, Membership, Region, NdcDocument, NdcTarget, FocalPoint, ReferenceRate]
)
def test_every_record_of_taxonomy_and_reference_names_source_licence_and_day(
    seeded: Services, model: type[Any]
) -> None:
    with seeded.sessions() as session:
        sources = session.scalars(select(model.provenance)).all()
    assert sources
    assert all(x and x.title and x.licence and x.as_of for x in sources)


def test_every_exclusion_of_a_financier_is_carried_by_a_term(seeded: Services) -> None:
    with seeded.sessions() as session:
        carried = {tag for tags in session.scalars(select(Term.tags)) for tag in tags}
    assert carried == set(EXCLUSIONS)


def test_an_entry_on_fossil_power_names_the_fuel_that_financiers_exclude(seeded: Services) -> None:
    """The term itself carries no tag, as it stands above coal and gas alike."""
    with seeded.sessions() as session:
        tagged = {code for code, tags in session.execute(select(Term.code, Term.tags)) if tags}
        for kind in KINDS:
            for entry in queries.list_whole(session, ANONYMOUS, kind):
                assert "fossil-power" not in entry.term_codes or tagged & set(entry.term_codes), entry.key


def test_twenty_links_say_which_need_is_answered(seeded: Services) -> None:
    with seeded.sessions() as session:
        links = session.scalars(select(EntryLink).where(EntryLink.relation == Relation.ANSWERS)).all()
        needs = {entry.id for entry in queries.list_whole(session, ANONYMOUS, "need")}
    assert len(links) >= 20
    assert {link.to_id for link in links} <= needs


def test_seeds_are_yaml_and_their_licence() -> None:
    files = [path for path in resource_folder("seeds").rglob("*") if path.is_file()]
    assert {path.name for path in files if path.suffix != ".yaml"} == {"LICENSE"}


def test_titles_and_summaries_keep_their_length(seeded: Services) -> None:
    with seeded.sessions() as session:
        texts = session.execute(
            select(Entry.key, EntryText.locale, EntryText.title, EntryText.summary).join(EntryText.entry)
        ).all()
    wrong = [
        (key, str(locale), len(title.split()), len(summary.split()))
        for key, locale, title, summary in texts
        if len(title.split()) > 12 or not 25 <= len(summary.split()) <= 60
    ]
    assert wrong == []


def test_sixty_projects_name_a_term_that_a_technology_carries(seeded: Services) -> None:
    with seeded.sessions() as session:
        technologies = queries.list_whole(session, ANONYMOUS, "technology")
        projects = queries.list_whole(session, ANONYMOUS, "project")
    carried = {code for technology in technologies for code in technology.term_codes}
    assert sum(bool(carried & set(project.term_codes)) for project in projects) >= 60


def test_ten_technologies_are_best_available_techniques(seeded: Services) -> None:
    with seeded.sessions() as session:
        technologies = queries.list_whole(session, ANONYMOUS, "technology")
        links = session.scalar(select(func.count()).select_from(EntryLink)) or 0
    assert sum(bool(technology.bat_refs) for technology in technologies) >= 10
    assert links > 50


def test_seeds_written_as_they_are_read_stay_the_same() -> None:
    """What a version keeps, read again, gives the same content."""
    for name, kind in KINDS.items():
        for path in sorted((resource_folder("seeds") / kind.plural).glob("*.yaml")):
            for record in yaml.load(path.read_text(), yaml.CSafeLoader)[:3]:
                loaded, kept = service.read_data(name, record)
                assert service.read_data(name, kept)[0] == loaded


def test_the_portals_own_hand_writes_the_first_versions(seeded: Services) -> None:
    with seeded.sessions() as session:
        entry = queries.find_by_key(session, "project", "zhanatas-wind-farm")
        (version,) = queries.versions(session, entry.id)
    assert version.author_name == SYSTEM.name
    assert version.author_id is None
