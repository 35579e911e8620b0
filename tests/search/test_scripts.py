import re
from collections import Counter
from functools import cache

import pytest
import yaml

from portal.core.i18n import Locale
from portal.core.resources import resource_folder
from portal.search.scripts import (
    LEAST_LIKENESS,
    MOST_CYRILLIC,
    MOST_UNFOLDED,
    ScriptIndex,
    fold,
    latin_key,
    latin_keys,
    latin_likeness,
)

LETTERS = "аәбвгғдежзийкқлмнңоөпрстуұүфхһыіэёцчшщюя"
#: How people write the Kazakh alphabet in Latin letters, letter for letter.
SPELLINGS = {
    "draft of 2021": "a ä b v g ğ d e j z i i k q l m n ñ o ö p r s t u ū ü f h h y ı e io ts ch ş şş iu ia",
    "2021, ŋ": "a ä b v g ğ d e j z i i k q l m n ŋ o ö p r s t u ū ü f h h y ı e io ts ch ş şş iu ia",
    "draft of 2018": (
        "a á b v g ǵ d e j z ı ı k q l m n ń o ó p r s t ý u ú f h h y i e ıo ts ch sh shch ıý ıa"
    ),
    "draft of 2017": (
        "a a' b v g g' d e j z i' i' k q l m n n' o o' p r s t y' u u' f h h y i e i'o ts c' s' s'c' i'y' i'a"
    ),
    "no accents": "a a b v g g d e j z i i k q l m n n o o p r s t u u u f h h y i e io ts ch sh sh iu ia",
    "zh and k": "a a b v g g d e zh z i i k k l m n n o o p r s t u u u f h h y i e yo ts ch sh sh yu ya",
    "passport": (
        "a a b v g gh d e zh z i y k k l m n ng o o p r s t u u u f kh kh y i e yo ts ch sh shch yu ya"
    ),
    "i for ы": "a a b v g g d e j z i i k k l m n n o o p r s t u u u f h h i i e e c ch sh sh u ya",
    "x and w": "a a b v g g d e zh z i i k q l m n n o o p r s t w u u f x x y i e e ts ch sh sh iu ia",
}
KAZAKH = (
    "қазақстан жел энергиясы су технология балқаш жасыл жылу күн тамшылатып суару шағын өзен "
    "оңтүстік қоңыр көміртегі шаңғы экспорт"
).split()


def spell(word: str, name: str) -> str:
    table = dict(zip(LETTERS, SPELLINGS[name].split(), strict=True))
    return "".join(table.get(letter, "") for letter in word)


@cache
def seed_words(locale: Locale) -> Counter[str]:
    """Return the words of the technologies, with how often they occur."""
    counts: Counter[str] = Counter()
    for path in sorted((resource_folder("seeds") / "technologies").glob("*.yaml")):
        for record in yaml.load(path.read_text(), yaml.CSafeLoader):
            text = " ".join(x for x in record["texts"][locale].values() if isinstance(x, str)).lower()
            counts.update(re.findall(r"[^\W\d_]{3,}", text))
    alphabet = re.compile("[a-z]+" if locale == Locale.EN else f"[{LETTERS}ъь]+")
    return Counter({word: count for word, count in counts.items() if alphabet.fullmatch(word)})


@cache
def seed_index() -> ScriptIndex:
    return ScriptIndex(seed_words(Locale.KK))


def test_folding_leaves_only_letters_of_a_russian_keyboard() -> None:
    folded = fold("әғқңөұүһіё")

    assert folded == "агкноуухие"
    assert fold(folded) == folded


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("word", KAZAKH)
def test_every_spelling_of_a_word_meets_in_one_key(word: str, name: str) -> None:
    assert latin_key(word) in latin_keys(spell(word, name))


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("qazaqstan", "қазақстан"),
        ("kazakstan", "қазақстан"),
        ("kazakhstan", "қазақстан"),
        ("jel", "жел"),
        ("zhel", "жел"),
        ("energiasy", "энергиясы"),
        ("energiyasy", "энергиясы"),
        ("su", "су"),
        ("sý", "су"),
        ("tehnologia", "технология"),
        ("tekhnologiya", "технология"),
        ("balqash", "балқаш"),
        ("balkhash", "балқаш"),
        ("jasyl", "жасыл"),
        ("zhasil", "жасыл"),
        ("jylu", "жылу"),
        ("kun", "күн"),
        ("tamshylatyp", "тамшылатып"),
        ("shagyn", "шағын"),
        ("s'ag'yn", "шағын"),
        ("ozen", "өзен"),
        ("ońtústik", "оңтүстік"),
        ("kongyr", "қоңыр"),
        ("eksport", "экспорт"),
    ],
)
def test_what_people_type_in_latin_is_read_as_kazakh(latin: str, cyrillic: str) -> None:
    found = ScriptIndex(dict.fromkeys(KAZAKH, 1)).cyrillic(latin)

    assert found[0][0] == cyrillic
    assert LEAST_LIKENESS <= found[0][1] <= 1


@pytest.mark.parametrize("name", ["draft of 2021", "draft of 2018", "draft of 2017"])
def test_only_an_official_spelling_is_certain(name: str) -> None:
    for word in KAZAKH:
        assert latin_likeness(spell(word, name), word) == 1
    assert latin_likeness("zhasil", "жасыл") < latin_likeness("zhasyl", "жасыл") < 1


@pytest.mark.parametrize("name", SPELLINGS)
def test_nearly_every_kazakh_word_of_the_seeds_is_found_from_its_latin_spelling(name: str) -> None:
    words = sorted(seed_words(Locale.KK))
    assert len(words) > 2000

    first = found = 0
    for word in words:
        candidates = [other for other, _ in seed_index().cyrillic(spell(word, name))]
        first += candidates[:1] == [word]
        found += word in candidates

    assert first / len(words) > 0.98
    assert found / len(words) > 0.99


def test_few_english_words_are_taken_for_kazakh_ones() -> None:
    """Those that are, are mostly the same loan word: factor, operator, tender."""
    words = sorted(seed_words(Locale.EN))
    assert len(words) > 1000

    assert sum(bool(seed_index().cyrillic(word)) for word in words) / len(words) < 0.15


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("suarudyñ", "суару"), ("ozenning", "өзен"), ("ońtústiginde", "оңтүстік"), ("balqashqa", "балқаш")],
)
def test_an_inflected_latin_form_is_found_as_a_shorter_one_but_less_surely(typed: str, meant: str) -> None:
    ((found, likeness),) = ScriptIndex(dict.fromkeys(KAZAKH, 1)).cyrillic(typed)

    assert found == meant
    assert likeness < 0.95


def test_words_typed_with_russian_letters_are_themselves_again() -> None:
    words = sorted(word for word in seed_words(Locale.KK) if fold(word) != word)
    assert len(words) > 1000

    assert all(word in seed_index().unfold(fold(word)) for word in words)
    assert sum(seed_index().unfold(fold(word))[0] == word for word in words) / len(words) > 0.98


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("онтустиктин", "оңтүстік"), ("онтустигинде", "оңтүстік"), ("казакстаннын", "қазақстан")],
)
def test_an_inflected_form_is_unfolded_as_a_shorter_one(typed: str, meant: str) -> None:
    assert ScriptIndex(dict.fromkeys(KAZAKH, 1)).unfold(typed) == (meant,)


def test_a_start_of_less_than_four_letters_or_sixty_per_cent_is_no_shorter_form() -> None:
    index = ScriptIndex({"күн": 1, "өзен": 1})

    assert index.unfold("кунге") == ()
    assert index.unfold("озенге") == ("өзен",)
    assert index.unfold("озендердегі") == ()
    assert index.cyrillic("kunge") == ()


def test_the_word_itself_comes_first_then_the_commonest_of_three() -> None:
    index = ScriptIndex({"кар": 1, "қар": 5, "қәр": 9, "кәр": 2})

    assert index.unfold("кар") == ("кар", "қәр", "қар")
    assert len(index.unfold("кар")) == MOST_UNFOLDED


def test_counting_on_changes_the_order() -> None:
    index = ScriptIndex({"құн": 2, "күн": 3})
    assert index.unfold("кун") == ("күн", "құн")

    index.add("құн", 4)
    index.add("кұң", 1)

    assert index.unfold("кун") == ("құн", "күн", "кұң")
    assert [word for word, _ in index.cyrillic("kun")][:2] == ["құн", "күн"]


def test_of_equally_likely_words_the_five_commonest_are_given() -> None:
    words = {"кат": 1, "қат": 2, "кәт": 3, "қәт": 4, "катт": 5, "қатт": 6}
    found = ScriptIndex(words).cyrillic("kat")

    assert len(found) == MOST_CYRILLIC
    assert [likeness for _, likeness in found] == sorted((x for _, x in found), reverse=True)


@pytest.mark.parametrize("word", ["co2", "2030", "су", "", "'", "h2o"])
def test_what_is_no_latin_word_has_no_reading(word: str) -> None:
    assert ScriptIndex(dict.fromkeys(KAZAKH, 1)).cyrillic(word) == ()


def test_the_order_of_the_vocabulary_does_not_matter() -> None:
    words = seed_words(Locale.KK)
    backwards = ScriptIndex(dict(reversed(words.items())))

    for word in words:
        assert backwards.unfold(fold(word)) == seed_index().unfold(fold(word))
        latin = spell(word, "zh and k")
        assert backwards.cyrillic(latin) == seed_index().cyrillic(latin)
