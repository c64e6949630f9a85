"""The facts of messaging: what waits and for how long, what was given up, and whether anybody leads.

How much waits has no bound: a burst is no trouble while it drains, and the age of the oldest says whether it does.
"""

from django.db.models import Sum

from ..conf import configuration
from ..facts import Fact, Kind
from ..models import FeedPosition, PendingDelivery, pending_inbox
from ..processes.leader import Role, lock_number
from ..sql import fetch
from .choice import open_letters

# A message waits for milliseconds, and while a worker starts again or Kafka shares out its partitions for some seconds.
PATIENCE_SECONDS = 10

# A sender may be away for that long, or a new reader have that much before it.
FEED_PATIENCE_SECONDS = 600

# Ages by the clock that wrote the times.
OLDEST_UNSENT = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
FROM messaging_pendingdelivery AS waiting JOIN messaging_outboxmessage AS message ON message.id = waiting.message_id
"""
OLDEST_UNPROCESSED = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)
FROM messaging_inboxmessage WHERE processed_at IS NULL AND dead_at IS NULL
"""
FEED_BEHIND = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(reached_at)), 0)
FROM messaging_feedposition WHERE topic = ANY(%b::text[])
"""

# The number is signed where the lock is taken, and unsigned where it is listed; 2 marks a lock of two numbers.
HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory' AND granted
        AND classid = %b::bigint::oid AND objid = 0 AND objsubid = 2
)
"""


def oldest_unsent_seconds() -> float:
    """The age of the oldest message that waits to be sent; 0 where none does."""
    return float(fetch(OLDEST_UNSENT)[0][0])


def oldest_unprocessed_seconds() -> float:
    """The time since the oldest message that waits to be handled was received; 0 where none does."""
    return float(fetch(OLDEST_UNPROCESSED)[0][0])


def feed_behind_seconds() -> float:
    """The time since the feed that is furthest behind was compared to its end; 0 where there is none."""
    return float(fetch(FEED_BEHIND, [list(configuration().feeds)])[0][0])


def has_leader(role: str) -> bool:
    """Whether any process holds the role's lock in this database."""
    return bool(fetch(HELD, [lock_number(role) % 2**32])[0][0])


FACTS = (
    Fact(
        name="oldest_unsent_seconds",
        help="Age of the oldest message that waits in the outbox.",
        unit="seconds",
        read=oldest_unsent_seconds,
        at_most=PATIENCE_SECONDS,
        advice="Look whether `relay_outbox` runs and the broker answers: its log names a topic that is refused.",
    ),
    Fact(
        name="oldest_unprocessed_seconds",
        help="Time since the oldest message that waits in the inbox was received.",
        unit="seconds",
        read=oldest_unprocessed_seconds,
        at_most=PATIENCE_SECONDS,
        advice="Look whether `consume_inbox` runs; inbox messages with failures say what their handler raised.",
    ),
    Fact(
        name="pending_deliveries",
        help="Messages that wait in the outbox.",
        unit="messages",
        read=lambda: PendingDelivery.objects.count(),
    ),
    Fact(
        name="pending_messages",
        help="Messages that wait in the inbox.",
        unit="messages",
        read=lambda: pending_inbox().count(),
    ),
    Fact(
        name="dead_letters",
        help="Messages set aside that nobody has dealt with.",
        unit="messages",
        read=lambda: open_letters().count(),
        at_most=0,  # none heals by itself
        advice="`redrive --dry-run` lists them; mend the cause and redrive them, or dismiss them with a note.",
    ),
    Fact(
        name="feed_behind_seconds",
        help="Time since the feeds were last compared with the inbox to their end; 0 where the service has none.",
        unit="seconds",
        read=feed_behind_seconds,
        at_most=FEED_PATIENCE_SECONDS,
        advice="Look whether `run_chores` runs and the sender's feed answers: its log says `feed_failed`.",
    ),
    Fact(
        name="messages_lost_by_kafka_total",
        help="Messages that only the feeds brought, so far.",
        unit="messages",
        kind=Kind.COUNTER,
        read=lambda: FeedPosition.objects.aggregate(all=Sum("lost"))["all"] or 0,
    ),
    Fact(
        name="relay_has_leader",
        help="Whether a relay leads: without one nothing is sent. True where the service sends nothing.",
        read=lambda: not configuration().sends or has_leader(Role.RELAY),
        at_least=1,
        advice="Start `relay_outbox`.",
    ),
    Fact(
        name="chores_have_leader",
        help="Whether a process does the chores.",
        read=lambda: has_leader(Role.CHORES),
        at_least=1,
        advice="Start `run_chores`.",
    ),
)
