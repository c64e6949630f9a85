"""Fixtures of more than one folder."""

import pytest
from django.conf import settings
from django.db import connection

from tests.support.whole_shop import shop  # noqa: F401 - found here by name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let Django empty the tables between transactional tests; the ledger's own trigger would refuse it."""
    if "services.payments" in settings.INSTALLED_APPS:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE payments_ledgerentry DISABLE TRIGGER ledger_is_not_emptied")
