"""axe (WCAG 2.2 AA) and a look at each type of page, and at suggestions while typing, in a real browser."""

import re
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from portal.app import create_app
from portal.core.i18n import Locale
from portal.core.services import Services
from portal.pages.bench import page_types
from tests.conftest import require
from tests.pages.test_pages import TYPES

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require(CHROMIUM, "there is no chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(seeded: Services) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(seeded), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def pages(services: Services) -> dict[str, str]:
    with services.sessions() as session:
        found = page_types(session)
    need, technology = (re.findall(r"\d+", found[f"matches, {x}"])[0] for x in ("need", "technology"))
    return {
        **found,
        "error": "/kk/nowhere",
        "search, none": "/kk/search?q=zzzz",
        "matches, other weights": f"{found['matches, need']}?w=function:30,cost:2",
        "matches, wrong weights": f"{found['matches, need']}?w=function:99,price:abc",
        "what a reader says": f"/kk/matches/feedback?entry={need}&other={technology}",
    }


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)
@pytest.mark.parametrize("locale", Locale)
def test_no_page_has_accessibility_violations_or_runs_over_a_phone(
    seeded: Services, browser: Browser, address: str, locale: Locale
) -> None:
    problems: list[Any] = []
    view = browser.new_page(viewport={"width": 320, "height": 800})
    view.on("console", lambda message: problems.append(message.text) if "404" not in message.text else None)
    found = pages(seeded)
    assert set(TYPES) <= set(found)
    for name, path in found.items():
        view.goto(address + re.sub(r"^/kk/", f"/{locale}/", path))
        view.evaluate("document.querySelectorAll('details').forEach(x => { x.open = true; })")
        wide = view.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            problems.append(f"{name}: {wide} px wide on a phone")
        result = Axe().run(view, options={"runOnly": {"type": "tag", "values": TAGS}})
        problems += [
            f"{name}: {violation['id']}: {violation['nodes'][0]['html'][:160]}"
            for violation in result.response["violations"]
        ]
    view.close()
    assert problems == []


def typed_into(view: Page, field: str, text: str) -> None:
    """Type into a search field and wait until suggestions show."""
    view.locator(field).press_sequentially(text)
    view.wait_for_selector("[role=listbox]:visible [role=option]")


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(("path", "field"), [("/kk/search", "#q"), ("/ru/about", "#quick-q"), ("/en/", "#q")])
def test_the_open_list_of_suggestions_is_accessible_and_moves_nothing(
    seeded: Services, browser: Browser, address: str, path: str, field: str, width: int
) -> None:
    view = browser.new_page(viewport={"width": width, "height": 800})
    view.goto(address + path)
    before = view.locator("main").bounding_box()
    typed_into(view, field, "wind")
    view.keyboard.press("ArrowDown")

    assert view.locator("main").bounding_box() == before
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    current = view.locator(field).get_attribute("aria-activedescendant")
    assert view.locator(f"#{current}").get_attribute("aria-selected") == "true"
    result = Axe().run(view, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert [violation["id"] for violation in result.response["violations"]] == []
    view.close()


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)
def test_suggestions_are_used_by_keyboard_and_by_pointer(
    seeded: Services, browser: Browser, address: str
) -> None:
    view = browser.new_page()
    view.goto(f"{address}/en/search")
    field = view.locator("#q")

    typed_into(view, "#q", "жел")
    assert field.get_attribute("aria-expanded") == "true"
    view.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "жел"

    view.keyboard.press("ArrowDown")
    view.wait_for_selector("[role=option]:visible")
    view.keyboard.press("ArrowDown")
    view.keyboard.press("Enter")
    view.wait_for_url("**/en/search?q=wind")

    view.locator("#q").fill("")
    typed_into(view, "#q", "Казахст")
    view.get_by_role("option", name="Kazakhstan Казахстан Country").click()
    view.wait_for_url("**/en/countries/KZ")
    view.close()


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)
def test_without_an_answer_the_field_stays_a_plain_one(
    seeded: Services, browser: Browser, address: str
) -> None:
    view = browser.new_page()
    errors: list[str] = []
    view.on("pageerror", lambda error: errors.append(str(error)))
    view.route("**/suggest?*", lambda route: route.abort())
    view.goto(f"{address}/en/search")

    with view.expect_event("requestfailed"):
        view.locator("#q").press_sequentially("wind")
    assert view.locator("[role=option]").count() == 0
    view.keyboard.press("Enter")
    view.wait_for_url("**/en/search?q=wind")

    assert errors == []
    view.close()
