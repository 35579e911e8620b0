"""Which terms are read in a text."""

import pytest

from portal.core.i18n import Locale
from portal.core.provenance import Review
from portal.core.services import Services
from portal.taxonomy.model import Concept, ConceptLabel, ConceptLink, LabelKind, LinkKind
from portal.taxonomy.term_reader import TermReader, read_labels
from tests.conftest import PROVENANCE

KK, RU, EN = Locale.KK, Locale.RU, Locale.EN
READER = TermReader(
    [
        ("irrigation", EN, "irrigation"),
        ("drip", EN, "drip irrigation"),
        ("drip", RU, "капельное орошение"),
        ("drip", KK, "тамшылатып суару"),
        ("solar", RU, "СЭС"),
        ("solar", EN, "solar power plant"),
        ("hydro", KK, "СЭС"),
        ("pumps", EN, "pump"),
        ("heat-pumps", EN, "pump"),
        ("a", EN, "control system"),
        ("b", EN, "control system"),
        ("c", EN, "control system"),
        ("short", EN, "pv"),
        ("words", EN, "of the"),
    ]
)


@pytest.mark.parametrize(
    ("text", "locale", "terms"),
    [
        ("Drip irrigation of orchards", EN, ("drip",)),
        ("Irrigation, not drip", EN, ("irrigation",)),
        ("Irrigation of fields and drip irrigation", EN, ("irrigation", "drip")),
        ("drip irrigation, then irrigation, then drip irrigation", EN, ("drip", "irrigation")),
        # Words are compared by their stems.
        ("Системы капельного орошения садов", RU, ("drip",)),
        ("Тамшылатып суарудың жүйелері", KK, ("drip",)),
        # A label belongs to its language.
        ("капельное орошение", KK, ()),
        ("drip irrigation", RU, ()),
        # Two terms are read, three say too little.
        ("A pump", EN, ("pumps", "heat-pumps")),
        ("A control system", EN, ()),
        # Two letters, or none that mean anything, name no term.
        ("pv of the", EN, ()),
        ("", EN, ()),
    ],
)
def test_the_longest_label_is_read(text: str, locale: Locale, terms: tuple[str, ...]) -> None:
    assert READER.read(text, locale) == terms


def test_an_abbreviation_is_read_in_its_own_language_only() -> None:
    """СЭС is a solar plant in Russian and a hydropower plant in Kazakh."""
    assert READER.read("Строительство СЭС 50 МВт", RU) == ("solar",)
    assert READER.read("СЭС салу", KK) == ("hydro",)
    assert READER.read("СЭС", EN) == ()


def test_the_words_of_a_term_are_those_of_all_its_labels() -> None:
    assert READER.words_of(["drip"], EN) == {"drip", *READER.words_of(["irrigation"], EN)}
    assert READER.words_of(["drip"], RU) != READER.words_of(["drip"], EN)
    assert READER.words_of(["no-such"], EN) == frozenset()
    assert READER.words_of(["a"], EN) == frozenset()


def test_without_labels_nothing_is_read() -> None:
    assert TermReader([]).read("drip irrigation", EN) == ()


def concept(code: str, labels: dict[Locale, list[str]], *broader: str, term: str | None = None) -> Concept:
    return Concept(
        code=code,
        group="test",
        review=Review.REVIEWED,
        provenance=PROVENANCE,
        term_code=term,
        labels=[
            ConceptLabel(locale=locale, label=label, kind=LabelKind.PREFERRED, position=n)
            for locale, own in labels.items()
            for n, label in enumerate(own)
        ],
        links=[ConceptLink(other_code=x, kind=LinkKind.BROADER) for x in broader],
    )


@pytest.fixture
def thesaurus(services: Services) -> Services:
    """A small thesaurus over the terms of the small world, which are called by their codes."""
    with services.uow() as uow:
        for item in (
            concept("linked", {RU: ["ветроэнергетика"]}, term="wind-power"),
            concept("same", {EN: ["onshore wind"], RU: ["onshore wind", "наземный ветер"]}),
            concept("homonym", {EN: ["efficient coal power"], RU: ["чистый уголь"]}),
            concept("narrower", {RU: ["ветроизмерение"]}, "linked"),
            concept("still-narrower", {RU: ["мачта"]}, "narrower"),
            concept("too-narrow", {RU: ["болт"]}, "still-narrower"),
        ):
            uow.session.add(item)
            uow.session.flush()
    return services


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Ветроэнергетика", ("wind-power",)),
        # Called like the term in two languages, it is the same thing.
        ("Наземный ветер", ("onshore-wind",)),
        # In one language only, it may be another.
        ("Чистый уголь", ()),
        ("Ветроизмерение", ("wind-power",)),
        ("Мачта", ("wind-power",)),
        ("Болт", ()),
    ],
)
def test_concepts_of_the_thesaurus_name_terms(thesaurus: Services, text: str, terms: tuple[str, ...]) -> None:
    with thesaurus.sessions() as session:
        reader = TermReader(read_labels(session))

    assert reader.read(text, RU) == terms


@pytest.mark.parametrize(
    ("text", "locale", "terms"),
    [
        ("Тамшылатып суару жүйесі", KK, {"drip-irrigation"}),
        ("Система капельного орошения", RU, {"drip-irrigation"}),
        ("A drip irrigation system", EN, {"drip-irrigation"}),
        ("Жылу сорғыларын орнату", KK, {"heat-pumps"}),
        ("Установка тепловых насосов", RU, {"heat-pumps"}),
        ("Heat pumps for schools", EN, {"heat-pumps"}),
        ("A garden with flowers", EN, set()),
    ],
)
def test_the_terms_of_the_seeds_are_read(
    seeded: Services, text: str, locale: Locale, terms: set[str]
) -> None:
    with seeded.sessions() as session:
        reader = TermReader(read_labels(session))

    assert set(reader.read(text, locale)) == terms


def test_an_abbreviation_of_the_seeds_means_another_thing_in_another_language(seeded: Services) -> None:
    with seeded.sessions() as session:
        reader = TermReader(read_labels(session))

    russian, kazakh = reader.read("СЭС", RU), reader.read("СЭС", KK)

    assert russian
    assert all("solar" in x for x in russian)
    assert kazakh
    assert all("hydro" in x for x in kazakh)
