"""Deciding on orders in batches, by SQL on whole columns: the hot path of payments."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from uuid_utils.compat import uuid7

from services.common.sql import Given, fetch
from services.messaging.faults import fault_point
from services.messaging.message import Contradiction, KeysBusy
from services.messaging.sending.outbox import enqueue
from services.payments.events import OrderPlaced, OrderSettled
from services.payments.models import Reason, Status

# Before any decision: a task comes again whenever its answer was lost, and must not be charged twice.
SETTLED = """
SELECT order_id, user_id, status, reason, created_at, fingerprint
FROM payments_settlement WHERE order_id = ANY(%b::uuid[])
"""

# One that another transaction holds is stepped over, and comes without an amount: nobody waits for somebody else's.
LOCK_ACCOUNTS = """
WITH locked AS MATERIALIZED (
    SELECT id, amount FROM payments_account WHERE user_id = ANY(%b::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
SELECT account.user_id, account.id, locked.amount, account.currency
FROM payments_account AS account LEFT JOIN locked USING (id) WHERE account.user_id = ANY(%b::uuid[])
"""

SETTLEMENTS = Given(
    order_id="uuid",
    user_id="uuid",
    amount="bigint",
    currency="text",
    status="text",
    reason="text",
    fingerprint="bytea",
)
# Without ON CONFLICT: a second settlement of an order must fail and roll the money back, not be passed over.
INSERT_SETTLEMENTS = f"""
INSERT INTO payments_settlement (created_at, {SETTLEMENTS.columns})
SELECT %b::timestamptz, {SETTLEMENTS.columns} FROM {SETTLEMENTS}
"""

PAYMENTS = Given(
    transfer_id="uuid",
    order_id="uuid",
    currency="text",
    account_id="uuid",
    amount="bigint",
    balance_after="bigint",
)
# Both sides in one statement, so that no half of a transfer exists; their ids follow the decisions' order.
INSERT_ENTRIES = f"""
INSERT INTO payments_ledgerentry
    (created_at, transfer_id, order_id, kind, currency, book, account_id, amount, balance_after, idempotency_key)
SELECT %b::timestamptz, transfer_id, order_id, 'payment', currency, side.*, ''
FROM {PAYMENTS},
LATERAL (VALUES ('customer', account_id, -amount, balance_after), ('shop', NULL, amount, NULL)) AS side
ORDER BY position
"""

BALANCES = Given(id="uuid", amount="bigint")
# The balance itself and not a difference: the row is locked, and an account of many payments is written once.
UPDATE_ACCOUNTS = f"""
UPDATE payments_account SET amount = given.amount FROM {BALANCES} WHERE payments_account.id = given.id
"""


@dataclass(frozen=True, slots=True)
class Task:
    """An order to decide on; the answer carries the task's attempt and trace."""

    order: OrderPlaced
    attempt: int
    traceparent: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer to an order, and the fingerprint of the order that it answers."""

    answer: OrderSettled
    fingerprint: bytes


@dataclass(slots=True)
class Funds:
    """A locked account, and what this batch has left of its balance."""

    account_id: uuid.UUID
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Payment:
    """The account that an order is paid from, and the balance that the payment leaves."""

    account_id: uuid.UUID
    balance_after: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on an order; without a payment where it is rejected."""

    order: OrderPlaced
    settled: Settled
    payment: Payment | None


@transaction.atomic
def decide_orders(*, tasks: Sequence[Task], now: datetime) -> None:
    """Decide on each order once, for ever, move the money of those that are paid, and enqueue every answer.

    An order that is settled already moves nothing, and its answer is enqueued again. Raises `Contradiction` for one
    that came before with other content, and `KeysBusy` for the users whose accounts another transaction holds.
    """
    orders = [task.order for task in tasks]
    settled = _settled_before(orders)
    new = [order for order in orders if order.order_id not in settled]
    if new:
        decisions = _decide(new, now)
        _record(decisions, now)
        settled |= {each.order.order_id: each.settled for each in decisions}
    _refuse_contradictions(orders, settled)
    answers = [settled[task.order.order_id].answer.message(attempt=task.attempt) for task in tasks]
    enqueue(answers, traceparents=[task.traceparent for task in tasks])


def _settled_before(orders: Iterable[OrderPlaced]) -> dict[uuid.UUID, Settled]:
    return {
        order_id: Settled(OrderSettled(order_id, user_id, status, reason, settled_at), bytes(fingerprint))
        for order_id, user_id, status, reason, settled_at, fingerprint in fetch(
            SETTLED, [[order.order_id for order in orders]]
        )
    }


def _refuse_contradictions(orders: Iterable[OrderPlaced], settled: Mapping[uuid.UUID, Settled]) -> None:
    for order in orders:
        if settled[order.order_id].fingerprint != order.fingerprint:
            raise Contradiction(f"order {order.order_id} came before with other content")


def _decide(orders: Iterable[OrderPlaced], now: datetime) -> list[Decision]:
    """The decisions in the orders' order; a later one sees what an earlier one left."""
    first: dict[uuid.UUID, OrderPlaced] = {}
    for order in orders:
        first.setdefault(order.order_id, order)
    funds = _lock_accounts({order.user_id for order in first.values()})
    return [_decision(order, funds.get(order.user_id), now) for order in first.values()]


def _lock_accounts(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Funds]:
    """The accounts of those that have one. Raises `KeysBusy` with the users whose account could not be had."""
    rows = fetch(LOCK_ACCOUNTS, [list(user_ids), list(user_ids)])
    if busy := [str(user_id) for user_id, _, amount, _ in rows if amount is None]:
        raise KeysBusy(busy)
    return {user_id: Funds(account_id, amount, currency) for user_id, account_id, amount, currency in rows}


def _decision(order: OrderPlaced, funds: Funds | None, now: datetime) -> Decision:
    if funds is None:
        return _rejected(order, Reason.NO_ACCOUNT, now)
    # What is there in another currency is no money in this one, as after a change of the shop's.
    if funds.currency != order.currency or funds.amount < order.amount:
        return _rejected(order, Reason.INSUFFICIENT_FUNDS, now)
    funds.amount -= order.amount
    answer = OrderSettled(order.order_id, order.user_id, Status.PAID.value, "", now)
    return Decision(order, Settled(answer, order.fingerprint), Payment(funds.account_id, funds.amount))


def _rejected(order: OrderPlaced, reason: Reason, now: datetime) -> Decision:
    answer = OrderSettled(order.order_id, order.user_id, Status.REJECTED.value, reason.value, now)
    return Decision(order, Settled(answer, order.fingerprint), payment=None)


def _record(decisions: Sequence[Decision], now: datetime) -> None:
    settlements = [
        {
            "order_id": each.order.order_id,
            "user_id": each.order.user_id,
            "amount": each.order.amount,
            "currency": each.order.currency,
            "status": each.settled.answer.status,
            "reason": each.settled.answer.reason,
            "fingerprint": each.settled.fingerprint,
        }
        for each in decisions
    ]
    fetch(INSERT_SETTLEMENTS, [now, *SETTLEMENTS.arrays(settlements)])
    fault_point("settlement.half_written")
    if paid := [(each.order, each.payment) for each in decisions if each.payment]:
        _move_money(paid, now)


def _move_money(paid: Sequence[tuple[OrderPlaced, Payment]], now: datetime) -> None:
    payments = [
        {
            "transfer_id": uuid7(),
            "order_id": order.order_id,
            "currency": order.currency,
            "account_id": payment.account_id,
            "amount": order.amount,
            "balance_after": payment.balance_after,
        }
        for order, payment in paid
    ]
    fetch(INSERT_ENTRIES, [now, *PAYMENTS.arrays(payments)])
    balances = {payment.account_id: payment.balance_after for _, payment in paid}  # the last payment's counts
    rows = [{"id": account_id, "amount": amount} for account_id, amount in balances.items()]
    fetch(UPDATE_ACCOUNTS, BALANCES.arrays(rows))
