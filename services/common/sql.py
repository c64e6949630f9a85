"""Raw SQL for the shop's hot places: the tools that messaging, a package of its own, brings for its own."""

from services.messaging.sql import Given, fetch

__all__ = ["Given", "fetch"]
