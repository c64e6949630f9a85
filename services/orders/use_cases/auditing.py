"""The audit: compares every order with payments' settlements and ledger, and changes nothing."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.orders.clients import PaymentsClient, SettlementDTO
from services.orders.models import Order, Status

# An order may take so long before the audit calls it late: the watchdog has had its chance by then.
LATE_AFTER = timedelta(seconds=60)


class FindingKind(StrEnum):
    """What can be wrong between orders and payments."""

    MISSING = "missing"
    DOUBLE = "double"
    ORPHANED = "orphaned"
    CONTRADICTED = "contradicted"
    MISMATCHED = "mismatched"
    WRONG_BALANCE = "wrong balance"


FIXES = {
    FindingKind.MISSING: "manage.py orders resend_tasks --id {subject}",
    FindingKind.DOUBLE: "none: payments took another sum than the order's; correct it by a reversing entry",
    FindingKind.ORPHANED: "none: orders lost it; its client gets it back by its key; else restore it, or refund it",
    FindingKind.CONTRADICTED: "manage.py orders adopt_settlements --id {subject}",
    FindingKind.MISMATCHED: "manage.py orders redrive --type payments.order_settled (or read both sides: {subject})",
    FindingKind.WRONG_BALANCE: "none: somebody wrote beside the ledger; stop deposits and compare account {subject}",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One exception: what is wrong with which order or account."""

    kind: FindingKind
    subject: str
    detail: str

    @property
    def fix(self) -> str:
        """The command or action that puts it right."""
        return FIXES[self.kind].format(subject=self.subject)


@dataclass(slots=True)
class AuditReport:
    """What was compared, and every exception by name."""

    orders: int = 0
    waiting: int = 0
    settled: int = 0
    paid: int = 0
    rejected: int = 0
    entries_sum: int = 0
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: FindingKind) -> int:
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def clean(self) -> bool:
        return not self.findings and self.entries_sum == 0


def audit(*, payments: PaymentsClient, now: datetime) -> AuditReport:
    """Compare page by page, on a live system: what looks wrong is looked at again before it is called so.

    Raises `PaymentsUnavailable`.
    """
    report = AuditReport()
    after: uuid.UUID | None = None
    for page in filter(None, payments.settlements()):
        last = page[-1].order_id
        _compare(report, _orders(after, last), page, payments, now)
        after = last
    _compare(report, _orders(after, None), [], payments, now)
    books = payments.books()
    report.entries_sum = books.entries_sum
    report.findings += [
        Finding(FindingKind.WRONG_BALANCE, account, "not the sum of its entries") for account in books.wrong_balances
    ]
    return report


def _orders(after: uuid.UUID | None, last: uuid.UUID | None) -> Iterator[Order]:
    """Orders in this range of ids; the end is open where `last` is None."""
    found = Order.objects.order_by("id")
    if after:
        found = found.filter(id__gt=after)
    return (found.filter(id__lte=last) if last else found).iterator(chunk_size=1000)


def _compare(
    report: AuditReport,
    orders: Iterator[Order],
    page: Sequence[SettlementDTO],
    payments: PaymentsClient,
    now: datetime,
) -> None:
    settlements = {each.order_id: each for each in page}
    seen = set()
    for order in orders:
        seen.add(order.id)
        _count(report, order)
        report.findings += _judge(order, settlements.get(order.id), payments, now)
    report.findings += _orphans(settlements, seen)


def _count(report: AuditReport, order: Order) -> None:
    report.orders += 1
    report.waiting += order.status == Status.NEW
    report.settled += order.status != Status.NEW
    report.paid += order.status == Status.PAID
    report.rejected += order.status == Status.REJECTED


def _judge(
    order: Order, settlement: SettlementDTO | None, payments: PaymentsClient, now: datetime
) -> Iterator[Finding]:
    on_its_way = order.status == Status.NEW and order.created_at >= now - LATE_AFTER
    if settlement is None and not on_its_way:
        settlement = payments.settlement(order.id)  # it may have come after the page was read
        if settlement is None:
            yield Finding(FindingKind.MISSING, str(order.id), f"{order.status} here, no settlement in payments")
    if settlement is not None:
        yield from _double(settlement)
        yield from _differing(order, settlement, on_its_way)


def _double(settlement: SettlementDTO) -> Iterator[Finding]:
    due = -settlement.amount if settlement.status == Status.PAID else 0
    if settlement.entries_sum != due:
        detail = f"{settlement.entries_sum} was booked, {due} is due"
        yield Finding(FindingKind.DOUBLE, str(settlement.order_id), detail)


def _differing(order: Order, settlement: SettlementDTO, on_its_way: bool) -> Iterator[Finding]:
    here = (order.user_id, order.amount, order.currency, order.status, order.reason)
    there = (settlement.user_id, settlement.amount, settlement.currency, settlement.status, settlement.reason)
    detail = f"{describe(here)} here, {describe(there)} in payments"
    # Placed again after a restore, under another price: time does not heal it, payments will never answer.
    if order.status == Status.NEW and here[0] == there[0] and here[1:3] != there[1:3]:
        yield Finding(FindingKind.CONTRADICTED, str(order.id), detail)
    elif here != there and not on_its_way:
        yield Finding(FindingKind.MISMATCHED, str(order.id), detail)


def describe(side: Sequence[object]) -> str:
    return " ".join(str(each) for each in side if each != "")


def _orphans(settlements: Mapping[uuid.UUID, SettlementDTO], seen: set[uuid.UUID]) -> Iterator[Finding]:
    """A settlement is younger than its order, which was therefore there when the orders were read."""
    for order_id, settlement in settlements.items():
        if order_id not in seen:
            yield Finding(
                FindingKind.ORPHANED,
                str(order_id),
                f"{settlement.status} {settlement.amount} in payments, no order here",
            )
