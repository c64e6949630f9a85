"""Telling staff about orders that are late."""

from datetime import datetime

import structlog
from django.core.mail import mail_admins
from django.db import transaction

from services.orders.models import Order
from services.orders.queries import delayed_orders

logger = structlog.get_logger(__name__)

AT_ONCE = 100


@transaction.atomic
def alert_staff(*, now: datetime) -> int:
    """Tell staff once of each delayed order: an error in the log, and a mail to ALERT_EMAILS; returns of how many."""
    late = delayed_orders(now=now).filter(alerted_at=None).select_for_update(skip_locked=True)
    ids = list(late.values_list("id", flat=True)[:AT_ONCE])
    if ids:
        logger.error("orders are delayed", action="alert", orders=[str(each) for each in ids])
        lines = "\n".join(str(each) for each in ids)
        hint = "Nothing was taken as far as orders knows. `manage.py orders audit` and the dead letters tell more."
        mail_admins(f"{len(ids)} orders are delayed", f"{lines}\n\n{hint}\n", fail_silently=True)
        Order.objects.filter(id__in=ids).update(alerted_at=now)
    return len(ids)
