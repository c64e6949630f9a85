"""The databases under the storm: sessions killed amid a transaction, a row that is locked, keys that are parked."""

import time
from contextlib import contextmanager, suppress

import psycopg

from services.registry import SERVICES
from tests.proof.chaos.invariants import DatabaseAway
from tests.support.backing_services import wait_until

# The storm's own sessions, which it spares.
NAME = "storm"
CATCH_SECONDS = 3.0
# The machine may be a slow one: each key fails in a transaction of its own.
PARKING_SECONDS = 240.0
RELEASE_SECONDS = 60.0
# Between two statements of a transaction, or in one that is not its first.
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name <> 'storm' AND (
    state LIKE 'idle in transaction%' OR (state = 'active' AND xact_start < query_start)
)
ORDER BY xact_start LIMIT 1
"""
NEWEST_ACCOUNTS = "SELECT id FROM payments_account ORDER BY created_at DESC LIMIT 20"
LOCK = "SELECT 1 FROM payments_account WHERE id = %s FOR UPDATE"
# Only who has no account is refused so, and no shopper is without.
ENCHANT = "ALTER TABLE payments_settlement ADD CONSTRAINT spell CHECK (reason <> 'no_account') NOT VALID"
RELEASE = "ALTER TABLE payments_settlement DROP CONSTRAINT IF EXISTS spell"
# Failed, or in the row of those that will: each gets its turn in a bounded share of a step.
WAITING = "SELECT count(DISTINCT key) FROM messaging_inboxmessage WHERE processed_at IS NULL AND dead_at IS NULL"


class Databases:
    """Faults of sessions, rows and messages."""

    def __init__(self, shop, chance):
        self.shop = shop
        self.chance = chance

    def kill_session(self):
        """Of a service's own, inside a transaction; returns whose, or None where none was caught."""
        service, deadline = self.chance.choice(list(SERVICES)), time.monotonic() + CATCH_SECONDS
        with suppress(DatabaseAway), self._session(service) as session:
            while time.monotonic() < deadline:
                if session.execute(KILL).fetchone() == (True,):
                    return service
                time.sleep(0.005)
        return None

    def lock_account(self):
        """Of a shopper; returns the session that holds it, or None where it could not be had."""
        try:
            session = self._connect("payments")
            accounts = session.execute(NEWEST_ACCOUNTS).fetchall()
            session.execute("BEGIN")
            session.execute(LOCK, self.chance.choice(accounts))
        except DatabaseAway:
            return None
        return session

    def park(self, keys):
        """Let the handler fail for the orders of strangers, who have no account; returns how many keys wait."""
        with self._session("payments") as session:
            session.execute(ENCHANT)
            placing = self.shop.start("-m", "tests.proof.backlog.fill", "orders", str(keys), str(keys))
            wait_until(lambda: waiting(session) >= keys, seconds=PARKING_SECONDS, what="keys parked", every=0.2)
            placing.wait()
            return waiting(session)

    def release(self):
        """The cause is mended: what is parked can be handled."""
        wait_until(self._is_mended, seconds=RELEASE_SECONDS, what="the constraint dropped", every=0.2)

    def _is_mended(self):
        with suppress(DatabaseAway), self._session("payments") as session:
            session.execute(RELEASE)
            return True
        return False

    @contextmanager
    def _session(self, service):
        session = self._connect(service)
        try:
            yield session
        finally:
            session.close()

    def _connect(self, service):
        url = self.shop.values[SERVICES[service].database_url]
        options = {"application_name": NAME, "connect_timeout": 3, "options": "-c lock_timeout=2000"}
        return psycopg.connect(url, autocommit=True, **options)


def waiting(session):
    return session.execute(WAITING).fetchone()[0]
