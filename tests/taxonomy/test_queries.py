import pytest

from portal.core.i18n import Locale
from portal.core.services import Services
from portal.taxonomy.model import Concept, ConceptLabel, LabelKind, OfficialLabel, Review
from portal.taxonomy.queries import find_concept, find_concepts, official_texts
from tests.conftest import PROVENANCE, names

LABELS = {
    "heat": ["жылу"],
    "heat-pump": ["жылу сорғысы"],
    "district-heat": ["орталықтандырылған жылу"],
    "warm-floor": ["жылытылатын еден"],
    "percent": ["100% жылу"],
    "wind": ["Жел"],
}


@pytest.fixture
def thesaurus(services: Services) -> Services:
    """A small thesaurus in Kazakh."""
    with services.uow() as uow:
        for code, texts in LABELS.items():
            rows = [
                ConceptLabel(
                    locale=Locale.KK, label=text, folded=text.lower(), kind=LabelKind.PREFERRED, position=n
                )
                for n, text in enumerate(texts)
            ]
            uow.session.add(
                Concept(code=code, group="test", review=Review.REVIEWED, labels=rows, provenance=PROVENANCE)
            )
    return services


def codes(services: Services, text: str, locale: Locale = Locale.KK, limit: int = 10) -> list[str]:
    with services.sessions() as session:
        return [concept.code for concept in find_concepts(session, text, locale, limit)]


def test_the_nearest_concept_comes_first(thesaurus: Services) -> None:
    assert codes(thesaurus, "жылу") == ["heat", "heat-pump", "percent", "district-heat"]
    assert codes(thesaurus, "жылу", limit=2) == ["heat", "heat-pump"]


def test_case_and_spaces_do_not_matter_but_the_language_does(thesaurus: Services) -> None:
    assert codes(thesaurus, "  ЖЫЛУ   СОРҒ ") == ["heat-pump"]
    assert codes(thesaurus, "жел") == ["wind"]
    assert codes(thesaurus, "жылу", Locale.RU) == []


def test_nothing_typed_finds_nothing_and_a_percent_sign_is_itself(thesaurus: Services) -> None:
    assert codes(thesaurus, "  ") == []
    assert codes(thesaurus, "%") == []
    assert codes(thesaurus, "100%") == ["percent"]


def test_a_concept_comes_with_its_labels(thesaurus: Services) -> None:
    with thesaurus.sessions() as session:
        (wind,) = find_concepts(session, "жел", Locale.KK, 10)
        assert find_concept(session, "storm") is None
    assert [label.label for label in wind.labels] == ["Жел"]


def test_only_reviewed_official_texts_are_given(services: Services) -> None:
    with services.uow() as uow:
        for code, review in (("A", Review.REVIEWED), ("B", Review.UNREVIEWED)):
            uow.session.add(
                OfficialLabel(
                    list_code="LIST", code=code, names=names(code), review=review, provenance=PROVENANCE
                )
            )
    with services.sessions() as session:
        assert official_texts(session) == [dict.fromkeys(Locale, "A")]
