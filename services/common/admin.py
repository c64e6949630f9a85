"""Admins to look at only, as messaging, a package of its own, has them."""

from services.messaging.read_only import ReadOnly, ReadOnlyAdmin

__all__ = ["ReadOnly", "ReadOnlyAdmin"]
