"""Whether what pages and answers said of orders, top-ups and balances is so in the end."""

from collections import defaultdict

from tests.proof.chaos import ledger
from tests.proof.chaos.history import OK, REFUSED


def check(history, orders, ledgers):
    """Untrue statements by name. `orders`: id -> `Placed`; `ledgers`: user -> entries; from the databases."""
    return {
        "told not done, yet there": yet_there(history, orders, ledgers),
        "told otherwise than it is": otherwise(history, orders, ledgers),
        "orders that nobody was told of": untold_orders(history, orders),
        "deposits that nobody was told of": untold_deposits(history, ledgers),
        **ledger.check(history, orders, ledgers),
    }


def yet_there(history, orders, ledgers):
    """A key that was said to have done nothing did nothing; a top-up's form may have brought in another amount."""
    placed = {(order.user, order.key) for order in orders.values()}
    made = {(user, entry.key, entry.amount) for user, entry in deposits_of(ledgers)}
    amounts = defaultdict(set)
    for user, key, amount in made:
        amounts[user, key].add(amount)

    def is_there(event):
        if event.call == "order":
            return (event.user, event.key) in placed
        found = amounts[event.user, event.key]
        return event.amount in found if event.amount is not None else bool(found)

    return [(event.user, event.key) for event in writes(history, REFUSED) if is_there(event)]


def otherwise(history, orders, ledgers):
    """User, key, reason and amount of an order; the balance after a deposit. What is not there at all is lost."""
    after = {}
    for user, entries in ledgers.items():
        balances = ledger.balances(entries)
        after |= {(user, entry.key): balances[place] for place, entry in enumerate(entries, 1) if entry.key}
    found = [
        event.id
        for event in history.events
        if event.outcome == OK and event.id in orders and differs(event, orders[event.id])
    ]
    return found + [
        (event.user, event.key)
        for event in history.of("deposit", OK)
        if event.balance is not None and event.balance != after.get((event.user, event.key))
    ]


def differs(event, order):
    if event.amount is not None and event.amount != order.amount:
        return True
    if event.call == "order":
        return (event.user, event.key) != (order.user, order.key)
    return event.call == "read" and event.status == "REJECTED" and event.reason not in ("", order.reason)


def untold_orders(history, orders):
    """Everybody asked until an answer came: what is there was told, under its key."""
    told = {(event.user, event.key) for event in history.of("order", OK)}
    return [order_id for order_id, order in orders.items() if (order.user, order.key) not in told]


def untold_deposits(history, ledgers):
    told = {(event.user, event.key) for event in history.of("deposit", OK)}
    return [(user, entry.key) for user, entry in deposits_of(ledgers) if (user, entry.key) not in told]


def writes(history, outcome):
    return history.of("order", outcome) + history.of("deposit", outcome)


def deposits_of(ledgers):
    return [(user, entry) for user, entries in ledgers.items() for entry in entries if not entry.order_id]
