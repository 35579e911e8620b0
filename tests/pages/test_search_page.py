"""The search as a visitor meets it: corrections, reasons, fields, suggestions, odd queries."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.catalogue import service
from portal.core.actor import ANONYMOUS, Actor
from portal.core.changes import note_change
from portal.core.i18n import Locale, translate
from portal.core.services import Services
from portal.pages import queries
from portal.pages.cli import as_data
from portal.pages.labels import LabelIndex
from portal.pages.queries import Wanted
from portal.taxonomy.concepts import Label, NamedThing
from portal.taxonomy.model import Concept, ConceptLabel, LabelKind
from tests.conftest import PROVENANCE, publish, technology_data

OWNER = Actor(user_id=1, memberships={1: "owner"})
HIT = re.compile(r'<li class="hit">.*?</li>', re.DOTALL)


def shown(client: FlaskClient, locale: str, query: str, **filters: str) -> str:
    """Return the page of a search, as a browser gets it."""
    answer = client.get(f"/{locale}/search", query_string={"q": query, **filters})
    assert answer.status_code == 200
    return answer.text


def plain(page: str) -> str:
    """Return the words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))


def hits(page: str) -> list[str]:
    """Return the hits of a page, as words."""
    return [plain(hit) for hit in HIT.findall(page)]


def suggested(client: FlaskClient, locale: str, typed: str) -> list[dict[str, Any]]:
    """Return what is suggested for what was typed."""
    answer = client.get(f"/{locale}/suggest", query_string={"q": typed})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json
    assert len(found) <= 10
    return found


def entry(key: str, **titles: str) -> dict[str, Any]:
    """Return a technology with a title, and a summary that says nothing, in some languages."""
    empty = {"kk": "Сипаттама кейін беріледі.", "ru": "Описание будет позже.", "en": "To be described."}
    texts = {locale: {"title": title, "summary": empty[locale]} for locale, title in titles.items()}
    origins = dict.fromkeys(titles, "original")
    return technology_data(key, texts=texts, origins=origins, terms=[])


def teach(services: Services, code: str, **labels: str) -> None:
    """Put a concept into the thesaurus, as seeds do."""
    with services.uow() as uow:
        concept = Concept(code=code, group="test", provenance=PROVENANCE, labels=[], links=[])
        for locale, text in labels.items():
            concept.labels.append(
                ConceptLabel(locale=Locale(locale), label=text, kind=LabelKind.PREFERRED, position=0)
            )
        uow.session.add(concept)
        note_change(uow.session, "thesaurus")


# ---- How the query is read ----


@pytest.mark.parametrize(
    ("proper", "typed"),
    [
        ("жылу сорғысы", "жылу соргысы"),
        ("қалдықтарды қайта өңдеу", "калдыктарды кайта ондеу"),
        ("күн энергиясы", "кун энергиясы"),
    ],
)
def test_a_russian_keyboard_finds_what_a_kazakh_one_finds(seeded: Services, proper: str, typed: str) -> None:
    def found(text: str) -> set[int]:
        with seeded.sessions() as session:
            wanted = Wanted(text, limit=200)
            page = queries.search(session, seeded.finder, ANONYMOUS, wanted, Locale.KK)
            assert page.findings.typed is None
            return {hit.entry.id for hit in page.found}

    right = found(proper)
    assert len(right) >= 5
    assert len(found(typed) & right) >= 0.9 * len(right)


@pytest.mark.parametrize("locale", Locale)
def test_a_misspelt_query_is_corrected_and_the_page_says_so(
    seeded_client: FlaskClient, locale: Locale
) -> None:
    page = plain(shown(seeded_client, locale, "капельное орашение"))

    said = translate(locale, "search.corrected", typed="капельное орашение", text="капельное орошение")
    assert said in page
    assert len(hits(shown(seeded_client, locale, "капельное орашение"))) > 3


def test_a_correction_is_offered_where_little_is_found_and_keeps_the_fields(
    services: Services, client: FlaskClient
) -> None:
    for number in range(4):
        publish(services, "technology", entry(f"pump-{number}", en=f"Heat pump {number}"))
    publish(services, "technology", entry("boiler", en="Boiler"))

    page = shown(client, "en", "pymp OR boiler country:KZ")

    assert len(hits(page)) == 1
    offered = re.search(re.escape(translate("en", "search.meant")) + r' <a href="([^"]+)">([^<]+)<', page)
    assert offered
    assert offered[2] == "pump OR boiler"
    assert unescape(offered[1]) == "/en/search?q=pump+OR+boiler+country%3AKZ"
    assert len(hits(client.get(unescape(offered[1])).text)) == 5


@pytest.mark.parametrize(
    "query",
    ["су ел:Қазақстан", "су ел:Казакстан", "су страна:Казахстан", "су country:KZ", "су Country:kazakhstan"],
)
@pytest.mark.parametrize("locale", Locale)
def test_a_field_filters_in_the_words_of_every_language(
    seeded_client: FlaskClient, locale: Locale, query: str
) -> None:
    page = shown(seeded_client, locale, query)
    same = shown(seeded_client, locale, "су", country="KZ")

    count = re.compile(r'class="results-count" role="status">([^<]+)<')
    assert count.findall(page) == count.findall(same)
    chip = re.search(
        r'<span class="chip chip-said">(.*?)</span></li>|<span class="chip chip-said">(.*?)</li>', page
    )
    assert chip
    name = {"kk": "Қазақстан", "ru": "Казахстан", "en": "Kazakhstan"}[locale]
    assert plain(chip[0]) == f"{translate(locale, 'facet.country')}: {name}"
    assert f'value="{query}"' in page


def test_a_field_behind_a_minus_leaves_its_entries_out(seeded_client: FlaskClient) -> None:
    page = shown(seeded_client, "ru", "вода -вид:проекты")

    assert hits(page)
    assert not any(hit.startswith(" Проект ") for hit in hits(page))
    assert "Вид записи: кроме: Проект" in plain(page)


def test_a_field_with_a_value_that_is_not_there_says_so(seeded_client: FlaskClient) -> None:
    page = plain(shown(seeded_client, "en", "water country:Atlantis"))

    assert translate("en", "search.unknown_fields", fields="country:Atlantis") in page


def test_filters_of_the_address_are_removed_one_by_one(seeded_client: FlaskClient) -> None:
    page = shown(seeded_client, "en", "water kind:need", country="KZ", sector="water")

    chips = [unescape(x) for x in re.findall(r'<a class="chip" href="([^"]+)"', page)]
    assert len(chips) == 2
    assert not any("country=KZ" in x and "sector=water" in x for x in chips)
    assert all("kind%3Aneed" in x for x in chips)


# ---- How an entry was found ----


@pytest.mark.parametrize("locale", Locale)
def test_an_entry_in_kazakh_only_is_found_in_english_with_the_reason(
    services: Services, client: FlaskClient, locale: Locale
) -> None:
    teach(services, "wind-energy", kk="жел энергетикасы", ru="ветроэнергетика", en="wind energy")
    publish(services, "technology", entry("only-kazakh", kk="Шағын жел энергетикасы"))

    found = HIT.findall(shown(client, locale, "wind energy"))

    assert len(found) == 1
    reason = translate(locale, "hit.through.thesaurus", typed="wind energy", found="жел энергетикасы")
    assert reason in plain(found[0])
    assert ('<span class="words" lang="kk">жел энергетикасы</span>' in found[0]) == (locale != Locale.KK)


def test_words_that_the_reader_sees_in_the_title_need_no_reason(
    services: Services, client: FlaskClient
) -> None:
    teach(services, "wind-energy", kk="жел энергетикасы", ru="ветроэнергетика", en="wind energy")
    titles = {"kk": "Шағын жел энергетикасы", "ru": "Малая ветроэнергетика", "en": "Small wind energy"}
    publish(services, "technology", entry("all-three", **titles))

    assert "hit-reason" not in shown(client, "en", "wind energy")
    assert "hit-reason" not in shown(client, "kk", "жел энергетикасы")


def test_what_only_sounds_alike_is_never_shown_as_a_translation(
    services: Services, client: FlaskClient
) -> None:
    publish(services, "technology", entry("loan", kk="Биогаз реакторы"))

    found = hits(shown(client, "en", "reactor"))

    assert len(found) == 1
    assert translate("en", "hit.through.loan", typed="reactor") in found[0]
    assert "found as" not in found[0]


# ---- How many there are ----


def test_a_page_says_how_many_entries_have_all_the_words(services: Services, client: FlaskClient) -> None:
    publish(services, "technology", entry("both", en="Solar pump for gardens"))
    publish(services, "technology", entry("one", en="Solar roof"))

    some = plain(shown(client, "en", "solar pump gardens"))
    none = plain(shown(client, "en", "solar boat lake"))

    assert "1 entry has all the words; those after it have some of them." in some
    assert translate("en", "search.relaxed") in none


def test_a_long_text_finds_what_fits_best(seeded_client: FlaskClient) -> None:
    page = shown(seeded_client, "kk", paragraph())

    assert hits(page)
    assert translate("kk", "search.relaxed.long") in plain(page)
    assert len(page.encode()) < 600_000


def paragraph() -> str:
    """Return three hundred words in Kazakh, as somebody would paste them."""
    sentence = (
        "Қазақстанның оңтүстігіндегі суармалы жерлерде тамшылатып суару жүйелерін енгізу, "
        "топырақтың тұздануын азайту және су шығынын есепке алу үшін қаржы көздері қажет. "
    )
    words = (sentence * 20).split()[:300]
    return " ".join(words)


#: What people type or paste by mistake, and what attackers do.
MALFORMED = (
    '"', '""', '"unfinished', "«", "“wind", "-", "--", "- -", "-wind", "OR", "OR OR", "wind OR", "OR wind",
    "NOT", "a AND", "*", "**", "w*", "*wind", "?", "~", "^", "()", "((((", ")(", "a|", "||", ":", "::", ":a",
    "country:", 'country:"', "country:KZ country:", "kind:kind:kind", "term:*", "ел:", "[a TO z]",
    "%", "%s %(x)s", "{0}{found}", "\\", "\\\\'", "'", "<b>", "&amp;", "\u202ewind", "\ufeff", "𝔴𝔦𝔫𝔡",
    "жел\u0306", "a" * 4_000, "-" * 500, '"' * 501, "( " * 400, "country:KZ " * 300, "wind* " * 60,
)  # fmt: skip


@pytest.mark.parametrize("locale", Locale)
def test_no_malformed_query_is_an_error(seeded_client: FlaskClient, locale: Locale) -> None:
    for query in MALFORMED:
        page = shown(seeded_client, locale, query)
        assert f'<html lang="{locale}"' in page
        assert seeded_client.get(f"/{locale}/suggest", query_string={"q": query}).status_code == 200


def test_every_search_field_takes_a_pasted_paragraph(seeded_client: FlaskClient) -> None:
    for path in ("/en/", "/en/search", "/en/countries", "/en/nowhere"):
        page = seeded_client.get(path).text
        assert f'maxlength="{queries.LONGEST_QUERY}"' in page
        assert 'maxlength="200"' not in page


@pytest.mark.parametrize("locale", Locale)
def test_the_examples_of_the_help_all_find_something(seeded_client: FlaskClient, locale: Locale) -> None:
    page = shown(seeded_client, locale, "")
    help_ = re.search(r'<details class="help">.*?</details>', page, re.DOTALL)
    assert help_

    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', help_[0])]

    assert len(links) == 6
    for link in links:
        found = seeded_client.get(link).text
        assert hits(found), link
        assert "notice-warn" not in found
        assert translate(locale, "search.relaxed") not in plain(found)


# ---- Suggestions ----


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("typed", ["жел", "ветер", "wind"])
def test_a_concept_is_suggested_in_all_three_languages(
    seeded_client: FlaskClient, locale: Locale, typed: str
) -> None:
    label = {"kk": "жел", "ru": "ветер", "en": "wind"}[locale]

    first = suggested(seeded_client, locale, typed)[0]

    assert first["label"] == label
    assert first["locale"] == locale
    assert first["kind_label"] == translate(locale, "suggest.kind.concept")
    assert first["matched"] == (None if typed == label else typed)
    assert seeded_client.get(first["url"]).status_code == 200


@pytest.mark.parametrize(
    ("typed", "kind", "label"),
    [
        ("тамшылатып", "term", "тамшылатып суару"),
        ("Жасыл климат к", "organisation", "Жасыл климат қоры"),
        ("жасыл климат ко", "organisation", "Жасыл климат қоры"),
        ("GCF", "organisation", "Жасыл климат қоры"),
        ("Казахст", "country", "Қазақстан"),
        ("zhylu so", "concept", "жылу сорғысы"),
        ("Алматы обл", "place", "Алматы облысы"),
        ("Салхит", "project", "Салхит жел электр станциясы, 50 МВт, Моңғолия"),
    ],
)
def test_each_kind_of_thing_is_suggested(
    seeded_client: FlaskClient, typed: str, kind: str, label: str
) -> None:
    found = suggested(seeded_client, "kk", typed)

    match = [x for x in found if x["kind"] == kind and x["label"] == label]
    assert match, [x["label"] for x in found]
    assert seeded_client.get(match[0]["url"]).status_code == 200


def test_nothing_of_a_draft_is_suggested(services: Services, client: FlaskClient) -> None:
    publish(services, "technology", entry("public", en="Zebra crossing"))
    with services.uow() as uow:
        service.create_entry(uow, OWNER, "technology", entry("secret", en="Zebra unfinished"))
    services.drainer().drain()

    assert [x["label"] for x in suggested(client, "en", "zebr")] == ["Zebra crossing"]
    assert suggested(client, "en", "unfin") == []


def test_a_withdrawn_entry_is_not_suggested_from_a_stale_index(
    services: Services, client: FlaskClient
) -> None:
    number = publish(services, "technology", entry("gone", en="Zebra crossing"))
    with services.uow() as uow:
        found = service.move_entry(uow, OWNER, number, "withdraw", revision=1)
        assert found.id == number

    assert suggested(client, "en", "zebra") == []


def test_suggestions_may_be_kept_for_a_moment_by_one_reader(seeded_client: FlaskClient) -> None:
    answer = seeded_client.get("/en/suggest?q=wind")

    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert answer.mimetype == "application/json"


def test_without_javascript_a_page_suggests_after_submit(seeded_client: FlaskClient) -> None:
    page = shown(seeded_client, "en", "жел")

    line = re.search(r'<p class="see-also">.*?</p>', page, re.DOTALL)
    assert line
    assert plain(line[0]).startswith(translate("en", "search.see_also") + " wind")
    assert '<a href="/en/search?q=wind">wind</a>' in line[0]


@pytest.mark.parametrize(
    ("locale", "typed", "broader"),
    [
        ("ru", "метан", "парниковые газы"),
        ("kk", "метан", "парниктік газдар"),
        ("en", "Methane", "greenhouse gas"),
    ],
)
def test_a_concept_shows_those_around_it(
    seeded_client: FlaskClient, locale: str, typed: str, broader: str
) -> None:
    page = plain(shown(seeded_client, locale, typed))

    assert f"{translate(locale, 'search.broader')} {broader}" in page
    assert translate(locale, "search.narrower") in page


def test_a_new_name_is_suggested_without_a_restart(services: Services, client: FlaskClient) -> None:
    services.concepts._patience = 0
    assert suggested(client, "en", "zebra") == []

    teach(services, "zebra-power", kk="зебра қуаты", ru="энергия зебры", en="zebra power")

    assert [x["label"] for x in suggested(client, "en", "zebra")] == ["zebra power"]


def things(*labels: str) -> list[NamedThing]:
    return [NamedThing(f"concept:{x}", {Locale.EN: [Label(x)]}, "thesaurus") for x in labels]


def test_the_nearest_label_comes_first() -> None:
    index = LabelIndex(things("window", "small wind turbine", "wind", "wind farm", "rewind"))

    found = [match.label.text for match in index.beginning("wind", Locale.EN)]

    assert found == ["wind", "wind farm", "window", "small wind turbine"]


def test_words_may_be_typed_in_any_order_and_half() -> None:
    index = LabelIndex(things("drip irrigation", "drip tray", "irrigation canal"))

    found = [match.label.text for match in index.beginning("irr dr", Locale.EN)]

    assert found == ["drip irrigation"]


def test_a_hidden_label_is_recognised_and_never_shown() -> None:
    labels = {Locale.EN: [Label("heat pump"), Label("hetpump", 0.6, hidden=True)]}
    index = LabelIndex([NamedThing("concept:heat-pump", labels, "thesaurus")])

    match = index.beginning("hetp", Locale.EN)[0]

    assert (match.label.text, match.matched) == ("heat pump", None)


# ---- The command ----


def test_the_command_tells_corrections_and_reasons(seeded: Services) -> None:
    def search(text: str) -> dict[str, Any]:
        with seeded.sessions() as session:
            page = queries.search(session, seeded.finder, ANONYMOUS, Wanted(text), Locale.EN)
            found: dict[str, Any] = json.loads(json.dumps(as_data(page, Locale.EN, "")))
            return found

    corrected, foreign = search("капельное орашение"), search("zhel energiyasy")

    assert (corrected["typed"], corrected["searched"]) == ("капельное орашение", "капельное орошение")
    assert foreign["typed"] is None
    reasons = [through for hit in foreign["hits"] for through in hit["through"]]
    assert {"typed": "zhel", "found": "жел", "locale": "kk", "reason": "script"} in reasons
