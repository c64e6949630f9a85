"""A host that vanishes holds nothing for long: the server ends its session by itself, whatever keeps it open."""

import threading

import pytest
from django.db import connection, transaction

from services.messaging.processes import leader
from services.messaging.processes.leader import Leadership, open_connection
from services.messaging.receiving import locks
from services.messaging.receiving.locks import PartitionsTaken, lock_partitions
from tests.support.backing_services import wait_until
from tests.support.proxy import Proxy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def far_away():
    """Django's connection, and what copies its parameters, over a host that can vanish."""
    own = connection.settings_dict
    proxy = Proxy(own["HOST"], int(own["PORT"]))
    direct_port, own["PORT"] = own["PORT"], str(proxy.port)
    connection.close()

    def back():
        own["PORT"] = direct_port
        connection.close()

    yield proxy, back
    back()
    proxy.close()


def test_leader_that_vanished_is_followed(far_away, monkeypatch):
    proxy, come_home = far_away
    monkeypatch.setitem(leader.SERVER_SETTINGS, "idle_session_timeout", "1000")
    vanished = Leadership("relay", lambda: open_connection("far"))
    assert vanished.acquire()
    proxy.hold()
    come_home()
    follower = Leadership("relay", lambda: open_connection("near"))
    assert not follower.acquire()
    wait_until(follower.acquire, seconds=15, what="led by the next")
    follower.close()
    vanished.close()


def test_partition_of_a_consumer_that_vanished_amid_its_work_is_free_again(far_away, monkeypatch):
    proxy, come_home = far_away
    monkeypatch.setattr(locks, "TAKE", locks.TAKE.replace(f"'{locks.IDLE_SECONDS}s'", "'1s'"))
    held, done = threading.Event(), threading.Event()

    def work_and_vanish():
        with transaction.atomic():
            lock_partitions([("topic", 3)])
            proxy.hold()
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
    wait_until(free, seconds=15, what="the partition's lock")
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
