"""Topics that the broker refuses: their messages wait, and hold up no others."""

import time
from typing import Protocol

import structlog

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0


class Asked(Protocol):
    """Who knows whether a topic can be sent to: a `kafka.Publisher`."""

    def has_topic(self, topic: str) -> bool: ...


class ParkedTopics:
    """Each until the broker says that it has the topic; asked every two seconds, not tried with messages."""

    def __init__(self) -> None:
        self._look_at: dict[str, float] = {}

    def add(self, topic: str, detail: str) -> None:
        """Nothing is sent there from now on."""
        if topic not in self._look_at:
            logger.error("the broker refuses a topic; its messages wait", action="park", topic=topic, error=detail)
        self._look_at[topic] = time.monotonic() + LOOK_SECONDS

    def names(self) -> list[str]:
        """The topics that wait."""
        return list(self._look_at)

    def look(self, publisher: Asked) -> None:
        """Ask again for those whose time has come."""
        now = time.monotonic()
        for topic in [topic for topic, moment in self._look_at.items() if moment <= now]:
            if publisher.has_topic(topic):
                del self._look_at[topic]
                logger.info("the broker has the topic again", action="unpark", topic=topic)
            else:
                self._look_at[topic] = now + LOOK_SECONDS
