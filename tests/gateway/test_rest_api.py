"""The REST API in front of upstreams: what it passes on, and what it refuses by itself."""

import time

import pytest
from django.urls import reverse
from knox.models import AuthToken

from services.common.http.problems import problem_body
from services.gateway.clients.upstreams import orders_channel
from services.gateway.models import User
from tests.gateway.answers import ACCOUNT, AUDIT, DEPOSIT, ENTRY, ORDER, ORDER_ID, PRODUCT, money, page, problem, step
from tests.gateway.stub import hang_up

LINES = [{"product": "green-tea", "quantity": 2}]


def post(api, path, body, **headers):
    return api.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def assert_problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    return body


def test_catalogue_is_open_to_all(db, client, orders):
    orders.answer("GET", "products", page(PRODUCT))
    orders.answer("GET", "products/green-tea", PRODUCT)
    orders.answer("GET", "categories", page({"slug": "tea", "name": "Tea"}))
    assert client.get("/api/v1/products").json() == page(PRODUCT)
    assert client.get("/api/v1/products/green-tea").json() == PRODUCT
    assert client.get("/api/v1/categories").json() == page({"slug": "tea", "name": "Tea"})


def test_language_reaches_the_catalogue(db, client, orders):
    orders.answer("GET", "products", page())
    client.get("/api/v1/products", headers={"Accept-Language": "ru-RU,ru;q=0.9"})
    assert orders.seen[0].headers["Accept-Language"] == "ru"


def test_links_lead_to_the_server_that_was_asked(db, client, orders):
    upstream = "http://orders:8001/api/v1/products?cursor="
    orders.answer("GET", "products", page(following=f"{upstream}n%2B1", previous=f"{upstream}p"))
    body = client.get("/api/v1/products?search=a%26b&cursor=old&page_size=2", headers={"Host": "localhost:3000"}).json()
    assert body["next"] == "http://localhost:3000/api/v1/products?search=a%26b&cursor=n%2B1&page_size=2"
    assert body["previous"] == "http://localhost:3000/api/v1/products?search=a%26b&cursor=p&page_size=2"
    assert orders.seen[0].query == {"search": "a&b", "cursor": "old", "page_size": "2"}


def test_order_is_placed(api, orders):
    orders.answer("POST", "orders", ORDER, status=201)
    response = post(api, "orders", {"items": LINES}, **{"Idempotency-Key": "once"})
    assert (response.status_code, response.json()) == (201, ORDER)
    assert response["Location"] == reverse("gateway_api:order", args=[ORDER_ID]) == f"/api/v1/orders/{ORDER_ID}"
    assert "Idempotency-Replayed" not in response
    assert orders.seen[0].headers["Idempotency-Key"] == "once"


def test_replayed_order_says_so(api, orders):
    orders.answer("POST", "orders", ORDER, status=201, headers={"Idempotency-Replayed": "true"})
    response = post(api, "orders", {"items": LINES}, **{"Idempotency-Key": "once"})
    assert (response.status_code, response["Idempotency-Replayed"]) == (201, "true")


def test_repeated_products_are_merged(api, orders):
    orders.answer("POST", "orders", ORDER, status=201)
    post(api, "orders", {"items": [*LINES, {"product": "cup", "quantity": 1}, *LINES]})
    assert orders.seen[0].body["items"] == [
        {"product": "green-tea", "quantity": 4},
        {"product": "cup", "quantity": 1},
    ]


def test_own_orders_and_account(api, orders, payments):
    orders.answer("GET", "orders", page(ORDER))
    orders.answer("GET", f"orders/{ORDER_ID}", ORDER)
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page(ENTRY))
    payments.answer("POST", "account/deposits", DEPOSIT, status=201)
    assert api.get("/api/v1/orders?status=NEW").json() == page(ORDER)
    assert orders.seen[0].query == {"status": "NEW"}
    assert api.get(f"/api/v1/orders/{ORDER_ID}").json() == ORDER
    assert api.get("/api/v1/account").json() == ACCOUNT
    assert api.get("/api/v1/account/balance").json() == {"balance": money(500)}
    assert api.get("/api/v1/account/entries").json() == page(ENTRY)
    deposit = post(api, "account/deposits", {"amount": 500})
    assert (deposit.status_code, deposit.json()) == (201, DEPOSIT)


@pytest.mark.parametrize("status", [201, 200])
def test_account_is_opened_without_a_body(api, payments, status):
    payments.answer("POST", "account", ACCOUNT, status=status)
    response = api.post("/api/v1/account")
    assert (response.status_code, response.json()) == (status, ACCOUNT)


def test_accounts_are_for_staff(api, payments, user):
    payments.answer("GET", "accounts", {**ACCOUNT, "user_id": str(user.id)})
    assert_problem(api.get(f"/api/v1/accounts?user_id={user.id}"), 403)
    User.objects.update(is_staff=True)
    assert api.get(f"/api/v1/accounts?user_id={user.id}").json() == ACCOUNT
    assert_problem(api.get("/api/v1/accounts"), 400)
    assert_problem(api.get("/api/v1/accounts?user_id=me"), 400)
    payments.answer("GET", "accounts", problem_body(404, "not-found", "There is no account yet."), status=404)
    assert_problem(api.get(f"/api/v1/accounts?user_id={user.id}"), 404)


@pytest.mark.parametrize(
    ("status", "slug", "extra"),
    [
        (400, "invalid", {"errors": {"items.0.product": ["There is no such product."]}}),
        (409, "price-changed", {"total": money(1)}),
        (409, "in-progress", {}),
        (422, "idempotency-key-reused", {}),
    ],
)
def test_refusal_is_handed_on_as_it_is(api, orders, status, slug, extra):
    refusal = problem(status, slug, **extra)
    orders.answer("POST", "orders", refusal, status=status, headers={"Retry-After": "2", "Set-Cookie": "a=b"})
    response = post(api, "orders", {"items": LINES})
    assert assert_problem(response, status) == {**refusal, "trace_id": response["X-Request-Id"]}
    assert response["Retry-After"] == "2"
    assert not response.cookies


AMOUNTS = ["100", 1.5, 100.0, True, None, 0, -5, 10**12 + 1, 10**400, [], {}, ""]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_odd_deposit(api, payments, amount):
    assert "amount" in assert_problem(post(api, "account/deposits", {"amount": amount}), 400)["errors"]
    assert payments.seen == []


@pytest.mark.parametrize(
    "raw", ['{"amount": NaN}', '{"amount": Infinity}', '{"amount": 1e2}', '{"amount": 1', "[", "{", "\0"]
)
def test_body_that_is_no_json_number(api, payments, raw):
    response = api.post("/api/v1/account/deposits", raw, content_type="application/json")
    assert_problem(response, 400)
    assert payments.seen == []


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "{}", "", "[" * 30_000])
@pytest.mark.parametrize("path", ["users", "tokens", "orders", "account/deposits"])
def test_body_that_is_no_object(api, orders, path, body):
    assert_problem(api.post(f"/api/v1/{path}", body, content_type="application/json"), 400)


@pytest.mark.parametrize(
    "items",
    [
        [],
        None,
        {},
        "green-tea",
        [1],
        [None],
        LINES * 101,
        LINES * 1000,
        [{"product": "green-tea"}],
        [{"quantity": 1}],
        *([{"product": "green-tea", "quantity": odd}] for odd in (0, 100, -1, 1.0, "1", True, None, [], 10**30)),
        *([{"product": odd, "quantity": 1}] for odd in ("", None, [], {}, "a\0b", "\ud800", True, 1)),
    ],
    ids=lambda items: f"{len(str(items))} {str(items)[:60]}",
)
def test_odd_items(api, orders, items):
    errors = assert_problem(post(api, "orders", {"items": items}), 400)["errors"]
    assert all(name.startswith("items") for name in errors)
    assert orders.seen == []


@pytest.mark.parametrize("amount", AMOUNTS)
def test_odd_expected_total(api, orders, amount):
    expected = {"amount": amount, "currency": "RUB"}
    assert_problem(post(api, "orders", {"items": LINES, "expected_total": expected}), 400)
    assert orders.seen == []


@pytest.mark.parametrize("expected", ["money", 258000, None, [], {"amount": 1}, {"amount": 1, "currency": "R"}])
def test_expected_total_that_is_no_money(api, orders, expected):
    assert_problem(post(api, "orders", {"items": LINES, "expected_total": expected}), 400)


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ключ", "a\tb", "a\x7fb"])
def test_odd_idempotency_key(api, orders, key):
    assert_problem(post(api, "orders", {"items": LINES}, **{"Idempotency-Key": key}), 400)
    assert orders.seen == []


@pytest.mark.parametrize("query", ["page_size=x", "page_size=0", "status=paid", "cursor=%00"])
def test_odd_query(api, orders, query):
    assert_problem(api.get(f"/api/v1/orders?{query}"), 400)


@pytest.mark.parametrize("path", ["users", "tokens", "orders", "account/deposits"])
def test_other_content_type(api, path):
    assert_problem(api.post(f"/api/v1/{path}", {"amount": 1}), 415)
    assert_problem(api.post(f"/api/v1/{path}", "amount=1", content_type="application/x-www-form-urlencoded"), 415)


@pytest.mark.parametrize("path", ["users", "tokens", "orders", "account/deposits", "account"])
def test_body_over_64_kib(api, path):
    body = '{"amount": 1}' + " " * 65_536
    assert_problem(api.post(f"/api/v1/{path}", body, content_type="application/json"), 413)


@pytest.mark.parametrize(
    "path", ["nothing", "orders/", "orders/1", f"orders/{ORDER_ID}/x", "products/a%2Fb", "products/.."]
)
def test_unknown_address(api, path):
    assert_problem(api.get(f"/api/v1/{path}"), 404)


@pytest.mark.parametrize(
    ("method", "path"), [("put", "orders"), ("delete", "account"), ("post", "products"), ("get", "users")]
)
def test_other_method(api, method, path):
    assert_problem(getattr(api, method)(f"/api/v1/{path}"), 405)


def test_timeline_joins_both_sides_in_order(api, orders, payments):
    known = ["status_changed", "reply_received", "produced", "enqueued", "created"]
    orders.answer("GET", f"orders/{ORDER_ID}/timeline", {"complete": True, "steps": [step(name) for name in known]})
    settled = [step("reply_produced", "payments"), step("reply_enqueued", "payments"), step("settled", "payments")]
    steps = [*settled, step("received", "payments")]
    payments.answer("GET", f"orders/{ORDER_ID}/timeline", {"complete": True, "steps": steps})
    body = api.get(f"/api/v1/orders/{ORDER_ID}/timeline").json()
    assert body["complete"]
    assert [each["step"] for each in body["steps"]] == [
        "created", "enqueued", "produced", "received", "settled",
        "reply_enqueued", "reply_produced", "reply_received", "status_changed",
    ]  # fmt: skip


def test_timeline_is_partial_while_a_side_is_down_or_the_order_is_on_its_way(api, orders, payments):
    path, address = f"orders/{ORDER_ID}/timeline", f"/api/v1/orders/{ORDER_ID}/timeline"
    orders.answer("GET", path, {"complete": False, "steps": [step("created")]})
    payments.answer("GET", path, {"complete": False, "steps": []})
    assert api.get(address).json() == {"complete": False, "steps": [step("created")]}
    orders.answer("GET", path, {"complete": True, "steps": [step("created"), step("status_changed")]})
    payments.behave("GET", path, hang_up)
    assert api.get(address).json()["complete"] is False
    orders.behave("GET", path, hang_up)
    payments.answer("GET", path, {"complete": True, "steps": [step("settled", "payments")]})
    assert api.get(address).json() == {"complete": False, "steps": [step("settled", "payments")]}
    payments.behave("GET", path, hang_up)
    assert_problem(api.get(address), 503)


def test_timeline_of_anothers_order_is_not_found(api, orders, payments):
    payments.answer("GET", f"orders/{ORDER_ID}/timeline", {"complete": True, "steps": []})
    assert_problem(api.get(f"/api/v1/orders/{ORDER_ID}/timeline"), 404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "products", None),
        ("get", "products/green-tea", None),
        ("get", "orders", None),
        ("post", "orders", {"items": LINES}),
        ("get", "account", None),
        ("post", "account", None),
        ("post", "account/deposits", {"amount": 1}),
    ],
)
def test_upstream_that_is_down(api, settings, method, path, body):
    settings.ORDERS_URL = settings.PAYMENTS_URL = "http://127.0.0.1:1"
    response = getattr(api, method)(f"/api/v1/{path}", body, content_type="application/json")
    assert_problem(response, 503)
    assert response["Retry-After"] == "1"


def test_hung_upstream_is_a_503_within_5_seconds_and_the_rest_goes_on(api, orders, payments):
    orders.behave("POST", "orders", orders.hang)
    payments.answer("GET", "account", ACCOUNT)
    started = time.monotonic()
    assert_problem(post(api, "orders", {"items": LINES}, **{"Idempotency-Key": "k"}), 503)
    assert time.monotonic() - started < 5
    assert api.get("/api/v1/account").status_code == 200


def test_readyz_names_an_upstream_that_is_silent_and_only_that(db, client, orders, payments):
    assert client.get("/readyz").json()["degraded"] == {}
    for _ in range(5):
        orders_channel().breaker.failed()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["degraded"]) == (200, {"orders_reachable": False})


def test_admin_shows_tokens_without_their_hash(client, admin_user, user):
    token, _ = AuthToken.objects.create(user)
    client.force_login(admin_user)
    listed = client.get("/admin/knox/authtoken/").content.decode()
    opened = client.get(reverse("admin:knox_authtoken_change", args=[token.pk])).content.decode()
    assert "ada" in listed
    assert "ada" in opened
    assert client.get("/admin/knox/authtoken/add/").status_code == 403
    assert client.get(reverse("admin:gateway_user_change", args=[user.pk])).status_code == 200


def test_audits_are_read_and_asked_for_by_staff(api, orders, user):
    user.is_staff = True
    user.save()
    orders.answer("GET", "audits", page(AUDIT))
    orders.answer("POST", "audits", {**AUDIT, "state": "waiting", "finished_at": None}, status=202)
    assert api.get("/api/v1/audits").json()["results"] == [AUDIT]
    response = api.post("/api/v1/audits")
    assert (response.status_code, response.json()["state"]) == (202, "waiting")


@pytest.mark.parametrize("method", ["get", "post"])
def test_audits_are_nobody_elses(api, client, orders, method):
    assert getattr(api, method)("/api/v1/audits").status_code == 403
    assert orders.seen == []
