import csv
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from portal.search import kazakh, kazakh_lexicon
from portal.search.kazakh import stem
from portal.search.kazakh_lexicon import key

SCORED_FORMS = Path(__file__).parents[3] / "shared/data/dev/text/kk_ktb_forms_dev.tsv"
ALPHABET = frozenset("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя")
LISTS = ("kazakh_nouns.txt", "kazakh_verbs.txt")

# ---- Paradigms, written down from the grammar and not from the stemmer's tables ----

VOWELS = "аәеоөұүыіэюя"
VOICELESS = "пткқсшщчхфцбвгд"  # б в г д: the loans
GLIDES = "руий"
SOFTENED = {"п": "б", "к": "г", "қ": "ғ"}


def _is_back(word: str) -> bool:
    for letter in reversed(word):
        if letter in "аоұыюя":
            return True
        if letter in "әеөүіэ":
            return False
    return "у" in word


def _speller(word: str) -> Callable[[str], str]:
    letters = str.maketrans("AIGK", "аығқ" if _is_back(word) else "еігк")
    return lambda template: template.translate(letters)


def _softened(word: str) -> str:
    """Return what a stem looks like before a vowel."""
    if word[-1] == "ь":
        return word[:-1]
    if word[-1] in SOFTENED and word[-2] in VOWELS + "уи":
        return word[:-1] + SOFTENED[word[-1]]
    return word


def _cases(last: str) -> list[str]:
    """Genitive, accusative, dative, locative, ablative, instrumental, locative adjective."""
    if last in VOWELS:
        return ["нIң", "нI", "GA", "дA", "дAн", "мен", "дAGI"]
    if last in VOICELESS:
        return ["тIң", "тI", "KA", "тA", "тAн", "пен", "тAGI"]
    if last in "зж":
        return ["дIң", "дI", "GA", "дA", "дAн", "бен", "дAGI"]
    if last in "мнң":
        return ["нIң", "дI", "GA", "дA", "нAн", "мен", "дAGI"]
    return ["дIң", "дI", "GA", "дA", "дAн", "мен", "дAGI"]


def noun_forms(word: str) -> Iterator[str]:
    """Yield number x possessive x case."""
    spell = _speller(word)
    last = word.rstrip("ь")[-1]
    plural = "тAр" if last in VOICELESS else "лAр" if last in VOWELS + GLIDES else "дAр"
    for number, end in ((word, last), (word + spell(plural), "р")):
        yield number
        yield from (number + spell(case) for case in _cases(end))
        base = _softened(number)
        of_us = base + spell("мIз" if end in VOWELS else "IмIз")
        yield of_us
        yield from (of_us + spell(case) for case in _cases("з"))
        of_it = base + spell("сI" if end in VOWELS else "I")
        yield of_it
        yield from (of_it + spell(case) for case in ("нIң", "н", "нA", "ндA", "нAн", "мен", "ндAGI"))


def verb_forms(word: str) -> Iterator[str]:
    """Yield the finite forms, converbs and participles of a verb, and its negation."""
    spell = _speller(word)
    last, open_end = word[-1], word[-1] in VOWELS
    soft = _softened(word)
    if open_end:
        swallowed = last in "ыі"
        present = word[:-1] + "и" if swallowed else word + "й"
        infinitive = word[:-1] + "у" if swallowed else word + "у"
        perfect, polite = word + "п", word + spell("ңIз")
    elif last == "й":
        present, infinitive = word[:-1] + ("я" if _is_back(word) else "йе"), word[:-1] + "ю"
        perfect, polite = word + spell("Iп"), word + spell("IңIз")
    else:
        present, infinitive = soft + spell("A"), soft + "у"
        perfect, polite = soft + spell("Iп"), soft + spell("IңIз")
    hard = last in VOICELESS
    past, participle = word + spell("тI" if hard else "дI"), word + spell("KAн" if hard else "GAн")
    negative = word + spell("пA" if hard else "бA" if last in "мнңзж" else "мA")
    yield from (past, past + "м", past + spell("ңIз"), perfect, perfect + spell("тI"), polite)
    yield from (present + spell(person) for person in ("дI", "мIн", "мIз", "тIн", "тIндAр", "тIнIн"))
    yield from (participle + spell(end) for end in ("", "нIң", "дA", "дAр", "нAн", "Iн", "дIKтAн", "шA"))
    yield from (infinitive + spell(end) for end in ("", "дIң", "дI", "GA", "дA", "Iн", "IнA", "IнIң", "мен"))
    yield from (word + spell(end) for end in ("сA", "сAм", "сAK", "сIн"))
    for end in ("дI", "GAн", "GAндA", "й", "йдI", "йтIн", "йIншA", "у", "уI", "с", "сA"):
        yield negative + spell(end)


NOUNS = {
    "vowel": "бала шара әке мәселе энергия экономика үлгі технология жоба көрме түлкі",
    "glide": "су үй бағдар өңір өмір жер министр тау",
    "liquid": "көл жол жыл мал",
    "nasal": "орман өзен адам қоғам заң шаң көлем өнім шешім",
    "buzzing": "сөз газ теңіз мұз",
    "voiceless": "кітап тарап қалдық жүрек топырақ ағаш мақсат климат іс бет сот",
    "loan": "завод архив педагог университет банк митинг факт центр",
    "soft sign": "модель автомобиль рубль",
}
VERBS = {
    "vowel": "баста істе сұра тазала қолда сөйле жаса бағала",
    "vowel that -у swallows": "оқы дамы таны байы",
    "й": "қой азай көбей той кеңей",
    "voiced": "бар кел бер көр біл жүр өлтір дайындат жаз сөн жең",
    "voiceless": "айт кет түс шық тік арт қос жап",
}


@pytest.mark.parametrize("word", [word for group in NOUNS.values() for word in group.split()])
def test_every_form_of_a_noun_has_one_key(word: str) -> None:
    assert {stem(form) for form in noun_forms(word)} == {stem(word)}


@pytest.mark.parametrize("word", [word for group in VERBS.values() for word in group.split()])
def test_every_form_of_a_verb_has_one_key(word: str) -> None:
    assert {stem(form) for form in verb_forms(word)} == {key(word)}


@pytest.mark.parametrize(
    ("name", "forms", "allowed"), [(LISTS[0], noun_forms, 0.01), (LISTS[1], verb_forms, 0.02)]
)
def test_hardly_a_form_of_any_known_stem_goes_astray(
    name: str, forms: Callable[[str], Iterator[str]], allowed: float
) -> None:
    words = [word for word in _listed(name) if len(word) > 1][::5]

    astray = [form for word in words for form in forms(word) if stem(form) != key(word)]

    assert len(astray) <= allowed * sum(1 for word in words for _ in forms(word)), astray[:20]


@pytest.mark.parametrize(
    "forms",
    [
        # Written out by hand.
        "кітап кітаптың кітапқа кітабы кітабының кітаптарымызда кітабымыз кітаптағы кітаптан",
        "энергия энергияның энергиясы энергиясының энергиясындағы энергияға энергиямен энергиялар",
        "қалдықтарды қалдық қалдығы қалдығын қалдықтардың қалдықтарының қалдыққа",
        "жоба жобаны жобалар жобасында жобаларымызға жобамен жобаңыз жобаңызға",
        "баратын барған барса барады бармайтын баруға барып барғандықтан барғалы бармасын барыңыз барайық",
        "қорғау қорғайды қорғалған қорғауға қорғап қорғалатын қорғалуы қорғамау",
        "үй үйімізде үйіме үйіңде үйлерінен үйдегілер үйінікі",
        "ел елдікі елдегілердің еліміз елімен елдермен елінде",
        "даму дамып дамиды дамыған дамитын дамымай дамуының дамыса",
        "айтты айтылды айтылған айтпайды айтуынша айтылатын айтылмайды айтайық айтқалы айтқанша айтар",
    ],
)
def test_forms_written_by_hand_share_a_key(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("климат", "климаттық"),
        ("ұлт", "ұлттық"),
        ("экология", "экологиялық"),
        ("су", "суық"),
        ("су", "сулы"),
        ("қала", "қалам"),
        ("қала", "қалдық"),
        ("жел", "желі"),
        ("бала", "бал"),
        ("ағаш", "аға"),
        ("бағдар", "бағдарлама"),
        ("көш", "көше"),
        ("алма", "алу"),
        ("шығарынды", "шығару"),
        ("тиім", "тиімділік"),
        ("дамыды", "дамытты"),
        ("көбейді", "көбейтті"),
        ("айтты", "айтысты"),
        ("жазды", "жаздырды"),
        ("оқу", "оқушы"),
        ("өндіру", "өндіруші"),
        ("жұмыс", "жұмыссыз"),
        ("үнемдеу", "үнемді"),
        ("түркістан", "түрік"),
        ("көмір", "көміртек"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("орын", "орны"),
        ("мойын", "мойнын"),
        ("халық", "халқының"),
        ("қарын", "қарны"),
        ("көңіл", "көңлі"),
        ("ауыз", "аузында"),
        ("ерін", "ерні"),
        ("қауіп", "қаупі"),
        ("нарық", "нарқы"),
        ("дауыс", "даусымен"),
        ("қорықты", "қорқады"),
    ],
)
def test_a_vowel_that_drops_makes_no_other_key(full: str, short: str) -> None:
    assert stem(short) == stem(full)


@pytest.mark.parametrize(
    ("stem_form", "converb"), [("тапты", "тауып"), ("тепті", "теуіп"), ("шапты", "шауып"), ("септі", "сеуіп")]
)
def test_the_converb_that_turns_a_stop_into_a_vowel_keeps_the_key(stem_form: str, converb: str) -> None:
    assert stem(converb) == stem(stem_form)


@pytest.mark.parametrize(
    "forms",
    [
        "объект объектісі объектілер объектіге объектінің объектілерінде",
        "процесс процесі процесте процестер процесін",
        "модель моделі модельдер модельге моделін",
        "металл металы металдар металдың",
        "энергия энергиясының энергиялары",
        "технология технологиясын технологияларға",
        "министр министрі министрлер",
    ],
)
def test_a_loan_has_one_key(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize("word", ["блокчейн", "нексус", "вермикулит", "фотоника", "гидропоника"])
def test_an_unknown_loan_is_found_from_its_common_forms(word: str) -> None:
    assert key(word) not in kazakh_lexicon.STEMS[kazakh_lexicon.NOUN]
    spell, last = _speller(word), word[-1]
    forms = [word + spell(case) for case in _cases(last)]
    forms.append(word + spell("сIнIң" if last in VOWELS else "IнIң"))
    forms.append(word + spell("лAрдIң" if last in VOWELS + GLIDES else "дAрдIң" if last == "н" else "тAрдIң"))

    assert {stem(form) for form in forms} == {stem(word)}


@pytest.mark.parametrize(
    ("noun", "verb"),
    [("атым", "атқан"), ("басымен", "басқаннан"), ("жаздың", "жазған"), ("арттан", "арттыңыз")],
)
def test_a_noun_and_a_verb_that_look_alike_share_a_key(noun: str, verb: str) -> None:
    assert stem(noun) == stem(verb)


@pytest.mark.parametrize(
    ("active", "passive"),
    [
        ("жүргізді", "жүргізілді"),
        ("қолданады", "қолданылады"),
        ("алған", "алынған"),
        ("бөлу", "бөлінуі"),
        ("бағалау", "бағаланатын"),
        ("жаңартқан", "жаңартылатын"),
        ("бейімдеу", "бейімделу"),
        ("айтпады", "айтылмады"),
    ],
)
def test_the_passive_is_found_with_the_active(active: str, passive: str) -> None:
    assert stem(passive) == stem(active)


@pytest.mark.parametrize("name", LISTS)
def test_the_lexicon_holds_kazakh_letters_only_and_nothing_twice(name: str) -> None:
    words = _listed(name)

    assert [word for word in words if not ALPHABET.issuperset(word)] == []
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("name", LISTS)
def test_no_two_stems_of_the_lexicon_fall_together(name: str) -> None:
    keys = [key(word) for word in _listed(name)]

    assert sorted(keys) == sorted(set(keys))


def test_the_lexicon_is_of_the_size_that_was_measured() -> None:
    assert 2000 <= sum(len(_listed(name)) for name in LISTS) <= 3000


def test_no_infinitive_stands_among_the_nouns() -> None:
    verbs = kazakh_lexicon.STEMS[kazakh_lexicon.VERB]
    # These look like infinitives, and are none: hill, flag, water, illness ...
    nouns = {"су", "ту", "ауру", "жау", "отау", "асу", "ашу", "сау", "сылтау", "тұмау", "қу", "шу", "бу"}

    assert {w for w in _listed(LISTS[0]) if w.endswith("у") and w[:-1] in verbs and len(w) > 3} <= nouns


@pytest.mark.parametrize(
    "word", ["", "а", "ы", "2030", "co2", "wi-fi", "solar", "кВт·сағ", "🌱", "су🌊", "т3"]
)
def test_what_is_no_kazakh_word_comes_back_as_it_is(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    "junk", ["ь", "ьь", "ъы", "ғғғғ", "лар", "дың", "ды", "ыыыыыы", "ьді", "мен", "ұ" * 40]
)
def test_no_run_of_letters_is_lost_or_refused(junk: str) -> None:
    assert stem(junk)


def test_a_word_of_ten_thousand_letters_is_neither_read_nor_remembered() -> None:
    before = kazakh._stem.cache_info().misses

    assert stem("алардың" * 1500) == "алардың" * 1500
    assert kazakh._stem.cache_info().misses == before


@pytest.mark.parametrize("length", [12, 24, kazakh.LONGEST])
def test_the_analyses_of_the_worst_word_stay_few(length: int) -> None:
    assert len(kazakh._analyses(("лардың" * 10)[-length:])) < 60


@pytest.mark.skipif(not SCORED_FORMS.exists(), reason="the scored word forms lie outside the repository")
def test_the_score_on_annotated_forms_is_kept() -> None:
    with SCORED_FORMS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    nominal = [row for row in rows if row["upos"] in ("NOUN", "PROPN", "ADJ")]

    assert _pair_f1(rows) >= 0.93
    assert _pair_f1(nominal) >= 0.96


def _pair_f1(rows: list[dict[str, str]]) -> float:
    """Return the F1 of putting forms together in pairs, against sharing a lemma."""
    true = _pairs((row["lemma"], row["form"]) for row in rows)
    found = _pairs((stem(row["form"]), row["form"]) for row in rows)
    return 2 * len(true & found) / (len(true) + len(found))


def _pairs(labelled: Iterator[tuple[str, str]]) -> set[tuple[str, ...]]:
    groups: dict[str, set[str]] = {}
    for label, form in labelled:
        groups.setdefault(label, set()).add(form)
    return {pair for forms in groups.values() for pair in combinations(sorted(forms), 2)}


def _listed(name: str) -> list[str]:
    text = Path(kazakh_lexicon.__file__).with_name(name).read_text(encoding="utf-8")
    return re.sub(r"^#.*$", "", text, flags=re.MULTILINE).split()
