import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from services.messaging.sql import Given, fetch, is_of_the_database

pytestmark = pytest.mark.django_db(transaction=True)

PARCELS = Given(id="uuid", order="int", label="text", value="bytea")
ROWS = [
    {"id": uuid.UUID(int=2), "order": 1, "label": "it's {quoted}", "value": b"\0\xff"},
    {"id": uuid.UUID(int=1), "order": None, "label": "", "value": b""},
]


def error_of(statement):
    with pytest.raises(DatabaseError) as raised:
        fetch(statement)
    return raised.value


def test_rows_are_given_as_they_are_and_in_their_order():
    found = fetch(f"SELECT {PARCELS.columns} FROM {PARCELS} ORDER BY position", PARCELS.arrays(ROWS))
    assert [dict(zip(ROWS[0], row, strict=True)) for row in found] == ROWS


def test_no_rows_are_given_as_none():
    assert fetch(f"SELECT * FROM {PARCELS}", PARCELS.arrays([])) == []


def test_row_that_lacks_a_column_is_refused():
    with pytest.raises(KeyError, match="label"):
        PARCELS.arrays([{"id": uuid.uuid4(), "order": 1}])


def test_columns_that_steer_the_statement_are_left_out():
    assert PARCELS.columns_without("order", "value") == '"id", "label"'


def test_statement_shares_djangos_transaction(board):
    with transaction.atomic():
        fetch("INSERT INTO board (text) VALUES ('lost')")
        transaction.set_rollback(True)
    assert board.texts() == []


def test_lock_that_is_not_had_is_the_databases_own_matter(board, direct):
    fetch("INSERT INTO board (text) VALUES ('held')")
    other = direct()
    other.execute("BEGIN")
    other.execute("SELECT FROM board FOR UPDATE")
    assert is_of_the_database(error_of("SELECT FROM board FOR UPDATE NOWAIT"))


def test_killed_session_is_the_databases_own_matter(direct):
    ((pid,),) = fetch("SELECT pg_backend_pid()")
    direct().execute("SELECT pg_terminate_backend(%s)", [pid])
    assert is_of_the_database(error_of("SELECT 1"))
    connection.close()


@pytest.mark.parametrize("statement", ["SELECT 1 / 0", "SELECT nothing", "INSERT INTO board (id) VALUES (1)"])
def test_what_was_asked_wrongly_is_the_askers(board, statement):
    assert not is_of_the_database(error_of(statement))


def test_error_of_the_business_is_not_the_databases():
    assert not is_of_the_database(ValueError("no"))
