"""What payments tells staff of itself."""

import uuid

import pytest

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
