"""Catching up: what Kafka lost, or never brought, is taken from the feed of whoever sent it."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPException
from urllib.request import Request, urlopen

import structlog
from django.db.models import F
from django.db.models.functions import Now

from ..conf import Feed, configuration
from ..feed import LARGEST_PAGE, LARGEST_WHOLE_PAGE, Mark, Page, address, authorization, page_from
from ..models import FeedPosition
from ..record import Record
from ..sql import Given, fetch
from .inbox import Inbox

logger = structlog.get_logger(__name__)

ANSWER_SECONDS = 3
# Messages have a megabyte each at most, and base64 adds a third.
LARGEST_ANSWER = LARGEST_WHOLE_PAGE * 1_500_000
# A run's share: some 50,000 messages compared, or 5,000 taken.
MOST_PAGES = 100
# How long it waits for partitions that a consumer works on, which are free again and again.
PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.01

# By the subject that the sender states, or where the handler reads no subject of its own, by the message's id.
MARKED = Given(message_id="uuid", type="text", subject="uuid", attempt="smallint")
CAME = f"""
SELECT given.position FROM {MARKED}
WHERE EXISTS (
    SELECT FROM messaging_inboxmessage AS kept
    WHERE kept.type = given.type AND kept.subject IN (given.subject, given.message_id)
        AND kept.attempt >= given.attempt
)
"""


class FeedFailed(Exception):
    """The feed does not answer, or not with a page."""


class CatchingUp:
    """Compares what was sent to a topic with the inbox, from where the last run ended, and takes what did not come.

    Guarantees: the position passes a message only when the inbox has it, or a dead letter says why not; so none that
    the sender still keeps is missed, whatever Kafka lost. What is taken so may come after younger ones of its key.
    """

    def __init__(self, topic: str, inbox: Inbox, read: Callable[[int, int, bool], Page]) -> None:
        self._topic = topic
        self._inbox = inbox
        self._read = read

    def run(self) -> int:
        """Go on to the feed's end, or for a run's share; returns how many messages only the feed brought."""
        row, _ = FeedPosition.objects.get_or_create(topic=self._topic)
        position, found = row.position, 0
        for _ in range(MOST_PAGES):
            page = self._read(position, LARGEST_PAGE, False)
            if not self._have_come(page.marks):
                page = self._read(position, LARGEST_WHOLE_PAGE, True)
                found += self._take(page)
            position = page.next
            self._remember(page)
            if page.is_last:
                break
        return found

    def _have_come(self, marks: Sequence[Mark]) -> bool:
        """Whether all are in the inbox, but for those that this service does not want to know of."""
        wanted = [mark for mark in marks if self._inbox.wants(mark.type)]
        rows = [{name: getattr(mark, name) for name in MARKED.names} for mark in wanted]
        return not wanted or len(fetch(CAME, MARKED.arrays(rows))) == len(wanted)

    def _take(self, page: Page) -> int:
        """Receive what did not come, each partition as soon as it is free."""
        lacking = self._inbox.lacks([mark.record for mark in page.marks if mark.record])
        waiting, deadline = lacking, time.monotonic() + PATIENCE_SECONDS
        while waiting and time.monotonic() < deadline:
            taken = self._inbox.receive_free(waiting)
            waiting = [record for record in waiting if record.place in taken]
            if waiting:
                time.sleep(PAUSE_SECONDS)
        if waiting:
            raise FeedFailed("a consumer works on the partitions all the time")
        if lacking:
            self._tell(lacking)
        return len(lacking)

    def _tell(self, lacking: Sequence[Record]) -> None:
        logger.warning("messages that did not come", action="catch_up", topic=self._topic, count=len(lacking))
        FeedPosition.objects.filter(topic=self._topic).update(lost=F("lost") + len(lacking))

    def _remember(self, page: Page) -> None:
        reached = {"reached_at": Now()} if page.is_last else {}
        FeedPosition.objects.filter(topic=self._topic).update(position=page.next, **reached)


def read_page(topic: str, feed: Feed, reader: str, after: int, limit: int, whole: bool) -> Page:
    """Ask the sender for a page; raises `FeedFailed`, whatever it answers."""
    url = address(feed["url"], after=after, limit=limit, whole=whole)
    headers = {"Authorization": authorization(url, reader=reader, keys=feed["keys"])}
    try:
        # The checks let no other scheme than HTTP into the settings.
        with urlopen(Request(url, headers=headers), timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return page_from(answer.read(LARGEST_ANSWER), topic)
    except (OSError, HTTPException, ValueError) as error:
        raise FeedFailed(f"{type(error).__name__}: {error}") from error


def catch_up(inbox: Inbox) -> int:
    """Compare every feed of the settings with the inbox, one after the other; what cannot be asked now is logged.

    Returns how many messages only the feeds brought.
    """
    conf, found = configuration(), 0
    for topic, feed in conf.feeds.items():
        try:
            found += CatchingUp(topic, inbox, partial(read_page, topic, feed, conf.service)).run()
        except FeedFailed as error:
            logger.warning("a feed does not answer", action="feed_failed", topic=topic, error=str(error)[:200])
    return found
