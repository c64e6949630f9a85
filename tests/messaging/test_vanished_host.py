"""A host that vanishes holds nothing for long: the server ends its session by itself, whatever keeps it open.

`make proof` waits as long as a shop does; else the server's patience is a second.
"""

import os
import threading
import time

import pytest
from django.db import connection, transaction

from services.messaging.processes import leader
from services.messaging.processes.leader import Leadership, Role, open_connection
from services.messaging.receiving import locks
from services.messaging.receiving.locks import PartitionsTaken, lock_partitions
from tests.support.backing_services import wait_until
from tests.support.vanishing import VanishingHost

pytestmark = pytest.mark.django_db(transaction=True)

PROOF = bool(os.environ.get("PROOF"))
MOST_SECONDS = 20


@pytest.fixture
def patience(monkeypatch):
    """Of the server."""
    if not PROOF:
        monkeypatch.setitem(leader.SERVER_SETTINGS, "idle_session_timeout", "1000")
        monkeypatch.setattr(locks, "TAKE", locks.TAKE.replace(f"'{locks.IDLE_SECONDS}s'", "'1s'"))


@pytest.fixture
def far_away(patience):
    """Django's connection, and what copies its parameters, over a host that can vanish."""
    own = connection.settings_dict
    proxy = VanishingHost(own["HOST"], int(own["PORT"]))
    direct_port, own["PORT"] = own["PORT"], str(proxy.port)
    connection.close()

    def back():
        own["PORT"] = direct_port
        connection.close()

    yield proxy, back
    back()
    proxy.close()


def take_over(condition, what):
    began = time.monotonic()
    wait_until(condition, seconds=MOST_SECONDS, what=what)
    print(f"{what}: after {time.monotonic() - began:.1f} s")


@pytest.mark.parametrize("role", Role)
def test_leader_that_vanished_is_followed(far_away, role):
    proxy, come_home = far_away
    vanished = Leadership(role, lambda: open_connection("far"))
    assert vanished.acquire()
    proxy.vanish()
    come_home()
    follower = Leadership(role, lambda: open_connection("near"))
    assert not follower.acquire()
    take_over(follower.acquire, f"another {role} leads")
    follower.close()
    vanished.close()


def test_partition_of_a_consumer_that_vanished_amid_its_work_is_free_again(far_away):
    proxy, come_home = far_away
    held, done = threading.Event(), threading.Event()

    def work_and_vanish():
        with transaction.atomic():
            lock_partitions([("topic", 3)])
            proxy.vanish()
            held.set()
            done.wait(30)
            connection.connection.close()
            connection.connection, connection.in_atomic_block = None, False
        connection.close()

    thread = threading.Thread(target=work_and_vanish, daemon=True)
    thread.start()
    assert held.wait(10)
    come_home()

    def free():
        try:
            with transaction.atomic():
                lock_partitions([("topic", 3)])
        except PartitionsTaken:
            return False
        return True

    assert not free()
    take_over(free, "the partition is free")
    done.set()
    thread.join()


def test_every_session_asks_the_server_to_look_for_its_client(direct):
    session = direct()
    shown = {name: session.execute(f"SHOW {name}").fetchone()[0] for name in leader.SERVER_SETTINGS}
    assert shown == {
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "10000",
        "idle_session_timeout": "10s",
    }
