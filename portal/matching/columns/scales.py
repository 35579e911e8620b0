"""What the columns of one state of the reference data are numbered and worked out by.

What depends on reference data alone (how far a term is from a wish, which steps of a
destination a certificate fulfils) is worked out once and kept.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from portal.catalogue.kinds.base import TRANSFER_MODES
from portal.matching.columns.codes import Codes, Floats, Numbering
from portal.matching.facts import DeploymentFacts, Knowledge, StepFacts, TechnologyFacts
from portal.matching.fit.conformity import EASED, MET, OPEN, applies, remaining, standards_degree
from portal.matching.fit.function import term_distance
from portal.matching.fit.proof import proof_of
from portal.reference.codes import KOPPEN, SUBSTANCES

#: Limits of a technology that are numbers.
LIMITS = ("cold", "survives", "heat", "altitude", "seismic")
#: The classes of climate that a reference may be compared with; the last is "none known".
CLIMATES = (*((x,) for x in KOPPEN), ())


#: The branch of what names neither terms nor sectors.
SILENT = ""


def sector(code: str) -> str:
    """Return a sector as one of the branches."""
    return f"sector {code}"


class Scales:
    """The numbers of all that the columns name: terms, sectors, countries, measures, currencies.

    :ivar asking: countries of which it is known what they ask of a technology.
    :ivar root_of: below which term at the top each term stands.
    :ivar limits: the different values of each limit, so that a site is compared with each once.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        tree = knowledge.tree
        self.terms = Codes(sorted(tree.parents))
        self.root_of = {x: tree.path(x)[-1] for x in self.terms.codes}
        self.sectors = Codes(sorted(knowledge.sector_names or set(tree.sectors.values())))
        #: Terms at the top, and sectors: what shares none of them has nothing to do with each other.
        self.branches = Codes([SILENT, *sorted(set(self.root_of.values())), *map(sector, self.sectors.codes)])
        self.countries = Codes(sorted(knowledge.country_names or _countries(knowledge)))
        self.languages = Codes(sorted({x for own in knowledge.languages.values() for x in own}))
        self.modes = Codes(TRANSFER_MODES)
        self.substances = Codes(SUBSTANCES)
        self.asking = Codes(sorted({country for x in knowledge.steps for country in x.countries}))
        self.measures, self.currencies = Numbering(), Numbering()
        self.limits = {name: Numbering() for name in LIMITS}
        self.proofs = Proofs(knowledge)
        self.certificates = Certificates()
        self.steps = Steps(knowledge, self.asking)
        self._distances: dict[str, Floats] = {}

    def distances(self, wish: str) -> Floats:
        """Return what a technology of each term delivers of a wish; the last is "no term"."""
        if wish not in self._distances:
            tree = self.knowledge.tree
            found = [term_distance(wish, x, tree) for x in self.terms.codes]
            self._distances[wish] = np.array([*found, 0.0])
        return self._distances[wish]


def _countries(knowledge: Knowledge) -> set[str]:
    asked = {country for x in knowledge.steps for country in x.countries}
    return {*knowledge.region, *knowledge.languages, *asked, *knowledge.annex_i}


class Proofs:
    """What references prove, as numbers: there are only a few degrees."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._columns: dict[tuple[bool, str | None, bool | None], NDArray[np.uint8]] = {}
        places = [
            DeploymentFacts(country, climate, running)
            for country in ("", *sorted(knowledge.region)[:1])
            for climate in (None, *KOPPEN)
            for running in (True, None)
        ]
        found = {proof_of(x, wanted, knowledge) for x in places for wanted in CLIMATES}
        #: The degrees by their numbers: 0 is unknown, then the lowest first.
        self.degrees = np.array([np.nan, *sorted({0.0, *found})])

    def numbers(self, place: DeploymentFacts) -> NDArray[np.uint8]:
        """Return the numbers of what a reference proves for each of :data:`CLIMATES`."""
        key = (place.country in self._knowledge.region, place.climate, place.running)
        if key not in self._columns:
            found = [proof_of(place, x, self._knowledge) for x in CLIMATES]
            self._columns[key] = (np.searchsorted(self.degrees[1:], found) + 1).astype(np.uint8)
        return self._columns[key]


class Certificates:
    """Lists of certificates, and which of them hold a standard."""

    def __init__(self) -> None:
        self._lists, self._names = Numbering(), Numbering()
        #: Which name stands in which list: one place for each pair.
        self._pairs: list[tuple[int, int]] = []
        self._held: dict[str, NDArray[np.bool_]] = {}
        self.give(())

    def give(self, held: tuple[str, ...]) -> int:
        """Return the number of a list; 0 = none are stated."""
        known = len(self._lists)
        number = self._lists.give(held)
        if number == known:
            self._pairs += [(number, self._names.give(x)) for x in held]
        return number

    def holding(self, standard: str) -> NDArray[np.bool_]:
        """Return which lists hold a standard; there may be more lists by now than were when it began."""
        found = self._held.get(standard)
        if found is None or len(found) < len(self._lists):
            lists = len(self._lists)
            pairs = np.array([x for x in self._pairs if x[0] < lists], np.int64).reshape(-1, 2)
            same = np.array(
                [standards_degree((standard,), (x,)) == 1 for x in self._names.things()], np.bool_
            )
            found = np.zeros(lists, np.bool_)
            found[pairs[same[pairs[:, 1]], 0]] = True
            self._held[standard] = found
        return found


class Steps:
    """What destinations demand, each step one bit, so that a whole country is a few operations.

    The twin of :func:`portal.matching.fit.conformity.country_degree`.
    """

    def __init__(self, knowledge: Knowledge, asking: Codes) -> None:
        self._tree = knowledge.tree
        self._steps = [x for x in knowledge.steps if x.mandatory]
        self._of_country = [
            sum(1 << place for place, x in enumerate(self._steps) if country in x.countries)
            for country in asking.codes
        ]
        self._asked: dict[tuple[str | None, str | None], int] = {}
        self._done: dict[str, tuple[int, int]] = {}

    def degrees(self, technology: TechnologyFacts) -> list[float]:
        """Return how much is done of what each country demands; NaN where it demands nothing known."""
        form, asked = technology.form, self._asked_of(technology.form, None)
        met = eased = 0
        for term in technology.terms:
            asked |= self._asked_of(form, term)
        for certificate in technology.certificates:
            meets, eases = self._done_by(certificate)
            met, eased = met | meets, eased | eases
        return [_degree(own & asked, met, eased) for own in self._of_country]

    def _asked_of(self, form: str | None, term: str | None) -> int:
        key = (form, term)
        if key not in self._asked:
            facts = TechnologyFacts(0, form=form, terms=() if term is None else (term,))
            self._asked[key] = self._bits(lambda x: applies(x, facts, self._tree))
        return self._asked[key]

    def _done_by(self, certificate: str) -> tuple[int, int]:
        if certificate not in self._done:
            worth = [remaining(x, (certificate,)).worth for x in self._steps]
            met = sum(1 << place for place, x in enumerate(worth) if x == MET)
            self._done[certificate] = (met, sum(1 << place for place, x in enumerate(worth) if x == EASED))
        return self._done[certificate]

    def _bits(self, holds: Callable[[StepFacts], bool]) -> int:
        return sum(1 << place for place, x in enumerate(self._steps) if holds(x))


def _degree(asked: int, met: int, eased: int) -> float:
    count = asked.bit_count()
    if not count:
        return float("nan")
    done = (asked & met).bit_count()
    half = (asked & eased & ~met).bit_count()
    return (MET * done + EASED * half + OPEN * (count - done - half)) / count
