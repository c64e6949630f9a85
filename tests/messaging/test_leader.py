import pytest
from django.db import connection

from services.messaging.processes.leader import lock_number, try_lead
from tests.support.backing_services import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def leaders(role):
    """The sessions that PostgreSQL says hold the role."""
    with connection.cursor() as cursor:
        # It shows the two 32-bit halves of a lock as unsigned numbers.
        number = lock_number(role) % 2**32
        cursor.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted", [number])
        return [pid for (pid,) in cursor.fetchall()]


def test_one_of_two_leads(direct):
    first, second = direct(), direct()
    assert (try_lead(first, "test"), try_lead(second, "test")) == (True, False)
    assert leaders("test") == [first.info.backend_pid]


def test_roles_do_not_meet(direct):
    first, second = direct(), direct()
    assert (try_lead(first, "test"), try_lead(second, "another test")) == (True, True)


def test_lock_ends_with_a_killed_session(direct):
    first, second = direct(), direct()
    try_lead(first, "test")
    second.execute("SELECT pg_terminate_backend(%s)", [first.info.backend_pid])
    wait_until(lambda: try_lead(second, "test"), seconds=10, what="the second leads")
    assert leaders("test") == [second.info.backend_pid]


def test_number_of_a_role_is_the_same_in_every_release():
    """Two releases side by side, as while one replaces the other, must not both lead."""
    assert (lock_number("relay"), lock_number("chores")) == (-583343431, -212466476)
