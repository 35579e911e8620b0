"""What both engines promise, and that they find the same."""

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.core.database import make_engine
from portal.core.errors import SettingsError
from portal.core.i18n import Locale
from portal.core.settings import read_settings
from portal.search import analysis, engines
from portal.search.expansion import Expansion, Reading, Variant
from portal.search.index import FACETS, Document, IndexMissing, Query, Results, SearchIndex
from portal.search.postgres_index import PostgresIndex
from portal.search.shelf import Shelf
from portal.search.whoosh_index import WhooshIndex
from tests.search.conftest import PUBLIC, Opener, document, found


def test_the_title_weighs_more_than_the_body(index: SearchIndex) -> None:
    assert found(index, "wind") == [1, 2]


def test_all_words_are_asked_for_and_some_are_given_when_none_has_all(index: SearchIndex) -> None:
    assert found(index, "wind steppe") == [1]
    results = index.search(Query("wind irrigation", PUBLIC))
    assert results.relaxed
    assert {hit.id for hit in results.hits} == {1, 2, 3}


def test_a_query_is_searched_in_every_language_and_says_which_matched(index: SearchIndex) -> None:
    (hit,) = index.search(Query("жел станциясының", PUBLIC)).hits
    assert (hit.id, hit.matched_in) == (1, (Locale.KK,))


def test_an_empty_query_lists_everything_newest_first(index: SearchIndex) -> None:
    assert found(index, "") == [3, 2, 1]
    assert found(index, "", filters={"country": ("KZ",)}) == [2, 1]
    assert found(index, "wind", sort="newest") == [2, 1]


def test_a_query_of_stop_words_finds_nothing(index: SearchIndex) -> None:
    assert found(index, "the of and") == []


def test_who_has_no_label_finds_nothing(index: SearchIndex) -> None:
    assert index.search(Query("wind", frozenset())).total == 0


def test_only_some_entries_are_looked_at_when_that_is_asked(index: SearchIndex) -> None:
    assert found(index, "wind", only=frozenset({2, 3})) == [2]
    assert found(index, "", only=frozenset()) == []


def test_facets_count_what_their_own_filter_would_leave(index: SearchIndex) -> None:
    results = index.search(Query("", PUBLIC, filters={"kind": ("technology",)}))

    assert results.total == 1
    assert results.facets["kind"] == {"project": 2, "technology": 1}
    assert results.facets["country"] == {"UZ": 1}
    assert set(results.facets) == set(FACETS)


def test_pages_follow_each_other_without_gap_or_repeat(index: SearchIndex) -> None:
    for typed in ("", "wind"):
        pages = [found(index, typed, limit=1, offset=offset) for offset in range(4)]
        assert list(chain.from_iterable(pages)) == found(index, typed)


def test_labels_decide_who_finds_what(index: SearchIndex) -> None:
    assert 4 not in found(index, "secret")
    assert [hit.id for hit in index.search(Query("secret", frozenset({"org:1"}))).hits] == [4]


def test_no_word_of_an_entry_that_is_not_public_is_ever_suggested(index: SearchIndex, shelf: Shelf) -> None:
    assert "secret" not in index.vocabulary(Locale.EN)
    shelf.held[5] = document(5, "Hidden turbine", labels=frozenset({"org:1"}))
    index.update(shelf, [5])

    assert "hidden" not in index.vocabulary(Locale.EN)


def test_updates_replace_and_remove(index: SearchIndex, shelf: Shelf) -> None:
    shelf.held[3] = document(3, "Sprinkler", kind="technology")
    del shelf.held[1]

    index.update(shelf, [1, 3])

    assert found(index, "drip") == []
    assert found(index, "sprinkler") == [3]
    assert found(index, "wind") == [2]
    assert index.search(Query("", PUBLIC)).facets["kind"] == {"project": 1, "technology": 1}


def test_a_rebuild_takes_in_what_changed_meanwhile(index: SearchIndex, shelf: Shelf) -> None:
    def progress(numbers: Sequence[int]) -> Iterator[int]:
        yield from numbers
        shelf.held[9] = document(9, "Latecomer", kind="need")
        shelf.changed = {9}

    index.rebuild(shelf, progress)

    assert found(index, "latecomer") == [9]


def test_searching_goes_on_while_the_index_is_rebuilt_and_updated(
    open_index: Opener, index: SearchIndex, shelf: Shelf
) -> None:
    stop, errors = threading.Event(), []

    def look(at: SearchIndex) -> None:
        while not stop.is_set():
            try:
                results = at.search(Query("solar", PUBLIC))
                assert [hit.id for hit in results.hits] == [2]
                assert results.facets["country"] == {"KZ": 1, "UZ": 1}
            except Exception as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=look, args=(at,)) for at in (index, index, open_index())]
    for thread in threads:
        thread.start()
    for _ in range(5):
        index.rebuild(shelf, iter)
        index.update(shelf, [1, 2])
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_rebuilds_at_once_follow_each_other(open_index: Opener, index: SearchIndex, shelf: Shelf) -> None:
    threads = [threading.Thread(target=open_index().rebuild, args=(shelf, iter)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found(index, "wind") == [1, 2]
    assert index.is_current(shelf)


def test_another_process_sees_the_update(open_index: Opener, index: SearchIndex, shelf: Shelf) -> None:
    other = open_index()
    assert found(other, "sprinkler") == []
    shelf.held[5] = document(5, "Sprinkler", kind="novelty")
    index.update(shelf, [5])

    results = other.search(Query("sprinkler", PUBLIC))
    assert [hit.id for hit in results.hits] == [5]
    assert results.facets["kind"] == {"novelty": 1}


def test_processes_learn_new_words_from_each_other(
    open_index: Opener, index: SearchIndex, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.search.postgres_state.EVERY", 0.0)
    other = open_index()
    assert "sprinkler" not in other.vocabulary(Locale.EN)
    shelf.held[5] = document(5, "Sprinkler")
    index.update(shelf, [5])
    assert "sprinkler" in other.vocabulary(Locale.EN)
    assert found(other, "sprin*") == [5]
    shelf.held[6] = document(6, "Sprinklers")
    other.update(shelf, [6])
    other.rebuild(shelf, iter)

    assert index.vocabulary(Locale.EN).counts["sprinklers"] == 1


def test_an_index_of_another_database_is_not_current(index: SearchIndex, shelf: Shelf) -> None:
    assert index.is_current(shelf)
    shelf.name = "another"
    assert not index.is_current(shelf)


def test_an_index_of_another_analysis_is_not_current(
    index: SearchIndex, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.search.analysis.VERSION", -1)
    assert not index.is_current(shelf)


def test_without_an_index_the_error_says_what_to_do(open_index: Opener, shelf: Shelf) -> None:
    missing = open_index()
    assert not missing.is_current(shelf)
    missing.update(shelf, [1])
    for ask in (lambda: found(missing, "x"), lambda: missing.vocabulary(Locale.EN)):
        with pytest.raises(IndexMissing, match="portal index rebuild"):
            ask()


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        "(",
        "AND",
        "a:b",
        "*",
        "~",
        "\x00",
        "-" * 500,
        "жел " * 300,
        "🌬",
        "[1 TO 2]",
        "it's",
        "o'wind' & | ! \\ :A <->",
        "wi\\nd 'wind'",
        "я" * 5_000,
        " OR ".join(f"w{n}nd" for n in range(3_000)),
        " ".join(f"-w{n}nd" for n in range(3_000)) + " wind",
        "e* st*",
    ],
)
def test_no_query_is_an_error(index: SearchIndex, typed: str) -> None:
    assert index.search(Query(typed, PUBLIC)).total >= 0


@pytest.mark.parametrize("word", ["o'brien's", "back\\slash", "wind:a", "a&b|c!d", "'", "я" * 3_000])
def test_any_word_can_be_indexed_and_found(index: SearchIndex, shelf: Shelf, word: str) -> None:
    shelf.held[7] = document(7, f"marker {word}", kk=word, body=word)
    index.update(shelf, [7])

    assert found(index, f"marker {word}")[0] == 7


def test_a_very_long_text_is_indexed(index: SearchIndex, shelf: Shelf) -> None:
    words = " ".join(f"{n}әлем{n}" for n in range(20_000))
    shelf.held[7] = document(7, "Encyclopaedia", kk=f"ұзақ мәтін {words}", body=words)
    index.update(shelf, [7])

    assert found(index, "encyclopaedia") == found(index, "ұзақ") == [7]


@pytest.mark.parametrize(
    ("url", "wanted", "engine"),
    [
        ("sqlite:///x", None, WhooshIndex),
        ("postgresql+psycopg://localhost/x", None, PostgresIndex),
        ("postgresql+psycopg://localhost/x", "whoosh", WhooshIndex),
    ],
)
def test_the_engine_suits_the_database_unless_one_is_named(
    url: str, wanted: str | None, engine: type, tmp_path: Path
) -> None:
    settings = read_settings(
        {"PORTAL_DATABASE_URL": url} | ({"PORTAL_SEARCH_ENGINE": wanted} if wanted else {}), data=tmp_path
    )
    assert isinstance(engines.open_index(settings, make_engine(url)), engine)
    assert read_settings(settings.environment()) == settings


@pytest.mark.parametrize(
    ("url", "wanted"), [("sqlite:///x", "postgresql"), ("postgresql+psycopg://localhost/x", "lucene")]
)
def test_an_engine_that_cannot_be_is_refused(url: str, wanted: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORTAL_SEARCH_ENGINE"):
        read_settings({"PORTAL_DATABASE_URL": url, "PORTAL_SEARCH_ENGINE": wanted}, data=tmp_path)


WORDS: Mapping[Locale, Sequence[str]] = {
    Locale.KK: (
        "жел күн су энергия станциясы қалдық ауыл шаруашылығы суару технология жылу газдар климат "
        "орман топырақ көмір мұнай тариф қаржы көлік ғимарат қала өңдеу сүзгі сорғы"
    ).split(),
    Locale.RU: (
        "ветер солнце вода энергия станция отходы село хозяйство орошение технология тепло газы климат "
        "лес почва уголь нефть тариф финансы транспорт здание город переработка фильтр насос"
    ).split(),
    Locale.EN: (
        "wind sun water energy station waste village farming irrigation technology heat gases climate "
        "forest soil coal oil tariff finance transport building city processing filter pump"
    ).split(),
}
ENDINGS = {Locale.KK: ("", "дың", "лар", "да"), Locale.RU: ("", "у", "ом", "ы"), Locale.EN: ("", "s", "ing")}


class Dictionary:
    """Knows some words in the two other languages, and two words that are one thing."""

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        expansions = []
        for locale in Locale:
            for place, stem in reading[locale]:
                if stem in STEMS[locale][:12]:
                    number = STEMS[locale].index(stem)
                    variants = [
                        Variant(other, (STEMS[other][number],), 0.9, "thesaurus", WORDS[other][number])
                        for other in Locale
                        if other != locale
                    ]
                    expansions.append(Expansion((place,), tuple(variants)))
        english = dict(reading[Locale.EN])
        if len(words) > 1 and english.get(0) == STEMS[Locale.EN][0]:
            expansions.append(
                Expansion((0, 1), (Variant(Locale.RU, tuple(STEMS[Locale.RU][:2]), 1.0, "name", "ветер"),))
            )
        return expansions


STEMS = {locale: [analysis.stem(word, locale) for word in words] for locale, words in WORDS.items()}


def generated(size: int) -> Shelf:
    chance = random.Random(20261120)

    def words(locale: Locale, many: int) -> str:
        ranks = range(len(WORDS[locale]))
        chosen = chance.choices(ranks, [1 / (rank + 1.5) for rank in ranks], k=many)
        return " ".join(WORDS[locale][rank] + chance.choice(ENDINGS[locale]) for rank in chosen)

    return Shelf(
        *(
            Document(
                id=number,
                labels=frozenset({chance.choice(["public"] * 8 + ["org:1", "org:2"])}),
                facets={
                    "kind": (chance.choice(["need", "project", "technology"]),),
                    "country": tuple(chance.sample(["KZ", "UZ", "KG", "TJ"], k=chance.randint(0, 3))),
                    "term": tuple(f"t{chance.randint(1, 9)}" for _ in range(1)),
                },
                titles={
                    locale: words(locale, chance.randint(1, 4)) for locale in Locale if chance.random() < 0.9
                },
                bodies={locale: words(locale, chance.randint(0, 15)) for locale in Locale},
                moment=chance.randint(0, 50),
            )
            for number in range(1, size + 1)
        )
    )


def queries(many: int) -> list[Query]:
    chance = random.Random(7)

    def word() -> str:
        locale = chance.choice(list(Locale))
        return chance.choice(WORDS[locale]) + chance.choice(ENDINGS[locale])

    def typed() -> str:
        kind = chance.randrange(9)
        if kind == 0:
            return f"{word()} -{word()}"
        if kind == 1:
            return f"{word()} OR {word()}"
        if kind == 2:
            return f"{word()[:3]}* {word()}"
        if kind == 3:
            return f"{word()} OR {word()} {word()} -{word()}"
        if kind == 4:
            return " ".join(word() for _ in range(chance.randint(4, 15)))
        if kind == 5:
            return f"-{word()}"
        if kind == 6:
            return f'"{word()} {word()}" {word()}'
        if kind == 7:
            return f"wind {word()} {word()}"
        return " ".join(word() for _ in range(chance.randint(0, 3)))

    def filters() -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        if chance.random() < 0.3:
            found["kind"] = tuple(chance.sample(["need", "project", "technology"], k=chance.randint(1, 2)))
        if chance.random() < 0.3:
            found["country"] = tuple(chance.sample(["KZ", "UZ", "KG", "FR"], k=chance.randint(0, 2)))
        return found

    return [
        Query(
            typed(),
            frozenset(chance.sample(["public", "org:1", "org:2"], k=chance.randint(1, 2))),
            filters(),
            without={"term": ("t1", "t2")} if chance.random() < 0.2 else {},
            sort=chance.choice(["relevance", "relevance", "newest"]),
            limit=1_000,
            locales=tuple(Locale) if chance.random() < 0.8 else (chance.choice(list(Locale)),),
            expand=chance.random() < 0.7,
        )
        for _ in range(many)
    ]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgresql: Engine) -> tuple[SearchIndex, SearchIndex]:
    """Both engines with the same three hundred documents, some of them written by updates."""
    folder: Path = tmp_path_factory.mktemp("pair")
    made: list[SearchIndex] = [
        WhooshIndex(folder, lambda: Dictionary()),
        PostgresIndex(postgresql, lambda: Dictionary()),
    ]
    for index in made:
        shelf = generated(300)
        late = {number: shelf.held.pop(number) for number in range(250, 301)}
        index.rebuild(shelf, iter)
        shelf.held |= late
        index.update(shelf, sorted(late))
    return made[0], made[1]


def test_both_engines_find_and_count_the_same(pair: tuple[SearchIndex, SearchIndex]) -> None:
    relaxed = translated = 0
    for query in queries(250):
        one, other = (index.search(query) for index in pair)
        assert comparable(one) == comparable(other), query
        if query.sort == "newest" or not query.text:
            assert [hit.id for hit in one.hits] == [hit.id for hit in other.hits], query
        hits = {hit.id: hit for hit in other.hits}
        for hit in one.hits:
            # Of two languages that match equally well either may come first.
            if hit.matched_in[:1] == hits[hit.id].matched_in[:1]:
                assert hit.through == hits[hit.id].through, query
                translated += bool(hit.through)
        relaxed += one.relaxed
    # The queries are worth comparing only if there are all kinds among them.
    assert relaxed > 20
    assert translated > 20


def test_both_engines_rank_nearly_alike(pair: tuple[SearchIndex, SearchIndex]) -> None:
    """Whoosh keeps lengths rounded; PostgreSQL estimates where several stems stand together."""
    for query in queries(250):
        if '"' not in query.text:
            one, other = (index.search(replace(query, expand=False)) for index in pair)
            scores = {hit.id: hit.score for hit in other.hits}
            for hit in one.hits:
                assert scores[hit.id] == pytest.approx(hit.score, rel=0.15), query


def comparable(results: Results) -> object:
    return (
        results.total,
        results.relaxed,
        results.complete,
        results.cut,
        {hit.id: set(hit.matched_in) for hit in results.hits},
        {facet: dict(counts) for facet, counts in results.facets.items()},
    )
