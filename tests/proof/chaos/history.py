"""What the clients saw, and whether a shop that takes money exactly once can have shown it to them."""

import json
import threading
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

OK, UNKNOWN, REFUSED = "ok", "unknown", "refused"


@dataclass
class Event:
    """One call and its outcome, or one statement of a page; `unknown` where no answer came, for all may have happened.

    A refusal has a cause where the shopper brought it about. A statement that was not made is empty, or None.
    """

    user: str
    call: str  # "order" or "deposit", with a key; "read" of an order, "payment" for it; "balance"
    outcome: str
    key: str = ""
    id: str = ""
    status: str = ""
    reason: str = ""
    amount: int | None = None
    balance: int | None = None
    cause: str = ""
    answer: str = ""  # all of it, where a key may bring it again
    began: float = 0.0
    ended: float = field(default_factory=time.monotonic)


class Placed(NamedTuple):
    """An order as the database has it in the end."""

    user: str
    key: str
    status: str
    reason: str = ""
    amount: int = 0


class History:
    """Events of all clients, in the order in which their answers came."""

    def __init__(self):
        self._lock = threading.Lock()
        self.events = []

    def add(self, *args, **fields):
        with self._lock:
            self.events.append(Event(*args, **fields))

    def of(self, call, outcome=None):
        return [each for each in self.events if each.call == call and outcome in (None, each.outcome)]

    def write(self, path):
        path.write_text("".join(json.dumps(asdict(event)) + "\n" for event in self.events))


def check(history, orders, deposits):
    """Faults by name. `orders`: id -> `Placed`; `deposits`: (user, key) -> amounts, from the databases."""
    return {
        "acknowledged orders lost": lost(history, orders),
        "orders with one key": doubled(orders),
        "same key, another answer": contradicted(history),
        "acknowledged orders not found": [event.id for event in history.of("read", REFUSED)],
        "statuses that went back": went_back(history, orders),
        "others' orders shown": foreign(history, orders),
        "acknowledged deposits lost": lost_deposits(history, deposits),
        "deposits with one key": [name for name, amounts in deposits.items() if len(amounts) != 1],
    }


def lost(history, orders):
    return sorted({event.id for event in history.of("order", OK)} - set(orders))


def doubled(orders):
    """An order whose answer never came exists once or not at all; never twice."""
    found = defaultdict(list)
    for order_id, order in orders.items():
        found[order.user, order.key].append(order_id)
    return [name for name, ids in found.items() if len(ids) > 1]


def contradicted(history):
    answers = defaultdict(set)
    for event in history.of("order", OK) + history.of("deposit", OK):
        answers[event.user, event.call, event.key].add(event.answer)
    return [name for name, different in answers.items() if len(different) > 1]


def went_back(history, orders):
    """NEW, then PAID or REJECTED for ever. Only a read that began after another had ended tells what came after it."""
    reads = defaultdict(list)
    for event in history.of("read", OK):
        reads[event.id].append(event)
    last = {order_id: order.status for order_id, order in orders.items()}
    return [order_id for order_id, events in reads.items() if goes_back(events, last.get(order_id, ""))]


def goes_back(events, last):
    final = [event for event in events if event.status != "NEW"]
    if not final:
        return False
    known_since = min(event.ended for event in final)
    new_again = any(event.status == "NEW" and event.began > known_since for event in events)
    return new_again or {event.status for event in final} != {last}


def foreign(history, orders):
    reads = ((event.user, event.id) for event in history.of("read", OK) if event.id in orders)
    return [(user, order_id) for user, order_id in reads if orders[order_id].user != user]


def lost_deposits(history, deposits):
    return [
        (event.user, event.key)
        for event in history.of("deposit", OK)
        if event.amount not in deposits.get((event.user, event.key), [])
    ]
