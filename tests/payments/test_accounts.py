import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from django.db.models import Sum
from django.test import Client

from services.payments.models import MAX_BALANCE, Account, LedgerEntry
from tests.payments.builders import open_with, received, task
from tests.support.tokens import bearer, refused_tokens

URL = "/api/v1/account"


@pytest.fixture
def get(client, headers, db):
    def get(path=URL, query=None, **extra):
        return client.get(path, query, headers={**headers, **extra})

    return get


@pytest.fixture
def deposit(client, headers, db):
    def deposit(body, *, key=None, **extra):
        data = body if isinstance(body, str) else json.dumps(body)
        keyed = {"Idempotency-Key": key} if key is not None else {}
        headers_ = {**headers, **keyed, **extra}
        return client.post(f"{URL}/deposits", data, content_type="application/json", headers=headers_)

    return deposit


def test_account_is_opened_once(client, get, headers):
    first, second = (client.post(URL, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == get().json()
    assert first.json()["balance"] == {"amount": 0, "currency": "RUB"}
    assert get(f"{URL}/balance").json() == {"balance": {"amount": 0, "currency": "RUB"}}
    assert Account.objects.count() == 1


def test_each_user_has_their_own_account(client, headers, db):
    ids = {client.post(URL, headers=each).json()["id"] for each in (headers, bearer(uuid.uuid4()))}
    assert len(ids) == 2


@pytest.mark.parametrize("path", [URL, f"{URL}/balance"])
def test_there_is_nothing_to_tell_without_an_account(get, path):
    response = get(path)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


def test_deposit_without_an_account_is_not_found(deposit):
    assert deposit({"amount": 1}).status_code == 404
    assert not LedgerEntry.objects.exists()


def test_deposit_raises_the_balance_and_is_told_with_it(deposit, get, user_id):
    open_with(500, user_id)
    response = deposit({"amount": 250})
    body = response.json()
    assert (response.status_code, uuid.UUID(body.pop("id")).version) == (201, 7)
    assert body == {"amount": 250, "currency": "RUB", "balance": {"amount": 750, "currency": "RUB"}}
    assert get(f"{URL}/balance").json()["balance"]["amount"] == 750
    assert LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] == 0


BAD_AMOUNTS = (0, -1, -(10**20), 10**12 + 1, 10**30, 1.0, 1.5, "100", "", True, None, [], {})
INVALID = {
    **{repr(bad): {"amount": bad} for bad in BAD_AMOUNTS},
    "no amount": {},
    "a list": [],
    "NaN": '{"amount": NaN}',
    "infinity": '{"amount": 1e999}',
    "malformed": '{"amount": 1',
    "nothing": "",
}


@pytest.mark.parametrize("name", INVALID)
def test_invalid_deposit_is_refused_and_the_balance_is_as_before(deposit, user_id, name):
    account = open_with(500, user_id)
    response = deposit(INVALID[name])
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    account.refresh_from_db()
    assert (account.amount, LedgerEntry.objects.count()) == (500, 2)


def test_other_bodies_are_refused(client, deposit, headers):
    form = client.post(f"{URL}/deposits", "amount=1", content_type="application/x-www-form-urlencoded", headers=headers)
    assert form.status_code == 415
    assert deposit({"amount": 1, "padding": "x" * 65_536}).status_code == 413


def test_balance_has_an_end(deposit, user_id):
    account = open_with(0, user_id)
    Account.objects.filter(id=account.id).update(amount=MAX_BALANCE - 10)
    assert deposit({"amount": 11}).status_code == 400
    assert deposit({"amount": 10}).json()["balance"]["amount"] == MAX_BALANCE


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\tb"])
def test_malformed_key_is_refused(deposit, user_id, key):
    open_with(0, user_id)
    assert deposit({"amount": 1}, key=key).status_code == 400
    assert not LedgerEntry.objects.exists()


def test_same_key_and_body_get_the_first_answer_with_the_balance_of_then(deposit, user_id):
    account = open_with(0, user_id)
    first = deposit({"amount": 100}, key="k")
    deposit({"amount": 900})
    second = deposit({"amount": 100}, key="k")
    assert "Idempotency-Replayed" not in first.headers
    assert (second.status_code, second["Idempotency-Replayed"], second.json()) == (201, "true", first.json())
    account.refresh_from_db()
    assert account.amount == 1000


def test_same_key_with_another_amount_is_refused(deposit, user_id):
    open_with(0, user_id)
    deposit({"amount": 100}, key="k")
    assert deposit({"amount": 101}, key="k").status_code == 422


def test_key_is_the_callers_own(deposit, user_id):
    other = open_with(0)
    open_with(0, user_id)
    ids = {
        deposit({"amount": 1}, key="k").json()["id"],
        deposit({"amount": 1}, key="k", **bearer(other.user_id)).json()["id"],
    }
    assert len(ids) == 2


def test_only_successes_are_remembered(deposit, user_id):
    assert deposit({"amount": 1}, key="k").status_code == 404
    open_with(0, user_id)
    assert deposit({"amount": 2}, key="k").status_code == 201


def in_threads(work, count):
    def run(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_deposits_with_one_key_move_money_once(user_id, headers):
    account = open_with(0, user_id)
    keyed = {**headers, "Idempotency-Key": "once"}

    def post(_):
        return Client().post(f"{URL}/deposits", {"amount": 7}, content_type="application/json", headers=keyed)

    responses = in_threads(post, 20)
    assert [response.status_code for response in responses] == [201] * 20
    assert len({response.content for response in responses}) == 1
    account.refresh_from_db()
    assert (account.amount, account.entries.count()) == (7, 1)


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_openings_make_one_account(headers):
    responses = in_threads(lambda _: Client().post(URL, headers=headers), 20)
    assert sorted(response.status_code for response in responses) == [200] * 19 + [201]
    assert len({response.json()["id"] for response in responses}) == 1


@pytest.mark.django_db(transaction=True)
def test_deposit_beside_one_that_takes_too_long_is_told_to_come_again(user_id, headers):
    account = open_with(0, user_id)
    keyed = {**headers, "Idempotency-Key": "slow"}

    def post(_):
        return Client().post(f"{URL}/deposits", {"amount": 7}, content_type="application/json", headers=keyed)

    with transaction.atomic():
        Account.objects.select_for_update().get(id=account.id)
        [response] = in_threads(post, 1)
    assert (response.status_code, response["Retry-After"]) == (409, "1")
    assert post(0).status_code == 201


def test_entries_are_the_callers_own_newest_first(get, user_id):
    from services.payments.handlers import on_orders_placed

    open_with(500, user_id)
    open_with(900)
    payment = task(user_id, 200)
    on_orders_placed([received(payment)])
    paid, deposited = get(f"{URL}/entries").json()["results"]
    assert paid | {"id": 0, "created_at": 0} == {
        "id": 0,
        "kind": "payment",
        "amount": -200,
        "currency": "RUB",
        "balance_after": 300,
        "order_id": str(payment.order.order_id),
        "created_at": 0,
    }
    assert (deposited["kind"], deposited["amount"], deposited["order_id"]) == ("deposit", 500, None)
    page = get(f"{URL}/entries", {"page_size": 1}).json()
    assert [page["results"], get(page["next"]).json()["results"]] == [[paid], [deposited]]


@pytest.mark.parametrize(
    ("query", "status"),
    [({"cursor": "x"}, 400), ({"cursor": "cD1hYmM="}, 400), ({"cursor": "cD0A"}, 400), ({"page_size": "-1"}, 400)],
    ids=str,
)
def test_bad_query_is_refused(get, query, status):
    assert get(f"{URL}/entries", query).status_code == status


def test_staff_see_the_account_of_any_user(get):
    account = open_with(500)
    staff = bearer(uuid.uuid4(), staff=True)
    found = get("/api/v1/accounts", {"user_id": account.user_id}, **staff).json()
    assert (found["id"], found["user_id"]) == (str(account.id), str(account.user_id))
    assert found["balance"] == {"amount": 500, "currency": "RUB"}
    assert get("/api/v1/accounts", {"user_id": uuid.uuid4()}, **staff).status_code == 404
    for bad in ({}, {"user_id": "x"}, {"user_id": "a\0b"}):
        assert get("/api/v1/accounts", bad, **staff).status_code == 400
    assert get("/api/v1/accounts", {"user_id": account.user_id}).status_code == 403


PATHS = ["account", "account/balance", "account/entries", "accounts", "settlements", f"orders/{uuid.uuid4()}/timeline"]


@pytest.mark.parametrize("path", PATHS)
def test_wrong_token_is_refused(client, db, path):
    for name, headers in refused_tokens().items():
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert (name, response.status_code, response["WWW-Authenticate"]) == (name, 401, "Bearer")
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["account", "account/deposits"])
def test_wrong_token_changes_nothing(client, db, path):
    for headers in refused_tokens().values():
        body = {"amount": 1}
        assert client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers).status_code == 401
    assert not Account.objects.exists()
