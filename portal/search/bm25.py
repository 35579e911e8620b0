"""BM25, as every engine scores by it.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009);
how rare a word is counts as in Whoosh, so that both score alike.
"""

from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: How soon more of the same word stop counting, and how much the length of a text counts.
K1 = 1.2
B = 0.75


def norms(lengths: Floats, average: float) -> Floats:
    """Return how much the length of each text dampens the words that stand in it.

    :param lengths: words in each text.
    :param average: their mean over all texts, above 0.
    """
    found: Floats = np.float32(K1) * (np.float32(1 - B) + np.float32(B / average) * lengths)
    return found


def bm25(frequencies: Floats, dampening: Floats, documents: float, total: int) -> Floats:
    """Return what a word is worth in texts.

    :param frequencies: how often it stands in each.
    :param dampening: of each, see :func:`norms`.
    :param documents: in how many texts of all it stands.
    :param total: how many texts there are.
    """
    rarity = np.float32(log(total / (documents + 1)) + 1) if total else np.float32(0)
    scores: Floats = frequencies * (rarity * np.float32(K1 + 1)) / (frequencies + dampening)
    return scores
