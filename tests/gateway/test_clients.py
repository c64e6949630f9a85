"""What a call to an upstream carries, and what its answers become."""

import uuid

import pytest
from django.conf import settings
from django.utils import translation

from services.common.tokens import Caller
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.upstreams import upstreams_as, upstreams_for
from services.gateway.dtos import Money
from services.gateway.models import User
from services.messaging.trace import begin_trace
from tests.gateway.answers import ACCOUNT, DEPOSIT, ORDER, ORDER_ID, PRODUCT, page, problem
from tests.gateway.stub import hang_up, reply, send
from tests.support.tokens import caller_seen

USER = uuid.UUID(int=7)


@pytest.fixture
def upstreams(orders, payments):
    return upstreams_as(Caller(USER, is_staff=True))


def ok(body, status=200, **headers):
    return lambda handler: reply(handler, status, body, {name.replace("_", "-"): v for name, v in headers.items()})


def garbled(body, status=200):
    return lambda handler: send(handler, status, body, {})


def test_call_speaks_for_the_caller_in_their_language_within_the_trace(orders, upstreams):
    trace = begin_trace()
    orders.answer("GET", "products/green-tea", PRODUCT)
    with translation.override("ru"):
        upstreams_as(Caller(USER, is_staff=True)).orders.product("green-tea")
    [seen] = orders.seen
    headers = seen.headers
    assert caller_seen(seen, key=settings.ORDERS_TOKEN_KEY, audience="orders") == Caller(USER, is_staff=True)
    assert headers["Accept-Language"] == "ru"
    assert headers["traceparent"].split("-")[1] == trace


def test_each_upstream_gets_a_token_for_itself(payments, upstreams):
    payments.answer("GET", "account", ACCOUNT)
    upstreams.payments.account()
    assert caller_seen(payments.seen[0], key=settings.PAYMENTS_TOKEN_KEY, audience="payments").user_id == USER


@pytest.mark.parametrize("is_staff", [False, True])
def test_user_is_staff_upstream_where_the_shop_says_so_and_nowhere_else(orders, payments, is_staff):
    orders.answer("GET", "products/green-tea", PRODUCT)
    payments.answer("GET", "account", ACCOUNT)
    upstreams = upstreams_for(User(id=USER, is_staff=is_staff))
    upstreams.orders.product("green-tea")
    upstreams.payments.account()
    for stub, key in ((orders, settings.ORDERS_TOKEN_KEY), (payments, settings.PAYMENTS_TOKEN_KEY)):
        assert caller_seen(stub.seen[0], key=key, audience=stub.service) == Caller(USER, is_staff=is_staff)


def test_anonymous_caller_has_no_subject(orders, payments):
    orders.answer("GET", "products/green-tea", PRODUCT)
    upstreams_as(Caller()).orders.product("green-tea")
    assert caller_seen(orders.seen[0], key=settings.ORDERS_TOKEN_KEY, audience="orders").user_id is None


def test_cookies_are_refused(orders, upstreams):
    orders.behave("GET", "products/green-tea", ok(PRODUCT, Set_Cookie="seen=1; Path=/"))
    upstreams.orders.product("green-tea")
    upstreams.orders.product("green-tea")
    assert "Cookie" not in orders.seen[1].headers


def test_connection_is_kept(orders, upstreams):
    ports = set()
    orders.behave("GET", "products/green-tea", lambda h: (ports.add(h.client_address), reply(h, 200, PRODUCT, {})))
    for _ in range(3):
        upstreams.orders.product("green-tea")
    assert len(ports) == 1


def test_list_parameters_and_cursors(orders, upstreams):
    orders.answer("GET", "products", page(PRODUCT, following="http://upstream/api/v1/products?cursor=abc%3D"))
    found = upstreams.orders.products(search="tea & more", slugs=["a", "b"], page_size=5)
    assert orders.seen[0].query == {"search": "tea & more", "slugs": "a,b", "page_size": "5"}
    assert (found.next_cursor, found.previous_cursor) == ("abc=", None)


def test_order_is_placed_with_key_and_expected_total(orders, upstreams):
    orders.behave("POST", "orders", ok(ORDER, 201, Idempotency_Replayed="true"))
    placed = upstreams.orders.place_order({"green-tea": 2}, idempotency_key="k 1", expected_total=Money(258_000, "RUB"))
    assert (str(placed.order.id), placed.replayed) == (ORDER_ID, True)
    assert orders.seen[0].headers["Idempotency-Key"] == "k 1"
    assert orders.seen[0].body == {
        "items": [{"product": "green-tea", "quantity": 2}],
        "expected_total": {"amount": 258_000, "currency": "RUB"},
    }


def test_opened_account_says_whether_it_is_new(payments, upstreams):
    payments.behave("POST", "account", ok(ACCOUNT, 201), ok(ACCOUNT, 200))
    assert upstreams.payments.open_account().created
    assert not upstreams.payments.open_account().created


@pytest.mark.parametrize("slug", ["", ".", ".."])
def test_slug_that_would_lead_elsewhere_names_nothing(orders, upstreams, slug):
    with pytest.raises(UpstreamRefused) as refused:
        upstreams.orders.product(slug)
    assert refused.value.status == 404
    assert orders.seen == []


def test_slug_is_quoted(orders, upstreams):
    orders.answer("GET", "products/..%2F..%2Faccount%3Fx%23", PRODUCT)
    upstreams.orders.product("../../account?x#")
    assert orders.seen[0].path == "products/..%2F..%2Faccount%3Fx%23"


def test_refusal_is_told_as_it_is(orders, upstreams):
    changed = problem(409, "price-changed", total={"amount": 1, "currency": "RUB"})
    orders.answer("POST", "orders", changed, status=409, headers={"Retry-After": "2"})
    with pytest.raises(UpstreamRefused) as refused:
        upstreams.orders.place_order({"green-tea": 2})
    assert (refused.value.status, refused.value.slug, refused.value.body) == (409, "price-changed", changed)
    assert refused.value.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    "answer",
    [
        ok({"detail": "oops"}, 500),
        ok({"detail": "busy"}, 503),
        garbled(b"<html>nonsense</html>"),
        garbled(b"<html>not here</html>", 404),
        garbled({"slug": "green-tea"}),
        garbled(["green-tea"]),
        garbled({**PRODUCT, "price": None}),
        ok(problem(401, "unauthorized"), 401),
        hang_up,
    ],
    ids=["500", "503", "html", "html 404", "fields lack", "list", "null", "token refused", "hung up"],
)
def test_other_answers_count_as_none(orders, upstreams, answer):
    orders.behave("GET", "products/green-tea", answer)
    with pytest.raises(UpstreamUnavailable) as unavailable:
        upstreams.orders.product("green-tea")
    assert unavailable.value.service == "orders"


def test_redirect_is_not_followed(orders, payments, upstreams):
    payments.answer("GET", "account", ACCOUNT)
    orders.garble("GET", f"orders/{ORDER_ID}", {}, status=302, headers={"Location": f"{payments.url}/api/v1/account"})
    with pytest.raises(UpstreamUnavailable):
        upstreams.orders.order(uuid.UUID(ORDER_ID))
    assert payments.seen == []


def test_nothing_listens(settings, upstreams):
    settings.ORDERS_URL = "http://127.0.0.1:1"
    with pytest.raises(UpstreamUnavailable):
        upstreams_as(Caller()).orders.categories()


def test_read_is_tried_again_once(orders, upstreams):
    orders.behave("GET", "products/green-tea", hang_up, ok(PRODUCT))
    assert upstreams.orders.product("green-tea").slug == "green-tea"
    assert len(orders.seen) == 2


def test_order_with_a_key_is_tried_again_with_the_same_key(orders, upstreams):
    orders.behave("POST", "orders", hang_up, ok(ORDER, 201))
    upstreams.orders.place_order({"green-tea": 2}, idempotency_key="once")
    assert [seen.headers["Idempotency-Key"] for seen in orders.seen] == ["once", "once"]


def test_order_without_a_key_is_never_tried_again(orders, upstreams):
    orders.behave("POST", "orders", hang_up, ok(ORDER, 201))
    with pytest.raises(UpstreamUnavailable):
        upstreams.orders.place_order({"green-tea": 2})
    assert len(orders.seen) == 1


def test_opening_an_account_is_tried_again(payments, upstreams):
    payments.behave("POST", "account", hang_up, ok(ACCOUNT, 201))
    assert upstreams.payments.open_account().created


def test_deposit_without_a_key_is_never_tried_again(payments, upstreams):
    payments.behave("POST", "account/deposits", hang_up, ok(DEPOSIT, 201))
    with pytest.raises(UpstreamUnavailable):
        upstreams.payments.deposit(500)
    assert len(payments.seen) == 1
