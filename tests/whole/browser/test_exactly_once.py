"""One cart makes one order, whatever is pressed."""

import re
from concurrent.futures import ThreadPoolExecutor

import requests
from playwright.sync_api import expect

from tests.whole.browser.processes import frozen
from tests.whole.browser.shopping import (
    BACK,
    CHEAP,
    order_cart,
    put_into_cart,
    wait_for_state,
)

PRICE = "₽99.00"


def orders_of(page):
    page.goto("/orders/")
    return page.locator(".order-row").count()


def balance_of(page):
    page.goto("/account/")
    return page.locator(".purse-balance").text_content()


def is_paid_once(page):
    assert orders_of(page) == 1
    assert balance_of(page) == "₽901.00"


def form_of(page):
    return {
        field.get_attribute("name"): field.get_attribute("value")
        for field in page.locator("form[action='/checkout/'] input").all()
    }


def test_double_click_makes_one_order(shopper):
    shopper.goto("/checkout/")
    shopper.dblclick("text=Order and pay")
    wait_for_state(shopper, "paid")
    is_paid_once(shopper)


def test_double_click_without_javascript_makes_one_order(shopper, visit):
    still = visit(java_script_enabled=False, storage_state=shopper.context.storage_state())
    still.goto("/checkout/")
    still.dblclick("text=Order and pay")
    expect(still).to_have_url(re.compile("/orders/"))  # the second press cuts off the first one's navigation
    wait_for_state(still, "paid")
    is_paid_once(shopper)


def test_form_sent_many_times_at_once_makes_one_order(shopper, shop):
    shopper.goto("/checkout/")
    fields = form_of(shopper)
    cookies = {cookie["name"]: cookie["value"] for cookie in shopper.context.cookies()}

    def send(_):
        return requests.post(f"{shop.ui_url}/checkout/", fields, cookies=cookies, timeout=20).url

    with ThreadPoolExecutor(5) as pool:
        landed = set(pool.map(send, range(5)))
    assert len({url for url in landed if "/orders/" in url}) == 1
    shopper.goto(next(url for url in landed if "/orders/" in url))
    wait_for_state(shopper, "paid")
    is_paid_once(shopper)


def test_back_and_again_leads_to_the_order(shopper):
    shopper.goto("/checkout/")
    fields = form_of(shopper)
    shopper.click("text=Order and pay")
    wait_for_state(shopper, "paid")
    order = shopper.url
    shopper.go_back()
    expect(shopper.locator(".empty")).to_contain_text("cart is empty")
    response = shopper.context.request.post("/checkout/", form=fields, headers={"Referer": order})
    assert response.url == order
    is_paid_once(shopper)


def test_two_tabs_with_the_same_cart_make_one_order(shopper):
    other = shopper.context.new_page()
    for tab in (shopper, other):
        tab.goto("/checkout/")
    shopper.click("text=Order and pay")
    wait_for_state(shopper, "paid")
    other.click("text=Order and pay")
    wait_for_state(other, "paid")
    assert other.url == shopper.url
    is_paid_once(shopper)


def test_old_form_after_a_change_orders_nothing_and_says_so(shopper):
    other = shopper.context.new_page()
    shopper.goto("/checkout/")
    put_into_cart(other, CHEAP)
    shopper.click("text=Order and pay")
    expect(shopper.locator("[role=alert]")).to_contain_text("The cart has changed")
    expect(shopper.locator(".panel .sum strong")).to_have_text("₽198.00")
    assert orders_of(other) == 0
    order_cart(shopper)
    wait_for_state(shopper, "paid")
    assert balance_of(shopper) == "₽802.00"


def test_top_up_sent_twice_counts_once(shopper):
    shopper.goto("/account/")
    fields = {
        field.get_attribute("name"): field.get_attribute("value")
        for field in shopper.locator("main form[action='/account/'] input").all()
    }
    for _ in range(2):
        shopper.context.request.post("/account/", form={**fields, "amount": "100"}, headers={"Referer": shopper.url})
    assert balance_of(shopper) == "₽1,100.00"


def test_top_up_pressed_while_payments_hang_counts_once_and_is_told_by_itself(shopper, shop):
    shopper.goto("/account/")
    shopper.fill("#amount", "100")
    with frozen(shop, "services.common.serve payments"):
        shopper.click("main form button")
        expect(shopper.locator("h1")).to_have_text("Not known yet")
        shopper.click("text=Look again")
        expect(shopper.locator("h1")).to_have_text("Not known yet")
        expect(shopper.locator("main form")).to_have_count(0)
    expect(shopper.locator(".purse-balance")).to_have_text("₽1,100.00", timeout=BACK)
    expect(shopper.locator("main table")).to_contain_text("+₽100.00")
    expect(shopper.locator("main tbody tr")).to_have_count(2)  # with what the fixture brought in


def test_order_pressed_while_orders_hang_is_placed_once_and_shown_by_itself(shopper, shop):
    shopper.goto("/checkout/")
    with frozen(shop, "services.common.serve orders"):
        shopper.click("text=Order and pay")
        expect(shopper.locator("h1")).to_have_text("Not known yet")
    expect(shopper).to_have_url(re.compile("/orders/"), timeout=BACK)
    wait_for_state(shopper, "paid")
    is_paid_once(shopper)
