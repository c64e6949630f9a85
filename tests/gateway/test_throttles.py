"""How fast people may be: registrations from an address, requests of a user; by the API and on pages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from services.common.models import Throttle
from services.common.throttle import Limit, Rations
from services.gateway.models import User
from services.gateway.use_cases.throttles import count_request
from tests.gateway.answers import ACCOUNT

PASSWORD = "a-long-enough-secret"
HERE, THERE = "203.0.113.7", "203.0.113.8"
MINUTE = timedelta(minutes=1)


def by_api(client, name, address=HERE):
    body = {"username": name, "password": PASSWORD}
    return client.post("/api/v1/users", body, content_type="application/json", REMOTE_ADDR=address)


def by_page(client, name, address=HERE):
    response = client.post("/register/", {"username": name, "password": PASSWORD}, REMOTE_ADDR=address)
    client.cookies.clear()
    return response


@pytest.fixture(params=[by_api, by_page])
def register(request, client, db):
    return lambda name, address=HERE: request.param(client, name, address)


def later(**time):
    ago = timedelta(**time)
    Throttle.objects.update(since=F("since") - ago, last_at=F("last_at") - ago)


def test_sixty_registrations_in_a_minute_pass_and_a_flood_of_them_does_not(register, settings):
    allowed = settings.REGISTRATIONS_A_MINUTE
    assert allowed >= 60
    answers = [register(f"user-{number}").status_code for number in range(allowed + 1)]
    assert 429 not in answers[:allowed]
    assert answers[-1] == 429
    assert User.objects.count() == allowed


def test_flood_of_registrations_is_told_when_to_come_again(register, settings):
    settings.REGISTRATIONS_A_MINUTE = 1
    register("ada")
    response = register("grace")
    assert response.status_code == 429
    assert 55 <= int(response["Retry-After"]) <= 60
    assert register("grace", THERE).status_code != 429
    later(seconds=61)
    assert register("joan").status_code != 429


def test_registration_that_is_refused_by_its_form_counts_as_none(client, db, settings):
    settings.REGISTRATIONS_A_MINUTE = 1
    for _ in range(3):
        assert client.post("/register/", {"username": "", "password": PASSWORD}).status_code == 422
    assert by_page(client, "ada").status_code == 303


def test_hundred_requests_a_second_of_one_client_pass(api, payments, settings):
    assert settings.REQUESTS_A_SECOND >= 100
    payments.answer("GET", "account", ACCOUNT)
    assert {api.get("/api/v1/account").status_code for _ in range(150)} == {200}


@pytest.fixture
def slow_shop(settings):
    settings.REQUESTS_A_SECOND = 2  # 20 in ten seconds: one ration


def test_flood_of_requests_is_a_problem_that_says_when_to_come_again(api, payments, slow_shop):
    payments.answer("GET", "account", ACCOUNT)
    answers = [api.get("/api/v1/account") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 10
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert len(payments.seen) == 20
    later(seconds=11)
    assert api.get("/api/v1/account").status_code == 200


def test_flood_of_requests_is_a_page_for_a_browser(client, user, payments, slow_shop):
    client.force_login(user)
    payments.answer("GET", "account", ACCOUNT)
    answers = [client.get("/account/security/") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1]["Content-Type"] == "text/html; charset=utf-8"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 10


def test_token_and_browser_of_a_user_count_together_and_another_user_alone(api, user, payments, slow_shop):
    payments.answer("GET", "account", ACCOUNT)
    browser, another = Client(), Client()
    browser.force_login(user)
    another.force_login(User.objects.create_user("grace"))
    for _ in range(20):
        api.get("/api/v1/account")
    assert (browser.get("/account/security/").status_code, another.get("/account/security/").status_code) == (429, 200)


def test_twenty_requests_cost_one_write(user):
    with CaptureQueriesContext(connection) as captured:
        for _ in range(20):
            count_request(user.id)
    assert len(captured) <= 1
    assert Throttle.objects.get().count == 20


def test_processes_share_the_count(db):
    limit = Limit(40, window=MINUTE, lock=MINUTE)
    one, another = Rations(20), Rations(20)
    assert [rations.take(limit, "ada") for rations in (one, another)] == [0, 0]
    third = Rations(20)
    assert third.take(limit, "ada") > 0
    assert (one.take(limit, "ada"), another.take(limit, "ada")) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_threads_of_a_process_lose_no_try_of_their_rations():
    limit, rations = Limit(200, window=MINUTE, lock=MINUTE), Rations(20)

    def take(_):
        try:
            return rations.take(limit, "ada")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(take, range(400)))
    # Who asks while another fetches a ration fetches one, too: none of the two is lost.
    assert answers.count(0) == 200


def test_token_that_is_not_valid_counts_for_nobody(client, db):
    for _ in range(3):
        client.get("/api/v1/account", headers={"Authorization": "Bearer nobody's"})
    assert not Throttle.objects.exists()
    assert not AuthToken.objects.exists()
