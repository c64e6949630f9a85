"""Services die and hang; the shop stays open and comes back without a reload."""

import time

from playwright.sync_api import expect

from tests.whole.browser.processes import frozen, killed
from tests.whole.browser.shopping import (
    BACK,
    CHEAP,
    order_cart,
    wait_for_state,
)


def test_payments_killed_and_back(shopper, shop):
    with killed(shop, "services.common.serve payments"):
        shopper.goto("/account/")
        expect(shopper.locator("h1")).to_have_text("Payments are resting")
        other = shopper.context.new_page()
        other.goto("/")
        expect(other.locator(".card").first).to_be_visible()
        other.goto("/checkout/")
        expect(other.locator(".purse")).to_contain_text("Payments are resting")
        other.click("text=Order and pay")
        expect(other.locator("#order-live")).to_be_visible()
    expect(shopper.locator(".purse-balance")).to_be_visible(timeout=BACK)
    wait_for_state(other, "paid")


def test_orders_killed_and_back(shopper, shop):
    with killed(shop, "services.common.serve orders"):
        shopper.goto("/")
        expect(shopper.locator("h1")).to_have_text("Orders are resting")
        other = shopper.context.new_page()
        other.goto("/account/")
        expect(other.locator(".purse-balance")).to_have_text("₽1,000.00")
    expect(shopper.locator(".card").first).to_be_visible(timeout=BACK)


def test_hung_payments_do_not_slow_the_catalogue(shopper, shop):
    with frozen(shop, "services.common.serve payments"):
        for path in ("/", "/cart/", "/orders/", f"/products/{CHEAP}/"):
            started = time.monotonic()
            shopper.goto(path, wait_until="domcontentloaded")
            assert time.monotonic() - started < 1.5, path
    shopper.goto("/")
    expect(shopper.locator("#balance")).to_have_text("₽1,000.00", timeout=BACK)


def test_late_order_is_followed_until_it_is_paid_and_hidden_tabs_rest(shopper, shop):
    with frozen(shop, "payments consume_inbox"):
        order_cart(shopper)
        expect(shopper.locator(".ending")).to_contain_text("One moment")
        hide(shopper, hidden=True)
        shopper.wait_for_selector("#order-live[data-paused]")
    shopper.wait_for_timeout(300)  # long enough to be paid; nobody asks
    expect(shopper.locator(".ending")).to_contain_text("One moment")
    hide(shopper, hidden=False)
    wait_for_state(shopper, "paid")


def hide(page, *, hidden):
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
