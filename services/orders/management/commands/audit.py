"""`manage.py orders audit`: compares orders with payments' settlements and ledger."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from services.common.clock import database_now
from services.orders.clients import PaymentsClient, PaymentsUnavailable
from services.orders.use_cases import AuditReport, FindingKind, audit


class Command(BaseCommand):
    help = "Compare every order with payments, print a table, and exit 1 where anything differs. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        payments = PaymentsClient(settings.PAYMENTS_URL, key=settings.AUDIT_TOKEN_KEY)
        try:
            report = audit(payments=payments, now=database_now())
        except PaymentsUnavailable as error:
            raise CommandError(f"payments cannot be asked: {error}") from error
        for name, value in rows(report):
            self.stdout.write(f"{name:<40} {value:>12}")
        for finding in report.findings:
            self.stdout.write(f"\n{finding.kind}: {finding.subject}: {finding.detail}\n  fix: {finding.fix}")
        if not report.clean:
            sys.exit(1)


def rows(report: AuditReport) -> list[tuple[str, int]]:
    """The table."""
    return [
        ("orders", report.orders),
        ("  still waiting", report.waiting),
        ("  settled", report.settled),
        ("    PAID", report.paid),
        ("    REJECTED", report.rejected),
        ("missing in payments", report.count(FindingKind.MISSING)),
        ("double or half booked", report.count(FindingKind.DOUBLE)),
        ("orphaned in payments", report.count(FindingKind.ORPHANED)),
        ("settled for another sum", report.count(FindingKind.CONTRADICTED)),
        ("mismatched", report.count(FindingKind.MISMATCHED)),
        ("balances that differ from their entries", report.count(FindingKind.WRONG_BALANCE)),
        ("sum of all entries", report.entries_sum),
    ]
