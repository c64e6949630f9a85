"""Audits that are kept: asked for by staff or by the hour, made by the chores."""

from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from services.orders.clients import PaymentsClient, PaymentsUnavailable
from services.orders.models import Audit
from services.orders.use_cases.auditing import AuditReport, audit

logger = structlog.get_logger(__name__)

MOST_FINDINGS = 1000  # kept by name; all are counted
COUNTS = ("orders", "waiting", "settled", "paid", "rejected", "entries_sum")


def request_audit(*, now: datetime) -> Audit:
    """Ask for an audit; one that waits already is that one."""
    return Audit.objects.filter(finished_at=None).first() or Audit.objects.create(requested_at=now)


def schedule_audit(*, now: datetime) -> int:
    """Ask for an audit where the last one was asked for long enough ago; returns how many."""
    since = now - timedelta(seconds=settings.AUDIT_EVERY_SECONDS)
    if Audit.objects.filter(requested_at__gt=since).exists():
        return 0
    request_audit(now=now)
    return 1


def is_audit_waiting() -> bool:
    return Audit.objects.filter(finished_at=None).exists()


def run_audit(*, payments: PaymentsClient, now: datetime) -> Audit | None:
    """Make the audit that waits longest, if one does. Exceptions are told in the log, with a count."""
    waiting = Audit.objects.filter(finished_at=None).order_by("requested_at").first()
    if waiting is None:
        return None
    try:
        _keep(waiting, audit(payments=payments, now=now))
    except PaymentsUnavailable as error:
        waiting.failure = f"payments cannot be asked: {error}"
    waiting.finished_at = now
    waiting.save()
    if waiting.state != "clean":
        logger.error(
            "the audit is not clean",
            action="audit_not_clean",
            audit=str(waiting.id),
            exceptions=waiting.exceptions,
            failure=waiting.failure,
        )
    return waiting


def _keep(waiting: Audit, report: AuditReport) -> None:
    waiting.counts = {name: getattr(report, name) for name in COUNTS}
    waiting.findings = [{**asdict(each), "fix": each.fix} for each in report.findings[:MOST_FINDINGS]]
    waiting.exceptions = len(report.findings) + (report.entries_sum != 0)
