"""`manage.py orders audit`: compares orders with payments' settlements and ledger."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.orders.clients import PaymentsClient, PaymentsUnavailable
from services.orders.use_cases import auditing


class Command(BaseCommand):
    help = "Compare every order with payments, print a table, and exit 1 where anything differs. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        payments = PaymentsClient(settings.PAYMENTS_URL, key=settings.AUDIT_TOKEN_KEY)
        try:
            report = auditing.audit(payments=payments, now=timezone.now())
        except PaymentsUnavailable as error:
            raise CommandError(f"payments cannot be asked: {error}") from error
        for name, value in rows(report):
            self.stdout.write(f"{name:<40} {value:>12}")
        for finding in report.findings:
            self.stdout.write(f"\n{finding.kind}: {finding.subject}: {finding.detail}\n  mend: {finding.mend}")
        if not report.clean:
            sys.exit(1)


def rows(report: auditing.AuditReport) -> list[tuple[str, int]]:
    """The table."""
    return [
        ("orders", report.orders),
        ("  still waiting", report.waiting),
        ("  settled", report.settled),
        ("    PAID", report.paid),
        ("    REJECTED", report.rejected),
        ("missing in payments", report.count(auditing.MISSING)),
        ("double or half booked", report.count(auditing.DOUBLE)),
        ("orphaned in payments", report.count(auditing.ORPHANED)),
        ("mismatched", report.count(auditing.MISMATCHED)),
        ("balances that differ from their entries", report.count(auditing.WRONG_BALANCE)),
        ("sum of all entries", report.entries_sum),
    ]
