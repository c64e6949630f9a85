"""Fixtures of more than one folder."""

import pytest
from django.apps import apps
from django.db import connection

from tests.support.whole_shop import running_shop


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let Django empty the tables between transactional tests; the ledger's own trigger would refuse it."""
    if apps.is_installed("services.payments"):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE payments_ledgerentry DISABLE TRIGGER ledger_is_not_emptied")


@pytest.fixture(scope="session")
def shop():
    """One whole shop for all tests of a run."""
    with running_shop() as started:
        yield started
