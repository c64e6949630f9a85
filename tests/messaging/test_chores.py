import pytest
from django.db import connection

from services.messaging.processes.chores import Chores
from tests.support.backing_services import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(direct):
    """Chores by a connection of their own."""

    def start(*work, every=0):
        return Chores(direct, dict.fromkeys(work, every))

    return start


class Noted:
    """A chore that counts its runs, and does what it is told to."""

    __name__ = "noted"

    def __init__(self, does=lambda: None):
        self.runs = 0
        self.does = does

    def __call__(self):
        self.runs += 1
        self.does()


def refuse():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_chore_runs_when_it_is_due_and_not_before(start):
    often, seldom = Noted(), Noted()
    chores = start(often)
    rare = start(seldom, every=3600)
    for _ in range(3):
        chores.step()
    chores.close()
    for _ in range(3):
        rare.step()
    assert (often.runs, seldom.runs) == (3, 1)


def test_one_of_two_processes_runs_them_and_the_other_takes_over(start):
    ours, theirs = Noted(), Noted()
    first, second = start(ours), start(theirs)
    first.step()
    second.step()
    assert (ours.runs, theirs.runs) == (1, 0)
    first.close()
    wait_until(lambda: second.step() or theirs.runs == 1, seconds=10, what="the second leads")
    assert ours.runs == 1


def test_chore_that_the_database_refuses_runs_again_and_holds_up_no_other(start):
    failing, other = Noted(refuse), Noted()
    chores = start(failing, other)
    chores.step()
    chores.step()
    assert (failing.runs, other.runs) == (2, 2)


def test_error_of_the_code_ends_the_process(start):
    def mistake():
        raise TypeError("a mistake of ours")

    chores = start(Noted(mistake))
    with pytest.raises(TypeError):
        chores.step()


def test_who_lost_the_lock_with_its_session_runs_nothing_beside_the_new_leader(start, direct):
    ours, theirs = Noted(), Noted()
    first, second = start(ours), start(theirs)
    first.step()
    direct().execute("SELECT pg_terminate_backend(%s)", [first.leadership.direct.info.backend_pid])
    wait_until(lambda: second.step() or theirs.runs == 1, seconds=10, what="the second leads")
    first.step()
    assert ours.runs == 1
