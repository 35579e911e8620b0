"""Where a need's technology is to stand: the values it states, filled from the normals of its regions.

A need that names regions has one place in each. One that names only countries has one in
every region of them whose climate is known: what works in half of them fits half. A value
that the need states itself holds at all its places.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from portal.catalogue.values import Site
from portal.matching.facts import Knowledge, NeedFacts, NormalsFacts


@dataclass(frozen=True)
class Place:
    """Conditions at one place.

    :ivar normals: those that fill what the need does not state; ``None`` = nothing is filled.
    :ivar stated: names of the values that the need states.
    """

    site: Site
    normals: NormalsFacts | None = None
    stated: frozenset[str] = frozenset()


#: The need that was asked about last, and its places: one need is judged with many technologies.
_last: tuple[NeedFacts | None, Knowledge | None, tuple[Place, ...]] = (None, None, ())


def places_of(need: NeedFacts, knowledge: Knowledge) -> tuple[Place, ...]:
    """Return the places of a need; none where nothing at all is known of them."""
    global _last
    last_need, last_knowledge, places = _last
    if last_need is not need or last_knowledge is not knowledge:
        places = _found(need, knowledge)
        _last = (need, knowledge, places)
    return places


def _found(need: NeedFacts, knowledge: Knowledge) -> tuple[Place, ...]:
    stated = _stated(need.site)
    normals = _normals_of(need, knowledge)
    if normals:
        return tuple(Place(_merged(need.site, stated, x.site), x, stated) for x in normals)
    return (Place(need.site, None, stated),) if need.site is not None and stated else ()


def _stated(site: Site | None) -> frozenset[str]:
    if site is None:
        return frozenset()
    return frozenset(x.name for x in fields(site) if getattr(site, x.name) is not None)


def _normals_of(need: NeedFacts, knowledge: Knowledge) -> Sequence[NormalsFacts]:
    named = [knowledge.normals[x] for x in need.regions if x in knowledge.normals]
    if named or need.regions:
        return named
    return knowledge.normals_in(need.countries)


def _merged(site: Site | None, stated: frozenset[str], normals: Site) -> Site:
    if site is None:
        return normals
    return replace(normals, **{name: getattr(site, name) for name in stated})


def climates_of(places: Sequence[Place]) -> tuple[str, ...]:
    """Return the Köppen classes that occur at the places, each once."""
    return tuple(dict.fromkeys(climate for x in places for climate in x.site.climate or ()))
