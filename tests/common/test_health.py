import pytest
from django.db import connection

from services.common.http import health


@pytest.fixture
def unsure(monkeypatch):
    """A process that has not yet seen that all migrations have run."""
    monkeypatch.setattr(health, "_migrated", False)


@pytest.fixture
def unreachable(transactional_db, monkeypatch):
    """The database has moved away."""
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", 1)
    yield
    monkeypatch.undo()
    connection.close()


@pytest.fixture
def without_dead_letters(transactional_db):
    """A table is gone, and with it what is told from it."""
    execute("ALTER TABLE messaging_deadletter RENAME TO elsewhere")
    yield
    execute("ALTER TABLE elsewhere RENAME TO messaging_deadletter")


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_ready_process_names_only_what_is_degraded(db, client, unsure):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "database": "ok",
        "degraded": {"relay_has_leader": False, "chores_have_leader": False},
    }


def test_process_is_unready_until_every_migration_has_run(db, client, unsure):
    execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unready", "database": "migrations pending"}


def test_process_is_unready_and_alive_while_its_database_is_unreachable(client, unreachable):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unready", "database": "unreachable"}
    assert client.get("/livez").status_code == 200


def test_process_is_ready_again_with_its_database(client, transactional_db):
    connection.close()
    assert client.get("/readyz").status_code == 200


def test_fact_that_cannot_be_read_is_degraded_and_hides_no_other(client, without_dead_letters):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["degraded"] == {
        "dead_letters": None,
        "relay_has_leader": False,
        "chores_have_leader": False,
    }


def test_live_process_says_who_it_is(client, settings):
    assert client.get("/livez").json() == {"status": "alive", "service": settings.SERVICE_NAME}
