"""Deciding on orders in batches, by SQL on whole columns: the hot path of payments."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from uuid_utils.compat import uuid7

from services.messaging.faults import fault_point
from services.messaging.message import PermanentError, Received
from services.messaging.sending.outbox import enqueue
from services.messaging.sql import fetch
from services.payments.events import OrderPlaced, OrderSettled
from services.payments.models import Reason, Status

Tasks = Sequence[Received[OrderPlaced]]

SETTLED = """
SELECT fingerprint, order_id, user_id, status, reason, created_at
FROM payments_settlement WHERE order_id = ANY(%b::uuid[])
"""

# In one order for everybody, so that two batches never wait for each other.
LOCK_ACCOUNTS = """
SELECT user_id, id, amount, currency FROM payments_account WHERE user_id = ANY(%b::uuid[]) ORDER BY id FOR UPDATE
"""

INSERT_SETTLEMENTS = """
INSERT INTO payments_settlement (fingerprint, amount, currency, order_id, user_id, status, reason, created_at)
SELECT *, %b::timestamptz FROM
unnest(%b::bytea[], %b::bigint[], %b::text[], %b::uuid[], %b::uuid[], %b::text[], %b::text[])
"""

INSERT_ENTRIES = """
INSERT INTO payments_ledgerentry
    (transfer_id, order_id, kind, currency, created_at, book, account_id, amount, balance_after, idempotency_key)
SELECT transfer_id, order_id, 'payment', currency, %b::timestamptz, side.*, ''
FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::bigint[], %b::bigint[]) WITH ORDINALITY
    AS paid(transfer_id, order_id, currency, account_id, amount, balance_after, position),
LATERAL (VALUES ('customer', account_id, -amount, balance_after), ('shop', NULL, amount, NULL)) AS side
ORDER BY position
"""

UPDATE_ACCOUNTS = """
UPDATE payments_account SET amount = given.amount
FROM unnest(%b::uuid[], %b::bigint[]) AS given(id, amount) WHERE payments_account.id = given.id
"""


@dataclass(slots=True)
class Funds:
    """A locked account, and what this batch has left of its balance."""

    account_id: uuid.UUID
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a task; `balance_after` is meaningful where it is paid."""

    task: OrderPlaced
    fingerprint: bytes
    answer: OrderSettled
    funds: Funds | None
    balance_after: int


@transaction.atomic
def settle_orders(*, tasks: Tasks, now: datetime) -> None:
    """Decide on each order once, for ever, move the money of those that are paid, and enqueue every answer.

    An order that is settled already moves nothing, and its answer is enqueued again. Raises `PermanentError` for one
    that came before with other content, or in another currency than the account's.
    """
    known = _settled_before(tasks)
    new = [task.event for task in tasks if task.event.order_id not in known]
    decisions = _decide(new, now) if new else []
    if decisions:
        _record(decisions, now)
    known |= {decision.task.order_id: (decision.fingerprint, decision.answer) for decision in decisions}
    _refuse_contradictions(tasks, known)
    answers = [known[task.event.order_id][1].message(attempt=task.attempt) for task in tasks]
    enqueue(answers, traceparents=[task.traceparent for task in tasks])


Known = dict[uuid.UUID, tuple[bytes, OrderSettled]]


def _settled_before(tasks: Tasks) -> Known:
    rows = fetch(SETTLED, [[task.event.order_id for task in tasks]])
    return {row[1]: (bytes(row[0]), OrderSettled(*row[1:])) for row in rows}


def _refuse_contradictions(tasks: Tasks, known: Known) -> None:
    for task in tasks:
        if known[task.event.order_id][0] != task.event.fingerprint:
            raise PermanentError(f"order {task.event.order_id} came before with other content")


def _decide(tasks: Iterable[OrderPlaced], now: datetime) -> list[Decision]:
    """The decisions in the tasks' order; a later order sees what an earlier one left."""
    once = {task.order_id: task for task in reversed(list(tasks))}  # the first of two counts
    ordered = list(reversed(once.values()))
    rows = fetch(LOCK_ACCOUNTS, [list({task.user_id for task in ordered})])
    funds = {user_id: Funds(*account) for user_id, *account in rows}
    return [_decision(task, funds.get(task.user_id), now) for task in ordered]


def _decision(task: OrderPlaced, funds: Funds | None, now: datetime) -> Decision:
    reason = ""
    if funds is None:
        reason = Reason.NO_ACCOUNT.value
    elif funds.currency != task.currency:
        raise PermanentError(f"the account of order {task.order_id} is in {funds.currency}")
    elif funds.amount < task.amount:
        reason = Reason.INSUFFICIENT_FUNDS.value
    else:
        funds.amount -= task.amount
    status = Status.REJECTED.value if reason else Status.PAID.value
    answer = OrderSettled(task.order_id, task.user_id, status, reason, now)
    return Decision(task, task.fingerprint, answer, None if reason else funds, funds.amount if funds else 0)


def _record(decisions: Sequence[Decision], now: datetime) -> None:
    settlements = [
        (fingerprint, task.amount, task.currency, task.order_id, task.user_id, answer.status, answer.reason)
        for task, fingerprint, answer in ((each.task, each.fingerprint, each.answer) for each in decisions)
    ]
    fetch(INSERT_SETTLEMENTS, [now, *_columns(settlements)])
    fault_point("settlement.half_written")
    payments = [
        (uuid7(), each.task.order_id, each.task.currency, each.funds.account_id, each.task.amount, each.balance_after)
        for each in decisions
        if each.funds
    ]
    if payments:
        fetch(INSERT_ENTRIES, [now, *_columns(payments)])
        left = {each.funds.account_id: each.funds.amount for each in decisions if each.funds}
        fetch(UPDATE_ACCOUNTS, [list(left), list(left.values())])


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
