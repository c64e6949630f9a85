"""One cart makes one order, whatever is pressed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import expect

from tests.whole.browser.shopping import (
    CHEAP,
    open_account,
    order_cart,
    put_into_cart,
    register,
    top_up,
    wait_for_state,
)

PRICE = "₽99.00"


@pytest.fixture
def shopper(page):
    """Signed in, with money and a tea in the cart."""
    register(page)
    open_account(page)
    top_up(page, "1000")
    put_into_cart(page, CHEAP)
    return page


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
    still.wait_for_url("**/orders/*/")
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
