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
        threads = [threading.Thread(target=job) for job in (*[self._write] * WRITERS, self._send)]
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
        self.relay = self._new_relay()
        self.relay.drain()
        self.relay.close()

    def _new_relay(self):
        return Relay(self._connect, new_publisher=lambda: Publisher(self.broker))

    def _connect(self):
        return psycopg.connect(self.pair.url(), autocommit=True, connect_timeout=3)

    def _write(self):
        while not self._stopping.wait(PAUSE_SECONDS):
            with suppress(psycopg.OperationalError), closing(self._connect()) as connection:
                self._write_on(connection)

    def _write_on(self, connection):
        while not self._stopping.wait(PAUSE_SECONDS):
            message = note()
            write(connection, message)
            self.acknowledged.add(str(message.message_id))

    def _send(self):
        self.relay = self._new_relay()
        while not self._stopping.is_set():
            self.relay.step()
        self.relay.close()


def write(connection, message):
    """What `enqueue` does, on a connection of one's own."""
    row = {"message_id": message.message_id, "type": message.type, "subject": message.subject, "topic": "failover"}
    row |= {"key": message.key, "value": message.encode(), "attempt": message.attempt}
    headers = psycopg.types.json.Jsonb(message.headers(source="urn:test", traceparent=""))
    connection.execute(ENQUEUE.encode(), ENQUEUED.arrays([{**row, "headers": headers}]))


def message_ids(server):
    """The messages that the server's database has."""
    return set(server.ask("SELECT coalesce(array_agg(message_id::text), '{}') FROM messaging_outboxmessage"))
