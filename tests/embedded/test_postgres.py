"""The embedded PostgreSQL: nothing committed is lost, nobody reads another's data, half-made data is made anew."""

import secrets
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from services.embedded.children import start_child
from services.embedded.databases import create_databases
from services.embedded.ports import free_port
from services.embedded.postgres import Postgres
from services.registry import SERVICES
from tests.embedded.conftest import alive
from tests.support.backing_services import stop, wait_until


@contextmanager
def running(postgres, folder):
    """Start the server; it ends with the block, whatever is left of it."""
    with (folder / "postgres.log").open("ab") as log:
        process = start_child(postgres.command(), stop_signal=signal.SIGINT, cwd="/", stdout=log, stderr=log)
    try:
        wait_until(postgres.ready, seconds=20, what="PostgreSQL")
        yield process
    finally:
        stop(process, signal.SIGINT)


@pytest.fixture
def postgres(tmp_path):
    # pytest's folder is closed to all others, as /root is: the server must run there all the same.
    return Postgres(tmp_path / "with space" / "data", free_port(), secrets.token_hex(8), options=["autovacuum=off"])


def connect(url):
    return psycopg.connect(url, autocommit=True)


def test_committed_rows_outlive_a_kill_of_the_server(postgres, tmp_path):
    postgres.prepare()
    with running(postgres, tmp_path) as process:
        with connect(postgres.superuser_url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        process.kill()
        process.wait()
    wait_until(lambda: not at_work_in(postgres.data), seconds=10, what="the end of the killed server's own children")
    postgres.prepare()
    with running(postgres, tmp_path), connect(postgres.superuser_url()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]


def test_asking_survives_a_pid_file_that_goes_meanwhile(postgres):
    """A server that starts after a kill removes the file of the killed one first."""
    postgres.data.mkdir(parents=True)
    file, over = postgres.data / "postmaster.pid", threading.Event()

    def come_and_go():
        while not over.is_set():
            file.touch()
            file.unlink()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        assert not any(postgres.ready() for _ in range(5_000))
    finally:
        over.set()
        thread.join()


def at_work_in(folder):
    """The ids of the processes that stand in the folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            found += [link.parent.name] if link.readlink() == folder else []
    return found


def test_no_role_enters_anothers_database(postgres, tmp_path):
    postgres.prepare()
    passwords = {name: secrets.token_hex(8) for name in SERVICES}
    with running(postgres, tmp_path):
        for _ in range(2):  # the second time changes nothing
            create_databases(postgres.superuser_url(), passwords)
        for role in SERVICES:
            own = postgres.url(role, passwords[role])
            with connect(own) as connection:
                connection.execute("CREATE TABLE mine (id int)")
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("CREATE DATABASE more")
            for database in {*SERVICES, "postgres", "template1"} - {role}:
                with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
                    connect(own.rpartition("/")[0] + f"/{database}")


def test_a_data_folder_that_was_not_finished_is_made_anew(postgres, tmp_path):
    unfinished = postgres.data.with_name("data.unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    postgres.prepare()
    with running(postgres, tmp_path), connect(postgres.superuser_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_orphan_is_ended_and_a_stranger_with_its_number_is_not(postgres, tmp_path):
    postgres.prepare()
    with running(postgres, tmp_path) as process:
        postgres.end_orphan()
        wait_until(lambda: not alive(process.pid), seconds=10, what="the orphan's end")
        process.wait()
    with start_child(["sleep", "60"]) as stranger:
        (postgres.data / "postmaster.pid").write_text(f"{stranger.pid}\n")
        postgres.end_orphan()
        stranger.terminate()
        assert stranger.wait() == -signal.SIGTERM  # an earlier SIGINT would have ended it first
