"""A worker refuses to start on a database that forgets what it has confirmed."""

import sys

from django.db import connection

from ..conf import configuration


def require_durable_database() -> None:
    """Exit with one line where `fsync` or `synchronous_commit` is off, unless the tests' own setting allows it."""
    if configuration().allow_unsafe_database:
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s)", [name])
            row = cursor.fetchone()
        if row is None or row[0] == "off":
            sys.exit(f"PostgreSQL runs with {name}=off and would lose what it has confirmed: turn it on")
