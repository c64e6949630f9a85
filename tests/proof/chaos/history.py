"""What the clients saw, and whether a shop that takes money exactly once can have shown it to them."""

import json
import threading
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field

OK, UNKNOWN, REFUSED = "ok", "unknown", "refused"


@dataclass
class Event:
    """One call and its outcome: `unknown` where no answer came, for the effect may have happened."""

    user: str
    call: str  # "order", "deposit" or "read"
    outcome: str
    key: str = ""
    id: str = ""
    status: str = ""
    amount: int = 0
    answer: str = ""  # all of it, where a key may bring it again
    began: float = 0.0
    ended: float = field(default_factory=time.monotonic)


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
    """Faults by name. `orders`: id -> (user, key, status); `deposits`: (user, key) -> amounts, from the databases."""
    return {
        "acknowledged orders lost": lost(history, orders),
        "orders with one key": doubled(orders),
        "same key, another answer": contradicted(history),
        "acknowledged orders not found": [event.id for event in history.of("read", REFUSED)],
        "statuses that went back": went_back(history, orders),
        "others' orders shown": foreign(history, orders),
        "acknowledged deposits lost": lost_deposits(history, deposits),
        "deposits with one key": [name for name, amounts in deposits.items() if len(amounts) != 1],
        "orders nobody placed": nobodys(history, orders),
    }


def lost(history, orders):
    return sorted({event.id for event in history.of("order", OK)} - set(orders))


def doubled(orders):
    """An order whose answer never came exists once or not at all; never twice."""
    found = defaultdict(list)
    for order_id, (user, key, _) in orders.items():
        found[user, key].append(order_id)
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
    return [order_id for order_id, events in reads.items() if goes_back(events, orders.get(order_id, ("", "", ""))[2])]


def goes_back(events, last):
    final = [event for event in events if event.status != "NEW"]
    if not final:
        return False
    known_since = min(event.ended for event in final)
    new_again = any(event.status == "NEW" and event.began > known_since for event in events)
    return new_again or {event.status for event in final} != {last}


def foreign(history, orders):
    reads = ((event.user, event.id) for event in history.of("read", OK) if event.id in orders)
    return [(user, order_id) for user, order_id in reads if orders[order_id][0] != user]


def lost_deposits(history, deposits):
    return [
        (event.user, event.key)
        for event in history.of("deposit", OK)
        if event.amount not in deposits.get((event.user, event.key), [])
    ]


def nobodys(history, orders):
    asked = {(event.user, event.key) for event in history.of("order")}
    return [order_id for order_id, (user, key, _) in orders.items() if (user, key) not in asked]
