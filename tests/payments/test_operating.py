"""What payments tells staff of itself."""

import uuid

import pytest
from django.utils import timezone

from services.payments.use_cases import decide_orders
from tests.payments.builders import open_with, task
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db
API = "/api/v1/ops"


@pytest.fixture
def ask(client):
    def ask(path, staff=True, **query):
        return client.get(f"{API}/{path}", query, headers=bearer(uuid.uuid4(), staff=staff))

    return ask


def test_facts_of_payments_are_told(ask):
    told = {each["name"] for each in ask("facts").json()["results"]}
    assert {"dead_letters", "oldest_unsent_seconds", "relay_has_leader"} <= told


def test_facts_are_for_staff_alone(ask):
    assert ask("facts", staff=False).status_code == 403


def test_story_tells_the_decision_and_both_sides_of_the_transfer(ask):
    account = open_with(1000)
    paid = task(account.user_id, 300)
    decide_orders(tasks=[paid], now=timezone.now())
    story = ask(f"orders/{paid.order.order_id}").json()
    assert (story["settlement"]["status"], story["settlement"]["user_id"]) == ("PAID", str(account.user_id))
    assert [(each["book"], each["amount"], each["balance_after"]) for each in story["entries"]] == [
        ("customer", -300, 700),
        ("shop", 300, None),
    ]
    assert story["trail"]["sent"]["type"] == "payments.order_settled"
    assert story["trail"]["received"] is None


def test_story_of_an_order_that_payments_has_not_heard_of_is_empty(ask):
    story = ask(f"orders/{uuid.uuid4()}").json()
    assert (story["settlement"], story["entries"], story["trail"]["sent"]) == (None, [], None)


def test_story_is_for_staff_alone(ask):
    assert ask(f"orders/{uuid.uuid4()}", staff=False).status_code == 403
