"""What both services tell staff of one order."""

from tests.gateway.answers import ACCOUNT_ID, MOMENT, ORDER, ORDER_ID

USER_ID = "0193f5a0-0000-7000-8000-00000000000a"
MESSAGE_ID = "0193f5a0-0000-7000-8000-00000000000b"
NOTHING = {"sent": None, "received": None, "dead_letters": []}


def at(milliseconds):
    return f"2026-11-22T10:00:00.{milliseconds:03}Z"


def sent(enqueued=0, *, confirmed=(), waiting=False, **changes):
    return {
        "message_id": MESSAGE_ID,
        "type": "orders.order_placed",
        "topic": "outbox",
        "key": USER_ID,
        "headers": {"traceparent": "00-abc"},
        "payload": '{"order_id":"<i>"}',
        "enqueued_at": at(enqueued),
        "waiting": waiting,
        "deliveries": [
            {"attempt": number + 1, "partition": 4, "offset": 17, "confirmed_at": at(each)}
            for number, each in enumerate(confirmed)
        ],
        **changes,
    }


def received(taken, *, produced=None, handled=None, **changes):
    return {
        "message_id": MESSAGE_ID,
        "type": "orders.order_placed",
        "topic": "outbox",
        "partition": 4,
        "offset": 17,
        "headers": {"attempt": "1"},
        "payload": '{"order_id":"<i>"}',
        "produced_at": produced and at(produced),
        "received_at": at(taken),
        "processed_at": handled and at(handled),
        "dead_at": None,
        "attempt": 1,
        "duplicates": 0,
        "failures": 0,
        "next_attempt_at": at(999),
        "last_error": "",
        **changes,
    }


def letter(**changes):
    return {
        "id": 7,
        "reason": "failed",
        "detail": "RuntimeError: no",
        "topic": "outbox",
        "partition": 4,
        "offset": 17,
        "type": "orders.order_placed",
        "subject": ORDER_ID,
        "created_at": MOMENT,
        "resolved_at": None,
        **changes,
    }


def of_orders(*, order=None, **trail):
    known = {**ORDER, "user_id": USER_ID, "attempt": 1, "resend_at": at(500), "created_at": at(0), **(order or {})}
    return {"order": known, "trail": {**NOTHING, **trail}}


SETTLEMENT = {
    "user_id": USER_ID,
    "amount": 258_000,
    "currency": "RUB",
    "status": "PAID",
    "reason": "",
    "created_at": at(40),
}


def entry(book, amount, balance_after=None):
    return {
        "transfer_id": ACCOUNT_ID,
        "book": book,
        "amount": amount,
        "currency": "RUB",
        "balance_after": balance_after,
        "created_at": at(40),
    }


def of_payments(*, settlement=None, entries=(), **trail):
    return {"settlement": settlement, "entries": list(entries), "trail": {**NOTHING, **trail}}


PAID_IN_ORDERS = of_orders(
    order={"status": "PAID", "settled_at": at(80)},
    sent=sent(1, confirmed=[20, 90]),
    received=received(70, produced=60, handled=80),
)
PAID_IN_PAYMENTS = of_payments(
    settlement=SETTLEMENT,
    entries=[entry("customer", -258_000, 42_000), entry("shop", 258_000)],
    sent=sent(41, confirmed=[61], type="payments.order_settled"),
    received=received(30, produced=20, handled=41, duplicates=1),
)
