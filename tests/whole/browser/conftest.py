"""A browser on the whole shop; every page is watched for errors, CSP reports and requests to other hosts."""

import re

import pytest
from playwright.sync_api import expect

from tests.whole.browser import chromium
from tests.whole.browser.shopping import CHEAP, open_account, put_into_cart, register, top_up

# What a page answers on purpose (404, 409, 422, 503) Chromium calls an error, too.
ON_PURPOSE = re.compile(r"Failed to load resource: the server responded with a status of (404|409|422|503)")
PATIENCE = 10_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    if not chromium.installed():
        for item in items:
            if "tests/whole/browser/" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason=f"no Chromium at {chromium.PATH}; set CHROMIUM_PATH"))


@pytest.fixture(scope="session")
def browser():
    with chromium.chromium() as started:
        yield started


class Watch:
    """What went wrong on the pages of a test."""

    def __init__(self, base_url):
        self.base_url = base_url
        self.complaints = []

    def over(self, context):
        context.on("console", self.console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self.request)

    def console(self, message):
        if message.type in ("error", "warning") and not ON_PURPOSE.match(message.text):
            self.complaints.append(f"console: {message.text} at {message.page and message.page.url}")

    def request(self, request):
        if not request.url.startswith((self.base_url, "data:")):
            self.complaints.append(f"request to another host: {request.url}")


@pytest.fixture
def watch(shop):
    watching = Watch(shop.ui_url)
    yield watching
    assert watching.complaints == []


@pytest.fixture
def visit(shop, browser, watch):
    """Open new visitors' browsers, each with its own cookies."""
    contexts = []

    def new_page(**options):
        context = browser.new_context(base_url=shop.ui_url, **{"locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit):
    return visit()


@pytest.fixture
def shopper(page):
    """Signed in, with money and a tea in the cart."""
    register(page)
    open_account(page)
    top_up(page, "1000")
    put_into_cart(page, CHEAP)
    return page
