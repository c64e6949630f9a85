import pytest
from django.db import transaction

from services.messaging.receiving.consumer import Consumer
from services.messaging.receiving.inbox import Inbox
from services.messaging.receiving.led import LedConsumer
from services.messaging.sending.outbox import enqueue
from services.messaging.sending.relay import Relay
from tests.messaging.ring import KEYS, Source, note
from tests.support.backing_services import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(topic, board, direct):
    started = []

    def start():
        inbox = Inbox(handlers=board.handlers, keys={topic: KEYS})
        started.append(LedConsumer(direct, lambda: Consumer([topic], inbox, Source)))
        return started[-1]

    yield start
    for each in started:
        each.close()


def send(direct, text):
    with transaction.atomic():
        enqueue([note(text)])
    relay = Relay(direct)
    relay.drain()
    relay.close()


def read(consumer, board, *texts):
    wait_until(lambda: consumer.step() >= 0 and board.texts() == list(texts), seconds=20, what=f"{texts}", every=0)


def test_one_of_two_reads_and_the_other_takes_over(start, board, direct):
    first, second = start(), start()
    send(direct, "one")
    read(first, board, "one")
    assert (second.step(), second.describe()["leads"]) == (0, False)
    first.close()
    send(direct, "two")
    read(second, board, "one", "two")
    assert second.describe() == {"leads": True, "database": True}


def test_who_lost_its_lock_reads_nothing_until_it_leads_again(start, board, direct):
    first, second = start(), start()
    send(direct, "one")
    read(first, board, "one")
    direct().execute("SELECT pg_terminate_backend(%s)", [first.leadership.direct.info.backend_pid])
    wait_until(lambda: second.step() >= 0 and second.leadership.leads, seconds=20, what="the second leads")
    send(direct, "two")
    assert first.step() == 0
    assert first.describe()["leads"] is False
    read(second, board, "one", "two")
