"""`relay_outbox`: sends what waits in the outbox; several may run, one leads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import configuration
from ...kafka.topics import TopicsNotReady, check_topics, is_away
from ...processes.backoff import patiently
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker
from ...sending.relay import Relay
from ...sql import is_of_the_database


class Command(BaseCommand):
    help = "Send the outbox's messages to Kafka until SIGTERM. A database or a broker that is away is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        patiently(require_durable_database, is_away=is_of_the_database)
        conf = configuration()
        try:
            patiently(lambda: check_topics([conf.sends_to]), is_away=is_away)
            relay = Relay(lambda: open_connection("relay"), batch_size=conf.relay_batch_size)
            worker = Worker("relay", relay.step, relay.close, relay.broker_answers, options["probe_port"])
            worker.describe = lambda: {**relay.leadership.describe(), **relay.fence.describe()}
            worker.run()
        except TopicsNotReady as error:
            raise CommandError(str(error)) from error
