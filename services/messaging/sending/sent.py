"""What was sent, in the order in which the broker confirmed it: the sender's side of the feed."""

from typing import NamedTuple
from uuid import UUID

from ..conf import configuration
from ..feed import Mark, Page
from ..record import Record
from ..sql import fetch
from .stating import stated_headers

# What was confirmed a moment ago is on its way to the readers, and not lost.
SETTLED_SECONDS = 5

# Deliveries are written by the one relay that leads, each batch committed before the next: no id appears behind one
# that was read. An id beyond all that there are is from before a backup was restored, and all begins anew.
SENT = f"""
WITH page AS (
    SELECT id, message_id, attempt, partition, "offset" FROM messaging_delivery
    WHERE id > CASE WHEN %(after)b > (SELECT max(id) FROM messaging_delivery) THEN 0 ELSE %(after)b END
        AND confirmed_at < statement_timestamp() - interval '{SETTLED_SECONDS} seconds'
    ORDER BY id LIMIT %(limit)b
)
SELECT page.id, page.attempt, page.partition, page."offset", message.message_id, message.type, message.subject,
    CASE WHEN %(whole)b THEN message.key END, CASE WHEN %(whole)b THEN message.value END,
    CASE WHEN %(whole)b THEN message.headers::text END
FROM page LEFT JOIN messaging_outboxmessage AS message ON message.id = page.message_id AND message.topic = %(topic)b
ORDER BY page.id
"""


class Sent(NamedTuple):
    """A row of SENT; of another topic's message nothing but the delivery, and the content only where it was wanted."""

    delivery_id: int
    attempt: int
    partition: int
    offset: int
    message_id: UUID | None
    type: str
    subject: UUID
    key: str | None
    value: bytes
    headers: str


def sent_page(topic: str, *, after: int, limit: int, whole: bool) -> Page:
    """The next messages that were sent to the topic, each as often as it was; what prune has taken is left out.

    A page of a service with several topics may be empty and not the last.
    """
    found = fetch(SENT, {"topic": topic, "after": after, "limit": limit, "whole": whole})
    rows = [Sent(*row) for row in found]
    marks = [
        Mark(row.message_id, row.type, row.subject, row.attempt, record_of(topic, row))
        for row in rows
        if row.message_id
    ]
    return Page(marks, rows[-1].delivery_id if rows else after, is_last=len(rows) < limit)


def record_of(topic: str, row: Sent) -> Record | None:
    """What Kafka was given, where its content was read."""
    if row.key is None:
        return None
    ring = configuration().keys[topic]
    stated = stated_headers(
        topic=topic, key=row.key, value=row.value, headers=row.headers, attempt=row.attempt, keys=ring
    )
    pairs = tuple((name, text.encode()) for name, text in stated)
    return Record(topic, row.partition, row.offset, None, row.key.encode(), row.value, pairs)
