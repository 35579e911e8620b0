"""What the expander says of words, on a small thesaurus of its own and on the real one."""

from collections.abc import Mapping, Sequence

import pytest

from portal.accounts.queries import named_organisations
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.reference.queries import named_places
from portal.search import analysis
from portal.search.expansion import Expansion, Reading, Variant
from portal.taxonomy.alignment import LEARNT_WEIGHT, align_words
from portal.taxonomy.concepts import ConceptExpander, Label, NamedThing
from portal.taxonomy.naming import by_letters, in_languages, named, named_taxonomy

KK, RU, EN = Locale


def thing(key: str, kk: str = "", ru: str = "", en: str = "", hidden: str = "", **more: str) -> NamedThing:
    """Return a concept; labels are parted by slashes, hidden ones are Russian."""
    labels: dict[Locale, list[Label]] = {}
    for locale, texts in ((KK, kk), (RU, ru), (EN, en)):
        parts = [part for part in texts.split("/") if part]
        labels[locale] = [Label(part, 0.9 if number else 1.0) for number, part in enumerate(parts)]
    labels[RU] += [Label(part, 0.6, hidden=True) for part in hidden.split("/") if part]
    return NamedThing(key, labels, more.get("reason", "thesaurus"))


HYDRO = thing("hydro", kk="су электр станциясы/СЭС", ru="гидроэлектростанция/ГЭС", en="hydropower plant")
SOLAR = thing(
    "solar", kk="күн электр станциясы/КЭС", ru="солнечная электростанция/СЭС", en="solar power plant"
)
CHP = thing("chp", kk="жылу электр орталығы/ЖЭО", ru="теплоэлектроцентраль/ТЭЦ", en="CHP plant/CHP")
GASES = thing(
    "gases",
    kk="парниктік газдар",
    ru="парниковые газы/ПГ",
    en="greenhouse gases/GHG",
    hidden="тепличные газы",
)
DRIP = thing("drip", kk="тамшылатып суару", ru="капельное орошение", en="drip irrigation")
IRRIGATION = thing("irrigation", kk="суару", ru="орошение", en="irrigation")
WATER = thing("water", kk="су", ru="вода", en="water")


def read(text: str) -> tuple[list[str], Reading]:
    words = [word for word, _, _ in analysis.words(text)]
    reading = {
        locale: [
            (place, analysis.stem(word, locale))
            for place, word in enumerate(words)
            if word not in analysis.STOP_WORDS[locale]
        ]
        for locale in Locale
    }
    return words, reading


def expand(expander: ConceptExpander, text: str) -> Sequence[Expansion]:
    return expander.expand(*read(text))


def variants(expander: ConceptExpander, text: str) -> list[Variant]:
    return [variant for expansion in expand(expander, text) for variant in expansion.variants]


def labels(expander: ConceptExpander, text: str) -> dict[Locale, set[str]]:
    found: dict[Locale, set[str]] = {locale: set() for locale in Locale}
    for variant in variants(expander, text):
        found[variant.locale].add(variant.label)
    return found


def by_stems(found: Sequence[Variant]) -> Mapping[tuple[str, ...], Variant]:
    return {variant.stems: variant for variant in found}


def stems(text: str, locale: Locale) -> tuple[str, ...]:
    return tuple(analysis.terms(text, locale))


def test_an_abbreviation_means_in_each_language_what_it_means_there() -> None:
    expander = ConceptExpander([HYDRO, SOLAR])

    found = labels(expander, "СЭС")

    assert found[EN] == {"hydropower plant", "solar power plant"}
    assert "ГЭС" in found[RU]
    assert "КЭС" in found[KK]


@pytest.mark.parametrize(
    ("locale", "meant", "other"),
    [(KK, "hydropower plant", "solar power plant"), (RU, "solar power plant", "hydropower plant")],
)
def test_a_label_is_recognised_in_its_own_language_only(locale: Locale, meant: str, other: str) -> None:
    expander = ConceptExpander([HYDRO, SOLAR])
    words, reading = read("СЭС")

    (expansion,) = expander.expand(words, {locale: reading[locale]})

    assert meant in {variant.label for variant in expansion.variants}
    assert other not in {variant.label for variant in expansion.variants}


@pytest.mark.parametrize("typed", ["ЖЭО", "ТЭЦ", "CHP"])
def test_abbreviations_of_three_languages_stand_for_each_other(typed: str) -> None:
    found = labels(ConceptExpander([CHP]), typed)

    everything = {label.text for known in CHP.labels.values() for label in known}
    assert {label for known in found.values() for label in known} == everything - {typed}


def test_an_english_abbreviation_finds_the_kazakh_words() -> None:
    found = by_stems(variants(ConceptExpander([GASES]), "GHG"))

    gases = found[stems("парниктік газ", KK)]
    assert (gases.label, gases.weight, gases.reason) == ("парниктік газдар", 1.0, "thesaurus")


def test_two_capitals_and_single_letters_are_never_recognised() -> None:
    expander = ConceptExpander([GASES, thing("carbon", en="C"), WATER])

    assert expand(expander, "ПГ") == []
    assert expand(expander, "c") == []
    assert labels(expander, "су")[EN] == {"water"}


def test_preferred_labels_count_more_than_others_and_hidden_ones_least() -> None:
    found = by_stems(variants(ConceptExpander([GASES]), "парниктік газдар"))

    weights = [found[stems(text, RU)].weight for text in ("парниковые газы", "ПГ", "тепличные газы")]
    assert weights == [1.0, 0.9, 0.6]


def test_hidden_labels_are_recognised_and_looked_for_but_never_shown() -> None:
    expander = ConceptExpander([GASES])

    assert labels(expander, "Тепличные газы")[EN] == {"greenhouse gases", "GHG"}
    found = by_stems(variants(expander, "GHG"))
    assert found[stems("тепличные газы", RU)].label == "парниковые газы"
    shown = {variant.label for text in ("GHG", "парниктік газ") for variant in variants(expander, text)}
    assert "тепличные газы" not in shown


def test_a_label_of_several_words_is_found_in_any_form_and_across_stop_words() -> None:
    expander = ConceptExpander([thing("pool", ru="сбор и использование газа", en="gas capture and use")])

    (expansion,) = expand(expander, "проект сбора и использования газа")

    assert expansion.places == (1, 3, 4)
    assert [variant.label for variant in expansion.variants] == ["gas capture and use"]


def test_words_apart_from_each_other_are_no_label() -> None:
    assert expand(ConceptExpander([DRIP]), "drip free irrigation") == []


def test_a_label_within_a_longer_one_stands_for_itself_too_unless_it_is_the_same_thing() -> None:
    same = thing("drip", kk="тамшылатып суару", en="drip irrigation/drip")

    alone = expand(ConceptExpander([same]), "drip irrigation")
    both = expand(ConceptExpander([same, IRRIGATION]), "drip irrigation")

    assert [expansion.places for expansion in alone] == [(0, 1)]
    assert {x.places: {variant.label for variant in x.variants} for x in both} == {
        (0, 1): {"тамшылатып суару", "drip"},
        (1,): {"суару", "орошение"},
    }


def test_what_was_typed_is_no_variant_of_itself() -> None:
    expander = ConceptExpander([thing("energy", kk="энергетика", ru="энергетика", en="energy")])

    assert [variant.label for variant in variants(expander, "энергетика")] == ["energy"]


def test_labels_with_equal_stems_are_one_variant_under_the_larger_weight() -> None:
    gas = thing("gas", kk="газ", en="gas pipe/gas pipes")

    (found,) = variants(ConceptExpander([gas]), "газ")

    assert (found.label, found.weight) == ("gas pipe", 1.0)


def test_a_word_that_five_things_are_called_counts_a_fifth() -> None:
    four = [thing(f"x{n}", ru="проект", en=f"meaning{n}") for n in range(4)]
    five = [*four, thing("x4", ru="проект", en="meaning4")]

    assert {x.weight for x in variants(ConceptExpander(four), "проект")} == {1.0}
    assert {x.weight for x in variants(ConceptExpander(five), "проект")} == {0.2}


def test_a_name_says_that_it_is_one() -> None:
    bank = named(
        "organisation:ebrd",
        in_languages({"kk": "Еуропа қайта құру және даму банкі", "en": "European Bank"}),
        in_languages({"ru": "ЕБРР", "en": "EBRD"}, 0.9),
        by_letters(["ЕҚҚДБ", "GEFF"]),
    )

    found = variants(ConceptExpander([bank]), "ЕБРР")

    assert {x.reason for x in found} == {"name"}
    assert {x.label for x in found if x.locale == EN} == {"European Bank", "EBRD"}
    assert by_stems(found)[("geff",)].label == "European Bank"


def test_a_name_that_reads_like_a_form_of_another_word_is_not_mixed_up_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(analysis, "stem", lambda word, locale: {"судан": "су"}.get(word, word))
    expander = ConceptExpander([thing("SD", kk="Судан", ru="Судан", en="Sudan", reason="name"), WATER])

    assert labels(expander, "су") == {KK: set(), RU: {"вода"}, EN: {"water"}}
    assert variants(expander, "sudan") == []


DRIPS = [
    DRIP,
    thing("lines", kk="тамшылатып суару желісі", ru="капельная линия", en="drip line"),
    thing("emitters", kk="тамшылатып шығарғыш", ru="капельный эмиттер", en="drip emitter"),
    thing("rain", kk="жаңбырлатып суару", ru="дождевальное орошение", en="sprinkler irrigation"),
    thing("surface", kk="беттік суару", ru="поверхностное орошение", en="surface irrigation"),
]


def test_a_word_that_is_no_label_is_learnt_from_the_labels_it_stands_in() -> None:
    expander = ConceptExpander(DRIPS, align_words(DRIPS))

    (expansion,) = expand(expander, "drip")

    best = {
        locale: max((x for x in expansion.variants if x.locale == locale), key=lambda x: x.weight)
        for locale in (KK, RU)
    }
    assert expansion.places == (0,)
    assert best[KK].stems == stems("тамшылатып", KK)
    assert best[KK].label == "тамшылатып"
    assert best[RU].stems == stems("капельный", RU)
    assert all(0 < x.weight <= LEARNT_WEIGHT and x.reason == "thesaurus" for x in expansion.variants)


def test_a_word_that_is_a_label_is_not_learnt() -> None:
    things = [*DRIPS, thing("drop", kk="тамшы", en="drip")]

    assert "drip" not in align_words(things)[EN]
    assert labels(ConceptExpander(things, align_words(things)), "drip")[KK] == {"тамшы"}


def test_what_is_learnt_from_hidden_labels_only_is_never_shown() -> None:
    things = [
        thing("a", en="greenhouse gases", ru="ПГ", hidden="тепличные газы"),
        thing("b", en="greenhouse effect", ru="ПЭ", hidden="тепличный эффект"),
        thing("c", en="greenhouse warming", ru="ПП", hidden="тепличное потепление"),
    ]
    words = align_words(things)

    assert stems("тепличный", RU)[0] in words[RU]
    assert words[EN] == {}


@pytest.fixture(scope="module")
def real(seeded: Services) -> ConceptExpander:
    """The expander of all that the seeds name."""
    with seeded.sessions() as session:
        taxonomy = named_taxonomy(session)
        names = [*named_places(session), *named_organisations(session)]
    return ConceptExpander([*taxonomy, *names], align_words(taxonomy))


@pytest.mark.parametrize(
    ("typed", "locale", "text"),
    [
        ("GHG", KK, "парниктік газ"),
        ("CHP", KK, "жылу электр орталығы"),
        ("ТЭЦ", KK, "ЖЭО"),
        ("drip irrigation", KK, "тамшылатып суару"),
        ("ветер", KK, "жел"),
        ("жылу", EN, "heat"),
        ("СЭС", EN, "hydropower"),
        ("СЭС", EN, "solar power plant"),
        ("в Казахстане", EN, "Kazakhstan"),
        ("Ақмола облысында", RU, "Акмолинская"),
        ("EBRD", RU, "ЕБРР"),
        ("GCF", KK, "ЖКҚ"),
    ],
)
def test_the_real_seeds_know_words_people_type(
    real: ConceptExpander, typed: str, locale: Locale, text: str
) -> None:
    found = {variant.stems for variant in variants(real, typed) if variant.locale == locale}
    assert stems(text, locale) in found


def test_no_word_that_is_to_be_avoided_is_shown(real: ConceptExpander) -> None:
    (gases,) = (expansion for expansion in expand(real, "greenhouse gases") if expansion.places == (0, 1))

    found = [variant for variant in gases.variants if variant.locale == KK]
    assert stems("жылыжай газдары", KK) in {variant.stems for variant in found}
    assert not [variant.label for variant in found if "жылыжай" in variant.label]
