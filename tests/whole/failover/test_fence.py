"""What lets a batch pass: a commit that the synchronous standby has confirmed, and nothing else."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from services.messaging.sending import fence
from services.messaging.sending.fence import Fence
from tests.support.backing_services import wait_until
from tests.support.replication import SECONDS


@contextmanager
def relays_connection(pair, options=""):
    with psycopg.connect(pair.url(), autocommit=True, options=options) as connection:
        yield connection


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(fence, "PATIENCE_SECONDS", 0.3)


@contextmanager
def waiting_fence(pair, connection):
    """The future of a fence that waits until it is told."""
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(Fence().passes, connection)
        wait_until(lambda: pair.primary.waiting_commits() == 1, seconds=SECONDS, what="a fence that waits")
        yield answer


def test_batch_waits_while_the_standby_is_away_and_the_log_says_so_once(pair, impatient, caplog):
    guard = Fence()
    with relays_connection(pair) as connection:
        assert guard.passes(connection)
        pair.standby.kill()
        assert [guard.passes(connection) for _ in range(3)] == [False] * 3
        assert guard.describe() == {"fence_waits": True}
        pair.standby.start()
        pair.wait_for_standby()
        assert guard.passes(connection)
    assert guard.describe() == {"fence_waits": False}
    lines = [str(each.msg) for each in caplog.records]  # however this project writes them
    assert [action for line in lines for action in re.findall("fence_(?:waits|passed)", line)] == [
        "fence_waits",
        "fence_passed",
    ]


@pytest.mark.parametrize("options", ["", "-c client_min_messages=error"])
def test_wait_that_is_cancelled_lets_nothing_pass_though_the_commit_succeeds(pair, monkeypatch, options):
    monkeypatch.setattr(fence, "PATIENCE_SECONDS", SECONDS)
    pair.standby.kill()
    with relays_connection(pair, options) as connection, waiting_fence(pair, connection) as passes:
        pair.primary.ask("SELECT pg_cancel_backend(%s)", connection.info.backend_pid)
        assert passes.result() is False
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_session_that_is_ended_while_it_waits_is_a_lost_connection(pair):
    pair.standby.kill()
    with relays_connection(pair) as connection, waiting_fence(pair, connection) as passes:
        pair.primary.ask("SELECT pg_terminate_backend(%s)", connection.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            passes.result()


def test_time_outs_of_the_session_do_not_end_the_wait(pair, impatient):
    """Its own patience does, and the session goes on."""
    names = ("statement_timeout", "transaction_timeout", "idle_session_timeout", "lock_timeout")
    pair.standby.kill()
    with relays_connection(pair, " ".join(f"-c {name}=100" for name in names)) as connection:
        assert not Fence().passes(connection)
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_relays_other_commits_do_not_wait_for_the_standby(pair, impatient):
    """A mark that is lost is a message sent twice; one that waited would hold a relay that is told to stop."""
    guard = Fence()
    with relays_connection(pair) as connection:
        assert guard.passes(connection)
        pair.standby.kill()
        connection.execute("CREATE TABLE mark ()")


def test_service_whose_own_commits_wait_for_no_standby_is_not_held_up(pair):
    pair.standby.kill()
    with relays_connection(pair, "-c synchronous_commit=local") as connection:
        assert Fence().passes(connection)


def test_standby_that_is_wanted_or_given_up_by_a_reload_is_noticed(pair, impatient, monkeypatch):
    monkeypatch.setattr(fence, "ASK_SECONDS", 0.0)
    guard = Fence()
    pair.standby.kill()
    with relays_connection(pair) as connection:
        assert not guard.passes(connection)
        pair.wish_for_standby("")
        wait_until(lambda: guard.passes(connection), seconds=SECONDS, what="a fence that is gone")
        pair.wish_for_standby("*")
        wait_until(lambda: not guard.passes(connection), seconds=SECONDS, what="a fence that is back")
