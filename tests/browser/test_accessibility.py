"""axe finds nothing on any page, at 360 and 1280 px, light and dark; nothing is wider than the screen, or heavy."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.chromium import SCHEMES, WIDTHS
from tests.browser.shopping import SIGNED_OUT, furnished

HEAVIEST = 200_000
MINIMUM_TARGET = 44


@pytest.fixture(scope="module")
def furniture(shop, browser):
    """A furnished shopper's cookies, and the pages to look at."""
    context = browser.new_context(base_url=shop.ui_url, locale="en-GB")
    pages = furnished(context.new_page())
    state = context.storage_state()
    context.close()
    return state, pages


@pytest.fixture
def everywhere(visit, furniture):
    """Visit every page, signed in and out, in one shape of the window."""
    state, pages = furniture

    def tour(**options):
        signed_in, signed_out = visit(storage_state=state, **options), visit(**options)
        for page, paths in ((signed_in, pages), (signed_out, SIGNED_OUT)):
            for name, path in paths.items():
                page.goto(path, wait_until="networkidle")
                yield name, page

    return tour


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(everywhere, width, scheme):
    found = {}
    # Without the policy axe can be put into the page; the pages themselves are watched in all other tests.
    for name, page in everywhere(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True):
        results = Axe().run(page)
        if results.violations_count:
            found[name] = results.generate_snapshot()
    assert found == {}


def test_nothing_is_wider_than_a_phone(everywhere):
    for name, page in everywhere(viewport={"width": 360, "height": 740}):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_everything_to_press_is_large_enough_for_a_thumb(everywhere):
    small = {}
    for name, page in everywhere(viewport={"width": 360, "height": 740}):
        found = page.evaluate(
            """minimum => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
                .filter(each => each.checkVisibility() && !each.matches(".skip, td a, .line-name, .product-text a"))
                .filter(each => each.getBoundingClientRect().height < minimum)
                .map(each => each.outerHTML.slice(0, 80))""",
            MINIMUM_TARGET,
        )
        if found:
            small[name] = found
    assert small == {}


def test_pages_have_titles_descriptions_and_one_heading(everywhere):
    titles = {}
    for name, page in everywhere():
        titles[name] = page.title()
        assert page.locator("h1").count() == 1, name
        assert page.locator("meta[name=description]").get_attribute("content"), name
    assert all(title.endswith(" · Once") for title in titles.values())


def test_first_load_is_light(visit, furniture):
    state, pages = furniture
    for name, path in pages.items():
        page = visit(storage_state=state, viewport={"width": 360, "height": 740})
        loaded = []
        page.on("response", loaded.append)
        page.goto(path, wait_until="networkidle")
        weight = sum(len(response.body()) for response in loaded if "/pictures/" not in response.url)
        assert weight < HEAVIEST, (name, weight)
        page.context.close()
