"""What must hold after the storm, read from the databases themselves."""

from collections import Counter
from dataclasses import dataclass

import psycopg

from tests.proof.chaos import history as seen
from tests.proof.chaos import truth
from tests.proof.chaos.ledger import Entry
from tests.proof.chaos.topics import mark_of

DatabaseAway = psycopg.OperationalError


@dataclass(frozen=True)
class Invariant:
    """A number that must be 0 (or equal another), and the first few offenders."""

    name: str
    value: object
    holds: bool
    examples: tuple = ()


ORDERS = "SELECT id::text, user_id::text, idempotency_key, status, reason, amount FROM orders_order"
SETTLEMENTS = "SELECT order_id::text, user_id::text, status, reason, amount FROM payments_settlement"
PAYMENTS = "SELECT order_id::text, count(*) FROM payments_ledgerentry WHERE order_id IS NOT NULL GROUP BY 1"
WRONG_TRANSFERS = """
SELECT transfer_id::text FROM payments_ledgerentry GROUP BY 1 HAVING count(*) <> 2 OR sum(amount) <> 0
"""
WRONG_BALANCES = """
SELECT account.id::text, account.amount, coalesce(sum(entry.amount), 0)
FROM payments_account AS account LEFT JOIN payments_ledgerentry AS entry ON entry.account_id = account.id
GROUP BY account.id HAVING account.amount <> coalesce(sum(entry.amount), 0)
"""
# An account is locked by whoever adds an entry: its ids are the order in which its entries came.
ENTRIES = """
SELECT account.user_id::text, entry.amount, entry.idempotency_key, coalesce(entry.order_id::text, '')
FROM payments_ledgerentry AS entry JOIN payments_account AS account ON account.id = entry.account_id
ORDER BY entry.id
"""
USERS = "SELECT id::text, username FROM gateway_user"
DEAD_LETTERS = 'SELECT headers, reason, topic, "offset" FROM messaging_deadletter'
OPEN_WORK = """
SELECT (SELECT count(*) FROM messaging_pendingdelivery),
       (SELECT count(*) FROM messaging_inboxmessage WHERE processed_at IS NULL AND dead_at IS NULL)
"""
PAID = "SELECT id::text FROM orders_order WHERE status = 'PAID'"
LOYALTY = "LOYALTY_DATABASE_URL"


def settled(shop):
    """Whether nothing moves any more: no NEW order, nothing unsent, nothing unhandled."""
    new = shop.select("orders", "SELECT count(*) FROM orders_order WHERE status = 'NEW'")[0][0]
    work = [sum(shop.select(service, OPEN_WORK)[0]) for service in ("orders", "payments")]
    return new == 0 and sum(work) == 0 and all(each.holds for each in points(shop))


def points(shop):
    """Where the example runs: each paid order has its award, and nothing else has one."""
    if LOYALTY not in shop.values:
        return []
    with psycopg.connect(shop.values[LOYALTY]) as connection:
        awarded = {order_id for (order_id,) in connection.execute("SELECT order_id::text FROM loyalty_award")}
    paid = {order_id for (order_id,) in shop.select("orders", PAID)}
    return [
        must_be_none("paid orders without points", sorted(paid - awarded)),
        must_be_none("points without a paid order", sorted(awarded - paid)),
    ]


class Books:
    """Both databases, after the storm."""

    def __init__(self, shop):
        self.orders = {row[0]: row for row in shop.select("orders", ORDERS)}
        self.settlements = {row[0]: row for row in shop.select("payments", SETTLEMENTS)}
        self.sides = dict(shop.select("payments", PAYMENTS))
        self.wrong_transfers = shop.select("payments", WRONG_TRANSFERS)
        self.wrong_balances = shop.select("payments", WRONG_BALANCES)
        self.negative = shop.select("payments", "SELECT id::text FROM payments_account WHERE amount < 0")
        self.total = shop.select("payments", "SELECT coalesce(sum(amount), 0) FROM payments_ledgerentry")[0][0]
        self.entries = shop.select("payments", ENTRIES)
        self.names = dict(shop.select("gateway", USERS))
        self.dead_letters = letters(shop)
        self.open_work = [shop.select(service, OPEN_WORK)[0] for service in ("orders", "payments")]

    def orders_of(self, clients):
        """The orders of these users, as the history speaks of them: by name."""
        placed = {
            order_id: seen.Placed(self.names.get(user, user), key, status, reason, amount)
            for order_id, user, key, status, reason, amount in self.orders.values()
        }
        return {order_id: order for order_id, order in placed.items() if order.user in clients}

    def ledgers_of(self, clients):
        """The accounts' entries of these users, by name, in order."""
        ledgers = {}
        for user, *entry in self.entries:
            if (name := self.names.get(user, user)) in clients:
                ledgers.setdefault(name, []).append(Entry(*entry))
        return ledgers

    def missing(self):
        return [order_id for order_id in self.orders if order_id not in self.settlements]

    def orphans(self):
        return [order_id for order_id in self.settlements if order_id not in self.orders]

    def stuck(self):
        return [order_id for order_id, row in self.orders.items() if row[3] == "NEW"]

    def mismatched(self):
        """Settled on both sides, and not the same: user, status, reason or amount."""
        both = (order_id for order_id in self.orders if order_id in self.settlements)
        return [each for each in both if self._order_side(each) != self.settlements[each][1:]]

    def _order_side(self, order_id):
        _, user, _, status, reason, amount = self.orders[order_id]
        return (user, status, reason, amount)

    def double(self):
        """Paid more than once, or paid though rejected, or PAID without its two entries."""
        due = {each: 2 if row[2] == "PAID" else 0 for each, row in self.settlements.items()}
        return [each for each in {*due, *self.sides} if self.sides.get(each, 0) != due.get(each, 0)]


def check(shop, history, storm):
    """The books, every invariant with its value, and how many statements were untrue."""
    books = Books(shop)
    listed = sound(books) + points(shop) + dead_letters(books.dead_letters, storm.topics)
    listed.append(must_be_none("processes that ended by themselves", storm.ends.by_themselves(shop.output())))
    clients = {event.user for event in history.events}
    orders, ledgers = books.orders_of(clients), books.ledgers_of(clients)
    deposits = {}
    for user, entry in truth.deposits_of(ledgers):
        deposits.setdefault((user, entry.key), []).append(entry.amount)
    listed += [must_be_none(name, faults) for name, faults in seen.check(history, orders, deposits).items()]
    refused = [event for event in truth.writes(history, seen.REFUSED) if not event.cause]
    listed.append(must_be_none("calls refused without a cause", refused))
    untrue = [must_be_none(name, faults) for name, faults in truth.check(history, orders, ledgers).items()]
    return books, [*listed, *untrue], sum(each.value for each in untrue)


def sound(books):
    """What both services' books must be, whatever anybody saw."""
    return [
        must_be_none("orders without a settlement", books.missing()),
        must_be_none("settlements without an order", books.orphans()),
        must_be_none("orders paid twice or by half", books.double()),
        must_be_none("orders still NEW", books.stuck()),
        must_be_none("orders that differ between the services", books.mismatched()),
        must_be_none("balances that are not the sum of their entries", books.wrong_balances),
        must_be_none("negative balances", books.negative),
        must_be_none("transfers that are not two entries with sum 0", books.wrong_transfers),
        Invariant("sum of all entries", books.total, books.total == 0),
        Invariant("unsent, unhandled (orders; payments)", books.open_work, not any(map(any, books.open_work))),
    ]


def letters(shop):
    """How often each dead letter is kept: by the storm's mark, or where it has none by what it is."""
    rows = (row for service in ("orders", "payments") for row in shop.select(service, DEAD_LETTERS))
    return Counter(mark_of(headers) or " ".join(map(str, rest)) for headers, *rest in rows)


def dead_letters(kept, topics):
    """Each confirmed poison is one, once, and nothing else is: no wipe takes one that nobody has read yet."""
    return [
        must_be_none("poisons that are no dead letter", sorted(topics.confirmed - set(kept))),
        must_be_none("dead letters kept twice", [mark for mark, count in kept.items() if count > 1]),
        must_be_none("dead letters that are no poison", [mark for mark in kept if mark not in topics.poisons]),
    ]


def must_be_none(name, found):
    return Invariant(name, len(found), not found, tuple(str(each)[:80] for each in found[:3]))
