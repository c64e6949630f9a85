"""Settings of messaging for one test."""

from typing import Any

from pytest_django import Settings


def configure(settings: Settings, **changes: Any) -> None:
    """Let messaging read these, by the names of `MESSAGING`."""
    settings.MESSAGING = {**settings.MESSAGING, **changes}
