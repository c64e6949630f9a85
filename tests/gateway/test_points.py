"""Points from outside the shop: shown where somebody tells them, and never waited for."""

import pytest
from django.test import Client

from tests.gateway.answers import ACCOUNT, ENTRY, page
from tests.gateway.stub import running_stub

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(user, payments):
    payments.answer("GET", "account", ACCOUNT)
    payments.answer("GET", "account/entries", page(ENTRY))

    def account():
        client = Client()
        client.force_login(user)
        response = client.get("/account/")
        assert response.status_code == 200
        return response.content.decode()

    return account


@pytest.fixture
def points(settings):
    with running_stub("points") as stub:
        settings.POINTS_URL, settings.POINTS_TOKEN = stub.url, "secret"
        yield stub


def test_nobody_is_asked_where_the_settings_name_nobody(account):
    assert "points for your orders" not in account()


@pytest.mark.parametrize(("number", "words"), [(0, "0 points"), (1, "1 point "), (20, "20 points")])
def test_points_stand_below_the_balance(account, points, user, number, words):
    points.garble("GET", f"points/{user.id}", {"points": number})
    assert words in account()
    assert points.seen[0].headers["Authorization"] == "Bearer secret"


def test_account_is_shown_without_points_when_nobody_answers(account, points, user):
    points.behave("GET", f"points/{user.id}", points.hang)
    assert "points for your orders" not in account()


@pytest.mark.parametrize("body", [{"points": "many"}, {}, []])
def test_account_is_shown_without_points_when_the_answer_is_nonsense(account, points, user, body):
    points.garble("GET", f"points/{user.id}", body)
    assert "points for your orders" not in account()


def test_account_is_shown_without_points_when_the_token_is_refused(account, points, user):
    points.garble("GET", f"points/{user.id}", {"detail": "no"}, status=401)
    assert "points for your orders" not in account()
