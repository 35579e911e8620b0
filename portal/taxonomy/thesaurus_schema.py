"""What a record of the thesaurus must be, alone and among the others."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from portal.core.provenance import ProvenanceSchema
from portal.core.schema import LOCALES, StrictSchema, choice, clean_text, key_field, names_field, text
from portal.core.seeding import Source, flat_errors
from portal.search.analysis import normalise
from portal.taxonomy.model import LinkKind

LONGEST_LABEL = 120
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def one_alphabet(label: str) -> None:
    """Refuse words that mix alphabets: nobody sees the difference, and no search finds them.

    :raises ValidationError: a word has Latin and Cyrillic letters.
    """
    mixed = [x for x in _WORD.findall(label) if _LATIN.search(x) and _CYRILLIC.search(x)]
    if mixed:
        raise ValidationError(
            f"expected one alphabet in a word; Latin and Cyrillic mix in {', '.join(mixed)}"
        )


def tidy(label: str) -> None:
    """Refuse a label without letters or with stray spaces.

    :raises ValidationError: it is empty, or has spaces around it or two in a row.
    """
    if not label.strip():
        raise ValidationError("expected a label, found nothing")
    if label != " ".join(label.split()):
        raise ValidationError("expected single spaces, and none around the label")


def _labels_field(**options: Any) -> fields.List[Any]:
    expected = "expected a list of labels, at least one"
    label = fields.String(
        validate=[validate.Length(max=LONGEST_LABEL), clean_text, tidy, one_alphabet],
        error_messages={"invalid": "expected text; quote words that YAML reads otherwise"},
    )
    return fields.List(
        label,
        validate=validate.Length(min=1, error=expected),
        error_messages={"required": expected, "invalid": expected, "null": expected},
        **options,
    )


class ConceptSchema(StrictSchema):
    """A concept as seeds write it; the first label of a language is the preferred one."""

    error_messages = {
        "unknown": "expected one of: code, kk, ru, en, hidden, broader, related, term, provenance"
    }

    code = key_field(required=True)
    kk = _labels_field(required=True)
    ru = _labels_field(required=True)
    en = _labels_field(required=True)
    hidden = fields.Dict(keys=choice(LOCALES), values=_labels_field(), load_default=dict)
    broader = fields.List(key_field(), load_default=list)
    related = fields.List(key_field(), load_default=list)
    term_code = key_field(data_key="term", load_default=None)
    provenance = fields.Nested(ProvenanceSchema, required=True)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_repeats(self, data: Any, original: Any, **options: Any) -> None:
        """Refuse a label that stands twice in a language, hidden or not."""
        repeats: dict[str, list[str]] = {}
        for locale in LOCALES:
            seen: set[str] = set()
            for path, label in _raw_labels(original, locale):
                if normalise(label) in seen:
                    repeats[path] = [f"expected each label once, found {label!r} again"]
                seen.add(normalise(label))
        if repeats:
            raise ValidationError(repeats)


def _raw_labels(record: Any, locale: str) -> Iterator[tuple[str, str]]:
    """Yield the labels of a language with their fields, as far as the record is well-formed."""
    hidden = record.get("hidden")
    hidden_here = hidden.get(locale) if isinstance(hidden, dict) else None
    for path, labels in ((locale, record.get(locale)), (f"hidden.{locale}", hidden_here)):
        for number, label in enumerate(labels if isinstance(labels, list) else ()):
            if isinstance(label, str):
                yield f"{path}.{number}", label


class OfficialLabelSchema(StrictSchema):
    """An entry of an official code list as seeds write it."""

    list_code = text(60, required=True, data_key="list")
    code = text(60, required=True)
    names = names_field(500, required=True)
    provenance = fields.Nested(ProvenanceSchema, required=True)


def read_all(sources: Iterable[Source], schema: StrictSchema) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the records as their schema reads them, by key, and all problems by place."""
    found: dict[str, Any] = {}
    first: dict[str, Source] = {}
    problems: dict[str, str] = {}
    for source in sources:
        try:
            found[source.key] = schema.load(source.data)
        except ValidationError as error:
            problems |= source.error(flat_errors(error.messages)).errors
        if source.key in first:
            place = f"{first[source.key].path.name}, record {first[source.key].number}"
            problems |= source.error({"code": f"expected a new code; it stands in {place} already"}).errors
        first.setdefault(source.key, source)
    return found, problems


def link_problems(
    sources: Sequence[Source], concepts: Mapping[str, Any], terms: frozenset[str]
) -> dict[str, str]:
    """Return what is wrong with how well-formed concepts name each other and terms, by place.

    :param terms: the codes of all technology terms.
    """
    by_code = {source.key: source for source in sources}
    problems: dict[str, str] = {}
    for code, concept in concepts.items():
        wrong = {
            f"{kind}.{number}": f"expected the code of another concept, found {other!r}"
            for kind in LinkKind
            for number, other in enumerate(concept[kind])
            if other not in by_code or other == code
        }
        if concept["term_code"] is not None and concept["term_code"] not in terms:
            wrong["term"] = f"expected the code of a technology term, found {concept['term_code']!r}"
        problems |= by_code[code].error(wrong).errors
    for circle in circles({code: concept[LinkKind.BROADER] for code, concept in concepts.items()}):
        problems |= (
            by_code[circle[0]].error({"broader": f"expected no circle, found {' > '.join(circle)}"}).errors
        )
    return problems


def circles(above: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return ways that lead from a concept up to itself; cut there, no more would be left.

    :param above: the broader concepts of each.
    """
    graph = {code: set(others) - {code} for code, others in above.items()}
    found: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            upwards: list[str] = error.args[1][::-1]
            graph[upwards[0]].discard(upwards[1])
            found.append(upwards)
        else:
            return found
