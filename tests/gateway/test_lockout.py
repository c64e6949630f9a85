"""Wrong passwords: ten lock an account for an address, at the API, the form and the admin alike."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from services.common.http.lockout import HASHES_AT_ONCE, OF_ACCOUNT, OF_ADDRESS, address_of, turn
from services.common.models import Throttle

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-secret"
HERE, THERE = "203.0.113.7", "203.0.113.8"


def by_token(client, name, password, address):
    body = {"username": name, "password": password}
    return client.post("/api/v1/tokens", body, content_type="application/json", REMOTE_ADDR=address)


def by_form(client, name, password, address):
    return client.post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def by_admin(client, name, password, address):
    return client.post("/admin/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


@pytest.fixture(params=[by_token, by_form, by_admin])
def sign_in(request, client):
    return lambda name="ada", password="wrong", address=HERE: request.param(client, name, password, address)


def later(**time):
    """So long ago it was, for all that is counted."""
    ago = timedelta(**time)
    Throttle.objects.update(since=F("since") - ago, last_at=F("last_at") - ago)


def fail(sign_in, times=OF_ACCOUNT.tries, **options):
    for _ in range(times):
        assert sign_in(**options).status_code != 429


def test_eleventh_wrong_password_is_refused_for_five_minutes_even_if_it_is_right(sign_in, user):
    fail(sign_in)
    response = sign_in(password=PASSWORD)
    assert response.status_code == 429
    assert 290 <= int(response["Retry-After"]) <= 300
    later(minutes=4)
    assert sign_in(password=PASSWORD).status_code == 429
    later(minutes=1)
    assert sign_in(password=PASSWORD).status_code != 429


def test_account_is_locked_for_that_address_alone(sign_in, user):
    fail(sign_in)
    assert sign_in(password=PASSWORD, address=THERE).status_code != 429
    assert sign_in(name="another").status_code != 429


def test_right_password_forgets_the_wrong_ones(sign_in, user):
    fail(sign_in, OF_ACCOUNT.tries - 1)
    assert sign_in(password=PASSWORD).status_code != 429
    fail(sign_in)


def test_wrong_passwords_of_long_ago_do_not_count(sign_in, user):
    fail(sign_in, OF_ACCOUNT.tries - 1)
    later(minutes=6)
    fail(sign_in)


def test_account_that_is_not_there_is_locked_like_any_other(client, user):
    fail(lambda: by_token(client, "nobody", "wrong", HERE))
    assert by_token(client, "nobody", "wrong", HERE).status_code == 429


def test_name_in_other_letters_is_the_same_account(client, user):
    fail(lambda: by_token(client, "ada", "wrong", HERE))
    assert by_token(client, "ADA", "wrong", HERE).status_code == 429


def test_hundred_wrong_passwords_lock_the_address(client, user):
    for number in range(OF_ADDRESS.tries):
        assert by_token(client, f"user-{number}", "wrong", HERE).status_code == 401
    assert by_token(client, "ada", PASSWORD, HERE).status_code == 429
    assert by_token(client, "ada", PASSWORD, THERE).status_code == 201
    later(minutes=5)
    assert by_token(client, "ada", PASSWORD, HERE).status_code == 201


def test_sixty_sign_ins_in_a_minute_pass(client, user):
    assert {by_token(client, "ada", PASSWORD, HERE).status_code for _ in range(60)} == {201}


def test_refusal_is_a_problem_at_the_api_and_a_page_elsewhere(client, user):
    fail(lambda: by_token(client, "ada", "wrong", HERE))
    problem = by_token(client, "ada", PASSWORD, HERE)
    assert (problem["Content-Type"], problem.json()["type"]) == (
        "application/problem+json",
        "/problems/too-many-requests",
    )
    page = by_form(client, "ada", PASSWORD, HERE)
    assert (page.status_code, page["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert page["Retry-After"]


def test_neither_name_nor_address_is_kept(client, user):
    by_token(client, "ada", "wrong", HERE)
    kept = repr(list(Throttle.objects.values()))
    assert "ada" not in kept
    assert HERE not in kept


@pytest.mark.django_db(transaction=True)
def test_forty_wrong_passwords_at_once_are_no_more_than_ten(user):
    def guess(_):
        try:
            return by_token(Client(), "ada", "wrong", HERE).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(40)))
    assert (answers.count(401), answers.count(429)) == (OF_ACCOUNT.tries, 30)


@pytest.mark.django_db(transaction=True)
def test_who_finds_no_turn_to_hash_is_asked_to_come_again(client, user):
    started = time.monotonic()
    turns = [turn() for _ in range(HASHES_AT_ONCE)]
    for each in turns:
        each.__enter__()
    try:
        response = by_token(client, "ada", PASSWORD, HERE)
    finally:
        for each in turns:
            each.__exit__(None, None, None)
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("behind", "expected"), [(False, HERE), (True, THERE)])
def test_address_is_what_the_trusted_proxy_has_seen(settings, rf, behind, expected):
    settings.BEHIND_PROXY = behind
    assert address_of(rf.get("/", REMOTE_ADDR=HERE, headers={"X-Forwarded-For": f"6.6.6.6, {THERE}"})) == expected
