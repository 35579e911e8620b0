import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.core.i18n import Locale
from portal.search import analysis, bench
from portal.search.bench_catalogue import CODES, Catalogue, make_catalogue, row_of
from portal.search.bench_queries import CLASSES, EACH, Question, choose, load, save
from portal.search.bench_report import goals, report
from portal.search.bench_words import invent
from portal.search.index import PUBLIC
from portal.search.plan import Lexicon, make_plan
from portal.search.vocabulary import Vocabulary

ENTRIES = 300
GONE = range(10, 13)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", "search", "--entries", str(ENTRIES), *arguments])


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return make_catalogue(tmp_path_factory.mktemp("bench"), ENTRIES, seed=1)


@pytest.fixture(scope="module")
def questions(catalogue: Catalogue) -> list[Question]:
    return choose(catalogue, GONE, seed=1)[0]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the command prints, with every engine that needs no server."""
    done = run("--passes", "1", "--json", "--data", str(tmp_path_factory.mktemp("data")))
    assert done.exit_code == 0, done.output
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_all_engines_give_the_same_totals_and_counts(found: dict[str, Any]) -> None:
    assert {"portal", "fts5", "whoosh"} <= set(found["engines"])
    assert found["disagreements"] == 0


def test_every_engine_has_all_figures(found: dict[str, Any]) -> None:
    assert found["entries"] == ENTRIES
    for figures in found["engines"].values():
        for name in "build_s index_mb rss_mb open_s add_p95_ms update_p95_ms p50_ms p95_ms".split():
            assert figures[name] >= 0, name
        assert figures["p50_ms"] <= figures["p95_ms"]
        assert set(figures["classes"]) == set(CLASSES)
        assert all(x["p50_ms"] <= x["p95_ms"] for x in figures["classes"].values())


def test_the_portal_is_also_timed_in_all_languages_and_its_memory_then(found: dict[str, Any]) -> None:
    own = found["engines"]["portal"]
    assert own["everywhere"]["p50_ms"] > 0
    assert own["serving_rss_mb"] > 0
    assert own["segments"] >= 1


def test_the_table_judges_every_goal(found: dict[str, Any]) -> None:
    lines = report(found).splitlines()
    judged = [line for line in lines if line.startswith(("yes ", "no "))]
    assert len(judged) == len(list(goals(found)))
    for name in CLASSES:
        assert any(line.startswith(name) for line in lines)


def test_a_goal_that_is_missed_is_called_missed(found: dict[str, Any]) -> None:
    slow = found["engines"]["portal"] | {"open_s": 99.0, "segments": 9}
    missed = [goal for goal, met in goals(found | {"engines": {"portal": slow}}) if not met]
    assert any(goal.startswith("opening, s: 99.0") for goal in missed)
    assert any(goal.startswith("segments: 9") for goal in missed)


def test_answers_that_differ_are_counted_and_missing_ones_are_not() -> None:
    runs = [bench._Run({}, answers) for answers in ([1, 2, 3], [1, 5, 3], [1])]
    assert bench._disagreements(runs) == 1


def test_an_engine_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    done = run("--engines", "portal,lucene", "--data", str(tmp_path))
    assert done.exit_code == 2
    assert "there is no lucene" in done.output


def test_the_same_seed_makes_the_same_catalogue_and_queries(
    catalogue: Catalogue, questions: list[Question], tmp_path: Path
) -> None:
    again = make_catalogue(tmp_path, ENTRIES, seed=1)
    assert [again.document(n) for n in (1, 150, 300)] == [catalogue.document(n) for n in (1, 150, 300)]
    assert choose(again, GONE, seed=1)[0] == questions
    assert invent(Locale.KK, seed=2, types=500).words != invent(Locale.KK, seed=1, types=500).words


def test_other_engines_get_the_stems_that_the_portal_makes_of_the_words(catalogue: Catalogue) -> None:
    for entry_id in range(1, ENTRIES + 1, 17):
        assert catalogue.row(entry_id) == row_of(catalogue.document(entry_id))


@pytest.mark.parametrize("locale", Locale)
def test_invented_words_are_different_whole_words_of_one_language(locale: Locale) -> None:
    words = invent(locale, seed=1, types=2_000).words
    assert len(set(words)) == len(words) == 2_000
    assert all(analysis.surface_words(word, locale) == [word] for word in words)
    assert not any(analysis.is_cyrillic(word) == (locale == Locale.EN) for word in words)


def test_words_follow_zipf_and_topics_have_other_common_words() -> None:
    lexicon = invent(Locale.RU, seed=1)
    assert lexicon.shares[0] > 50 * lexicon.shares[1_000] > 500 * lexicon.shares[50_000]
    topics = [lexicon.about([1, number]) for number in (1, 2)]
    best = [set(topic.argsort()[-20:].tolist()) for topic in topics]
    assert len(best[0] & best[1]) < 5


def test_each_class_has_as_many_queries_in_every_language(questions: list[Question]) -> None:
    for name in CLASSES:
        for locale in Locale:
            assert sum(x.name == name and x.locale == locale for x in questions) == EACH
    assert len(questions) == 462


def test_queries_are_as_frequent_as_their_class_says(catalogue: Catalogue, questions: list[Question]) -> None:
    shares = {"common": (0.12, 0.4), "rare": (5 / ENTRIES, 50 / ENTRIES), "or2": (0.01, 0.2)}
    rows = [catalogue.row(n).stems for n in range(1, ENTRIES + 1)]
    texts = {locale: [set(row[locale].split()) for row in rows] for locale in Locale}
    for question in questions:
        if question.name in shares and len(question.clauses[0]) <= 2:
            held = texts[question.locale]
            share = sum(not words.isdisjoint(question.clauses[0]) for words in held) / ENTRIES
            least, most = shares[question.name]
            assert least <= share <= most, question


def test_what_other_engines_look_up_is_what_the_portal_looks_up(
    catalogue: Catalogue, questions: list[Question]
) -> None:
    vocabularies = {locale: Vocabulary(locale) for locale in Locale}
    for entry_id in range(1, ENTRIES + 1):
        document = catalogue.document(entry_id)
        if PUBLIC in document.labels:
            for locale, vocabulary in vocabularies.items():
                text = f"{document.titles[locale]} {document.bodies[locale]}"
                for word in set(analysis.surface_words(text, locale)):
                    vocabulary.add(word, analysis.stem(word, locale))
    for question in questions:
        (plan,) = make_plan(question.text, (question.locale,), Lexicon(vocabularies)).fields
        wanted = [{v.stems[0] for word in clause.words for v in word.variants} for clause in plan.clauses]
        assert [set(clause) for clause in question.clauses] == wanted


def test_filters_leave_something_and_facets_are_those_of_entries(
    catalogue: Catalogue, questions: list[Question]
) -> None:
    for question in questions:
        assert question.name.endswith("_filtered") == bool(question.filters)
        assert question.facets == (tuple(CODES) if question.name.endswith("_facets") else ())
        if question.name == "and2_filtered":
            assert any(
                question.filters.items() <= catalogue.facets(n).items()
                and all(
                    not set(clause).isdisjoint(catalogue.row(n).stems[question.locale].split())
                    for clause in question.clauses
                )
                for n in range(1, ENTRIES + 1)
                if n not in GONE and PUBLIC in catalogue.labels(n)
            )


def test_queries_come_back_from_their_file_as_they_were(catalogue: Catalogue, tmp_path: Path) -> None:
    chosen = choose(catalogue, GONE, seed=1)
    save(tmp_path, *chosen)
    assert load(tmp_path) == chosen


def test_every_word_of_a_plain_query_has_two_others_in_each_language(
    catalogue: Catalogue, questions: list[Question]
) -> None:
    synonyms = choose(catalogue, GONE, seed=1)[1]
    words = next(x.text for x in questions if x.name == "and2").split()
    found = synonyms.expand(words, {})
    assert [x.places for x in found] == [(0,), (1,)]
    for expansion in found:
        assert [x.locale for x in expansion.variants] == [locale for locale in Locale for _ in range(2)]
