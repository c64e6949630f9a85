"""Whether the balances that clients read, and what they were told of payments, fit the ledger in real time.

Every statement of an account was so after some first entries of its ledger, at one moment between its question and its
answer. A statement that began after another had ended therefore saw no fewer entries (linearizability, Herlihy and
Wing 1990). The fewest that each can have seen follow from those before it, so that one pass decides.
"""

from collections import defaultdict
from itertools import accumulate
from typing import NamedTuple

from tests.proof.chaos.history import OK


class Entry(NamedTuple):
    """A customer's entry: of a deposit, with its key, or of the payment for an order."""

    amount: int
    key: str = ""
    order_id: str = ""


def balances(entries):
    """What the account holds after so many entries."""
    return [0, *accumulate(entry.amount for entry in entries)]


def check(history, orders, ledgers):
    """Statements that no moment explains, by name."""
    events, starts = defaultdict(list), first_asked(history, orders)
    for event in history.events:
        events[event.user].append(event)
    found = [
        event
        for user, told in events.items()
        for event in Account(user, ledgers.get(user, []), starts).unexplained(told)
    ]
    return {
        "balances that the ledger does not explain": [
            (each.user, each.balance) for each in found if each.call == "balance"
        ],
        "payments told, and not so": [(each.user, each.id) for each in found if each.call in ("payment", "read")],
    }


def first_asked(history, orders):
    """When what made an entry was asked for first, by user and by key or order: none is seen before."""
    ids = {(order.user, order.key): order_id for order_id, order in orders.items()}
    starts = {}
    for event in history.events:
        if event.key:
            name = event.key if event.call == "deposit" else ids.get((event.user, event.key))
            starts[event.user, name] = min(event.began, starts.get((event.user, name), event.began))
    return starts


class Account:
    """One user's ledger, and from when on each of its entries can be seen."""

    def __init__(self, user, entries, starts):
        self.balances = balances(entries)
        names = [entry.order_id or entry.key for entry in entries]
        self.place = {name: number for number, name in enumerate(names, 1)}
        self.starts = [starts.get((user, name), 0.0) for name in names]

    def unexplained(self, events):
        seen, faults = [], []
        for event in sorted(events, key=lambda event: event.ended):
            if (fits := self.statement(event)) is None:
                continue
            fewest = max((number for ended, number in seen if ended < event.began), default=0)
            number = next((number for number in range(fewest, self.most(event) + 1) if fits(number)), None)
            if number is None:
                faults.append(event)
            else:
                seen.append((event.ended, number))
        return faults

    def most(self, event):
        """So many entries can be seen: up to the first that was asked for after the statement had come."""
        later = (number for number, start in enumerate(self.starts) if start > event.ended)
        return next(later, len(self.starts))

    def statement(self, event):
        """Whether the statement is so after a number of entries; None where it says nothing of them."""
        if event.call == "balance":
            return lambda number: self.balances[number] == event.balance
        if event.call == "deposit" and event.outcome == OK and event.key in self.place:
            return lambda number: number >= self.place[event.key]
        if event.call == "payment" and event.outcome != OK:
            return lambda number: number < self.place.get(event.id, number + 1)
        if event.call == "payment" or (event.call == "read" and event.status == "PAID"):
            return lambda number: number >= self.place.get(event.id, number + 1)
        return None
