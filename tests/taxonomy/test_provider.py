import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.accounts.queries import named_organisations
from portal.core.changes import note_change
from portal.core.i18n import Locale
from portal.core.provenance import Review
from portal.core.services import Services
from portal.reference.queries import named_places
from portal.taxonomy import alignment, provider
from portal.taxonomy.concepts import ConceptExpander, NamedThing, WordVariants
from portal.taxonomy.model import Concept, ConceptLabel, LabelKind, Term, TermLabel
from portal.taxonomy.naming import named_taxonomy
from portal.taxonomy.provider import ConceptsProvider
from tests.conftest import PROVENANCE


def names(session: Session) -> Sequence[NamedThing]:
    return [*named_places(session), *named_organisations(session)]


def add_concept(services: Services, code: str, term: str | None = None, **labels: str) -> None:
    """Add a concept with one label in each language, as an editor will."""
    with services.uow() as uow:
        rows = [
            ConceptLabel(locale=Locale(locale), label=text, kind=LabelKind.PREFERRED, position=0)
            for locale, text in labels.items()
        ]
        made = Concept(code=code, group="own", review=Review.REVIEWED, labels=rows, provenance=PROVENANCE)
        made.term_code = term
        uow.session.add(made)
        note_change(uow.session, "thesaurus")


def known(expander: ConceptExpander, word: str) -> set[str]:
    found = expander.expand([word], {locale: [(0, word)] for locale in Locale})
    return {variant.label for expansion in found for variant in expansion.variants}


def test_an_edit_is_known_at_the_next_look(services: Services) -> None:
    provide = ConceptsProvider(services.sessions, names, patience=0)
    assert known(provide(), "wind") == set()

    add_concept(services, "wind", kk="жел", en="wind")

    assert known(provide(), "wind") == {"жел"}


def test_an_edited_name_is_known_and_nothing_is_learnt_anew(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[int] = []

    def align_words(things: Sequence[NamedThing]) -> WordVariants:
        learnt.append(len(things))
        return alignment.align_words(things)

    monkeypatch.setattr(provider, "align_words", align_words)
    provide = ConceptsProvider(services.sessions, names, patience=0)
    provide()
    with services.uow() as uow:
        maker = uow.session.query(Organisation).filter_by(key="maker").one()
        maker.acronyms = {"ru": "завод"}
        note_change(uow.session, "organisation", maker.id)

    assert known(provide(), "завод") == {"maker"}
    assert len(learnt) == 1


def test_other_changes_do_not_build_anything(services: Services) -> None:
    provide = ConceptsProvider(services.sessions, names, patience=0)
    before = provide()
    with services.uow() as uow:
        note_change(uow.session, "entry", 1)

    assert provide() is before
    add_concept(services, "wind", en="wind")
    assert provide() is not before


def test_the_feed_is_not_looked_at_again_before_its_time(services: Services) -> None:
    provide = ConceptsProvider(services.sessions, names, patience=3600)
    provide()
    provide()
    asked: list[str] = []
    event.listen(services.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    provide()

    assert asked == []


def test_others_go_on_with_the_old_one_while_a_new_one_is_built(services: Services) -> None:
    building, go_on = threading.Event(), threading.Event()

    def slow_names(session: Session) -> Sequence[NamedThing]:
        if threading.current_thread() is builder:
            building.set()
            assert go_on.wait(20)
        return []

    provide = ConceptsProvider(services.sessions, slow_names, patience=0)
    builder = threading.Thread(target=lambda: provide())
    old = provide()
    add_concept(services, "wind", kk="жел", en="wind")

    builder.start()
    assert building.wait(20)
    assert provide() is old
    go_on.set()
    builder.join()

    assert known(provide(), "wind") == {"жел"}


def test_threads_that_come_first_wait_for_one_expander(services: Services) -> None:
    provide = ConceptsProvider(services.sessions, names)
    found: list[ConceptExpander] = []
    threads = [threading.Thread(target=lambda: found.append(provide())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(map(id, found))) == 1


def test_a_concept_that_is_a_technology_term_comes_with_the_labels_of_both(services: Services) -> None:
    with services.uow() as uow:
        uow.session.add(TermLabel(term_code="wind-power", locale="ru", label="ветряк"))
    add_concept(services, "wind", term="wind-power", kk="жел қуаты", en="wind energy")

    with services.sessions() as session:
        things = {thing.key: thing for thing in named_taxonomy(session)}
        terms = session.query(Term).count()

    assert len(things) == terms
    assert "term:wind-power" not in things
    labels = [label.text for known in things["concept:wind"].labels.values() for label in known]
    assert {"жел қуаты", "wind energy", "wind power", "ветряк"} <= set(labels)
