import json
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, delete, event, func, select
from sqlalchemy.orm import Session

from portal.core.changes import Change, note_change, position
from portal.core.database import Sessions, make_engine, make_sessions
from portal.core.errors import NotFound
from portal.core.i18n import Locale
from portal.core.unit_of_work import UnitOfWork
from portal.migrations import upgrade
from portal.search import analysis
from portal.search.cli import index_group
from portal.search.expansion import Expansion, Variant
from portal.search.model import StoredPair
from portal.search.pairs import (
    PairExpander,
    PairsProvider,
    block_pair,
    learn_job,
    list_pairs,
    relearn,
    study,
)
from tests.conftest import new_database

KK, RU, EN = Locale.KK, Locale.RU, Locale.EN
TEXTS: list[Mapping[Locale, str]] = [
    {KK: "Жел энергиясы", RU: "Энергия ветра", EN: "Wind energy"},
    {KK: "Жел турбинасы", RU: "Турбина ветра", EN: "Wind turbine"},
    {KK: "Су турбинасы", RU: "Турбина воды", EN: "Water turbine"},
    {KK: "Су энергиясы", RU: "Энергия воды", EN: "Water energy"},
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    for url in new_database(request.param, tmp_path_factory.mktemp("pairs")):
        engine = make_engine(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def sessions(database: Engine) -> Sessions:
    """Sessions on a database without pairs and changes."""
    made = make_sessions(database)
    with UnitOfWork(made, {}) as uow:
        for table in (StoredPair, Change):
            uow.session.execute(delete(table))
    return made


def taught(sessions: Sessions, texts: Iterable[Mapping[Locale, str]] = TEXTS) -> None:
    with UnitOfWork(sessions, {}) as uow:
        relearn(uow.session, texts)


def block(sessions: Sessions, source: str, target: str, *, blocked: bool = True) -> None:
    with UnitOfWork(sessions, {}) as uow:
        block_pair(uow.session, RU, source, EN, target, blocked)


def stored(sessions: Sessions) -> set[tuple[str, str, str, str]]:
    with sessions() as session:
        return {(x.source_locale, x.source_word, x.target_locale, x.target_word) for x in list_pairs(session)}


def expanded(provider: PairsProvider, word: str) -> dict[Locale, set[str]]:
    """Return what stands for a word, by language."""
    reading = {x: [(0, stem) for stem in analysis.terms(word, x)] for x in Locale}
    found: dict[Locale, set[str]] = {}
    for expansion in provider().expand([word], reading):
        for variant in expansion.variants:
            found.setdefault(variant.locale, set()).update(variant.stems)
    return found


def test_all_six_directions_are_learnt_with_words_that_people_can_read(sessions: Sessions) -> None:
    taught(sessions)

    words = {KK: "жел", RU: "ветра", EN: "wind"}
    directions = {(x, words[x], y, words[y]) for x in words for y in words if x != y}
    assert len(directions) == 6
    assert directions <= stored(sessions)


def test_sentences_are_learnt_from_one_by_one_when_there_are_as_many() -> None:
    apart = {EN: "Wind blows. Water flows.", RU: "Ветер дует. Вода течет."}
    whole = {EN: "Wind blows. Water flows.", RU: "Ветер дует, вода течет."}

    def meetings(text: Mapping[Locale, str]) -> set[tuple[str, str]]:
        return {
            (x["source_word"], x["target_word"]) for x in study([text] * 2).rows if x["source_locale"] == EN
        }

    assert ("wind", "вода") in meetings(whole)
    assert ("wind", "вода") not in meetings(apart)
    assert ("wind", "ветер") in meetings(apart)


def test_a_text_in_one_language_teaches_nothing() -> None:
    assert study([{KK: "жел"}, {KK: "су", RU: " "}]).texts == 0


def test_the_word_to_read_is_the_commonest_with_its_stem() -> None:
    texts = [{EN: "pump pumps", RU: "насос"}, {EN: "pumps", RU: "насосы"}, {EN: "pumps", RU: "насос"}]

    (row,) = (x for x in study(texts).rows if x["source_locale"] == EN)

    assert (row["source"], row["source_word"], row["target_word"]) == ("pump", "pumps", "насос")


def test_learning_again_replaces_what_was_learnt(sessions: Sessions) -> None:
    taught(sessions)
    taught(sessions, [{RU: "солнце", EN: "sun"}] * 2)

    assert stored(sessions) == {("ru", "солнце", "en", "sun"), ("en", "sun", "ru", "солнце")}


def test_learning_twice_gives_the_same_rows(sessions: Sessions) -> None:
    taught(sessions)
    before = stored(sessions)
    taught(sessions)

    assert stored(sessions) == before


def test_a_pair_is_blocked_in_both_directions_by_any_form_of_its_words(sessions: Sessions) -> None:
    for source, target in (("ветра", "wind"), ("Ветром", "winds"), ("ветер", "WIND ")):
        taught(sessions)
        block(sessions, source, target)

        with sessions() as session:
            blocked = {(x.source_locale, x.target_locale) for x in list_pairs(session) if x.blocked}
        assert blocked == {(RU, EN), (EN, RU)}
        block(sessions, source, target, blocked=False)


def test_what_is_blocked_stays_so_when_it_is_learnt_again_or_no_more(sessions: Sessions) -> None:
    taught(sessions)
    block(sessions, "ветра", "wind")

    for texts in (TEXTS, [], TEXTS):
        taught(sessions, texts)
        with sessions() as session:
            assert sum(x.blocked for x in list_pairs(session)) == 2
    assert expanded(PairsProvider(sessions), "wind") == {KK: {"жел"}}


def test_what_is_unblocked_counts_again(sessions: Sessions) -> None:
    taught(sessions)
    block(sessions, "ветра", "wind")
    block(sessions, "ветра", "wind", blocked=False)

    assert expanded(PairsProvider(sessions), "wind") == {KK: {"жел"}, RU: {"ветер"}}


def test_a_pair_that_was_never_learnt_cannot_be_blocked(sessions: Sessions) -> None:
    taught(sessions)

    with pytest.raises(NotFound, match="ветра"):
        block(sessions, "ветра", "water")


def test_pairs_are_listed_surest_first_by_language_and_word(sessions: Sessions) -> None:
    taught(sessions, [*TEXTS, {KK: "жел", RU: "ветер сильный", EN: "wind gust"}] * 2)

    with sessions() as session:
        every = list_pairs(session)
        assert [x.weight for x in every] == sorted((x.weight for x in every), reverse=True)
        assert len({x.weight for x in every}) > 1
        assert {(x.source_locale, x.target_locale) for x in list_pairs(session, KK, EN)} == {(KK, EN)}
        assert {x.source_locale for x in list_pairs(session, target_locale=RU)} == {KK, EN}
        assert len(list_pairs(session, limit=3)) == 3
        winds = list_pairs(session, word="желдің")
        assert winds
        assert all("жел" in {x.source_word, x.target_word} for x in winds)
        assert list_pairs(session, word="nonsense") == []


def test_what_stands_for_a_word_comes_with_weight_reason_and_label() -> None:
    wind = Variant(EN, ("wind",), 0.9, "learnt", "winds")
    gale = Variant(EN, ("gale",), 0.2, "learnt", "gale")
    expander = PairExpander({(KK, "жел"): [gale, wind]})

    found = expander.expand(["су", "жел"], {KK: [(0, "су"), (1, "жел")], RU: [(1, "жел")], EN: []})

    assert found == [Expansion((1,), (wind, gale))]


def test_of_two_readings_of_a_word_the_surer_pair_counts() -> None:
    sure, unsure = (Variant(EN, ("wind",), weight, "learnt", "wind") for weight in (0.8, 0.3))
    expander = PairExpander({(KK, "жел"): [unsure], (RU, "жел"): [sure]})

    assert expander.expand(["жел"], {KK: [(0, "жел")], RU: [(0, "жел")]}) == [Expansion((0,), (sure,))]


def test_a_word_does_not_stand_for_itself() -> None:
    same = Variant(RU, ("климат",), 0.9, "learnt", "климат")
    expander = PairExpander({(KK, "климат"): [same]})

    assert expander.expand(["климат"], {KK: [(0, "климат")], RU: [(0, "климат")]}) == []
    assert expander.expand(["климат"], {KK: [(0, "климат")], RU: []}) == [Expansion((0,), (same,))]


def test_the_expander_follows_what_is_learnt_and_blocked(sessions: Sessions) -> None:
    provider = PairsProvider(sessions, every=0)
    assert expanded(provider, "wind") == {}

    taught(sessions)
    assert expanded(provider, "wind") == {KK: {"жел"}, RU: {"ветер"}}

    block(sessions, "ветра", "wind")
    assert expanded(provider, "wind") == {KK: {"жел"}}


def test_the_expander_stays_while_only_other_things_change(sessions: Sessions) -> None:
    taught(sessions)
    provider = PairsProvider(sessions, every=0)
    first = provider()

    with UnitOfWork(sessions, {}) as uow:
        note_change(uow.session, "entry", 1)
    assert provider() is first

    with UnitOfWork(sessions, {}) as uow:
        note_change(uow.session, "pairs")
        note_change(uow.session, "entry", 2)
    assert provider() is not first


def test_the_expander_is_read_anew_when_the_database_was_put_back(sessions: Sessions) -> None:
    taught(sessions)
    provider = PairsProvider(sessions, every=0)
    first = provider()

    with UnitOfWork(sessions, {}) as uow:
        for change in uow.session.scalars(select(Change)):
            uow.session.delete(change)

    assert provider() is not first


def test_between_two_looks_the_database_is_left_alone(sessions: Sessions) -> None:
    provider = PairsProvider(sessions, every=3600)
    provider()
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(sessions.kw["bind"], "before_cursor_execute", note)
    try:
        provider()
        assert asked == []
        PairsProvider(sessions)()
        assert asked
    finally:
        event.remove(sessions.kw["bind"], "before_cursor_execute", note)


def test_the_job_learns_from_the_texts_that_it_reads(sessions: Sessions) -> None:
    learn_job(sessions, lambda session: TEXTS)([{}, {}])

    assert ("ru", "ветра", "en", "wind") in stored(sessions)
    with sessions() as session:
        assert session.scalar(select(func.count()).where(Change.what == "pairs")) == 1


def command(sessions: Sessions, *arguments: str) -> Result:
    def parallel_texts(session: Session) -> Iterable[Mapping[Locale, str]]:
        assert position(session) >= 0
        return TEXTS

    services = SimpleNamespace(
        sessions=sessions, parallel_texts=parallel_texts, uow=lambda: UnitOfWork(sessions, {})
    )
    return CliRunner().invoke(index_group, arguments, obj=services)


def test_the_command_learn_says_how_much_it_learnt(sessions: Sessions) -> None:
    done = command(sessions, "learn")

    with sessions() as session:
        count = session.scalar(select(func.count(StoredPair.id)))
    assert count
    assert done.exit_code == 0
    assert done.stdout == f"4 texts, {count // 2} pairs of words\n"
    assert done.stderr.endswith(" s\n")


def test_the_command_pairs_lists_blocks_and_unblocks(sessions: Sessions) -> None:
    taught(sessions)
    ways = ("--from", "ru", "--to", "en")

    assert command(sessions, "pairs", *ways, "--block", "ветра", "wind").exit_code == 0
    listed = json.loads(command(sessions, "pairs", *ways, "--word", "wind", "--json").stdout)
    assert [set(x) for x in listed] == [{"from", "source", "to", "target", "weight", "seen", "blocked"}]
    assert (listed[0]["source"], listed[0]["target"], listed[0]["blocked"]) == ("ветра", "wind", True)
    text = command(sessions, "pairs", *ways, "--word", "wind").stdout
    assert len(text.splitlines()) == 2
    assert "blocked" in text
    assert command(sessions, "pairs", *ways, "--unblock", "ветра", "wind").exit_code == 0
    assert "blocked" not in command(sessions, "pairs", *ways, "--word", "wind").stdout
    assert len(json.loads(command(sessions, "pairs", "--limit", "2", "--json").stdout)) == 2


def test_what_cannot_be_done_is_one_clear_line(sessions: Sessions) -> None:
    for line, code, said in (
        ("--block ветра wind", 2, "--from and --to"),
        ("--from en --to en --block wind wind", 2, "--from and --to"),
        ("--from ru --to en --block a b --unblock a b", 2, "exclude"),
        ("--from ru --to en --block нет no", 1, "there is no learnt pair нет (ru), no (en)"),
        ("--from de", 2, "de"),
        ("--limit 0", 2, "0"),
    ):
        done = command(sessions, "pairs", *line.split())

        assert done.exit_code == code
        assert said in done.stderr
        assert "Traceback" not in done.output


def test_an_empty_list_is_said_on_stderr(sessions: Sessions) -> None:
    done = command(sessions, "pairs")

    assert done.exit_code == 0
    assert done.stdout == ""
    assert "portal index learn" in done.stderr
