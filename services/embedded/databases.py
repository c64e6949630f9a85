"""A role and a database for each service: `python -m services.embedded.databases`, a step of `make run`."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg
from psycopg import sql

from services.common import env
from services.registry import EXAMPLE, SERVICES

Connection = psycopg.Connection[tuple[object, ...]]


def create_databases(superuser_url: str, passwords: Mapping[str, str], *, test_databases: bool = False) -> None:
    """A role and a database for each service; no role can connect to another's. Safe to call again.

    With `test_databases` the roles may create databases, and reach `postgres`, where Django's test runner starts.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for database in () if test_databases else ("postgres", "template1"):
            close(connection, database)
        for name, password in passwords.items():
            create_role(connection, name, password, may_create="CREATEDB" if test_databases else "NOCREATEDB")
            create_database(connection, name)
            close(connection, name)


def create_role(connection: Connection, name: str, password: str, *, may_create: LiteralString) -> None:
    role = sql.Identifier(name)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    rights = sql.SQL(may_create)
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}").format(role, rights, sql.Literal(password)))


def create_database(connection: Connection, name: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(name)))


def close(connection: Connection, database: str) -> None:
    """Let nobody in but the owner and the superuser."""
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))


if __name__ == "__main__":
    wanted = [*SERVICES.values(), *([EXAMPLE] if EXAMPLE.database_url in env.values() else [])]
    passwords = {each.name: str(env.database(each.database_url)["PASSWORD"]) for each in wanted}
    create_databases(env.text("POSTGRES_SUPERUSER_URL"), passwords)
