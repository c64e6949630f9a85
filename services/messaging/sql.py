"""Raw SQL for the hot paths, on Django's own connection and so in Django's transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DatabaseError, connection

# Rolled back by PostgreSQL for reasons of timing alone: serialization failure, deadlock, lock not available.
TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03"})


class Given:
    """Rows that a statement is given as one array a column; each column is named once, here, with its SQL type.

    `f"… FROM {GIVEN}"` reads them as a table `given` with their `position`, from 1; `GIVEN.arrays(rows)` are the
    parameters. `%b` sends arrays in binary, 4 to 5 times as fast as text.
    """

    def __init__(self, **types: str) -> None:
        self._types = types

    def __str__(self) -> str:
        arrays = ", ".join(f"%b::{each}[]" for each in self._types.values())
        return f"unnest({arrays}) WITH ORDINALITY AS given({self.columns}, position)"

    @property
    def columns(self) -> str:
        """The names, quoted, for the column list of an INSERT and its SELECT."""
        return self.columns_without()

    def columns_without(self, *others: str) -> str:
        """The names but for those that steer the statement and are no columns of its table."""
        return ", ".join(f'"{name}"' for name in self._types if name not in others)

    def arrays(self, rows: Iterable[Mapping[str, object]]) -> list[list[object]]:
        """The columns of the rows; a row without one of them raises `KeyError`."""
        kept = list(rows)
        return [[row[name] for row in kept] for name in self._types]


@contextmanager
def fast_cursor() -> Iterator["psycopg.Cursor[tuple[Any, ...]]"]:
    """A cursor that binds on the server, where Django's own writes the values into the statement.

    Errors are raised as Django's.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def fetch(statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    with fast_cursor() as cursor:
        cursor.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction can succeed if it is only tried again."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    return isinstance(cause, psycopg.Error) and cause.sqlstate in TRANSIENT_STATES


def is_of_the_database(error: BaseException) -> bool:
    """Whether the database said it of itself (lost, deadlock), and not of what it was asked to do."""
    return is_transient(error) or (isinstance(error, DatabaseError) and connection_is_lost())


def connection_is_lost() -> bool:
    """Whether the connection must be opened anew."""
    return connection.connection is None or connection.connection.broken or not connection.is_usable()
