"""What orders does by itself every so often; each chore reads the database's clock once."""

import threading

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from services.common.clock import database_now
from services.orders import use_cases
from services.orders.clients import PaymentsClient

logger = structlog.get_logger(__name__)
_auditing = threading.Lock()


def resend_unsettled() -> int:
    """Send lost payment tasks again; returns how many."""
    return use_cases.resend_unsettled(now=database_now())


def alert_staff() -> int:
    """Tell staff of delayed orders; returns of how many."""
    return use_cases.alert_staff(now=database_now())


def schedule_audit() -> int:
    """Ask for the next audit when it is due; returns how many."""
    return use_cases.schedule_audit(now=database_now())


def run_audits() -> int:
    """Begin the audit that waits, if one does, in a thread of its own: the other chores do not wait for it."""
    if not use_cases.is_audit_waiting() or not _auditing.acquire(blocking=False):
        return 0
    threading.Thread(target=_run_audit, name="audit", daemon=True).start()
    return 1


def _run_audit() -> None:
    try:
        payments = PaymentsClient(settings.PAYMENTS_URL, key=settings.AUDIT_TOKEN_KEY)
        use_cases.run_audit(payments=payments, now=database_now())
    except DatabaseError:
        logger.warning("an audit could not be made", action="audit_failed", exc_info=True)
    finally:
        connection.close()
        _auditing.release()
