"""`/livez` and `/readyz`."""

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from services.messaging.facts import facts

_migrated = False


def livez(_: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "alive", "service": settings.SERVICE_NAME})


def readyz(_: HttpRequest) -> JsonResponse:
    """200 where the own database answers and is migrated, else 503.

    A fact that is out of bounds or cannot be read is told as `degraded` and is no reason for 503: it lies outside
    this process, and to take the process out of service would not mend it.
    """
    try:
        database = "ok" if is_migrated() else "migrations pending"
    except Error:
        database = "unreachable"
    if database != "ok":
        return JsonResponse({"status": "unready", "database": database}, status=503)
    readings = [fact.take() for fact in facts() if fact.is_bounded]
    degraded = {reading.fact.name: reading.value for reading in readings if reading.is_degraded}
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
