"""Learns from translations which words of two languages stand for each other.

IBM model 1 (Brown et al. 1993, "The mathematics of statistical machine translation")
in both directions: which word of a sentence another one comes from is unknown, and
expectation maximisation finds the probabilities that explain all sentence pairs best.
A pair that both directions believe in is worth something.

Only ever from translations that a person has reviewed: what a machine made up would
come back as if people had said it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: More change nothing: measured on held-out sentences.
ROUNDS = 5
#: Longer texts are left out: they say too little about which word goes with which.
LONGEST = 200

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LearntPair:
    """A stem of one language and one of another that stand for each other.

    :ivar weight: geometric mean of both translation probabilities, above 0, at most 1.
    :ivar seen: in how many sentence pairs both occur.
    """

    source: str
    target: str
    weight: float
    seen: int


class _Meetings(NamedTuple):
    """Every meeting of a source stem and a target stem in a sentence pair, flattened.

    :ivar pair: number of the pair of stems, by meeting.
    :ivar source_place: number of the source stem's occurrence (stem and sentence), by meeting.
    :ivar target_place: of the target stem's.
    :ivar sources: number of the source stem, by pair of stems.
    :ivar targets: of the target stem.
    :ivar seen: number of meetings, by pair of stems.
    """

    pair: Numbers
    source_place: Numbers
    target_place: Numbers
    sources: Numbers
    targets: Numbers
    seen: Numbers


def learn(
    pairs: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    seen: int = 2,
    least: float = 0.06,
    most: int = 8,
) -> list[LearntPair]:
    """Return which stems stand for each other, by falling weight for each source stem.

    :param pairs: the stems of sentences and of their translations. How often a stem
        occurs in one sentence does not count; numbers and single letters never do.
    :param seen: a pair of stems meets in at least so many sentence pairs.
    :param least: least weight.
    :param most: a stem has at most so many others, on either side.
    """
    source_ids: dict[str, int] = {}
    target_ids: dict[str, int] = {}
    sentences = [
        (_numbers(source, source_ids), _numbers(target, target_ids))
        for source, target in pairs
        if len(source) <= LONGEST and len(target) <= LONGEST
    ]
    sentences = [(source, target) for source, target in sentences if source and target]
    if not sentences:
        return []
    meetings = _meetings(sentences, len(target_ids))
    forward = _probabilities(meetings.pair, meetings.target_place, meetings.sources)
    backward = _probabilities(meetings.pair, meetings.source_place, meetings.targets)
    weights = np.sqrt(forward * backward)
    chosen = np.flatnonzero((meetings.seen >= seen) & (weights >= least))
    for side in (meetings.sources, meetings.targets):
        chosen = chosen[_ranks(side[chosen], weights[chosen]) < most]
    order = chosen[np.lexsort((meetings.targets[chosen], -weights[chosen], meetings.sources[chosen]))]
    source_stems, target_stems = list(source_ids), list(target_ids)
    return [
        LearntPair(
            source_stems[meetings.sources[n]],
            target_stems[meetings.targets[n]],
            min(1.0, round(float(weights[n]), 4)),
            int(meetings.seen[n]),
        )
        for n in order
    ]


def _numbers(stems: Sequence[str], ids: dict[str, int]) -> list[int]:
    """Return the numbers of the stems that are worth learning, each once."""
    fit = dict.fromkeys(stem for stem in stems if len(stem) > 1 and not any(map(str.isdigit, stem)))
    return [ids.setdefault(stem, len(ids)) for stem in fit]


def _meetings(sentences: Sequence[tuple[list[int], list[int]]], target_count: int) -> _Meetings:
    source_lengths = np.array([len(source) for source, _ in sentences])
    target_lengths = np.array([len(target) for _, target in sentences])
    sources = np.concatenate([np.array(source) for source, _ in sentences])
    targets = np.concatenate([np.array(target) for _, target in sentences])
    # Each source stem meets all target stems of its sentence, in order.
    repeats = np.repeat(target_lengths, source_lengths)
    source_place = np.repeat(np.arange(len(sources)), repeats)
    first_targets = np.repeat(np.cumsum(target_lengths) - target_lengths, source_lengths)
    first_meetings = np.cumsum(repeats) - repeats
    target_place = np.arange(len(source_place)) + np.repeat(first_targets - first_meetings, repeats)
    codes, pair, seen = np.unique(
        sources[source_place] * target_count + targets[target_place],
        return_inverse=True,
        return_counts=True,
    )
    return _Meetings(pair, source_place, target_place, codes // target_count, codes % target_count, seen)


def _probabilities(pair: Numbers, place: Numbers, given: Numbers) -> Floats:
    """Return p(other | given) of every pair of stems.

    :param place: the occurrence of the other stem that a meeting helps to explain.
    :param given: the number of the given stem, by pair.
    """
    probability: Floats = np.ones(len(given))
    for _ in range(ROUNDS):
        shares = probability[pair]
        shares /= np.bincount(place, weights=shares)[place]
        expected = np.bincount(pair, weights=shares)
        probability = expected / np.bincount(given, weights=expected)[given]
    return probability


def _ranks(groups: Numbers, weights: Floats) -> Numbers:
    """Return the place of each item in its group by falling weight, from 0."""
    order = np.lexsort((np.arange(len(groups)), -weights, groups))
    sorted_groups = groups[order]
    starts = np.searchsorted(sorted_groups, sorted_groups, side="left")
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - starts
    return ranks
