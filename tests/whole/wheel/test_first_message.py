"""Two projects that know nothing of this repository install the wheel and do what its README says."""

import pytest
from confluent_kafka import Consumer, TopicPartition

from services.common.env import ROOT
from services.embedded.ports import free_port
from tests.proof.chaos.topics import Topics
from tests.support.backing_services import wait_until
from tests.whole.wheel.readme import BLOCKS, COMMANDS, FEED, blocks, lines_of_ones_own

pytestmark = pytest.mark.timeout(300)  # on a busy machine pip alone takes a minute

MESSAGES = 1000
# As the README confirms one booking, which is the first; each of these has a transaction of its own, too.
SEASON = f"""
from django.db import transaction
from exactly_once import publish

for number in range(1, {MESSAGES}):
    with transaction.atomic():
        publish("booking.confirmed", subject=f"b{{number}}", key=f"guest {{number % 50}}",
                payload={{"guest": f"guest {{number}}", "nights": number}})
"""
INVOICES = "SELECT guest, nights FROM invoices_invoice"
LOST = "SELECT lost FROM messaging_feedposition"
EXPECTED = [("Ann", 3), *((f"guest {number}", number) for number in range(1, MESSAGES))]
WHERE = "import sys, exactly_once; print(exactly_once.__file__, *sys.path, sep='\\n')"


def test_first_message_costs_at_most_twelve_lines_of_ones_own():
    assert len(BLOCKS) == 4
    assert len(lines_of_ones_own()) <= 12


def test_nothing_of_this_repository_is_within_reach_of_the_projects(bookings):
    package, *path = bookings.manage("shell", "-v0", "-c", WHERE).split()
    assert "site-packages/exactly_once" in package
    assert not [folder for folder in path if folder.startswith(str(ROOT))]


def test_check_names_a_missing_key_ring_in_one_line(bookings):
    bookings.append("bookings/settings.py", 'MESSAGING["KEYS"] = {}\n')
    with pytest.raises(AssertionError) as told:
        bookings.manage("check")
    (line,) = [line for line in str(told.value).splitlines() if "KEYS" in line]
    assert "MESSAGING KEYS has no key ring for the topic bookings" in line


def test_each_of_1000_messages_has_one_effect_when_both_sides_are_killed_and_records_come_again(
    bookings, invoices, broker
):
    *preparations, work = COMMANDS
    for project in (bookings, invoices):
        for command in ("check", *preparations):
            project.manage(command)
    topic = Topics(broker, ["bookings"], seed=1)

    with bookings.running(work) as relay, invoices.running(work) as consumer:
        bookings.manage("shell", "-c", "import bookings.confirm")
        wait_until(lambda: invoices.rows(INVOICES) == EXPECTED[:1], seconds=30, what="first invoice")
        bookings.append("bookings/season.py", SEASON)
        with bookings.running("shell", "-c", "import bookings.season") as season:
            wait_until(lambda: bookings.count("messaging_delivery") > 100, seconds=60, what="a part of the season sent")
            relay.kill()
            assert season.wait(60) == 0
        assert bookings.count("messaging_pendingdelivery") > 0

        with bookings.running(work) as relay:
            wait_until(lambda: invoices.count("invoices_invoice") > 300, seconds=60, what="a part of the invoices")
            consumer.kill()
            consumer.wait()
            assert invoices.count("invoices_invoice") < MESSAGES
            assert topic.repeat(200)

            with invoices.running(work) as consumer:
                wait_until(lambda: bookings.count("messaging_pendingdelivery") == 0, seconds=60, what="all are sent")
                assert topic.repeat(300)
                wait_until(lambda: confirmed(broker) >= MESSAGES + 200 + 300, seconds=60, what="all are read")
    assert sorted(invoices.rows(INVOICES)) == sorted(EXPECTED)
    assert (invoices.count("messaging_deadletter"), bookings.count("messaging_deadletter")) == (0, 0)
    assert invoices.rows("SELECT sum(duplicates) > 200 FROM messaging_inboxmessage") == [(True,)]
    assert (relay.returncode, consumer.returncode) == (0, 0)


@pytest.fixture
def bookings_that_tell(bookings, invoices):
    """The bookings' web server, and both projects with what the README says of a broker that forgets."""
    port = free_port()
    ours = {path: text.replace(":8000/", f":{port}/") for path, text in blocks(FEED).items()}
    for project in (bookings, invoices):
        project.type(ours)
        for command in ("check", "migrate"):
            project.manage(command)
    with bookings.running("runserver", "--noreload", str(port)):
        yield bookings


def test_what_the_broker_forgot_has_its_effect_once(bookings_that_tell, invoices, forgetful_broker):
    bookings, work = bookings_that_tell, COMMANDS[-1]
    bookings.append("bookings/season.py", SEASON)
    with bookings.running(work):
        with invoices.running(work):
            bookings.manage("shell", "-c", "import bookings.confirm")
            wait_until(lambda: invoices.rows(INVOICES) == EXPECTED[:1], seconds=30, what="first invoice")
        bookings.manage("shell", "-c", "import bookings.season")
        wait_until(lambda: bookings.count("messaging_pendingdelivery") == 0, seconds=60, what="all are sent")
        assert bookings.count("messaging_delivery") == MESSAGES
        forgetful_broker.forget()
        with invoices.running(work):
            wait_until(lambda: invoices.count("invoices_invoice") == MESSAGES, seconds=60, what="all invoices")
            wait_until(lambda: invoices.rows(LOST) == [(MESSAGES - 1,)], seconds=10, what="they are counted")
    assert sorted(invoices.rows(INVOICES)) == sorted(EXPECTED)
    assert invoices.count("messaging_deadletter") == 0


def confirmed(broker):
    """How many records of the topic the invoices have read and confirmed."""
    reader = Consumer({"bootstrap.servers": broker, "group.id": "invoices"})
    try:
        partitions = reader.list_topics("bookings", timeout=10).topics["bookings"].partitions
        offsets = reader.committed([TopicPartition("bookings", number) for number in partitions], timeout=10)
        return sum(max(each.offset, 0) for each in offsets)  # below 0: nothing yet
    finally:
        reader.close()
