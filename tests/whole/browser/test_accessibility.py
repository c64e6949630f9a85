"""axe finds nothing on any page, at 360 and 1280 px, light and dark; nothing is wider than the screen, or heavy."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.whole.browser.chromium import SCHEMES, WIDTHS
from tests.whole.browser.shopping import SIGNED_OUT, furnished

HEAVIEST = 200_000
TOO_SMALL_FOR_A_THUMB = """() => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
    .filter(each => each.checkVisibility() && !each.matches(".skip, td a, .line-name"))
    .filter(each => each.getBoundingClientRect().height < 44)
    .map(each => each.outerHTML.slice(0, 80))"""


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
                page.goto(path)
                if page is signed_in:
                    page.wait_for_selector("#balance:not(:empty)")
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
            found[name] = results.generate_report()
    assert found == {}


@pytest.mark.parametrize(("locale", "shop_name"), [("en-GB", "Once"), ("ru-RU", "Однажды")])
def test_pages_fit_a_phone_and_a_thumb_and_say_what_they_are(everywhere, locale, shop_name):
    for name, page in everywhere(viewport={"width": 360, "height": 740}, locale=locale):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert page.evaluate(TOO_SMALL_FOR_A_THUMB) == [], name
        assert page.title().endswith(f" · {shop_name}"), name
        assert page.locator("h1").count() == 1, name
        assert page.locator("meta[name=description]").get_attribute("content"), name


def test_first_load_is_light(visit, furniture):
    state, pages = furniture
    for name in ("catalogue", "product", "checkout", "order-paid"):
        page, loaded = visit(storage_state=state, viewport={"width": 360, "height": 740}), []
        page.on("response", lambda response, loaded=loaded: loaded.append(response))
        page.goto(pages[name], wait_until="networkidle")
        weight = sum(len(response.body()) for response in loaded)
        assert 60_000 < weight < HEAVIEST, (name, weight)
