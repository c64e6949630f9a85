import uuid

import pytest
from django.db import connection
from django.db.models.signals import post_migrate

from services.messaging.kafka import config
from services.messaging.kafka.topics import create_topics
from services.messaging.processes.leader import open_connection
from tests.messaging.ring import KEYS, Board
from tests.support.configure import configure


@pytest.fixture(scope="session", autouse=True)
def _permissions_are_not_made_anew():
    """Django would make them after each test that empties the tables, and that takes longer than most of the tests."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture
def ring(settings, monkeypatch):
    """Messages come back to their sender, over a topic and in a group of the test's own."""
    name = f"ring-{uuid.uuid4().hex[:8]}"
    configure(settings, SERVICE=name, SENDS={"*": name}, RECEIVES=[name], KEYS={name: KEYS})
    monkeypatch.setitem(config.SESSION_TIMEOUT_MS, "embedded", 2_000)  # joining a group takes half of it
    monkeypatch.setitem(config.HEARTBEAT_MS, "embedded", 300)
    return name


@pytest.fixture
def topic(ring):
    create_topics()
    return ring


@pytest.fixture
def board(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE board (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
    yield Board()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE board")


@pytest.fixture
def direct(transactional_db):
    """Opens connections outside Django, and closes them."""
    opened = []

    def open_one():
        opened.append(open_connection("test"))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
