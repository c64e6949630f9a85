"""Raw SQL for the hot paths, on Django's own connection and so in Django's transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

# SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html). Of timing alone: serialization failure,
# deadlock, lock not available, statement and transaction time-outs.
CONTESTED = ("40", "55P03", "57014", "25P04")
# And of the server's own state: connection, resources, operator, system, an idle session that was ended.
OF_ITSELF = (*CONTESTED, "08", "53", "57", "58", "25P03")


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
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(self._types)

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


def fetch(statement: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    with fast_cursor() as cursor:
        cursor.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


def is_of_the_database(error: BaseException) -> bool:
    """Whether the database said it of itself (lost, deadlock, busy, full), and not of what it was asked to do.

    The error alone decides: Django may have opened a new connection before anybody can look at the lost one.
    """
    return any(
        cause.sqlstate.startswith(OF_ITSELF) if cause.sqlstate else isinstance(cause, psycopg.OperationalError)
        for cause in _causes(error)
    )


def is_contested(error: BaseException) -> bool:
    """Whether others were in its way, and not the server's state: the same work can succeed in smaller parts."""
    return any(cause.sqlstate and cause.sqlstate.startswith(CONTESTED) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[psycopg.Error]:
    """The errors of PostgreSQL that it was raised from or beside."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, psycopg.Error):
            yield seen
        seen = seen.__cause__ or seen.__context__
