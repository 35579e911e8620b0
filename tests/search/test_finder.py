from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from portal.core.i18n import Locale
from portal.search.expansion import Expansion, Reading, Variant
from portal.search.finder import CANDIDATES, Finder
from portal.search.index import PUBLIC, Document, Query
from portal.search.shelf import Shelf
from portal.search.whoosh_index import WhooshIndex

EVERYBODY = frozenset({PUBLIC})


class Library(Shelf):
    """Documents and their texts in memory."""

    def add(self, kind: str = "need", labels: frozenset[str] = EVERYBODY, **titles: str) -> int:
        number = len(self.held) + 1
        self.held[number] = Document(
            id=number,
            labels=labels,
            facets={"kind": (kind,)},
            titles={Locale(locale): title for locale, title in titles.items()},
            bodies={},
            moment=number,
        )
        return number

    def texts(self, ids: Sequence[int]) -> Mapping[int, Mapping[Locale, Sequence[str]]]:
        return {
            number: {locale: [title] for locale, title in self.held[number].titles.items()}
            for number in ids
            if number in self.held
        }


class Dictionary:
    """Knows that wind is жел, and wind power жел энергетикасы."""

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        places = [place for place, stem in reading[Locale.EN] if stem == "wind"]
        found = [
            Expansion((place,), (Variant(Locale.KK, ("жел",), 1.0, "thesaurus", "жел"),)) for place in places
        ]
        if places and len(words) > 1:
            whole = Variant(Locale.KK, ("жел", "энергетика"), 1.0, "thesaurus", "жел энергетикасы")
            found.append(Expansion((0, 1), (whole,)))
        return found


@pytest.fixture
def shelf() -> Library:
    return Library()


def finder(shelf: Library, folder: Path) -> Finder:
    index = WhooshIndex(folder / "index", lambda: Dictionary())
    index.rebuild(shelf, iter)
    return Finder(index, shelf)


def ids(found: Finder, text: str, **options: object) -> list[int]:
    return [hit.id for hit in found.find(Query(text, EVERYBODY, **options)).results.hits]  # type: ignore[arg-type]


def test_a_phrase_stands_side_by_side_in_any_of_its_forms(shelf: Library, tmp_path: Path) -> None:
    side_by_side = shelf.add(kk="Парниктік газдарды азайту")
    shelf.add(kk="Газдар мен парниктік әсер")
    made = finder(shelf, tmp_path)

    assert ids(made, '"парниктік газдар"') == [side_by_side]
    assert len(ids(made, "парниктік газдар")) == 2


def test_one_word_between_quotation_marks_is_that_very_form(shelf: Library, tmp_path: Path) -> None:
    exact = shelf.add(en="Heat pump")
    shelf.add(en="Heat pumps")
    made = finder(shelf, tmp_path)

    assert ids(made, '"pump"') == [exact]
    assert len(ids(made, "pump")) == 2


def test_an_excluded_phrase_takes_away_only_what_holds_it(shelf: Library, tmp_path: Path) -> None:
    shelf.add(en="Green bridge over the river")
    apart = shelf.add(en="A bridge painted green")

    assert ids(finder(shelf, tmp_path), 'bridge -"green bridge"') == [apart]


def test_facets_and_totals_of_a_phrase_count_what_holds_it(shelf: Library, tmp_path: Path) -> None:
    shelf.add(en="Solar plant", kind="project")
    shelf.add(en="A plant that is not solar", kind="need")

    results = finder(shelf, tmp_path).find(Query('"solar plant"', EVERYBODY)).results

    assert results.total == 1
    assert results.facets["kind"] == {"project": 1}


def test_of_more_candidates_than_are_looked_into_the_answer_says_so(shelf: Library, tmp_path: Path) -> None:
    for _ in range(CANDIDATES + 7):
        shelf.add(en="Solar plant")

    found = finder(shelf, tmp_path).find(Query('"solar plant"', EVERYBODY))

    assert found.results.total == CANDIDATES
    assert found.unchecked == 7


def test_russian_letters_find_kazakh_words_with_their_endings(shelf: Library, tmp_path: Path) -> None:
    south = shelf.add(kk="Оңтүстік өңірдің суы")
    pump = shelf.add(kk="Жылу сорғысы")
    made = finder(shelf, tmp_path)

    assert ids(made, "онтустик") == [south]
    assert ids(made, "онтустиктин онирлери") == [south]
    assert ids(made, "соргыларды") == [pump]


def test_the_spelling_that_was_typed_comes_first(shelf: Library, tmp_path: Path) -> None:
    other = shelf.add(kk="Қазақ тілі")
    same = shelf.add(kk="Казак атауы туралы")
    made = finder(shelf, tmp_path)

    assert ids(made, "казак") == [same, other]
    assert ids(made, "қазақ") == [other, same]


def test_latin_letters_find_kazakh_words(shelf: Library, tmp_path: Path) -> None:
    wind = shelf.add(kk="Қазақстанның жел энергиясы")
    made = finder(shelf, tmp_path)

    assert ids(made, "qazaqstan") == [wind]
    assert ids(made, "jel energiasy") == [wind]


def test_another_language_is_found_and_says_through_which_words(shelf: Library, tmp_path: Path) -> None:
    wind = shelf.add(kk="Жел энергетикасы станциясы")
    (hit,) = finder(shelf, tmp_path).find(Query("wind power", EVERYBODY)).results.hits

    assert (hit.id, hit.matched_in) == (wind, (Locale.KK,))
    assert {(x.typed, x.variant.label) for x in hit.through} >= {("wind power", "жел энергетикасы")}


def test_a_misspelt_query_that_finds_nothing_is_corrected(shelf: Library, tmp_path: Path) -> None:
    wind = shelf.add(en="Wind turbines in the steppe")
    found = finder(shelf, tmp_path).find(Query("wind turbnies", EVERYBODY))

    assert [hit.id for hit in found.results.hits] == [wind]
    assert (found.typed, found.text) == ("wind turbnies", "wind turbines")


def test_a_misspelt_query_that_finds_little_gets_an_offer(shelf: Library, tmp_path: Path) -> None:
    typo = shelf.add(en="Irrigaton schedule", labels=frozenset({"org:1"}))
    for _ in range(3):
        shelf.add(en="Irrigation schedule")
    found = finder(shelf, tmp_path).find(Query("irrigaton", frozenset({"org:1", PUBLIC})))

    assert [hit.id for hit in found.results.hits] == [typo]
    assert (found.typed, found.meant) == (None, "irrigation")


def test_nothing_is_suggested_from_what_is_not_public(shelf: Library, tmp_path: Path) -> None:
    shelf.add(en="Secretary", labels=frozenset({"org:1"}))
    shelf.add(en="Wind")
    found = finder(shelf, tmp_path).find(Query("secretery", EVERYBODY))

    assert found.results.total == 0
    assert (found.typed, found.meant) == (None, None)


def test_the_wrong_keyboard_is_understood(shelf: Library, tmp_path: Path) -> None:
    wind = shelf.add(ru="Ветер степи")
    found = finder(shelf, tmp_path).find(Query("dtnth", EVERYBODY))

    assert [hit.id for hit in found.results.hits] == [wind]
    assert found.text == "ветер"


def test_a_pasted_text_finds_the_entry_that_it_is_about(shelf: Library, tmp_path: Path) -> None:
    about = shelf.add(en="Drip irrigation of cotton with saline water in the valley")
    shelf.add(en="Wind turbines")
    text = "We look for a way to grow cotton with less water where it is saline; " * 20 + "drip irrigation?"

    assert len(text.split()) > 300
    assert ids(finder(shelf, tmp_path), text)[0] == about


def test_fewer_words_than_all_follow_those_with_all(shelf: Library, tmp_path: Path) -> None:
    some = shelf.add(en="Solar water heating water heating")
    whole = shelf.add(en="Solar heating of water for schools")
    results = finder(shelf, tmp_path).find(Query("solar water schools", EVERYBODY)).results

    assert [hit.id for hit in results.hits] == [whole, some]
    assert (results.relaxed, results.complete) == (True, 1)


def test_pages_follow_each_other_when_spellings_are_sorted(shelf: Library, tmp_path: Path) -> None:
    for n in range(9):
        shelf.add(kk="Қазақ тілі" if n % 2 else "Казак атауы")
    made = finder(shelf, tmp_path)

    whole = ids(made, "казак", limit=9)
    assert ids(made, "казак", limit=4) + ids(made, "казак", limit=5, offset=4) == whole
