import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections

from services.embedded.children import start_child
from services.embedded.ports import free_port
from services.embedded.postgres import Postgres
from services.messaging.processes.durability import require_durable_database
from tests.support.backing_services import stop, wait_until
from tests.support.configure import configure


@pytest.fixture(scope="module")
def server():
    """PostgreSQL as it is delivered; the tests' own saves its disk."""
    with tempfile.TemporaryDirectory(prefix="durable-") as folder:
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder) / "postgres", free_port(), "a-password-of-the-test")
        postgres.prepare()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = start_child(postgres.command(), stop_signal=signal.SIGINT, cwd="/", **quiet)
        try:
            wait_until(postgres.ready, seconds=30, what="PostgreSQL")
            yield postgres
        finally:
            stop(process, signal.SIGINT)


@pytest.fixture
def administrator(server):
    with psycopg.connect(server.superuser_url(), autocommit=True) as session:
        yield session
        session.execute("ALTER SYSTEM RESET ALL")
        session.execute("SELECT pg_reload_conf()")


@pytest.fixture
def start(server, settings, django_db_blocker):
    """What a worker does first, on that server."""
    tests_own, own = connections["default"], connection.copy()
    own.settings_dict |= {"NAME": "postgres", "USER": "postgres", "PASSWORD": server.password, "PORT": server.port}
    configure(settings, ALLOW_UNSAFE_DATABASE=False)
    connections["default"] = own
    with django_db_blocker.unblock():
        yield require_durable_database
        own.close()
    connections["default"] = tests_own


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "full_page_writes"])
def test_worker_refuses_a_database_that_forgets(start, administrator, settings, name):
    administrator.execute(f"ALTER SYSTEM SET {name} = off")
    administrator.execute("SELECT pg_reload_conf()")
    wait_until(lambda: administrator.execute(f"SHOW {name}").fetchone() == ("off",), seconds=10, what=f"{name} off")
    with pytest.raises(SystemExit, match=f"PostgreSQL runs with {name}=off"):
        start()
    configure(settings, ALLOW_UNSAFE_DATABASE=True)
    start()


def test_worker_takes_a_database_that_keeps_what_it_confirms(start):
    start()
