"""`relay_outbox`: sends what waits in the outbox; several may run, one leads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...conf import configuration
from ...kafka.topics import TopicsNotReady, check_topics
from ...processes.durability import require_durable_database
from ...processes.leader import open_connection
from ...processes.worker import Worker
from ...sending.relay import Relay


class Command(BaseCommand):
    help = "Send the outbox's messages to Kafka until SIGTERM. A database that is lost is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--probe-port", type=int, help="serve /livez and /readyz there")

    def handle(self, *args: Any, **options: Any) -> None:
        require_durable_database()
        conf = configuration()
        if not conf.sends:
            raise CommandError("MESSAGING SENDS names no topic: there is nothing to relay")
        try:
            check_topics(conf.topics_sent_to)
            relay = Relay(lambda: open_connection("relay"), batch_size=conf.relay_batch_size)
            worker = Worker("relay", relay.step, relay.close, relay.broker_answers, options["probe_port"])
            worker.describe = lambda: {**relay.leadership.describe(), **relay.fence.describe()}
            worker.run()
        except TopicsNotReady as error:
            raise CommandError(str(error)) from error
