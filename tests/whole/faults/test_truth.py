"""The storm's checker finds each untrue statement of a page or an answer, and none where all was told as it is."""

import pytest

from tests.proof.chaos.history import OK, REFUSED, UNKNOWN, History, Placed
from tests.proof.chaos.ledger import Entry
from tests.proof.chaos.truth import check

USER = "user"
ORDERS = {"o": Placed(USER, "k", "PAID", amount=3), "r": Placed(USER, "l", "REJECTED", "no_account", 4)}
LEDGERS = {USER: [Entry(5, key="d"), Entry(-3, order_id="o")]}
NOT_DONE, OTHERWISE = "told not done, yet there", "told otherwise than it is"
BALANCE, PAYMENT = "balances that the ledger does not explain", "payments told, and not so"


def order(outcome=OK, **fields):
    return ("order", outcome, {"key": "k", "id": "o", "amount": 3, "began": 2.0, "ended": 3.0, **fields})


def rejected(**fields):
    return order(key="l", id="r", amount=4, **fields)


def deposit(outcome=OK, **fields):
    return ("deposit", outcome, {"key": "d", "amount": 5, "began": 0.0, "ended": 1.0, **fields})


def read(status="PAID", **fields):
    return ("read", OK, {"id": "o", "status": status, "began": 3.0, "ended": 4.0, **fields})


def payment(outcome=OK, **fields):
    return ("payment", outcome, {"id": "o", "began": 3.0, "ended": 4.0, **fields})


def balance(amount, began, ended):
    return ("balance", OK, {"balance": amount, "began": began, "ended": ended})


TOLD = [deposit(), order(), rejected()]


def found_in(events, orders=ORDERS, ledgers=LEDGERS):
    history = History()
    for call, outcome, fields in events:
        history.add(USER, call, outcome, **fields)
    return {name for name, offenders in check(history, orders, ledgers).items() if offenders}


UNTRUE = {
    "nothing was ordered, and an order is there": (NOT_DONE, [*TOLD, order(REFUSED, cause="a change of the cart")]),
    "a refused top-up is there": (NOT_DONE, [*TOLD, deposit(REFUSED)]),
    "a top-up refused without an amount is there": (NOT_DONE, [*TOLD, deposit(REFUSED, amount=None)]),
    "an order of another key": (OTHERWISE, [*TOLD, order(key="l")]),
    "an order of another amount": (OTHERWISE, [*TOLD, order(amount=2)]),
    "an order read with another amount": (OTHERWISE, [*TOLD, read(amount=2)]),
    "a payment of another amount": (OTHERWISE, [*TOLD, payment(amount=2)]),
    "a rejection for another reason": (OTHERWISE, [*TOLD, read("REJECTED", id="r", reason="insufficient_funds")]),
    "a deposit with another balance after it": (OTHERWISE, [*TOLD, deposit(balance=6)]),
    "an order that nobody was told of": ("orders that nobody was told of", [deposit(), order(UNKNOWN), rejected()]),
    "a deposit that nobody was told of": (
        "deposits that nobody was told of",
        [deposit(UNKNOWN), order(), rejected()],
    ),
    "a balance that never was": (BALANCE, [*TOLD, balance(4, 1.5, 4.0)]),
    "a balance without a deposit that was told": (BALANCE, [*TOLD, balance(0, 1.5, 1.6)]),
    "a balance with a payment before its order": (BALANCE, [*TOLD, balance(2, 1.5, 1.6)]),
    "a balance before a payment that another knew": (BALANCE, [*TOLD, balance(2, 2.0, 4.0), balance(5, 5.0, 6.0)]),
    "a balance before a payment that was told": (BALANCE, [*TOLD, payment(), balance(5, 5.0, 6.0)]),
    "a balance before the payment of an order read as PAID": (BALANCE, [*TOLD, read(), balance(5, 5.0, 6.0)]),
    "a payment that is nowhere": (PAYMENT, [*TOLD, payment(id="r")]),
    "nothing taken, after a balance without the money": (
        PAYMENT,
        [*TOLD, balance(2, 3.0, 4.0), payment(REFUSED, began=5.0, ended=6.0)],
    ),
}


@pytest.mark.parametrize(("name", "events"), UNTRUE.values(), ids=UNTRUE)
def test_untrue_statement_is_found_and_nothing_else(name, events):
    assert found_in(events) == {name}


def test_true_statements_are_no_fault():
    """A slow read may show what a faster one no longer did, and a form may be refused for another amount."""
    events = [
        order(UNKNOWN, key="never there", id=""),
        deposit(REFUSED, amount=6, cause="another amount"),
        order(REFUSED, key="another", id="", cause="a change of the cart"),
        *TOLD,
        deposit(balance=5),
        balance(0, 0.2, 0.4),
        balance(5, 0.2, 0.5),
        balance(2, 2.0, 3.5),
        balance(5, 2.0, 4.0),
        payment(REFUSED, began=2.0, ended=4.5),
        payment(REFUSED, id="r", began=8.0, ended=9.0),
        payment(amount=3),
        read(amount=3),
        read("REJECTED", id="r", reason="no_account", amount=4),
    ]
    assert found_in(events) == set()


def test_refusal_of_a_key_that_did_nothing_is_true():
    assert found_in([order(REFUSED)], orders={}, ledgers={}) == set()
