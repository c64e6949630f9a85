"""The relay: moves messages from the outbox to Kafka, in order, at least once."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from ..conf import configuration
from ..faults import fault_point
from ..kafka.publisher import Publisher
from ..processes.backoff import reconnect_seconds
from ..processes.leader import Connection, Leadership, Role
from ..reasons import Reason
from ..record import Confirmation
from ..sql import Given
from .fence import Fence
from .outbox import WAKE_CHANNEL
from .parking import ParkedTopics
from .stating import stated_headers

logger = structlog.get_logger(__name__)

# Batches on the way at once: the next is read and sent while the broker confirms the last (2 to 3 times as fast).
WINDOW = 3
# After work the relay looks again soon, then ever later; a NOTIFY wakes it at once. Also the safety net for a lost one.
QUICK_LOOKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
SLOW_LOOK = 0.5
CONFIRM_SECONDS = 0.1

# What waits, not what lies behind the last id: a cursor lost 22 % of the rows to writers that committed late.
# The limit comes before the join, else PostgreSQL may join all that waits for each batch. Only while a topic is left
# out are topics looked up before it.
READ = """
WITH waiting AS MATERIALIZED (
    SELECT message_id, attempt FROM messaging_pendingdelivery AS pending
    WHERE message_id <> ALL(%(in_flight)b::bigint[]) AND (
        cardinality(%(left_out)b::text[]) = 0 OR NOT EXISTS (
            SELECT FROM messaging_outboxmessage AS message
            WHERE message.id = pending.message_id AND message.topic = ANY(%(left_out)b::text[])
        )
    )
    ORDER BY message_id LIMIT %(limit)b
)
SELECT message.id, waiting.attempt, message.topic, message.key, message.value, message.headers::text
FROM waiting JOIN messaging_outboxmessage AS message ON message.id = waiting.message_id
ORDER BY waiting.message_id
"""
# The attempt must be the one that was sent: a message enqueued again meanwhile still waits.
CONFIRMED = Given(message_id="bigint", attempt="smallint", partition="int", offset="bigint")
MARK = f"""
WITH given AS (
    SELECT * FROM {CONFIRMED}
), done AS (
    DELETE FROM messaging_pendingdelivery AS waiting USING given
    WHERE waiting.message_id = given.message_id AND waiting.attempt = given.attempt
)
INSERT INTO messaging_delivery ({CONFIRMED.columns}, confirmed_at)
SELECT {CONFIRMED.columns}, clock_timestamp() FROM given
"""
# One that was refused before, and sent again by whoever missed its answer, is the same dead letter.
REFUSE = """
WITH refused AS (
    DELETE FROM messaging_pendingdelivery WHERE message_id = %(id)s RETURNING message_id AS refused_id
)
INSERT INTO messaging_deadletter
    (source, reason, detail, topic, key, value, headers, digest, type, subject, created_at)
SELECT 'outbox', %(reason)s, %(detail)s, topic, convert_to(key, 'UTF8'), value, '[]'::jsonb,
       sha256(value), type, subject, clock_timestamp()
FROM messaging_outboxmessage JOIN refused ON id = refused_id
ON CONFLICT (topic, partition, "offset", digest, reason) DO UPDATE
    SET resolved_at = NULL, key = excluded.key, value = excluded.value
"""


class Relay:
    """Sends what is pending while it leads; a standby tries to lead at each step.

    Guarantees: a message is marked sent only after the broker confirmed it; messages are handed to Kafka in the
    order of their ids, except that those on the way when a producer fails are sent again. No transaction is open
    while it talks to Kafka. A crash at any point means that some are sent twice, and none is lost. A topic that the
    broker refuses keeps its own messages waiting, and no others.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        new_publisher: Callable[[], Publisher] = Publisher,
        batch_size: int = 500,
    ) -> None:
        self.leadership = Leadership(Role.RELAY, connect)
        self._new_publisher = new_publisher
        self._batch_size = batch_size
        self.fence = Fence()
        self._publisher: Publisher | None = None
        self._failures = 0
        self._in_flight: set[int] = set()
        self._parked = ParkedTopics()
        self._without_keys: set[str] = set()
        self._looks = 0

    def step(self) -> int:
        """Do what is to be done now, or wait for it a little; returns how many messages were marked sent."""
        try:
            return self._lead_on() if self._may_lead() else 0
        except psycopg.OperationalError as error:
            self._forget()
            self.leadership.lose(error)
            return 0

    def drain(self) -> int:
        """Send until nothing is pending that can be sent; for commands and tests. Returns how many were marked sent."""
        marked = 0
        while True:
            marked += self.step()
            if self.leadership.leads and not self._in_flight and not self._read(1):
                return marked

    def close(self, seconds: float = 5.0) -> None:
        """Wait for the confirmations of what is on the way, mark them, and let a standby lead."""
        deadline = time.monotonic() + seconds
        try:
            while self._publisher and self._in_flight and not self._publisher.broken and time.monotonic() < deadline:
                self._publisher.poll(0.1)
                self._mark(self._publisher)
        except psycopg.OperationalError as error:
            logger.warning("what is on the way will be sent again", action="stop", error=str(error))
        self.leadership.close()

    def broker_answers(self) -> bool:
        """Whether Kafka does; for the probe."""
        return self._publisher is not None and self._publisher.answers()

    def _may_lead(self) -> bool:
        if self.leadership.leads:
            return True
        self._ready_publisher()  # warm, so that taking over costs nothing
        if self.leadership.acquire():
            self.leadership.direct.execute(f"LISTEN {WAKE_CHANNEL}")
        return self.leadership.leads

    def _lead_on(self) -> int:
        publisher = self._ready_publisher()
        sent = self._send(publisher)
        publisher.poll(self._seconds_to_confirm(sent))
        marked = self._mark(publisher)
        self._park(publisher)
        if publisher.broken:
            self._drop(publisher)
        elif not sent and not self._in_flight:
            self._wait()
        if sent or marked:
            self._looks = 0
        return marked

    def _ready_publisher(self) -> Publisher:
        if self._publisher is None:
            self._publisher = self._new_publisher()
        return self._publisher

    def _read(self, limit: int) -> list[tuple[Any, ...]]:
        """Of what can be signed and sent: a topic that is parked, or has no key ring, keeps its messages waiting."""
        left_out = [*self._parked.names(), *(self._without_keys - configuration().keys.keys())]
        given = {"in_flight": list(self._in_flight), "left_out": left_out, "limit": limit}
        rows = self.leadership.direct.execute(READ.encode(), given).fetchall()
        if unknown := {topic for _, _, topic, *_ in rows} - configuration().keys.keys():
            logger.error("messages wait for a key ring", action="no_key_ring", topics=sorted(unknown))
            self._without_keys |= unknown
            return self._read(limit)
        return rows

    def _send(self, publisher: Publisher) -> int:
        if len(self._in_flight) > self._batch_size * (WINDOW - 1):
            self.leadership.speak()
            return 0
        self._parked.look(publisher)
        keys = configuration().keys
        rows = self._read(self._batch_size)
        if rows and not self.fence.passes(self.leadership.direct):
            return 0
        for identity, attempt, topic, key, value, headers in rows:
            fault_point("relay.before_send")
            self._in_flight.add(identity)
            stated = stated_headers(
                topic=topic, key=key, value=value, headers=headers, attempt=attempt, keys=keys[topic]
            )
            publisher.publish((identity, attempt), topic=topic, key=key, value=value, headers=[*stated])
            fault_point("relay.after_send")
        return len(rows)

    def _seconds_to_confirm(self, sent: int) -> float:
        """Wait for confirmations only where nothing more is there to be sent meanwhile."""
        return CONFIRM_SECONDS if self._in_flight and sent < self._batch_size else 0

    def _mark(self, publisher: Publisher) -> int:
        direct = self.leadership.direct
        confirmed, publisher.confirmed = publisher.confirmed, []
        refused, publisher.refused = publisher.refused, []
        if confirmed:
            fault_point("relay.before_mark")
            direct.execute(MARK.encode(), CONFIRMED.arrays(map(as_row, confirmed)))
            fault_point("relay.after_mark")
            self._failures = 0
        for (identity, _), detail in refused:
            logger.error("the broker refuses a message for ever", action="dead_letter", outbox_id=identity)
            direct.execute(REFUSE.encode(), {"id": identity, "detail": detail, "reason": Reason.REFUSED})
        self._in_flight -= {each.token[0] for each in confirmed} | {identity for (identity, _), _ in refused}
        return len(confirmed)

    def _park(self, publisher: Publisher) -> None:
        """What could not be sent because of its topic waits until the broker has the topic."""
        unroutable, publisher.unroutable = publisher.unroutable, []
        for (identity, _), topic, detail in unroutable:
            self._in_flight.discard(identity)
            self._parked.add(topic, detail)

    def _drop(self, publisher: Publisher) -> None:
        self._failures += 1
        logger.warning("the producer failed and is replaced", action="new_producer", error=publisher.broken)
        self._forget()
        time.sleep(reconnect_seconds(self._failures))

    def _forget(self) -> None:
        """Nothing is on the way any more: what was not marked is pending, and is sent again."""
        if self._publisher:
            self._publisher.discard()
        self._publisher = None
        self._in_flight.clear()

    def _wait(self) -> None:
        seconds = QUICK_LOOKS[self._looks] if self._looks < len(QUICK_LOOKS) else SLOW_LOOK
        self._looks += 1
        for _ in self.leadership.direct.notifies(timeout=seconds, stop_after=1):
            self._looks = 0


def as_row(confirmed: Confirmation) -> dict[str, object]:
    """A row of MARK."""
    message_id, attempt = confirmed.token
    return {
        "message_id": message_id,
        "attempt": attempt,
        "partition": confirmed.partition,
        "offset": confirmed.offset,
    }
