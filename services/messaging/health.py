"""What messaging tells `/readyz`."""

from typing import Any


def details() -> dict[str, Any]:
    """Ages, in seconds, of what waits."""
    return {}
