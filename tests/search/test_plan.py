from collections.abc import Sequence

import pytest

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.expansion import Chain, Expansion, Reading, Variant
from portal.search.plan import ENOUGH, LONG, PART_WEIGHT, FieldPlan, Lexicon, Plan, make_plan, stems_to_mark
from portal.search.vocabulary import MOST_CONTINUATIONS, Vocabulary

ALL = tuple(Locale)


def vocabularies(**words: str) -> dict[Locale, Vocabulary]:
    made = {locale: Vocabulary(locale) for locale in Locale}
    for locale, text in words.items():
        for word in text.split():
            made[Locale(locale)].add(word, analysis.stem(word, Locale(locale)))
    return made


def field(plan: Plan, locale: Locale) -> FieldPlan:
    return next(x for x in plan.fields if x.locale == locale)


def looked_up(plan: Plan, locale: Locale) -> list[list[tuple[str, ...]]]:
    return [
        [variant.stems for word in clause.words for variant in word.variants]
        for clause in field(plan, locale).clauses
    ]


class Knows:
    """Expands «greenhouse gases», «gases» and «greenhouse» into Kazakh."""

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        def variant(*stems: str, weight: float = 1.0, reason: str = "thesaurus") -> Variant:
            return Variant(Locale.KK, stems, weight, reason, " ".join(stems))

        found = []
        for place, word in enumerate(words):
            if word == "greenhouse":
                found.append(Expansion((place,), (variant("жылыжай"),)))
            if word == "gases":
                found.append(
                    Expansion((place,), (variant("газ"), variant("шу", weight=0.1, reason="learnt")))
                )
                if place and words[place - 1] == "greenhouse":
                    found.append(Expansion((place - 1, place), (variant("парниктік", "газ"),)))
        return found


KNOWS = Chain([Knows()])


def test_every_word_is_looked_up_as_each_language_cuts_it() -> None:
    plan = make_plan("станциялары", ALL, Lexicon(vocabularies()))

    assert looked_up(plan, Locale.KK) == [[(analysis.stem("станциялары", Locale.KK),)]]
    assert looked_up(plan, Locale.RU) == [[(analysis.stem("станциялары", Locale.RU),)]]


def test_nothing_typed_wants_everything_and_stop_words_want_nothing() -> None:
    assert make_plan("  ", ALL, Lexicon(vocabularies())).everything
    plan = make_plan("the of and", ALL, Lexicon(vocabularies(), KNOWS))
    assert not plan.everything
    assert looked_up(plan, Locale.EN) == [[], [], []]


def test_small_words_of_russian_are_no_kazakh_words_unless_the_query_is_kazakh() -> None:
    assert looked_up(make_plan("газ от угля", ALL, Lexicon(vocabularies())), Locale.KK)[1] == []
    assert looked_up(make_plan("от пен қалдық", ALL, Lexicon(vocabularies())), Locale.KK)[0] == [("от",)]


def test_what_stands_for_several_words_covers_their_clauses() -> None:
    plan = make_plan("reduce greenhouse gases", ALL, Lexicon(vocabularies(), KNOWS))
    (span,) = field(plan, Locale.KK).spans

    assert span.clauses == (1, 2)
    assert span.word.variants[0].stems == ("парниктік", "газ")


def test_a_part_of_a_longer_term_counts_less() -> None:
    plan = make_plan("greenhouse gases", ALL, Lexicon(vocabularies(), KNOWS))
    (word,) = field(plan, Locale.KK).clauses[0].words

    assert {x.stems: x.weight for x in word.variants}[("жылыжай",)] == PART_WEIGHT
    alone = make_plan("greenhouse", ALL, Lexicon(vocabularies(), KNOWS))
    (word,) = field(alone, Locale.KK).clauses[0].words
    assert {x.stems: x.weight for x in word.variants}[("жылыжай",)] == 1


def test_poor_guesses_are_left_out_where_the_thesaurus_knows() -> None:
    plan = make_plan("gases", ALL, Lexicon(vocabularies(kk="газет шу"), KNOWS))
    assert ("шу",) not in looked_up(plan, Locale.KK)[0]


def test_what_sounds_alike_is_looked_up_in_other_languages_only() -> None:
    known = vocabularies(kk="технология", ru="технология", en="technological")
    plan = make_plan("technology", ALL, Lexicon(known, KNOWS))

    assert ("технология",) in looked_up(plan, Locale.KK)[0]
    assert ("технология",) in looked_up(plan, Locale.RU)[0]
    assert looked_up(plan, Locale.EN) == [[(analysis.stem("technology", Locale.EN),)]]


def test_without_an_expander_words_stand_for_themselves_only() -> None:
    known = vocabularies(kk="технология", ru="технология")
    assert looked_up(make_plan("technology", ALL, Lexicon(known)), Locale.KK) == [[("technology",)]]


def test_a_prefix_stands_for_the_commonest_words_that_begin_so() -> None:
    words = " ".join(f"turb{chr(97 + n // 26)}{chr(97 + n % 26)}x" for n in range(MOST_CONTINUATIONS + 5))
    plan = make_plan("turb*", ALL, Lexicon(vocabularies(en=words)))

    assert len(looked_up(plan, Locale.EN)[0]) == MOST_CONTINUATIONS
    assert plan.cut == ("turb",)


def test_a_prefix_typed_with_russian_letters_finds_kazakh_words() -> None:
    plan = make_plan("калды*", ALL, Lexicon(vocabularies(kk="қалдықтар қалдық")))
    assert looked_up(plan, Locale.KK) == [[("калдык",)]]


def test_a_text_is_recognised_by_its_length() -> None:
    assert make_plan(" ".join(f"word{n}" for n in range(LONG)), ALL, Lexicon(vocabularies())).long
    assert not make_plan("wind power", ALL, Lexicon(vocabularies())).long


@pytest.mark.parametrize(("text", "enough"), [("wind", 0), ("wind power", 1), ("cold wind power", ENOUGH)])
def test_the_more_words_the_sooner_some_of_them_will_do(text: str, enough: int) -> None:
    assert make_plan(text, ALL, Lexicon(vocabularies())).enough == enough


def test_excluded_words_and_prefixes_are_looked_up_and_phrases_left_to_the_texts() -> None:
    plan = make_plan('wind -coal -gas* -"old plant"', ALL, Lexicon(vocabularies(en="gasoline gaseous")))
    excluded = field(plan, Locale.EN).excluded

    assert (analysis.stem("coal", Locale.EN),) in excluded
    assert {(analysis.stem(word, Locale.EN),) for word in ("gasoline", "gaseous")} <= set(excluded)
    assert all("plant" not in stems for stems in excluded)


def test_the_stems_to_mark_are_those_that_are_surely_meant() -> None:
    known = vocabularies(kk="оңтүстіктің")
    marked = stems_to_mark(make_plan("онтустиктин the", ALL, Lexicon(known)))
    assert analysis.stem("оңтүстіктің", Locale.KK) in marked[Locale.KK]
    assert marked[Locale.EN] == {"онтустиктин"}
    assert {"парниктік", "газ"} <= stems_to_mark(
        make_plan("greenhouse gases", ALL, Lexicon(vocabularies(), KNOWS))
    )[Locale.KK]


def test_an_english_word_is_not_read_as_kazakh_in_latin_letters() -> None:
    known = vocabularies(kk="жел сол", en="sol")
    assert looked_up(make_plan("jel", ALL, Lexicon(known, KNOWS)), Locale.KK)[0] == [("jel",), ("жел",)]
    assert looked_up(make_plan("sol", ALL, Lexicon(known, KNOWS)), Locale.KK)[0] == [("sol",)]
