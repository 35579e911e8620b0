"""Pages of matches: weights in the address, every score with its reasons, the excluded counted."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from portal.catalogue.queries import list_whole
from portal.core.actor import ANONYMOUS, SYSTEM
from portal.core.i18n import Locale, translate
from portal.core.services import Services
from portal.matching import queries
from portal.matching.criteria import JUDGES
from portal.matching.stored_weights import set_weights
from portal.matching.weights import PUBLISHED, WEIGHABLE
from tests.conftest import publish, technology_data
from tests.matching.test_queries import need_data

#: Rows under a score: each criterion that weighs, and the flag for money.
ROWS = len(JUDGES) + 1


@pytest.fixture
def pair(services: Services) -> tuple[int, int]:
    """A need and the technology that answers it."""
    technology = publish(services, "technology", technology_data())
    return publish(services, "need", need_data()), technology


def busy_need(services: Services) -> int:
    """Return a need of the seeds for which more than twenty technologies fall at one gate."""
    with services.sessions() as session:
        ids = [x.id for x in list_whole(session, ANONYMOUS, "need")]
        found = ((x, queries.match_need(session, ANONYMOUS, x)) for x in ids)
        return next(x for x, matches in found if max(matches.excluded_counts.values(), default=0) > 20)


def used(page: str) -> dict[str, str]:
    """Return the weights that a page names above its ranking, by label."""
    part = page.split('<ul class="weights-used">')[1].split("</ul>")[0]
    return {unescape(x): y for x, y in re.findall(r"<li[^>]*>([^<]+?) <strong>(\d+)</strong>", part)}


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="weight-(\w+)" value="([^"]*)"', page))


def test_the_form_leads_to_an_address_with_the_changed_weights_only(
    client: FlaskClient, pair: tuple[int, int]
) -> None:
    path = f"/en/needs/{pair[0]}/matches"
    asked = {f"weight-{x}": str(y) for x, y in PUBLISHED.mitigation.items() if x in WEIGHABLE}

    answer = client.get(path, query_string={**asked, "weight-cost": "20", "with": pair[1]})

    assert answer.status_code == 303
    assert answer.location == f"{path}?with={pair[1]}&w=cost%3A20"
    page = client.get(answer.location).text
    assert used(page)[translate("en", "criterion.cost")] == "20"
    assert fields(page)["cost"] == "20"
    assert translate("en", "weights.sum", sum=108) in page
    assert f"({translate('en', 'weights.published', weight=12)})" in page
    # The scores below rest on them, and every link of the page keeps them.
    assert translate("en", "matches.weight", weight=20) in page
    assert f"/ru/needs/{pair[0]}/matches?with={pair[1]}&amp;w=cost%3A20" in page
    assert re.search(rf'rel="canonical" href="[^"]*/en/needs/{pair[0]}/matches"', page)
    # As it was: no weights in the address.
    unchanged = client.get(path, query_string=asked)
    assert unchanged.location == path


@pytest.mark.parametrize("locale", Locale)
def test_wrong_weights_are_told_and_stay_typed_and_the_portals_hold(
    client: FlaskClient, pair: tuple[int, int], locale: Locale
) -> None:
    path = f"/{locale}/needs/{pair[0]}/matches"
    asked = {"weight-function": "viel", "weight-site": "99", "weight-cost": "20"}

    for answer in (
        client.get(path, query_string=asked),
        client.get(path, query_string={"w": "function:viel,site:99,cost:20"}),
    ):
        page = unescape(answer.text)
        assert answer.status_code == 200
        assert translate(locale, "weights.not_applied") in page
        assert "viel" in page
        typed = fields(page)
        assert (typed["function"], typed["site"], typed["cost"]) == ("viel", "99", "20")
        assert page.count('aria-invalid="true"') == 2
        assert used(page)[translate(locale, "criterion.cost")] == "12"


def test_a_stray_part_of_an_address_is_told_and_never_markup(
    client: FlaskClient, pair: tuple[int, int]
) -> None:
    page = client.get(f"/en/needs/{pair[0]}/matches", query_string={"w": "<script>:1"}).text

    assert "<script>:1" not in page
    assert translate("en", "weights.wrong.unknown", name="<script>") in unescape(page)


def test_a_technology_page_takes_weights_too(client: FlaskClient, pair: tuple[int, int]) -> None:
    page = client.get(f"/en/technologies/{pair[1]}/matches?w=site:20").text

    assert used(page)[translate("en", "criterion.site")] == "20"
    assert translate("en", "weights.one_set", set="mitigation") in page


def test_the_operators_weights_stand_beside_the_published_ones(
    services: Services, client: FlaskClient, pair: tuple[int, int]
) -> None:
    assert translate("en", "how.weights.published") in client.get("/en/matching").text
    with services.uow() as uow:
        set_weights(uow, SYSTEM, {"proof": 16, "site": 10}, ("mitigation",))

    how = client.get("/en/matching").text
    page = unescape(client.get(f"/en/needs/{pair[0]}/matches").text)

    assert translate("en", "how.weights.own") in how
    assert how.count('class="number changed"') == 2
    assert used(page)[translate("en", "criterion.proof")] == "16"
    assert translate("en", "weights.state.own", set="mitigation") in page
    assert translate("en", "weights.own", weight=16) in page


@pytest.mark.parametrize("locale", Locale)
def test_every_score_opens_to_every_criterion(
    seeded_client: FlaskClient, seeded: Services, locale: Locale
) -> None:
    page = seeded_client.get(f"/{locale}/needs/{busy_need(seeded)}/matches").text

    hits = re.findall(r'<li class="hit">.*?</details>', page, re.DOTALL)
    assert hits
    for hit in hits:
        assert hit.count('class="verdict verdict-') == ROWS
        assert len(re.findall(r"<p>[^<]{10,}", hit)) == ROWS
        for name in JUDGES:
            assert translate(locale, f"criterion.{name}") in unescape(hit)


def test_the_panel_of_an_entry_gives_the_reasons_too(client: FlaskClient, pair: tuple[int, int]) -> None:
    page = client.get(f"/en/needs/{pair[0]}-wind-turbine", follow_redirects=True).text

    panel = page.split('class="section matches-panel"')[1].split("</section>")[0]
    assert panel.count('class="verdict verdict-') >= ROWS


@pytest.mark.parametrize("locale", Locale)
def test_of_the_excluded_the_first_twenty_of_each_gate_are_listed_and_all_are_counted(
    seeded_client: FlaskClient, seeded: Services, locale: Locale
) -> None:
    need = busy_need(seeded)
    with seeded.sessions() as session:
        counts = queries.match_need(session, ANONYMOUS, need).excluded_counts
    page = seeded_client.get(f"/{locale}/needs/{need}/matches").text

    gates = re.findall(r'<details class="gate">.*?</details>', page, re.DOTALL)
    assert len(gates) == len(counts)
    told = [int(re.sub(r"\D", "", x)) for x in re.findall(r"</strong> \(([^)]+)\)</span></summary>", page)]
    assert sorted(told) == sorted(counts.values())
    for gate, number in zip(gates, told, strict=True):
        assert gate.count("<li>") == min(number, 20)
        first = translate(locale, "matches.excluded.first", shown=20, all=number)
        assert (first in unescape(gate)) == (number > 20)


def test_an_opened_source_of_money_and_the_large_match_ask_for_an_opinion(
    seeded_client: FlaskClient, seeded: Services
) -> None:
    path = f"/en/needs/{busy_need(seeded)}/matches"
    page = seeded_client.get(path).text
    source = re.search(r"[?&;]rules=(\d+)", page)
    assert source

    assert page.count('class="opinion-form"') == 1
    opened = seeded_client.get(path, query_string={"rules": source[1]}).text
    assert opened.count('class="opinion-form"') == 2
    assert translate("en", "feedback.privacy") in opened
    ids = re.findall(r' id="([^"]+)"', opened)
    assert len(ids) == len(set(ids))
