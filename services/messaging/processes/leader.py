"""One leader among several processes, by a PostgreSQL session advisory lock on a connection of its own."""

import zlib
from typing import Any

import psycopg
from django.db import connection

Connection = psycopg.Connection[tuple[Any, ...]]


def open_connection(name: str) -> Connection:
    """A direct connection in autocommit, outside Django: it holds session locks, listens, and never a transaction.

    Needs a real session: not through a pooler in transaction mode.
    """
    parameters = connection.get_connection_params()
    wanted = {key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")}
    keepalive = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
    return psycopg.connect(**{**wanted, **keepalive, "application_name": name}, autocommit=True)


def lock_number(name: str) -> int:
    """A 32-bit number for a name, signed as PostgreSQL's `integer` is."""
    return zlib.crc32(name.encode()) - 2**31


def try_lead(direct: Connection, role: str) -> bool:
    """Become the leader of the role if nobody is; held until the connection ends.

    A try, never a wait: a waiting statement holds a snapshot and stops vacuum.
    """
    row = direct.execute("SELECT pg_try_advisory_lock(%s, 0)", [lock_number(role)]).fetchone()
    return bool(row and row[0])
