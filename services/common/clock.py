"""The one clock of a service, which all of its processes read: its database's."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The database's time at this moment, whatever this process's clock says; later in a transaction it is later."""
    # Django's own cursor: often the first statement of a request, it must notice a connection that has died.
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [now] = cursor.fetchone()
    moment: datetime = now
    return moment
