"""The site as Chromium opens it from its folder: accessible, as wide as the screen, never online."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = [pytest.mark.browser, pytest.mark.thorough, pytest.mark.exhaustive]

CHROMIUM = os.environ.get("DIPP_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDTHS = (360, 768, 1440, 2560)

KINDS = (
    "index.html",
    "regions.html",
    "regions/west-midlands.html",
    "regions/wales.html",
    "measures.html",
    "measures/oversight-ineffective-or-absent.html",
    "revisions.html",
    "method.html",
    "data.html",
    "data/data_dictionary.html",
    "data/staff_survey_findings.html",
    "about.html",
)
"""A page of each kind."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(params=["site", "complete_site", "begun_site"])
def any_site(request: pytest.FixtureRequest) -> Path:
    site: Path = request.getfixturevalue(request.param)
    return site


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(site: Path, page: Page, scheme: str):
    page.emulate_media(color_scheme=scheme)

    assert violations(page, site, every_page(site)) == []


@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_no_violation_on_any_kind_of_page_of_any_release(any_site: Path, page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 800})

    assert violations(page, any_site, KINDS) == []


def test_no_page_is_wider_than_the_screen(any_site: Path, page: Page):
    wide = []
    for name in every_page(any_site):
        page.goto((any_site / name).as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((name, width))

    assert wide == []


def test_no_request_leaves_the_folder(any_site: Path, page: Page):
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for name in every_page(any_site):
        page.goto((any_site / name).as_uri())

    assert requested
    assert [address for address in requested if not address.startswith(f"{any_site.as_uri()}/")] == []


def test_nothing_that_a_browser_complains_of_is_on_any_page(any_site: Path, page: Page):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    for name in every_page(any_site):
        page.goto((any_site / name).as_uri())

    assert said == []


@pytest.mark.parametrize("name", KINDS)
def test_the_keyboard_alone_reaches_every_link_and_every_table_that_scrolls(site: Path, page: Page, name: str):
    page.goto((site / name).as_uri())
    wanted = page.locator("a[href], [tabindex='0']").count()
    page.evaluate(
        "() => { window.reached = new Set();"
        " document.addEventListener('focusin', event => window.reached.add(event.target)); }"
    )
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")

    assert wanted > 8
    assert page.evaluate("window.reached.size") == wanted


def test_what_has_the_focus_can_be_seen(site: Path, page: Page):
    page.goto((site / "index.html").as_uri())
    styles = []
    for _ in range(30):
        page.keyboard.press("Tab")
        styles.append(
            page.evaluate(
                "() => { const style = getComputedStyle(document.activeElement);"
                " return [style.outlineStyle, parseFloat(style.outlineWidth) >= 2]; }"
            )
        )

    assert styles == [["solid", True]] * 30


def test_the_first_key_leads_past_the_navigation(site: Path, page: Page):
    page.goto((site / "regions" / "west-midlands.html").as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("name", KINDS)
def test_a_page_reads_the_same_without_script(site: Path, browser: Browser, name: str):
    texts: Mapping[bool, str] = {}
    for scripted in (True, False):
        context = browser.new_context(java_script_enabled=scripted)
        opened = context.new_page()
        opened.goto((site / name).as_uri())
        texts = {**texts, scripted: opened.locator("body").inner_text()}
        context.close()

    assert texts[True] == texts[False]


@pytest.mark.parametrize("name", KINDS)
def test_a_page_prints_on_a4(site: Path, page: Page, name: str):
    page.goto((site / name).as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})  # 182 mm of paper between the margins

    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def every_page(site: Path) -> Sequence[str]:
    return [str(file.relative_to(site)) for file in sorted(site.rglob("*.html"))]


def violations(page: Page, site: Path, names: Sequence[str]) -> Sequence[tuple[str, str, str]]:
    """What axe-core finds by all its default rules: page, rule and the first element."""
    found = []
    for name in names:
        page.goto((site / name).as_uri())
        broken = Axe().run(page).response["violations"]
        found += [(name, violation["id"], violation["nodes"][0]["html"]) for violation in broken]
    return found
