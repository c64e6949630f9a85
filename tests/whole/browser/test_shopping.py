"""The whole way of a shopper."""

import re
import time

from playwright.sync_api import expect

from tests.whole.browser.shopping import (
    CHEAP,
    DEAR,
    PASSWORD,
    open_account,
    order_cart,
    put_into_cart,
    register,
    some_name,
    top_up,
    wait_for_state,
)


def test_whole_way_from_the_first_look_to_the_paid_order(page):
    page.goto("/")
    page.fill("#q", "tuesday")
    expect(page.locator("#results-heading")).to_have_text("Found for “tuesday”")
    expect(page).to_have_url(re.compile(r"\?q=tuesday$"))
    page.click("[aria-label='Add to the cart: Tuesday tea']")
    expect(page.locator("#cart-link .badge")).to_have_text("1")
    expect(page.locator("#toasts")).to_contain_text("In the cart: Tuesday tea")

    page.click("#cart-link")
    page.click("text=To the checkout")
    page.click("text=New here? Register")
    page.fill("#username", some_name())
    page.fill("#password", PASSWORD)
    page.click("main form button")
    expect(page.locator(".purse")).to_contain_text("no account yet")
    page.click("text=Order and pay")
    wait_for_state(page, "rejected")
    expect(page.locator(".ending")).to_contain_text("You have no account yet")
    expect(page.locator("#cart-link .badge")).to_have_count(0)

    page.click(".ending-actions >> text=Open an account")
    page.click("main form button")
    page.fill("#amount", "1 000,50")
    page.click("main form button")
    expect(page.locator(".purse-balance")).to_have_text("₽1,000.50")
    expect(page.locator("#balance")).to_have_text("₽1,000.50")

    page.goto("/orders/")
    page.click(".order-row")
    page.click("text=Put it into the cart again")
    page.click("text=To the checkout")
    expect(page.locator(".purse")).to_contain_text("₽901.50 will be left")
    page.click("text=Order and pay")
    wait_for_state(page, "paid")
    expect(page.locator("#balance")).to_have_text("₽901.50")
    expect(page.locator(".way-done")).to_have_count(9)
    expect(page.locator("[data-live][hx-trigger^='load delay']")).to_have_count(0)


def test_order_shows_paid_within_a_second_without_a_reload(page):
    register(page)
    open_account(page)
    top_up(page, "500")
    took = []
    for _ in range(3):  # the machine may be busy with something else for one of them
        put_into_cart(page, CHEAP)
        page.goto("/checkout/")
        pressed = time.monotonic()
        page.click("text=Order and pay")
        wait_for_state(page, "paid")
        took.append(time.monotonic() - pressed)
    assert min(took) < 1, took


def test_too_dear_an_order_is_rejected_and_offers_to_top_up(page):
    register(page)
    open_account(page)
    put_into_cart(page, DEAR)
    page.goto("/checkout/")
    expect(page.locator(".purse")).to_contain_text("too little")
    order_cart(page)
    wait_for_state(page, "rejected")
    expect(page.locator(".ending-actions")).to_contain_text("Top up")


def test_top_up_first_brings_the_missing_amount_along(page):
    register(page)
    open_account(page)
    top_up(page, "99")
    put_into_cart(page, "heather-honey")
    page.goto("/checkout/")
    page.click("text=Top up first")
    expect(page.locator("#amount")).to_have_value("650.00")


def test_list_of_orders_follows_by_itself(page):
    register(page)
    put_into_cart(page, CHEAP)
    order_cart(page)
    page.goto("/orders/")
    expect(page.locator(".order-row .state")).to_have_text("Rejected")
    page.click("text=Being paid")
    expect(page.locator(".empty")).to_contain_text("No orders with this status")


def test_catalogue_filters_sorts_and_shows_more_under_a_shareable_address(page, visit):
    page.goto("/")
    page.click("text=Show more")
    expect(page.locator(".card")).to_have_count(24)
    page.click(".shelves >> text=On the road")
    expect(page).to_have_url(re.compile(r"category=road$"))
    page.click(".sorts >> text=Cheap first")
    expect(page).to_have_url(re.compile(r"category=road&sort=price$"))
    names = page.locator(".card-name").all_text_contents()
    elsewhere = visit()
    elsewhere.goto(page.url)
    assert elsewhere.locator(".card-name").all_text_contents() == names
    page.go_back()
    expect(page).to_have_url(re.compile(r"category=road$"))
    expect(page.locator("h2")).to_have_text("On the road")


def test_cart_adds_up_at_once_and_gives_back_what_was_removed(page):
    put_into_cart(page, CHEAP)
    put_into_cart(page, "speckled-mug")
    page.goto("/cart/")
    page.click("[aria-label='One more: Tuesday tea']")
    expect(page.locator(".panel .sum")).to_contain_text("₽1,088.00")
    expect(page.locator("#more-tuesday-tea")).to_be_focused()
    page.fill("#count-tuesday-tea", "4")
    page.press("#count-tuesday-tea", "Enter")
    expect(page.locator(".panel .sum")).to_contain_text("₽1,286.00")
    expect(page.locator("#cart-link .badge")).to_have_text("5")
    page.click("[aria-label='Remove: Tuesday tea']")
    expect(page.locator(".line")).to_have_count(1)
    expect(page.locator("#undo")).to_be_focused()
    page.click("#undo")
    expect(page.locator("#count-tuesday-tea")).to_have_value("4")


def test_everything_works_without_javascript(visit):
    page = visit(java_script_enabled=False)
    page.goto("/?q=tuesday")
    page.click("[aria-label='Add to the cart: Tuesday tea']")
    page.click("[aria-label='One more: Tuesday tea']")
    page.click("text=To the checkout")
    page.click("text=New here? Register")
    page.fill("#username", some_name())
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.click("text=Open an account first")
    page.click("main form button")
    page.fill("#amount", "500")
    page.click("main form button")
    expect(page.locator(".purse-balance")).to_have_text("₽500.00")
    page.goto("/checkout/")
    page.click("text=Order and pay")
    wait_for_state(page, "paid")  # an open order's page reloads itself
    expect(page.locator(".ending")).to_contain_text("₽198.00 was taken, exactly once")
    page.click("text=Sign out")
    expect(page.locator(".header-nav")).to_contain_text("Sign in")


def test_keyboard_alone_is_enough(page):
    page.goto("/products/tuesday-tea/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, ".product-buy button")
    page.keyboard.press("Enter")
    expect(page.locator("#cart-link .badge")).to_have_text("1")
    page.goto("/cart/")
    tab_to(page, "#more-tuesday-tea")
    page.keyboard.press("Enter")
    expect(page.locator("#count-tuesday-tea")).to_have_value("2")
    expect(page.locator("#more-tuesday-tea")).to_be_focused()
    tab_to(page, "text=To the checkout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/**")


def tab_to(page, selector):
    wanted = page.locator(selector)
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def test_language_follows_the_browser_and_the_switch(visit):
    page = visit(locale="ru-RU")
    page.goto("/products/tuesday-tea/")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("h1")).to_have_text("Чай вторника")
    expect(page.locator(".product-price")).to_have_text("99,00\N{NO-BREAK SPACE}₽")
    page.click("[title=English]")
    expect(page.locator("h1")).to_have_text("Tuesday tea")
    page.goto("/cart/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_theme_follows_the_device_and_the_switch(visit):
    page = visit(color_scheme="dark")
    page.goto("/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("[title='Theme: dark']")
    page.click("[title='Theme: light']")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    page.goto("/cart/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_staff_find_the_admins(page, shop):
    page.goto("/login/")
    page.fill("#username", "admin")
    page.fill("#password", "admin-password")
    page.click("main form button")
    links = page.locator(".footer-nav a[href*=admin]")
    expect(links).to_have_count(3)
    assert links.nth(1).get_attribute("href") == f"{shop.orders_url}/admin/"
