"""Measures how good the search is: ``portal eval``."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from sqlalchemy.orm import Session

from portal.catalogue import policy
from portal.catalogue.kinds import KINDS
from portal.catalogue.queries import find_by_key
from portal.catalogue.seeds import load_vocabularies
from portal.core.actor import ANONYMOUS
from portal.core.database import Base
from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.core.resources import resource_folder
from portal.core.seeding import Report
from portal.core.services import Services
from portal.matching.eval import match_command
from portal.pages import queries, retrieval
from portal.pages.judged import CLASSES, DEEP, JudgedQuery, Scores, ndcg, read_judged, score, violations
from portal.pages.queries import Wanted
from portal.pages.retrieval import Figures, Row
from portal.search.index import Query
from portal.search.pairs import relearn_apart
from portal.search.syntax import parse

#: The judged set of a checkout; a wheel has none.
JUDGED = resource_folder("tests") / "data" / "judged_queries.yaml"
#: Spelling, scripts, quotation marks and sentences are no matter between two languages.
PAIR_CLASSES = ("plain", "inflected", "abbreviation", "place", "organisation", "cross")

_LOCALES = click.Choice([locale.value for locale in Locale])

Answered = Sequence[tuple[JudgedQuery, Sequence[str]]]


@dataclass(frozen=True)
class Evaluation:
    """What the judged queries were answered with.

    :ivar answers: the first ten entries of each query, as pages show them.
    :ivar pairs: the same where only texts of another language are searched, by the
        language asked in and the language searched.
    """

    answers: Answered
    pairs: Mapping[tuple[Locale, Locale], Answered]


@click.group(name="eval")
def eval_group() -> None:
    """Measure how good answers are."""


@eval_group.command(name="search")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--worst", type=click.IntRange(0), default=0, help="List so many of the worst queries.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def search_command(services: Services, file: Path | None, worst: int, as_json: bool) -> None:
    """Ask this portal the judged queries of FILE, as a visitor does, and rate the answers.

    Without FILE the judged set of a source checkout is used.
    """
    judged = read_judged(file or _default_file())
    with services.sessions() as session:
        found = evaluate(session, services, judged)
    if as_json:
        click.echo(json.dumps(as_data(found, worst), ensure_ascii=False))
    else:
        _say(found, worst)


def _default_file() -> Path:
    if not JUDGED.exists():
        raise click.UsageError("this is no source checkout with a judged set: name a FILE")
    return JUDGED


def evaluate(session: Session, services: Services, judged: Sequence[JudgedQuery]) -> Evaluation:
    """Return what the portal answers to judged queries.

    :raises InvalidData: a query names entries that the portal does not have.
    """
    names = _names(session, judged)
    return Evaluation(
        answers=[(query, _on_the_page(session, services, query)) for query in judged],
        pairs={
            (asked, held): [
                (query, _in_texts_of(held, services, query, names))
                for query in judged
                if query.language == asked and query.style in PAIR_CLASSES and not parse(query.text).literal
            ]
            for asked, held in permutations(Locale, 2)
        },
    )


def _names(session: Session, judged: Sequence[JudgedQuery]) -> dict[int, str]:
    """Return the names of all judged entries by id."""
    named = sorted({name for query in judged for name in (*query.must, *query.should, *query.must_not)})
    ids = {name: _id(session, name) for name in named}
    problems = {}
    for query in judged:
        for part in ("must", "should", "must_not"):
            if unknown := sorted(name for name in getattr(query, part) if ids[name] is None):
                problems[f"{query.id}, {part}"] = f"there is no {', '.join(unknown)}"
    if problems:
        raise InvalidData(problems)
    return {number: name for name, number in ids.items() if number is not None}


def _id(session: Session, name: str) -> int | None:
    kind, key = name.split("/")
    entry = find_by_key(session, kind, key) if kind in KINDS else None
    return entry.id if entry is not None else None


def _on_the_page(session: Session, services: Services, query: JudgedQuery) -> list[str]:
    wanted = Wanted(queries.clean_text(query.text), limit=DEEP)
    page = queries.search(session, services.finder, ANONYMOUS, wanted, query.language)
    return [f"{found.entry.kind}/{found.entry.key}" for found in page.found]


def _in_texts_of(held: Locale, services: Services, query: JudgedQuery, names: Mapping[int, str]) -> list[str]:
    asked = Query(
        queries.clean_text(query.text), policy.labels_of(ANONYMOUS), locales=(held,), limit=DEEP, facets=()
    )
    return [names.get(hit.id, str(hit.id)) for hit in services.index.search(asked).hits]


def as_data(found: Evaluation, worst: int) -> dict[str, Any]:
    """Return what was measured as the JSON of the command has it.

    :param worst: how many of the worst queries to add.
    """
    return {
        "all": score(found.answers).as_data(),
        **{
            group: {name: scores.as_data() for name, scores in table.items()}
            for group, table in _tables(found).items()
        },
        "violations": {query.id: bad for query, came in found.answers if (bad := violations(query, came))},
        "worst": [_worst_as_data(query, came) for query, came in _worst(found, worst)],
    }


def _tables(found: Evaluation) -> dict[str, dict[str, Scores]]:
    return {
        "language": {
            locale.value: score([x for x in found.answers if x[0].language == locale]) for locale in Locale
        },
        "class": {style: score([x for x in found.answers if x[0].style == style]) for style in CLASSES},
        "pairs": {f"{asked} > {held}": score(answers) for (asked, held), answers in found.pairs.items()},
    }


def _worst(found: Evaluation, number: int) -> Answered:
    return sorted(found.answers, key=lambda x: (-len(violations(*x)), ndcg(*x)))[:number]


def _worst_as_data(query: JudgedQuery, came: Sequence[str]) -> dict[str, Any]:
    return {
        "id": query.id,
        "text": query.text,
        f"ndcg@{DEEP}": round(ndcg(query, came), 4),
        "came": list(came),
        "missing": sorted(query.must.difference(came)),
        "violations": violations(query, came),
    }


def _say(found: Evaluation, worst: int) -> None:
    tables = _tables(found)
    _say_table("answers", {"all": score(found.answers), **tables["language"], **tables["class"]})
    click.echo()
    _say_table("asked in > only texts in", tables["pairs"])
    for query, came in _worst(found, worst):
        click.echo(f"\n{query.id}  {query.text}  {ndcg(query, came):.3f}")
        for rank, answer in enumerate(came, 1):
            click.echo(f"  {rank:2} {_mark(query, answer):7} {answer}")
        for answer in sorted(query.must.difference(came)):
            click.echo(f"   - {'missing':7} {answer}")


def _mark(query: JudgedQuery, answer: str) -> str:
    return next(
        (part for part in ("must", "should", "must_not") if answer in getattr(query, part)), ""
    ).replace("must_not", "WRONG")


def _say_table(title: str, table: Mapping[str, Scores]) -> None:
    click.echo(
        f"{title:26}{'n':>5}{'nDCG@10':>9}{'MRR':>8}{'success@10':>12}{'recall_must@10':>16}{'violations':>12}"
    )
    for name, x in table.items():
        click.echo(
            f"{name:26}{x.n:5}{x.ndcg:9.3f}{x.mrr:8.3f}{x.success:12.3f}{x.recall_must:16.3f}{x.violations:12}"
        )


@eval_group.command(name="retrieval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--index", "held", type=_LOCALES, required=True, help="Language of the texts to be found.")
@click.option("--ask", "asked", type=_LOCALES, required=True, help="Language of the queries.")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE,...", help="Only rows with one of these.")
@click.option("--without", multiple=True, metavar="COLUMN=VALUE,...", help="No rows with one of these.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def retrieval_command(
    services: Services,
    file: Path,
    held: str,
    asked: str,
    where: tuple[str, ...],
    without: tuple[str, ...],
    as_json: bool,
) -> None:
    """Find the texts of FILE by their translations, in an index of nothing else.

    FILE is CSV, TSV or JSONL with the columns en, ru and kk and any others. No data folder
    is needed or changed; the thesaurus is that of seeds/.
    """
    if held == asked:
        raise click.UsageError("--index and --ask need two languages")
    rows = _chosen(_rows(file), where, without, languages=(held, asked))
    if not any((row.get(held) or "").strip() and (row.get(asked) or "").strip() for row in rows):
        raise click.ClickException(f"no rows are left that have texts in {held} and {asked}")
    found = _measure_apart(services, rows, Locale(held), Locale(asked))
    if as_json:
        click.echo(json.dumps(found.as_data()))
        return
    for name, value in found.as_data().items():
        click.echo(f"{name:8}{value:g}")


def _rows(file: Path) -> Sequence[Row]:
    try:
        return retrieval.read_rows(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidData({file.name: str(error)}) from error


def _chosen(
    rows: Sequence[Row], where: Sequence[str], without: Sequence[str], languages: Sequence[str]
) -> Sequence[Row]:
    """Return the rows that pass all filters; a column that no row has is refused."""
    kept, dropped = [_condition(x) for x in where], [_condition(x) for x in without]
    # A line with more cells than there are columns has the rest under no name.
    there = {name: None for row in rows for name in row if name}
    for name in (*languages, *(name for name, _ in (*kept, *dropped))):
        if name not in there:
            raise click.UsageError(f"there is no column {name}; there are: {', '.join(there)}")
    return [
        row
        for row in rows
        if all(row.get(name) in values for name, values in kept)
        and not any(row.get(name) in values for name, values in dropped)
    ]


def _condition(text: str) -> tuple[str, frozenset[str]]:
    name, equals, values = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"{text}: expected column=value,value")
    return name.strip(), frozenset(value.strip() for value in values.split(","))


def _measure_apart(services: Services, rows: Sequence[Row], held: Locale, asked: Locale) -> Figures:
    """Measure on a portal of its own that holds the vocabularies of seeds/ and no entries."""
    with TemporaryDirectory() as folder:
        apart: Services = services.at(Path(folder))
        try:
            Base.metadata.create_all(apart.engine)
            with apart.uow() as uow:
                load_vocabularies(uow, resource_folder("seeds"), Report())
            relearn_apart(apart.sessions, apart.parallel_texts)
            return retrieval.measure(apart.index, rows, held, asked)
        finally:
            apart.engine.dispose()


eval_group.add_command(match_command)
COMMANDS = (eval_group,)
