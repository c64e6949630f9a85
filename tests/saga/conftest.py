import pytest

from services.messaging import consumer, relay


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(relay, "reconnect_seconds", lambda failures: 0)
    monkeypatch.setattr(consumer, "reconnect_seconds", lambda failures: 0)
