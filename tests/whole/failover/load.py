"""Writers and a relay that reach whoever is the primary, and what they were told."""

import threading
from contextlib import closing, contextmanager, suppress

import psycopg

from services.messaging.sending.outbox import ENQUEUE, ENQUEUED
from services.messaging.sending.relay import Relay
from tests.messaging.ring import note
from tests.saga.broker import Broker, Publisher

WRITERS = 3
PAUSE_SECONDS = 0.005


class Load:
    """`acknowledged` are the messages whose commit was answered; `published()` those that the broker was given."""

    def __init__(self, pair):
        self.pair, self.broker = pair, Broker()
        self.acknowledged = set()
        self.relay = None
        self._stopping = threading.Event()

    def published(self):
        headers = [dict(record.headers) for log in self.broker.logs.values() for record in log]
        return {each["ce_id"].decode() for each in headers}

    @contextmanager
    def running(self):
        """Writers write and the relay sends, until the end."""
        jobs = [*[self._write] * WRITERS, self._send]
        threads = [threading.Thread(target=self._go_on, args=[job]) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join(30)

    def drain(self):
        """Send all that is left, with no writer any more."""
        with self._connection() as direct:
            make_relay(direct, self.broker).drain()

    def _go_on(self, job):
        while not self._stopping.wait(PAUSE_SECONDS):
            with suppress(psycopg.OperationalError), self._connection() as connection:
                job(connection)

    def _connection(self):
        return closing(psycopg.connect(self.pair.url(), autocommit=True, connect_timeout=3))

    def _write(self, connection):
        while not self._stopping.wait(PAUSE_SECONDS):
            message = note()
            write(connection, message)
            self.acknowledged.add(str(message.message_id))

    def _send(self, connection):
        self.relay = relay = make_relay(connection, self.broker)
        while not self._stopping.is_set():
            relay.step()


def make_relay(direct, broker):
    return Relay(direct, new_publisher=lambda: Publisher(broker))


def write(connection, message):
    """What `enqueue` does, on a connection of one's own."""
    row = {"message_id": message.message_id, "type": message.type, "subject": message.subject, "topic": "failover"}
    row |= {"key": message.key, "value": message.encode(), "attempt": message.attempt}
    headers = psycopg.types.json.Jsonb(message.headers(source="urn:test", traceparent=""))
    connection.execute(ENQUEUE.encode(), ENQUEUED.arrays([{**row, "headers": headers}]))


def message_ids(server):
    """The messages that the server's database has."""
    return set(server.ask("SELECT coalesce(array_agg(message_id::text), '{}') FROM messaging_outboxmessage"))
