"""The criterion ``function``: how near what is offered is to what is wanted.

Where both sides name terms, the distance in the tree of terms says it, with terms that are
often named together with the need's as further wishes: the same in every language. Where a
side names none, the terms read in its text stand in, and the nearness of the texts across
languages makes a fifth of the criterion.
"""

from collections.abc import Iterable, Sequence

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import percent, shown
from portal.taxonomy.tree import TermTree

TEXT_SHARE = 0.2
SAME, NARROWER, BROADER, SIBLING, BRANCH, SECTOR = 1.0, 0.95, 0.7, 0.4, 0.3, 0.15
#: A technology's further terms say what else it touches, not what it is.
SIDE_TERM = 0.6
#: A need's further terms are wanted nearly as much as its first.
FURTHER_WISH = 0.95
#: A broader term named after its own narrower one widens the wish, no more.
WIDER_WISH = 0.75
#: What is only read in a text is less sure than what is named.
READ_WISH, READ_OFFER = 0.7, 0.9
PASSES, COUNTS = 0.85, 0.25
#: So many guessed terms are told.
MOST_SHOWN = 4

Weighted = Sequence[tuple[str, float]]


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
    """Return the fit of the best pair of terms, 0 to 1; ``None`` if a side has none at all."""
    wished = wishes(need, tree)
    offered = offers(technology.terms, technology.read_terms, tree)
    shared = bool(set(need.sectors) & set(technology.sectors))
    if not wished or not offered:
        return SECTOR if shared else None
    best = max(
        term_distance(wish, offer, tree) * wish_weight * offer_weight
        for wish, wish_weight in wished
        for offer, offer_weight in offered
    )
    return max(best, SECTOR if shared else 0.0)


def wishes(need: NeedFacts, tree: TermTree) -> Weighted:
    """Return the terms of a need with how much each is wanted.

    Those that entries like it name stand last. Where it names none itself, those read in its
    text stand before them; beside named terms they would not be the same in every language.
    Both count only in its own sectors: a text also names what it is not about.
    """
    found: list[tuple[str, float]] = []
    for number, term in enumerate(need.terms):
        if any(term in tree.path(before)[1:] for before in need.terms[:number]):
            found.append((term, WIDER_WISH))
        else:
            found.append((term, FURTHER_WISH if number else 1.0))
    named = {step for term in need.terms for step in tree.path(term)}
    read = () if need.terms else need.read_terms
    beside = [*((term, READ_WISH) for term in read), *need.guesses]
    return [
        *found,
        *((x, weight) for x, weight in beside if x not in named and tree.sectors.get(x) in need.sectors),
    ]


def offers(terms: Sequence[str], read_terms: Sequence[str], tree: TermTree) -> Weighted:
    """Return the terms of a technology with how much of it each is.

    Terms that only stand above another one are dropped: sprinklers are not "irrigation at
    large". Where it names none, those read in its text stand in.
    """
    named = terms or read_terms
    own = [x for x in named if not any(x in tree.path(other)[1:] for other in named)]
    first = 1.0 if terms else READ_OFFER
    return [(term, first * SIDE_TERM if number else first) for number, term in enumerate(own)]


def shares_nothing(need: NeedFacts, technology: TechnologyFacts, tree: TermTree) -> bool:
    """Return whether terms and sectors have nothing in common, both sides known."""
    wanted = _steps([term for term, _ in wishes(need, tree)], tree)
    offered = _steps(technology.terms or technology.read_terms, tree)
    if set(need.sectors) & set(technology.sectors) or wanted & offered:
        return False
    return bool((wanted or need.sectors) and (offered or technology.sectors))


def _steps(terms: Iterable[str], tree: TermTree) -> set[str]:
    return {step for term in terms for step in tree.path(term)}


def by_text(need: NeedFacts, technology: TechnologyFacts) -> bool:
    """Return whether the texts have to speak, since a side names no terms."""
    return need.texts is not None and not (need.terms and technology.terms)


def function_degree(fit: float, text: float | None) -> float:
    """Return the degree of the criterion.

    :param text: how near the texts are, 0 to 1; ``None`` = they are not asked.
    """
    return fit if text is None else (1 - TEXT_SHARE) * fit + TEXT_SHARE * text


def judge_function(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge whether the technology does what is wanted."""
    fit = term_fit(need, technology, knowledge.tree)
    wanted, offered = shown(knowledge.wishes(need)), shown(knowledge.offers(technology))
    if fit is None:
        reason = Message("criterion_reason.function.unknown")
        return Criterion("function", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    text = None
    notes = _read(need, knowledge)
    if by_text(need, technology) and need.texts is not None:
        text = need.texts.get(technology.id, 0.0)
        said = {"share": percent(TEXT_SHARE), "near": percent(round(text, 2))}
        notes = (*notes, Message("match.function.by_text", said))
    degree = round(function_degree(fit, text), 4)
    if fit >= PASSES:
        verdict, reason = Verdict.PASS, Message("criterion_reason.function.pass")
    elif degree >= COUNTS:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.function.partial")
    else:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.function.fail")
    return Criterion("function", weight, verdict, degree, wanted, offered, reason, notes)


def _read(need: NeedFacts, knowledge: Knowledge) -> tuple[Message, ...]:
    """Return which terms stand in for those that a need does not name."""
    if need.terms:
        return ()
    guessed = tuple(term for term, _ in need.guesses if term not in need.read_terms)[:MOST_SHOWN]
    told = (("read", need.read_terms), ("guessed", guessed))
    return tuple(
        Message(f"match.function.{name}", {"terms": knowledge.terms(terms)}) for name, terms in told if terms
    )
