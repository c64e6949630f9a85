import pytest


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    for module in ("sending.relay", "receiving.consumer"):
        monkeypatch.setattr(f"services.messaging.{module}.reconnect_seconds", lambda failures: 0)
