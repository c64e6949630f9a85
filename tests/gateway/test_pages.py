"""The other pages: what they ask of the upstreams, and what they say when these rest or refuse."""

import time
import uuid

import pytest
from django.test import Client

from services.gateway.steps import StepName
from tests.gateway.answers import ACCOUNT, DEPOSIT, ENTRY, ORDER, ORDER_ID, PRODUCT, page, problem, step
from tests.gateway.stub import hang_up

pytestmark = pytest.mark.django_db
KEY = "0193f5a0-0000-7000-8000-00000000000f"
HTMX = {"HX-Request": "true"}
CATEGORIES = {"results": [{"slug": "tea", "name": "Tea"}]}
PAYMENTS_STEPS = {StepName.RECEIVED, StepName.SETTLED, StepName.REPLY_ENQUEUED, StepName.REPLY_PRODUCED}


@pytest.fixture
def catalogue(orders):
    orders.answer("GET", "categories", CATEGORIES)
    orders.answer("GET", "products", page(PRODUCT))
    orders.answer("GET", "products/green-tea", PRODUCT)
    return orders


@pytest.fixture
def shopper(user):
    client = Client()
    client.force_login(user)
    return client


def placed(orders, payments, *, decided=True, **changes):
    orders.answer("GET", f"orders/{ORDER_ID}", {**ORDER, **changes})
    for stub, service, names in (
        (orders, "orders", set(StepName) - PAYMENTS_STEPS),
        (payments, "payments", PAYMENTS_STEPS),
    ):
        steps = [step(name, service) for name in names] if decided else []
        stub.answer("GET", f"orders/{ORDER_ID}/timeline", {"complete": True, "steps": steps})


def text_of(response):
    return response.content.decode()


# --- Catalogue ---


def test_catalogue_asks_for_what_the_address_says(client, catalogue):
    assert client.get("/?q= tea\x00 &category=tea&sort=-price").status_code == 200
    query = catalogue.seen[-1].query
    assert (query["search"], query["category"], query["sort"]) == ("tea", "tea", "-price")


@pytest.mark.parametrize(
    ("headers", "template"),
    [
        ({}, "gateway/catalogue.html"),
        (HTMX, "gateway/_results.html"),
        ({**HTMX, "HX-Target": "main"}, "gateway/catalogue.html"),
    ],
)
def test_htmx_gets_the_part_it_asks_for(client, catalogue, headers, template):
    response = client.get("/", headers=headers)
    assert template in {each.name for each in response.templates}
    assert ("<html" in text_of(response)) == (template == "gateway/catalogue.html")
    assert "HX-Request" in response["Vary"]


def test_unknown_shelf_is_not_found(client, catalogue):
    assert client.get("/?category=nope").status_code == 404


def test_product_text_is_text(client, catalogue):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    catalogue.answer("GET", "products/green-tea", {**PRODUCT, "name": evil, "description": evil})
    shown = text_of(client.get("/products/green-tea/"))
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_drawn_picture_is_served_and_kept_by_the_browser(client):
    response = client.get("/pictures/small-moon.svg")
    assert (response["Content-Type"], response["Cache-Control"]) == ("image/svg+xml", "public, max-age=3600")
    assert client.get("/pictures/small-moon.svg", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_product_without_a_picture_gets_its_own_and_always_the_same(client):
    first, second = (client.get(f"/pictures/{slug}.svg").content for slug in ("new-thing", "other-thing"))
    assert first.startswith(b"<svg")
    assert first != second
    assert client.get("/pictures/new-thing.svg").content == first


# --- Orders ---


def test_open_order_follows_itself(shopper, orders, payments):
    placed(orders, payments)
    assert 'hx-trigger="load delay:250ms, resume"' in text_of(shopper.get(f"/orders/{ORDER_ID}/"))
    poll = text_of(shopper.get(f"/orders/{ORDER_ID}/?poll=3", headers=HTMX))
    assert f'hx-get="/orders/{ORDER_ID}/?poll=4" hx-trigger="load delay:2s, resume"' in poll


def test_final_order_follows_no_more_and_wakes_the_balance(shopper, orders, payments):
    placed(orders, payments, status="PAID")
    response = shopper.get(f"/orders/{ORDER_ID}/?poll=3", headers=HTMX)
    live, _, rest = text_of(response).partition("</section>")
    assert "hx-trigger" not in live
    assert "Paid. Thank you!" in rest  # read out as a toast, too
    assert response["HX-Trigger"] == '{"balance-changed": {}}'


def test_order_is_shown_while_payments_rest_and_says_what_is_missing(shopper, orders, payments):
    placed(orders, payments, status="PAID")
    payments.behave("GET", f"orders/{ORDER_ID}/timeline", hang_up)
    response = shopper.get(f"/orders/{ORDER_ID}/")
    assert response.status_code == 200
    assert "some steps cannot be shown" in text_of(response)


def test_late_order_says_that_nothing_was_taken(shopper, orders, payments):
    placed(orders, payments, decided=False, delayed=True)
    assert "Delayed, nothing taken" in text_of(shopper.get(f"/orders/{ORDER_ID}/"))


def test_late_order_claims_nothing_of_the_money_while_payments_are_silent(shopper, orders, payments):
    placed(orders, payments, decided=False, delayed=True)
    payments.behave("GET", f"orders/{ORDER_ID}/timeline", hang_up)
    assert "nothing taken" not in text_of(shopper.get(f"/orders/{ORDER_ID}/"))


def test_order_that_is_paid_between_two_looks_is_not_behind_its_timeline(shopper, orders, payments):
    placed(orders, payments)
    tell = orders.answers["GET", f"orders/{ORDER_ID}/timeline"][0]

    def settle_and_tell(handler):
        orders.answer("GET", f"orders/{ORDER_ID}", {**ORDER, "status": "PAID"})
        tell(handler)

    orders.behave("GET", f"orders/{ORDER_ID}/timeline", settle_and_tell)
    shown = text_of(shopper.get(f"/orders/{ORDER_ID}/"))
    assert "Paid. Thank you!" in shown
    assert "One moment" not in shown


def test_another_users_order_is_not_found(shopper, orders):
    assert shopper.get(f"/orders/{uuid.uuid4()}/").status_code == 404


def test_ordering_again_fills_the_cart(shopper, orders, payments):
    placed(orders, payments, status="REJECTED", reason="no_account")
    assert shopper.post(f"/orders/{ORDER_ID}/again/")["Location"] == "/cart/"
    orders.answer("GET", "products", page(PRODUCT))
    assert shopper.get("/cart/").context["page"].lines[0].quantity == 2


def test_list_hands_on_filter_and_place(shopper, orders):
    orders.answer("GET", "orders", page(ORDER, following="http://upstream/?cursor=older"))
    response = shopper.get("/orders/?status=PAID&cursor=here")
    assert (orders.seen[-1].query["status"], orders.seen[-1].query["cursor"]) == ("PAID", "here")
    assert "?status=PAID&amp;cursor=older" in text_of(response)


# --- Account ---


def test_account_is_offered_where_there_is_none(shopper, payments):
    assert "Open an account" in text_of(shopper.get("/account/"))


def test_account_shows_balance_and_entries(shopper, payments):
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page(ENTRY))
    shown = text_of(shopper.get("/account/"))
    assert "₽5.00" in shown
    assert f"/orders/{ORDER_ID}/" in shown


def test_top_up_sends_kopecks_with_the_forms_key(shopper, payments):
    payments.answer("POST", "account/deposits", DEPOSIT, status=201)
    response = shopper.post("/account/", {"amount": "1 290,50", "key": KEY})
    assert (response.status_code, response["Location"]) == (303, "/account/")
    assert payments.seen[-1].body == {"amount": 129_050}
    assert payments.seen[-1].headers["Idempotency-Key"] == KEY


@pytest.mark.parametrize("amount", ["", "-5", "0", "1e3", "abc"])
def test_wrong_amount_is_told_in_the_form_and_sent_to_nobody(shopper, payments, amount):
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page())
    response = shopper.post("/account/", {"amount": amount, "key": KEY})
    assert response.status_code == 422
    assert response.context["page"].top_up.field.errors
    assert {seen.method for seen in payments.seen} == {"GET"}


@pytest.mark.parametrize("key", ["", "x", "é", "a" * 300])
def test_broken_key_is_replaced_and_nothing_sent(shopper, payments, key):
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page())
    response = shopper.post("/account/", {"amount": "5", "key": key})
    assert len(response.context["page"].top_up.key) == len(KEY)
    assert {seen.method for seen in payments.seen} == {"GET"}


def test_form_used_with_another_amount_gets_a_new_key(shopper, payments):
    payments.answer("POST", "account/deposits", problem(422, "idempotency-key-reused"), status=422)
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page())
    response = shopper.post("/account/", {"amount": "5", "key": KEY}, follow=True)
    assert "used already" in text_of(response)
    assert response.context["page"].top_up.key != KEY


# --- Rest and trouble ---


def test_account_rests_while_payments_are_down_and_looks_again(shopper, payments):
    payments.behave("GET", "account", hang_up)
    response = shopper.get("/account/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Payments are resting" in text_of(response)
    assert 'hx-get="/account/"' in text_of(response)


def test_catalogue_rests_while_orders_are_down(client, orders):
    orders.behave("GET", "categories", hang_up)
    response = client.get("/?q=tea")
    assert response.status_code == 503
    assert "Orders are resting" in text_of(response)


@pytest.mark.parametrize(
    ("referrer", "path"),
    [
        ("http://testserver/products/green-tea/?x=1", "/products/green-tea/?x=1"),
        ("https://evil.example/x/", "/"),
        ("", "/"),
    ],
)
def test_form_that_met_a_resting_service_leads_back_to_its_page(client, orders, referrer, path):
    orders.behave("GET", "products/green-tea", hang_up)
    response = client.post("/cart/green-tea/add/", headers={"Referer": referrer})
    assert response.context["page"].retry_path == path


def test_poll_of_a_resting_service_hears_nothing_new(shopper, orders):
    orders.behave("GET", "orders", hang_up)
    assert shopper.get("/orders/?poll=4", headers=HTMX).status_code == 204


def test_search_of_a_resting_service_says_so_in_a_toast(client, orders):
    orders.behave("GET", "categories", hang_up)
    response = client.get("/?q=tea", headers=HTMX)
    assert response["HX-Reswap"] == "none"
    assert "Orders are resting" in text_of(response)


@pytest.mark.parametrize("path", ["/", "/products/green-tea/", "/cart/", "/orders/", "/login/"])
def test_hung_payments_slow_no_page_that_does_not_need_them(shopper, catalogue, payments, path):
    payments.behave("GET", "account", payments.hang)
    catalogue.answer("GET", "orders", page(ORDER))
    started = time.monotonic()
    assert shopper.get(path).status_code in (200, 303)
    assert time.monotonic() - started < 1
    assert payments.seen == []


def test_balance_in_the_header_asks_again_while_payments_rest(shopper, payments):
    payments.behave("GET", "account", hang_up)
    assert "load delay:5s" in text_of(shopper.get("/account/balance/", headers=HTMX))
    payments.answer("GET", "account", ACCOUNT)
    assert "₽5.00" in text_of(shopper.get("/account/balance/", headers=HTMX))


def test_unknown_address_is_a_page_and_under_api_a_problem(client):
    assert client.get("/nope/")["Content-Type"].startswith("text/html")
    assert client.get("/api/v1/nope")["Content-Type"] == "application/problem+json"


def test_unforeseen_error_is_a_page_that_needs_nothing(client, orders, django_assert_num_queries):
    orders.garble("GET", "categories", problem(422, "unforeseen"), status=422)
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        response = client.get("/")
    assert response.status_code == 500
    assert "Our mistake" in text_of(response)


@pytest.mark.parametrize("path", ["/login/", "/theme/", "/language/", "/checkout/", "/cart/green-tea/add/"])
def test_form_without_its_token_is_refused_by_a_page(path):
    response = Client(enforce_csrf_checks=True).post(path)
    assert response.status_code == 403
    assert "The form has expired" in text_of(response)


# --- Visitors ---


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(client, user, where):
    response = client.post("/login/", {"username": "ada", "password": "a-long-enough-secret", "next": where})
    assert response["Location"] == "/"


def test_wrong_password_is_told_without_saying_which(client, user):
    response = client.post("/login/", {"username": "ada", "password": "wrong"})
    assert response.status_code == 422
    assert "The name or the password is not right." in text_of(response)


@pytest.mark.parametrize(
    ("username", "password"), [("ada", "correct horse 7"), ("eve", "123"), ("", ""), ("a b", "correct horse 7")]
)
def test_registration_tells_what_is_wrong_beside_the_field(client, user, username, password):
    response = client.post("/register/", {"username": username, "password": password})
    assert response.status_code == 422
    assert any(field.errors for field in response.context["page"].fields)


def test_theme_and_language_are_kept(client):
    client.post("/theme/", {"theme": "dark", "next": "/login/"})
    client.post("/language/", {"language": "ru", "next": "/login/"})
    assert '<html lang="ru" data-theme="dark">' in text_of(client.get("/login/"))


@pytest.mark.parametrize(("accepted", "language"), [("ru-RU,ru;q=0.9", "ru"), ("en-US", "en"), ("fr", "en")])
def test_browser_chooses_the_language_first(client, accepted, language):
    assert f'<html lang="{language}"' in text_of(client.get("/login/", headers={"Accept-Language": accepted}))


def test_staff_see_the_admins_and_others_do_not(shopper, user):
    assert "/admin/" not in text_of(shopper.get("/nope/"))
    user.is_staff = True
    user.save()
    assert text_of(shopper.get("/nope/")).count("/admin/") == 3
