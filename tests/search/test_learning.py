import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from portal.search.learning import ROUNDS, LearntPair, learn

WORDS = {"су": "water", "жел": "wind", "күн": "sun", "жер": "land", "ауа": "air", "қар": "snow"}


def sentences(count: int, seed: int = 1) -> list[tuple[list[str], list[str]]]:
    """Return random sentences of three words with their translations in another order."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        source = chance.sample(sorted(WORDS), 3)
        made.append((source, chance.sample([WORDS[word] for word in source], 3)))
    return made


def weights_by_the_book(pairs: Sequence[tuple[list[str], list[str]]]) -> dict[tuple[str, str], float]:
    """Return the same weights by the textbook's loops."""

    def train(texts: Sequence[tuple[list[str], list[str]]]) -> dict[tuple[str, str], float]:
        table: defaultdict[tuple[str, str], float] = defaultdict(lambda: 1.0)
        for _ in range(ROUNDS):
            counts: Counter[tuple[str, str]] = Counter()
            totals: Counter[str] = Counter()
            for source, target in texts:
                for other in target:
                    whole = sum(table[word, other] for word in source)
                    for word in source:
                        share = table[word, other] / whole
                        counts[word, other] += share  # type: ignore[assignment]
                        totals[word] += share  # type: ignore[assignment]
            table = defaultdict(float, {pair: count / totals[pair[0]] for pair, count in counts.items()})
        return table

    forward = train(pairs)
    backward = train([(target, source) for source, target in pairs])
    return {(s, t): math.sqrt(weight * backward[t, s]) for (s, t), weight in forward.items()}


def test_words_find_their_translations_whatever_the_order() -> None:
    best: dict[str, str] = {}
    for pair in learn(sentences(60)):
        best.setdefault(pair.source, pair.target)

    assert best == WORDS


def test_the_weights_are_those_of_ibm_model_1() -> None:
    texts = sentences(25)
    expected = weights_by_the_book(texts)

    found = learn(texts, seen=1, least=0.0001, most=100)

    assert len(found) > 20
    for pair in found:
        assert pair.weight == pytest.approx(expected[pair.source, pair.target], abs=1e-4)


def test_both_directions_learn_the_same() -> None:
    texts = sentences(40)
    mirrored = learn([(target, source) for source, target in texts])

    assert {(x.source, x.target, x.weight, x.seen) for x in learn(texts)} == {
        (x.target, x.source, x.weight, x.seen) for x in mirrored
    }


def test_the_same_texts_teach_the_same() -> None:
    assert learn(sentences(40)) == learn(iter(sentences(40)))


def test_what_was_seen_once_is_not_believed() -> None:
    texts = [(["су"], ["water"]), (["жел"], ["wind"]), (["жел"], ["wind"])]

    assert learn(texts) == [LearntPair("жел", "wind", 1.0, 2)]


def test_numbers_and_single_letters_are_never_learnt() -> None:
    texts = [(["су", "2030", "а", "co2"], ["water", "2030", "a", "co2"])] * 3

    assert [(pair.source, pair.target) for pair in learn(texts)] == [("су", "water")]


def test_a_word_has_at_most_so_many_others_on_either_side() -> None:
    many = [f"word{letter}" for letter in "abcdefghij"]
    one_to_many = [(["бір"], [word]) for word in many] * 2

    assert len(learn(one_to_many, most=8)) == 8
    assert len(learn([(target, source) for source, target in one_to_many], most=8)) == 8


def test_weak_pairs_are_left_out() -> None:
    weights = [pair.weight for pair in learn(sentences(60), least=0.5)]

    assert weights
    assert min(weights) >= 0.5


def test_a_repeated_word_of_a_sentence_counts_once() -> None:
    once = [(["су", "жел"], ["water", "wind"]), (["су"], ["water"])] * 2
    often = [(["су", "су", "жел"], ["water", "wind", "water"]), (["су"], ["water"])] * 2

    assert learn(once) == learn(often)


@pytest.mark.parametrize("texts", [[], [([], [])], [(["су"], [])], [(["1"], ["2"])]])
def test_nothing_teaches_nothing(texts: list[tuple[list[str], list[str]]]) -> None:
    assert learn(texts) == []
