"""``country:KZ`` in a query: facets by name, in the words of three languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.catalogue.kinds import KINDS
from portal.catalogue.kinds.base import STAGES
from portal.catalogue.kinds.project import LINE_INSTRUMENTS
from portal.catalogue.names import Names
from portal.catalogue.search import TRL_PREFIX
from portal.core.i18n import Locale, translate
from portal.search.analysis import normalise
from portal.search.index import FACETS
from portal.search.scripts import fold
from portal.search.syntax import Field, take_fields

Chosen = Mapping[str, tuple[str, ...]]

_LABEL = {
    "kind": "kind.{}",
    "stage": "stage.{}",
    "instrument": "instrument.{}",
    "language": "language.name.{}",
}


@dataclass(frozen=True)
class Fields:
    """What a query says by field.

    :ivar text: the query without it.
    :ivar wanted: by facet, the values of which an entry needs one.
    :ivar unwanted: by facet, the values of which an entry may have none.
    :ivar unknown: fields whose value there is not, as typed; their values stay in the text.
    :ivar typed: all other fields, as typed.
    """

    text: str
    wanted: Chosen
    unwanted: Chosen
    unknown: tuple[str, ...]
    typed: tuple[str, ...] = ()

    def with_text(self, text: str) -> str:
        """Return the query with other words beside the same fields."""
        return " ".join([text, *self.typed]).strip()


def known_codes(names: Names) -> dict[str, Iterable[str]]:
    """Return the codes that each facet has."""
    return {
        "kind": KINDS,
        "country": names.countries,
        "sector": names.sectors,
        "term": names.terms,
        "stage": [*STAGES, *(f"{TRL_PREFIX}{level}" for level in range(1, 10))],
        "instrument": LINE_INSTRUMENTS,
        "language": [locale.value for locale in Locale],
    }


def read_fields(text: str, names: Names) -> Fields:
    """Take what is said by field out of a query.

    Fields and values go by their codes or by their names in any of the three languages,
    typed on a Kazakh or a Russian keyboard.
    """
    facets = {name: facet for facet in FACETS for name in _names_of_facet(facet)}
    rest, found = take_fields(text, facets)
    if not found:
        return Fields(text, {}, {}, ())
    wanted: dict[str, list[str]] = {}
    unwanted: dict[str, list[str]] = {}
    unknown: list[Field] = []
    known: list[Field] = []
    for field in found:
        facet = facets[field.name]
        code = _code(facet, field.value, names)
        if code is None:
            unknown.append(field)
        else:
            known.append(field)
            (wanted if field.wanted else unwanted).setdefault(facet, []).append(code)
    kept = " ".join([rest, *(field.value for field in unknown)]).strip()
    return Fields(
        kept,
        {facet: tuple(codes) for facet, codes in wanted.items()},
        {facet: tuple(codes) for facet, codes in unwanted.items()},
        tuple(_as_typed(field) for field in unknown),
        tuple(_as_typed(field) for field in known),
    )


def joined(first: Chosen, second: Chosen) -> dict[str, tuple[str, ...]]:
    """Return the values of both by facet."""
    return {
        facet: tuple(dict.fromkeys((*first.get(facet, ()), *second.get(facet, ()))))
        for facet in FACETS
        if first.get(facet) or second.get(facet)
    }


def _as_typed(field: Field) -> str:
    value = f'"{field.value}"' if " " in field.value else field.value
    return f"{'' if field.wanted else '-'}{field.name}:{value}"


def _names_of_facet(facet: str) -> Iterable[str]:
    """Return what a facet is called before a colon; Kazakh names with Russian letters too."""
    for name in (facet, *(translate(locale, f"field.{facet}") for locale in Locale)):
        yield from {normalise(name), fold(normalise(name))}


def _code(facet: str, value: str, names: Names) -> str | None:
    """Return the code of a value that is a code or a name."""
    wanted = fold(normalise(value))
    for code in known_codes(names)[facet]:
        if wanted in (fold(normalise(name)) for name in (code, *_names(facet, code, names))):
            return code
    return None


def _names(facet: str, code: str, names: Names) -> Iterable[str]:
    named = {"country": names.countries, "sector": names.sectors, "term": names.terms}.get(facet)
    if named is not None:
        return named.get(code, {}).values()
    if code.startswith(TRL_PREFIX):
        return (f"TRL {code.removeprefix(TRL_PREFIX)}",)
    keys = [_LABEL[facet].format(code), *([f"nav.{KINDS[code].plural}"] if facet == "kind" else ())]
    return [translate(locale, key) for key in keys for locale in Locale]
