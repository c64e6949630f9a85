"""Settings of messaging for one test."""

from typing import Any

from pytest_django import Settings

# For a project without messaging, whose tests are about Kafka alone.
NOBODY: dict[str, Any] = {
    "SERVICE": "nobody",
    "SOURCE": "urn:test",
}


def configure(settings: Settings, **changes: Any) -> None:
    """Let messaging read these, by the names of `MESSAGING`."""
    settings.MESSAGING = {**getattr(settings, "MESSAGING", NOBODY), **changes}
