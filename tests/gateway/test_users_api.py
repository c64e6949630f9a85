"""Registering, signing in and out, and who is let in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken

from services.gateway.models import User
from services.gateway.use_cases import people

PASSWORD = "a-long-enough-secret"


def post(client, path, body, **headers):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def errors_of(response):
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    return response.json()["errors"]


def test_registered_user_signs_in_and_out(db, client):
    registered = post(client, "users", {"username": "grace", "password": PASSWORD})
    assert registered.status_code == 201
    assert registered.json() == {"id": str(User.objects.get().id), "username": "grace"}
    signed_in = post(client, "tokens", {"username": "grace", "password": PASSWORD})
    assert signed_in.status_code == 201
    expires_at = datetime.fromisoformat(signed_in.json()["expires_at"])
    assert timedelta(days=29) < expires_at - timezone.now() < timedelta(days=31)
    bearer = {"Authorization": f"Bearer {signed_in.json()['token']}"}
    assert client.delete("/api/v1/tokens/current", headers=bearer).status_code == 204
    assert client.delete("/api/v1/tokens/current", headers=bearer).status_code == 401


def test_token_is_not_stored(db, client, user):
    token = post(client, "tokens", {"username": "ada", "password": PASSWORD}).json()["token"]
    stored = AuthToken.objects.values().get()
    assert token not in map(str, stored.values())


@pytest.mark.parametrize("name", ["ada", "ADA", "ａｄａ"])
def test_taken_name(client, user, name):
    assert "username" in errors_of(post(client, "users", {"username": name, "password": PASSWORD}))


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "a\0b",
        "<script>",
        "a" * 151,
        "ada\n",
        "\ud800",
        None,
        5.5,
        True,
        [],
        {},
        "a/b",
        "\u202eada",
        "🛒",
    ],
)
def test_odd_name(db, client, name):
    assert "username" in errors_of(post(client, "users", {"username": name, "password": PASSWORD}))
    assert not User.objects.exists()


def test_longest_and_cyrillic_names_are_fine(db, client):
    for name in ("a" * 150, "ада.лавлейс"):
        assert post(client, "users", {"username": name, "password": PASSWORD}).status_code == 201


@pytest.mark.parametrize(
    "password", ["", "short", "password", "12345678901", "graceful", "a\0" * 10, None, 12345, "x" * 2000]
)
def test_weak_or_odd_password(db, client, password):
    assert "password" in errors_of(post(client, "users", {"username": "graceful", "password": password}))
    assert not User.objects.exists()


def test_every_error_is_told_at_once(db, client):
    assert set(errors_of(post(client, "users", {"username": "a b", "password": "x"}))) == {"username", "password"}
    assert set(errors_of(post(client, "users", {}))) == {"username", "password"}


@pytest.mark.django_db(transaction=True)
def test_one_of_many_concurrent_registrations_wins():
    def register(name):
        try:
            return post(Client(), "users", {"username": name, "password": PASSWORD}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(register, ["grace", "Grace"] * 4))
    assert sorted(statuses) == [201] + [400] * 7


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_wrong_credentials(client, user, name):
    response = post(client, "tokens", {"username": name, "password": "wrong"})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_unknown_name_costs_as_much_as_a_wrong_password(client, user, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))
    post(client, "tokens", {"username": "ada", "password": "wrong"})
    known = len(hashed)
    post(client, "tokens", {"username": "nobody", "password": "wrong"})
    assert len(hashed) == 2 * known


def test_inactive_user_is_out(client, user, api):
    User.objects.update(is_active=False)
    assert post(client, "tokens", {"username": "ada", "password": PASSWORD}).status_code == 401
    assert api.get("/api/v1/orders").status_code == 401


def test_stale_token_keeps_nobody_from_signing_in(client, user):
    response = post(client, "tokens", {"username": "ada", "password": PASSWORD}, Authorization="Bearer stale")
    assert response.status_code == 201


PROTECTED = [
    ("get", "orders"),
    ("post", "orders"),
    ("get", "orders/0193f5a0-0000-7000-8000-000000000001"),
    ("get", "orders/0193f5a0-0000-7000-8000-000000000001/timeline"),
    ("get", "account"),
    ("post", "account"),
    ("get", "account/balance"),
    ("post", "account/deposits"),
    ("get", "account/entries"),
    ("get", "accounts?user_id=0193f5a0-0000-7000-8000-000000000001"),
    ("delete", "tokens/current"),
]


def assert_unauthorized(response):
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 401


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_token_is_needed(db, client, method, path):
    assert_unauthorized(getattr(client, method)(f"/api/v1/{path}"))


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_session_cookie_is_no_token(client, user, method, path):
    client.force_login(user)
    assert_unauthorized(getattr(client, method)(f"/api/v1/{path}"))


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x y", "Bearer ÿþ", "Bearer a\0b", "Basic YTpi", "Token x", "Bearer " + "x" * 9000]
)
def test_odd_authorization(db, client, header):
    assert_unauthorized(client.get("/api/v1/orders", headers={"Authorization": header}))


def test_altered_and_expired_tokens(client, user):
    instance, token = AuthToken.objects.create(user)
    altered = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert_unauthorized(client.get("/api/v1/orders", headers={"Authorization": f"Bearer {altered}"}))
    instance.expiry = timezone.now() - timedelta(seconds=1)
    instance.save()
    assert_unauthorized(client.get("/api/v1/orders", headers={"Authorization": f"Bearer {token}"}))


def sign_in(client, password=PASSWORD):
    token = post(client, "tokens", {"username": "ada", "password": password}).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def is_signed_in(client, bearer):
    return client.delete("/api/v1/tokens/current", headers=bearer).status_code == 204


def test_new_password_ends_every_token(client, user):
    first, second = sign_in(client), sign_in(client)
    user.set_password("another-long-secret")
    user.save()
    assert [is_signed_in(client, bearer) for bearer in (first, second)] == [False, False]
    assert is_signed_in(client, sign_in(client, "another-long-secret"))


def test_other_changes_of_a_user_end_no_token(client, user):
    bearer = sign_in(client)
    user.first_name = "Ada"
    user.save()
    assert is_signed_in(client, bearer)


def test_token_is_checked_by_as_many_statements_however_many_there_are(client, user):
    def statements():
        bearer = sign_in(client)
        with CaptureQueriesContext(connection) as captured:
            client.get("/api/v1/accounts", headers=bearer)  # refused, after the token was read
        return len(captured)

    alone = statements()
    AuthToken.objects.bulk_create(
        AuthToken(user=user, digest=f"{n}", token_key="k", expiry=timezone.now() + timedelta(days=1))
        for n in range(500)
    )
    assert statements() == alone


def test_expired_token_is_refused_and_gone_after_the_next_sign_in(client, user):
    bearer = sign_in(client)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert not is_signed_in(client, bearer)
    sign_in(client)
    assert AuthToken.objects.count() == 1


def test_oldest_tokens_beyond_the_limit_go(client, user, monkeypatch):
    monkeypatch.setattr(people, "MOST_TOKENS", 2)
    first, second, third = (sign_in(client) for _ in range(3))
    assert [is_signed_in(client, bearer) for bearer in (first, second, third)] == [False, True, True]
