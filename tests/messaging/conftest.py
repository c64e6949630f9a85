import uuid

import pytest
from django.db import connection

from services.messaging import kafka
from services.messaging.processes.leader import open_connection
from tests.messaging.ring import KEYS, Board


@pytest.fixture
def ring(settings, monkeypatch):
    """Messages come back to their sender, over a topic and in a group of the test's own."""
    settings.SENDS_TO = settings.RECEIVES_FROM = f"ring-{uuid.uuid4().hex[:8]}"
    settings.SENDING_KEYS = settings.RECEIVING_KEYS = KEYS
    settings.SERVICE_NAME = settings.SENDS_TO
    settings.TOPIC_PARTITIONS = 4
    monkeypatch.setitem(kafka.SESSION_TIMEOUT_MS, "embedded", 2_000)  # joining a group takes half of it
    monkeypatch.setitem(kafka.HEARTBEAT_MS, "embedded", 300)
    return settings


@pytest.fixture
def topic(ring):
    kafka.create_topics()
    return ring.SENDS_TO


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
