"""The criterion ``function``: how near what is offered is to what is wanted.

Distance in the tree of terms makes four fifths of the criterion. The words of both,
compared in each language, make at most one fifth and only break ties.
"""

from collections.abc import Iterable

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts, Words
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import shown
from portal.taxonomy.tree import TermTree

TEXT_SHARE = 0.2
SAME, NARROWER, BROADER, SIBLING, BRANCH, SECTOR = 1.0, 0.95, 0.7, 0.4, 0.3, 0.15
#: A technology's further terms say what else it touches, not what it is.
SIDE_TERM = 0.6
#: A need's further terms are wanted nearly as much as its first.
FURTHER_WISH = 0.95
#: A broader term named after its own narrower one widens the wish, no more.
WIDER_WISH = 0.75
PASSES, COUNTS = 0.85, 0.25


def term_distance(wanted: str, offered: str, tree: TermTree) -> float:
    """Return how well a technology of one term delivers a need of another, 0 to 1.

    1.0 the same; .95 the technology is of a narrower term than asked for; .7 of a
    broader one; .4 of a sibling; .3 elsewhere on the same branch; .15 in the same
    sector; 0 in another sector.
    """
    wanted_path, offered_path = tree.path(wanted), tree.path(offered)
    if wanted == offered:
        return SAME
    if wanted in offered_path:
        return NARROWER
    if offered in wanted_path:
        return BROADER
    if wanted_path[1:2] and wanted_path[1:2] == offered_path[1:2]:
        return SIBLING
    if set(wanted_path) & set(offered_path):
        return BRANCH
    sector = tree.sectors.get(wanted)
    return SECTOR if sector is not None and sector == tree.sectors.get(offered) else 0.0


def term_fit(need: NeedFacts, technology: TechnologyFacts, tree: TermTree) -> float | None:
    """Return the fit of the best pair of terms, 0 to 1; ``None`` if a side names none."""
    wishes = _wishes(need.terms, tree)
    offers = _offers(technology.terms, tree)
    if not wishes or not offers:
        return None
    best = max(
        term_distance(wish, offer, tree) * wish_weight * offer_weight
        for wish, wish_weight in wishes
        for offer, offer_weight in offers
    )
    shared = set(need.sectors) & set(technology.sectors)
    return max(best, SECTOR if shared else 0.0)


def _wishes(terms: tuple[str, ...], tree: TermTree) -> list[tuple[str, float]]:
    found = []
    for number, term in enumerate(terms):
        if any(term in tree.path(before)[1:] for before in terms[:number]):
            found.append((term, WIDER_WISH))
        else:
            found.append((term, FURTHER_WISH if number else 1.0))
    return found


def _offers(terms: tuple[str, ...], tree: TermTree) -> list[tuple[str, float]]:
    """Drop terms that only stand above another one: sprinklers are not "irrigation at large"."""
    own = [x for x in terms if not any(x in tree.path(other)[1:] for other in terms)]
    return [(term, SIDE_TERM if number else 1.0) for number, term in enumerate(own)]


def shares_nothing(need: NeedFacts, technology: TechnologyFacts, tree: TermTree) -> bool:
    """Return whether both name terms, and neither a branch nor a sector is common to them."""
    if not need.terms or not technology.terms:
        return False
    wanted = _steps(need.terms, tree)
    offered = _steps(technology.terms, tree)
    return not wanted & offered and not set(need.sectors) & set(technology.sectors)


def _steps(terms: Iterable[str], tree: TermTree) -> set[str]:
    return {step for term in terms for step in tree.path(term)}


def text_fit(one: Words, other: Words) -> float:
    """Return how much two texts have in common in their best language, 0 to 1.

    Half of all words in common is as good as it gets: nobody writes the same twice.
    """
    overlaps = [
        2 * len(one[locale] & other[locale]) / (len(one[locale]) + len(other[locale]))
        for locale in one
        if locale in other and one[locale] and other[locale]
    ]
    return min(1.0, 2 * max(overlaps, default=0.0))


def judge_function(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge whether the technology does what is wanted."""
    fit = term_fit(need, technology, knowledge.tree)
    wanted = shown(knowledge.terms(need.terms) or knowledge.sectors(need.sectors))
    offered = shown(knowledge.terms(technology.terms) or knowledge.sectors(technology.sectors))
    if fit is None:
        reason = Message("criterion_reason.function.unknown")
        return Criterion("function", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    degree = (1 - TEXT_SHARE) * fit + TEXT_SHARE * text_fit(need.words, technology.words)
    if fit >= PASSES:
        verdict, reason = Verdict.PASS, Message("criterion_reason.function.pass")
    elif fit >= COUNTS:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.function.partial")
    else:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.function.fail")
    return Criterion("function", weight, verdict, round(degree, 4), wanted, offered, reason)
