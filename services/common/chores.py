"""What every service does by itself: what is over goes, in small steps, so that nobody waits for long."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from services.common.clock import database_now
from services.common.models import Throttle

STEP = 1000
MOST_STEPS = 100  # at a time; the rest is for the next
THROTTLES_FORGOTTEN_AFTER = timedelta(days=1)


def delete_in_steps(rows: "QuerySet[Any]") -> int:
    """Delete these rows, a thousand at a time and a hundred thousand at most; returns how many."""
    deleted = 0
    for _ in range(MOST_STEPS):
        step = list(rows.values_list("pk", flat=True)[:STEP])
        rows.model.objects.filter(pk__in=step).delete()
        deleted += len(step)
        if len(step) < STEP:
            break
    return deleted


def clear_sessions() -> int:
    """Sessions that are over go; returns how many."""
    sessions = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    return delete_in_steps(sessions.objects.filter(expire_date__lt=database_now()))


def clear_throttles() -> int:
    """What was tried a day ago is forgotten; returns how many."""
    return delete_in_steps(Throttle.objects.filter(last_at__lt=database_now() - THROTTLES_FORGOTTEN_AFTER))
