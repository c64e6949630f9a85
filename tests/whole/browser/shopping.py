"""What a shopper does in the browser, step by step."""

import re
import uuid

PASSWORD = "correct horse 7"
CHEAP = "tuesday-tea"
# Milliseconds in which a page finds out by itself that a service is back.
BACK = 40_000
DEAR = "small-moon"


def some_name():
    return f"shopper-{uuid.uuid4().hex[:10]}"


def submit(page, button, then):
    """Click, and wait for the answer to this very click: what it shows may be there from an earlier one."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click(button)
    page.wait_for_selector(then)


def register(page, name=None):
    """Register, and stay where that leads."""
    page.goto("/register/")
    page.fill("#username", name or some_name())
    page.fill("#password", PASSWORD)
    submit(page, "main form button", then="form[action='/logout/']")


def open_account(page):
    page.goto("/account/")
    submit(page, "main form button", then="#amount")


def top_up(page, amount):
    page.goto("/account/")
    page.fill("#amount", amount)
    submit(page, "main form button", then=".entry-in")


def put_into_cart(page, slug):
    page.goto(f"/products/{slug}/")
    submit(page, ".product-buy button", then="#cart-link .badge, .lines")


def order_cart(page):
    """Go to the checkout and order; returns the order's address."""
    page.goto("/checkout/")
    page.click("button:has-text('₽')")
    page.wait_for_url("**/orders/*/")
    return page.url


def wait_for_state(page, state):
    page.wait_for_selector(f"#order-status[data-status={state}]", state="attached")


def furnished(page):
    """A shopper with an account, a paid order, a rejected one and a filled cart; returns every page by its name."""
    register(page)
    put_into_cart(page, CHEAP)
    order_cart(page)
    wait_for_state(page, "rejected")
    rejected = page.url
    open_account(page)
    empty_account = "/account/?cursor="
    top_up(page, "5000")
    put_into_cart(page, CHEAP)
    put_into_cart(page, "midnight-ink")
    order_cart(page)
    wait_for_state(page, "paid")
    paid = page.url
    for slug in (CHEAP, "heather-honey", "small-moon"):
        put_into_cart(page, slug)
    return {
        "catalogue": "/",
        "nothing-found": "/?q=zzzz",
        "product": f"/products/{CHEAP}/",
        "cart": "/cart/",
        "cart-removed": "/cart/?removed=brass-pen&quantity=2",
        "checkout": "/checkout/",
        "orders": "/orders/",
        "order-paid": paid,
        "order-rejected": rejected,
        "account": empty_account,
        "security": "/account/security/",
        "not-found": "/nowhere/",
    }


SIGNED_OUT = {"login": "/login/?next=/checkout/", "register": "/register/", "empty-cart": "/cart/"}


def sign_in_as_staff(page):
    page.goto("/login/?next=/ops/")
    page.fill("#username", "admin")
    page.fill("#password", "admin-password")
    page.click("main form button")
    page.wait_for_url("**/ops/")


def console_of(order):
    """Every page of the console by its name, with the story of the order at this address."""
    return {
        "ops": "/ops/",
        "ops-find": "/ops/orders/",
        "ops-story": f"/ops{re.search('/orders/.+', order)[0]}",
        "ops-failures": "/ops/failures/",
        "ops-group": "/ops/failures/payments/?reason=unsigned&cause=no+signature",
    }
