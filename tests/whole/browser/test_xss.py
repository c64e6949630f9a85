"""Product text is text, whatever it says."""

import json

import pytest
from playwright.sync_api import expect

from tests.whole.browser.shopping import open_account, order_cart, register, top_up, wait_for_state

PAYLOADS = [
    "<script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>",
    "<svg><script>window.pwned=1</script></svg>",
    '"><script>window.pwned=1</script>',
    "'><script>window.pwned=1</script>",
    '" onmouseover="window.pwned=1" x="',
    "' onfocus='window.pwned=1' autofocus='",
    "`onload=window.pwned=1`",
    "javascript:window.pwned=1",
    "<a href='javascript:window.pwned=1' autofocus onfocus=window.pwned=1>x</a>",
    "<iframe src='javascript:window.pwned=1'></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<body onload=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>",
    "<input autofocus onfocus=window.pwned=1>",
    "<video><source onerror=window.pwned=1></video>",
    "<object data='javascript:window.pwned=1'></object>",
    "<math><mtext></mtext><style><img src onerror=window.pwned=1></style></math>",
    "</textarea><script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "<!--><img src=x onerror=window.pwned=1>-->",
    "{{ constructor.constructor('window.pwned=1')() }}",
    "{% load x %}{{ settings.SECRET_KEY }}",
    "<div hx-get='/' hx-trigger='load' hx-on::load='window.pwned=1'>",
    "<div hx-on:click='window.pwned=1' hx-trigger='load'>",
    "<div data-hx-get='/' data-hx-trigger='load' data-hx-vals='js:{x: window.pwned=1}'>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "<form action='https://evil.example'><button>x</button></form><base href='https://evil.example/'>",
]
INSERT = """
import json, sys
from services.orders.models import Category, Product
shelf = Category.objects.create(slug="evil", name_en="<b onmouseover=window.pwned=1>evil</b>", name_ru="<b>зло</b>")
for number, text in enumerate(json.loads({payloads!r})):
    names = dict(name_en=text[:100], name_ru=text[:100], description_en=text, description_ru=text)
    Product.objects.create(slug=f"evil-{{number}}", category=shelf, amount=1, **names)
"""
PUT_THE_REST_INTO_THE_CART = """async () => {
    for (const form of [...document.querySelectorAll(".card-buy")].slice(1)) {
        await fetch(form.action, {method: "POST", body: new FormData(form), redirect: "manual"});
    }
}"""
REMOVE = """
from services.orders.models import Category, Product
Product.objects.filter(category__slug="evil").delete()
Category.objects.filter(slug="evil").delete()
"""


@pytest.fixture(scope="module")
def evil_shelf(shop):
    """Thirty products that would like to be more than text."""
    done = shop.manage("orders", "shell", "--command", INSERT.format(payloads=json.dumps(PAYLOADS)))
    assert done.returncode == 0, done.stderr
    yield
    shop.manage("orders", "shell", "--command", REMOVE)


def is_harmless(page):
    assert page.evaluate("window.pwned") is None, page.url
    assert page.locator("iframe, object, base, main script, [onerror], [onload], [onfocus]").count() == 0, page.url
    assert page.locator("[hx-on\\:click], [data-hx-vals], main form[action^=http]").count() == 0, page.url


def test_payloads_stay_text_on_every_page(evil_shelf, page):
    assert len(PAYLOADS) == 30
    register(page)
    open_account(page)
    top_up(page, "100")
    for query in ("?category=evil", "?category=evil&sort=price", "?q=<script>window.pwned=1</script>"):
        page.goto(f"/{query}")
        is_harmless(page)
    page.goto("/?category=evil")
    while page.locator(".more a").count():
        shown = page.locator(".card").count()
        page.click(".more a")
        expect(page.locator(".card").nth(shown)).to_be_attached()
    expect(page.locator(".card")).to_have_count(30)
    is_harmless(page)
    page.locator(".card-buy button").first.click()
    expect(page.locator("#toasts .toast")).to_be_visible()
    is_harmless(page)
    page.evaluate(PUT_THE_REST_INTO_THE_CART)
    for path in ("/cart/", "/checkout/"):
        page.goto(path)
        expect(page.locator(".line")).to_have_count(30)
        is_harmless(page)
    order_cart(page)
    wait_for_state(page, "paid")
    is_harmless(page)
    page.goto("/orders/")
    is_harmless(page)


def test_product_page_shows_the_payload_as_it_is(evil_shelf, page):
    for number, payload in enumerate(PAYLOADS):
        page.goto(f"/products/evil-{number}/")
        assert page.locator("h1").text_content() == payload[:100]
        is_harmless(page)
