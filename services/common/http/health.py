"""`/livez` and `/readyz`."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string

_migrated = False


def livez(_: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "alive", "service": settings.SERVICE_NAME})


def readyz(_: HttpRequest) -> JsonResponse:
    """200 where the own database answers and is migrated, else 503.

    What lies outside the process (broker, upstreams, ages) is told as `degraded`: taking this instance out of
    service would not mend it.
    """
    try:
        database = "ok" if is_migrated() else "migrations pending"
    except DatabaseError:
        database = "unreachable"
    if database != "ok":
        return JsonResponse({"status": "unready", "database": database}, status=503)
    degraded: dict[str, Any] = {}
    for path in settings.HEALTH_DETAILS:
        degraded |= import_string(path)()
    return JsonResponse({"status": "ready", "database": database, "degraded": degraded})


def is_migrated() -> bool:
    """Whether every migration has run; asks the database each time, but reads the plan only until it is empty."""
    global _migrated
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
