import pytest

from portal.core.i18n import Locale
from portal.core.provenance import Review
from portal.core.services import Services
from portal.taxonomy.model import Concept, ConceptLabel, LabelKind, OfficialLabel
from portal.taxonomy.queries import find_concept, official_texts
from tests.conftest import PROVENANCE, names

LABELS = {"heat": ["жылу"], "wind": ["Жел"]}


@pytest.fixture
def thesaurus(services: Services) -> Services:
    """A small thesaurus in Kazakh."""
    with services.uow() as uow:
        for code, texts in LABELS.items():
            rows = [
                ConceptLabel(locale=Locale.KK, label=text, kind=LabelKind.PREFERRED, position=n)
                for n, text in enumerate(texts)
            ]
            uow.session.add(
                Concept(code=code, group="test", review=Review.REVIEWED, labels=rows, provenance=PROVENANCE)
            )
    return services


def test_a_concept_comes_with_its_labels(thesaurus: Services) -> None:
    with thesaurus.sessions() as session:
        wind = find_concept(session, "wind")
        assert find_concept(session, "storm") is None
    assert wind is not None
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
