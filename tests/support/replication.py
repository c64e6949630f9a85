"""A primary and its synchronous standby, on free ports in a folder of their own; to be killed and promoted."""

import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg

from services.embedded.children import start_child
from services.embedded.databases import create_databases
from services.embedded.ports import free_port
from services.embedded.postgres import Postgres, binaries
from services.embedded.unprivileged import command_prefix, give_away
from tests.support.backing_services import wait_until

# Processes die here and the machine does not, so the disk need not be waited for; the standby is.
OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=on", "wal_retrieve_retry_interval=100ms")
SERVICE = "orders"
SECONDS = 60


class Server(Postgres):
    """One PostgreSQL server that others may follow."""

    process: "subprocess.Popen[bytes]"

    def _access_rules(self) -> str:
        return super()._access_rules() + "host replication postgres 127.0.0.1/32 scram-sha-256\n"

    def start(self) -> None:
        with self.data.with_suffix(".log").open("ab") as log:
            self.process = start_child(self.command(), stop_signal=signal.SIGINT, stdout=log, stderr=log, cwd="/")
        wait_until(self.ready, seconds=SECONDS, what=f"PostgreSQL in {self.data.name}")

    def kill(self) -> None:
        """All its processes end at once, as with `kill -9` of each."""
        if self.process.poll() is None:
            sessions = psutil.Process(self.process.pid).children()
            self.process.kill()  # first: it would start others in their place
            for session in sessions:
                with suppress(psutil.NoSuchProcess):
                    session.kill()
            self.process.wait()
            psutil.wait_procs(sessions)

    def waiting_commits(self) -> int:
        """Sessions whose commit waits for the standby."""
        return int(self.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))

    def ask(self, query: LiteralString, *parameters: object) -> Any:
        """The first column of the first row, by the superuser in the service's database; None where there is none."""
        with psycopg.connect(self.superuser_url(), dbname=SERVICE, autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


class Pair:
    """The primary that clients reach, and the standby that each of its commits waits for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.password = secrets.token_hex(16)
        self.made = 0
        self.primary = self._server(self._data())
        self.standby: Server | None = None
        self.primary.prepare()
        self.primary.start()
        create_databases(self.primary.superuser_url(), {SERVICE: self.password})

    def follow(self) -> None:
        """Give the primary a new standby, and let commits wait for it from now on."""
        self.standby = standby = self._server(self._copy())
        standby.prepare()
        standby.start()
        self.wish_for_standby("*")
        self.wait_for_standby()

    def mend(self) -> None:
        """As after `follow`, whatever was killed, promoted or wished."""
        if self.standby is None:
            return self.follow()
        for server in (self.primary, self.standby):
            if server.process.poll() is not None:
                server.start()
        self.wish_for_standby("*")
        self.wait_for_standby()

    def wish_for_standby(self, names: LiteralString) -> None:
        """Which standbys commits wait for, from the next reload on."""
        self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.primary.ask("SELECT pg_reload_conf()")

    def wait_for_standby(self) -> None:
        """Until commits wait for the standby, and it answers."""
        in_step = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"
        wait_until(lambda: self.primary.ask(in_step) == 1, seconds=SECONDS, what="a synchronous standby")

    def promote(self) -> Server:
        """The standby is the primary from now on; returns the old one, dead or alive: what it has alone is lost."""
        old, new = self.primary, self.standby
        assert new, "there is no standby"
        assert new.ask("SELECT pg_promote()"), "the standby was not promoted"  # it waits for the end of it
        self.primary, self.standby = new, None
        return old

    def url(self) -> str:
        """Where the service finds its database."""
        return self.primary.url(SERVICE, self.password)

    def stop(self) -> None:
        for server in (self.primary, self.standby):
            if server:
                server.kill()

    def _server(self, data: Path) -> Server:
        return Server(data, free_port(), self.password, options=OPTIONS)

    def _data(self) -> Path:
        self.made += 1
        return self.folder / f"server-{self.made}"

    def _copy(self) -> Path:
        """A new data folder with all that the primary has, but for its wish for a standby."""
        data = self._data()
        data.mkdir(mode=0o700)
        give_away(data)
        command = [*command_prefix(binaries(), data), str(binaries() / "pg_basebackup"), "--no-sync"]
        command += ["-d", self.primary.superuser_url(), "-D", str(data), "--write-recovery-conf", "--checkpoint=fast"]
        subprocess.run(command, cwd="/", check=True, capture_output=True)
        settings = data / "postgresql.auto.conf"
        lines = settings.read_text().splitlines(keepends=True)
        settings.write_text("".join(line for line in lines if not line.startswith("synchronous_standby_names")))
        return data


@contextmanager
def running_pair() -> Iterator[Pair]:
    """A pair without the shop's tables; both are gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="shop-failover-"))
    folder.chmod(0o755)
    pair = Pair(folder)
    try:
        pair.follow()
        yield pair
    finally:
        pair.stop()
        shutil.rmtree(folder)
