import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection

from services.common.http import idempotency
from services.common.http.idempotency import (
    KeyReused,
    TwinInProgress,
    read_key,
    refusals_as_problems,
    transaction_beside_twin,
)
from services.messaging.processes.leader import open_connection
from tests.common.views import ask


def key_of(**headers):
    return ask(read_key, "post", data={}, permission=None, **headers)


def work():
    """What the twin does, too: it writes, and takes the lock that stands for their common effect."""
    with transaction_beside_twin(), connection.cursor() as cursor:
        Group.objects.create(name="work")
        cursor.execute("SELECT pg_advisory_xact_lock(1)")


def fail():
    with transaction_beside_twin():
        Group.objects.create(name="gone")
        raise ZeroDivisionError


def last_too_long():
    with transaction_beside_twin(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(5)")


@pytest.fixture
def twin(transactional_db, monkeypatch):
    """Another session, in the midst of the same work; we wait for it a moment."""
    monkeypatch.setattr(idempotency, "TWIN_WAIT_MILLISECONDS", 50)
    session = open_connection("twin")
    yield session
    session.close()


@pytest.mark.parametrize("key", ["a", "~" * 255, 'with spaces and "signs"', "0190b0d4-7e55-7000-8000-0000000000ab"])
def test_key_is_read_as_it_is(key):
    assert key_of(**{"Idempotency-Key": key}).body == key


def test_request_without_a_key_has_an_empty_one():
    assert key_of().body == ""


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "a\tb", "é", "\x7f", "a\nb", " a", "a "])
def test_malformed_key_is_a_400_that_names_it(key):
    response = key_of(**{"Idempotency-Key": key})
    assert (response.status_code, set(response.body["errors"])) == (400, {"Idempotency-Key"})


def test_work_is_kept_whole_or_not_at_all(transactional_db):
    with transaction_beside_twin():
        Group.objects.create(name="kept")
    with pytest.raises(ZeroDivisionError):
        fail()
    assert [group.name for group in Group.objects.all()] == ["kept"]


def test_twin_that_stays_at_work_is_waited_for_a_moment_only(twin):
    with twin.transaction():
        twin.execute("SELECT pg_advisory_xact_lock(1)")
        with pytest.raises(TwinInProgress):
            work()
    assert not Group.objects.exists()


def test_twin_that_is_done_holds_up_nothing(twin):
    with twin.transaction():
        twin.execute("SELECT pg_advisory_xact_lock(1)")
    work()
    assert Group.objects.exists()


def test_wait_ends_with_its_transaction(twin):
    with transaction_beside_twin():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_other_trouble_of_the_database_is_no_twin(transactional_db):
    with pytest.raises(OperationalError) as trouble:
        last_too_long()
    assert isinstance(trouble.value.__cause__, psycopg.errors.QueryCanceled)


@pytest.mark.parametrize(
    ("error", "status", "slug", "retry_after"),
    [(KeyReused(), 422, "idempotency-key-reused", None), (TwinInProgress(), 409, "in-progress", "1")],
)
def test_refusal_is_told_as_a_problem(error, status, slug, retry_after):
    def answer(request):
        with refusals_as_problems():
            raise error

    response = ask(answer, "post", data={}, permission=None)
    assert (response.status_code, response.body["type"]) == (status, f"/problems/{slug}")
    assert response.get("Retry-After") == retry_after
