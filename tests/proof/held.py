"""`python -m tests.proof.held`: one account is held, then thousands of keys are parked; nobody else may notice."""

import argparse
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from statistics import quantiles

import psycopg

from services.registry import SERVICES
from tests.proof.scenario.client import ShopClient
from tests.support.backing_services import wait_until
from tests.support.whole_shop import running_shop

OTHERS = 20
ORDERS_A_SECOND = 5
HELD_ORDER_SECONDS = 5.0
MONEY = 10**11
# What is promised, in seconds.
MOST_FOR_OTHERS = 1.0
MOST_AFTER_RELEASE = 5.0
# For all to fail once, and to settle after the release: the longest wait between two tries is 300 s.
MOST_FOR_PARKED = 600.0

HOLD = "SELECT FROM payments_account WHERE id = %s FOR UPDATE"
# Users that no client can be: their orders are refused by the database while the constraint is there.
PARK = """
ALTER TABLE payments_settlement ADD CONSTRAINT parked CHECK (user_id > '00000000-0000-0000-0000-0000ffffffff') NOT VALID
"""
RELEASE = "ALTER TABLE payments_settlement DROP CONSTRAINT parked"
PLACE = """
import uuid
from django.utils import timezone
from services.orders.use_cases.placing import place_order
for number in range(1, {count} + 1):
    place_order(user_id=uuid.UUID(int=number), quantities={{"wool-socks": 1}}, now=timezone.now())
"""
PARKED = "SELECT count(DISTINCT key) FROM messaging_inboxmessage WHERE failures > 0 AND processed_at IS NULL"
UNSETTLED = "SELECT EXISTS (SELECT FROM orders_order WHERE status = 'NEW')"
NEW = "SELECT EXISTS (SELECT FROM orders_order WHERE status = 'NEW' AND id = ANY(%s::uuid[]))"
# The shop and this program share a machine, and so a clock.
SETTLED_AT = "SELECT id::text, extract(epoch FROM settled_at)::float8 FROM orders_order WHERE id = ANY(%s::uuid[])"
LETTERS = "SELECT count(*) FROM messaging_deadletter"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.proof.held", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="for which the account is held")
    parser.add_argument("--keys", type=int, default=500, help="to park")
    parser.add_argument("--calm", type=float, default=20, help="seconds without trouble before it, to compare with")
    chosen = parser.parse_args()
    with running_shop() as shop:
        crowd = Crowd(shop)
        calm = crowd.order_for(chosen.calm)
        tell("calm", calm)
        good = hold_an_account(shop, crowd, chosen.seconds)
        good &= park_keys(shop, crowd, chosen.keys, min(chosen.seconds, 60))
    return 0 if good else 1


class Crowd:
    """Users with money, who order at a steady pace. They do not poll: that would be a load of its own."""

    def __init__(self, shop):
        self.shop = shop
        self.clients = [new_client(shop.url) for _ in range(OTHERS)]
        self.items = [{"product": self.clients[0].products()[0]["slug"], "quantity": 1}]
        self._turns = cycle(self.clients)

    def order_for(self, seconds):
        """Seconds from POST to settled of each order."""
        began = time.monotonic()
        with ThreadPoolExecutor(OTHERS) as pool:
            orders = []
            for number in range(int(seconds * ORDERS_A_SECOND)):
                time.sleep(max(0.0, began + number / ORDERS_A_SECOND - time.monotonic()))
                orders.append(pool.submit(self.order, next(self._turns)))
        return self._latencies(dict(order.result() for order in orders))

    def order(self, client):
        """The order's id, and when it was asked for."""
        key, began = {"Idempotency-Key": uuid.uuid4().hex}, time.time()
        for _ in range(100):
            answer = client.http.post(f"{client.api}/orders", json={"items": self.items}, headers=key, timeout=10)
            if answer.status_code != 503:
                break
            time.sleep(0.1)  # the machine is too busy: asked again, and the time counts
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], began

    def _latencies(self, began):
        ids = list(began)
        wait_until(lambda: not self.shop.select("orders", NEW, [ids])[0][0], seconds=60, what="the others' orders")
        return [settled - began[order_id] for order_id, settled in self.shop.select("orders", SETTLED_AT, [ids])]


def new_client(url):
    client = ShopClient(url)
    client.register()
    client.account = client.call("POST", "account", expect=201)["id"]
    client.call("POST", "account/deposits", expect=201, json={"amount": MONEY})
    return client


def hold_an_account(shop, crowd, seconds):
    """Somebody begins a transaction on one account and forgets it; its user orders on. Whether the promise was kept."""
    user = new_client(shop.url)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(address(shop)) as holder:
        holder.execute(HOLD, [user.account])
        others = pool.submit(crowd.order_for, seconds)
        placed = []
        while not others.done():
            placed.append(crowd.order(user)[0])
            time.sleep(min(HELD_ORDER_SECONDS, seconds / 5))
        holder.rollback()
    after = seconds_until(lambda: not shop.select("orders", NEW, [placed])[0][0], within=60)
    print(f"an account held for {seconds:.0f} s, {len(placed)} orders of its user")
    return tell("  others", others.result(), after, letters(shop)) and after <= MOST_AFTER_RELEASE


def park_keys(shop, crowd, count, seconds):
    """So many keys whose message fails until the cause is mended. Whether the promise was kept."""
    with parked(shop):
        done = shop.manage("orders", "shell", "--no-imports", "-c", PLACE.format(count=count))
        assert done.returncode == 0, done.stderr
        others, deadline = [], time.monotonic() + MOST_FOR_PARKED
        while parked_now(shop) < count and time.monotonic() < deadline:
            others += crowd.order_for(5)
        others += crowd.order_for(seconds)
        seen = parked_now(shop)
    after = seconds_until(lambda: not shop.select("orders", UNSETTLED)[0][0], within=MOST_FOR_PARKED)
    print(f"{seen} of {count} keys had failed and waited; the others ordered meanwhile, and {seconds:.0f} s more")
    return tell("  others", others, after, letters(shop))


def parked_now(shop):
    return shop.select("payments", PARKED)[0][0]


@contextmanager
def parked(shop):
    with psycopg.connect(address(shop), autocommit=True) as direct:
        direct.execute(PARK)
        try:
            yield
        finally:
            direct.execute(RELEASE)


def address(shop):
    return shop.values[SERVICES["payments"].database_url]


def letters(shop):
    return sum(shop.select(service, LETTERS)[0][0] for service in ("orders", "payments"))


def seconds_until(condition, *, within):
    began = time.monotonic()
    wait_until(condition, seconds=within, what="settled after the release", every=0.1)
    return time.monotonic() - began


def tell(who, seconds, after=None, dead=0):
    """Print the figures; whether others are within theirs and nothing is a dead letter."""
    cuts = quantiles(seconds, n=100)
    told = f"{who} p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, p99 {cuts[98]:.2f} s of {len(seconds)} orders"
    print(
        told + ("" if after is None else f"; settled {after:.1f} s after the release; {dead} dead letters"), flush=True
    )
    return cuts[98] <= MOST_FOR_OTHERS and dead == 0


if __name__ == "__main__":
    sys.exit(main())
