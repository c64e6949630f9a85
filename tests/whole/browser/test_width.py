"""No page is wider than the screen, whoever looks at it, in both languages, down to 320 px and at 400 %."""

import pytest

from tests.proof.scenario.client import ShopClient
from tests.whole.browser.shopping import PASSWORD, SIGNED_OUT, open_account, register, some_name

# 320 px is also what is left of 1280 px at 400 % (WCAG 2.2, 1.4.10), and 640 at 200 %.
WIDTHS = (320, 360, 640, 1280)
SIGNED_IN = {**SIGNED_OUT, "account": "/account/", "security": "/account/security/", "orders": "/orders/"}
RICH = (10**12,) * 9


def nobody(page, shop):
    pass


def without_account(page, shop):
    register(page)


def without_money(page, shop):
    register(page)
    open_account(page)


def rich(page, shop):
    name = some_name()
    register(page, name)
    open_account(page)
    client = ShopClient(shop.url)
    token = client.call("POST", "tokens", expect=201, json={"username": name, "password": PASSWORD})["token"]
    client.http.headers["Authorization"] = f"Bearer {token}"
    for amount in RICH:
        client.call("POST", "account/deposits", expect=201, json={"amount": amount})


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("become", [nobody, without_account, without_money, rich])
def test_no_page_is_wider_than_the_screen(visit, shop, become, locale):
    page = visit(locale=locale)
    become(page, shop)
    pages = SIGNED_OUT if become is nobody else SIGNED_IN
    too_wide = {}
    for name, path in pages.items():
        page.goto(path, wait_until="networkidle")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                too_wide[name, width] = found
    assert too_wide == {}
