"""The console on the whole shop: staff find an order and its story, and put failures right, by the pages alone."""

import hashlib
import re

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.whole.browser.chromium import SCHEMES, WIDTHS
from tests.whole.browser.shopping import (
    CHEAP,
    console_of,
    order_cart,
    put_into_cart,
    register,
    sign_in_as_staff,
    wait_for_state,
)

UNSIGNED = """
INSERT INTO messaging_deadletter (source, reason, detail, topic, partition, "offset", key, value, headers, digest, type)
VALUES ('inbox', 'unsigned', 'no signature', 'outbox', 0, %s, %s, %s, '[]', %s, '')
"""

OURS = '"offset" > 1000000'
FORGET = (
    f"DELETE FROM messaging_redrive WHERE dead_letter_id IN (SELECT id FROM messaging_deadletter WHERE {OURS})",
    f"DELETE FROM messaging_deadletter WHERE {OURS}",
)


@pytest.fixture(scope="module")
def order(shop, browser):
    """The address of a shopper's order, which is final."""
    context = browser.new_context(base_url=shop.ui_url, locale="en-GB")
    page = context.new_page()
    register(page)
    put_into_cart(page, CHEAP)
    order_cart(page)
    wait_for_state(page, "rejected")
    url = page.url
    context.close()
    return url


@pytest.fixture(scope="module")
def letters(shop):
    """Two records at payments that nobody signed."""
    with psycopg.connect(shop.values["PAYMENTS_DATABASE_URL"]) as connection:
        for offset in (1_000_001, 1_000_002):
            digest = hashlib.sha256(b"k" + b"\0" + b"{}").digest()
            connection.execute(UNSIGNED, [offset, b"k", b"{}", digest])
    yield
    with psycopg.connect(shop.values["PAYMENTS_DATABASE_URL"]) as connection:  # others count what is set aside
        for statement in FORGET:
            connection.execute(statement)


@pytest.fixture
def staff(visit):
    """Browsers of a member of staff, in any shape."""

    def sign_in(**options):
        page = visit(**options)
        sign_in_as_staff(page)
        return page

    return sign_in


def test_staff_have_the_books_compared_and_see_that_money_is_sound(staff, order):
    page = staff()
    page.click("#audit-now")
    expect(page.locator("#sound-heading")).to_have_text("Money is sound", timeout=30_000)


def test_staff_find_an_order_by_the_number_that_its_shopper_sees_and_send_its_task_again(staff, order):
    page = staff()
    page.click(".ops-nav a:has-text('Find an order')")
    page.fill("#find", re.search(r"([0-9a-f]{6})/$", order)[1].upper())
    page.click("main form button")
    page.wait_for_selector("#way-heading")
    expect(page.locator(".way-done")).to_have_count(9)
    page.click("summary:has-text('Send the task again')")
    page.fill("#resend-note", "the shopper asked")
    page.click("button:has-text('Send the task again')")
    expect(page.locator("#toasts")).to_contain_text("sending number 2")
    absorbed = page.locator("dt:has-text('Duplicates absorbed') + dd").first
    for _ in range(50):
        page.reload()
        if absorbed.inner_text() == "1":
            break
    expect(absorbed).to_have_text("1")
    expect(page.locator(".way-done")).to_have_count(9)


def test_staff_replay_what_cannot_be_read_and_then_dismiss_and_restore_it(staff, letters):
    page = staff()
    page.click(".ops-nav a:has-text('Failures')")
    page.click(".ops-group:has-text('Not signed')")
    page.click("a:has-text('What would happen?')")
    expect(page.locator("#preview")).to_have_text("2 letters: stays open: not signed")
    page.click("button:has-text('Replay all')")
    expect(page.locator("#replay h2")).to_have_text("Stopped: the first one still cannot be handled")
    page.click("a:has-text('To the group')")
    page.fill("#close-note", "a scanner")
    page.click("button:has-text('Dismiss all')")
    expect(page.locator("#deeds")).to_contain_text("a scanner")
    page.click(".ops-nav a:has-text('Failures')")
    page.click(".chip:has-text('Dismissed')")
    page.click(".ops-group:has-text('Not signed')")
    page.fill("#close-note", "it was ours")
    page.click("button:has-text('Restore all')")
    expect(page.locator("#deeds")).to_contain_text("admin")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_the_console(staff, order, letters, width, scheme):
    page = staff(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    found = {}
    for name, path in console_of(order).items():
        page.goto(path)
        results = Axe().run(page)
        if results.violations_count:
            found[name] = results.generate_report()
    assert found == {}


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_no_page_of_the_console_is_wider_than_the_screen(staff, order, letters, locale):
    page, too_wide = staff(locale=locale), {}
    for name, path in console_of(order).items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for width in (320, 360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                too_wide[name, width] = found
    assert too_wide == {}
