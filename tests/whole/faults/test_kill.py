"""SIGKILL of a real process in each window: an armed one takes the place of the shop's own, and dies there."""

import os
import signal
import time
import uuid
from contextlib import contextmanager

import psycopg
import pytest
import requests

from services.embedded.ports import answers, free_port
from tests.proof.chaos import invariants
from tests.proof.chaos.api_shopper import ApiShopper
from tests.proof.chaos.history import OK, History
from tests.support.backing_services import stop, wait_until

PROOF = bool(os.environ.get("PROOF"))
RELAY = ("relay.before_send", "relay.after_send", "relay.before_mark", "relay.after_mark")
CONSUMER = (
    "consumer.before_store",
    "inbox.before_handle",
    "inbox.before_commit",
    "consumer.before_offsets",
    "consumer.after_offsets",
)
# Where a handler has failed.
FAILURE = (
    "inbox.after_rollback",
    "failure.before_commit",
    "failure.after_commit",
    "retry.before_commit",
    "retry.after_commit",
)
CASES = [
    *((service, "relay", "relay_outbox", point) for service in ("orders", "payments") for point in RELAY),
    *(
        (service, "consumer", "consume_inbox", point)
        for service in ("orders", "payments")
        for point in (*CONSUMER, *FAILURE)
    ),
    ("payments", "consumer", "consume_inbox", "settlement.half_written"),
    ("orders", "chores", "run_chores", "watchdog.before_commit"),
    ("orders", "chores", "run_chores", "chore.after_commit"),
]
SHORT = [
    ("payments", "relay", "relay_outbox", "relay.before_mark"),
    ("orders", "chores", "run_chores", "chore.after_commit"),
]
HITS = (1, 3) if PROOF else (1,)
# No handler can do its work beside such a constraint.
SPELLS = {
    "orders": ("orders_order", "CHECK (status = 'NEW') NOT VALID"),
    "payments": ("payments_settlement", "CHECK (false) NOT VALID"),
}
WEB = [("orders", "orders"), ("payments", "account/deposits")]


class Calm:
    """A storm without faults: what the invariants want to know of one."""

    class topics:
        poisons = confirmed = frozenset()

    class ends:
        @staticmethod
        def by_themselves(output):
            return []


@pytest.fixture(scope="module")
def shoppers(shop):
    """Enough users to have some in every consumer's partitions."""
    history = History()
    shoppers = [ApiShopper(shop.url, history, time.monotonic() + 3600) for _ in range(8 if PROOF else 1)]
    for shopper in shoppers:
        shopper.register()
        shopper.deposit(10_000_000)
        shopper.product = shopper.insist("GET", "products").json()["results"][0]["slug"]
    return shoppers


@pytest.fixture(scope="module")
def shopper(shoppers):
    return shoppers[0]


@contextmanager
def failing_handlers(shop, service):
    """What comes meanwhile fails, and waits for its next attempt."""
    table, constraint = SPELLS[service]
    with psycopg.connect(shop.values[f"{service.upper()}_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT spell {constraint}")
        try:
            yield
        finally:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT spell")


def lead_to(point, shop, shoppers, service, is_dead):
    """Give it what brings it to the point, once or more often."""

    def place():
        for shopper in shoppers:
            shopper.order(shopper.product, 1)

    def pending():
        return shop.select(service, invariants.OPEN_WORK)[0][1]

    if point not in FAILURE:
        place()
        time.sleep(0.2)
        return
    with failing_handlers(shop, service):
        place()
        wait_until(lambda: pending() or is_dead(), seconds=60, what="a failure", every=0.1)
    wait_until(lambda: not pending() or is_dead(), seconds=60, what="another attempt", every=0.1)


def require_settled(shop, shopper):
    wait_until(lambda: invariants.settled(shop), seconds=60, what="settled", every=0.1)
    _, found, _ = invariants.check(shop, shopper.history, Calm)
    assert [each for each in found if not each.holds] == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("hits", HITS)
@pytest.mark.parametrize(("service", "role", "command", "point"), CASES if PROOF else SHORT)
def test_killed_process_loses_and_doubles_nothing(shop, shoppers, service, role, command, point, hits):
    port = free_port()
    process = shop.start("manage.py", service, command, f"--probe-port={port}", FAULT=f"{point}:{hits}")
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, seconds=30, what="the armed one")
        shop.signal(f"{service}.{role}")  # so that the armed one leads, or gets the partitions
        deadline = time.monotonic() + 90
        while process.poll() is None:
            assert time.monotonic() < deadline, "the point was never reached"
            lead_to(point, shop, shoppers, service, lambda: process.poll() is not None)
        assert process.returncode == -signal.SIGKILL
    finally:
        stop(process, signal.SIGKILL)
    require_settled(shop, shoppers[0])


def told(effect):
    """What the history keeps of an order or a deposit."""
    return {"id": effect["id"], "amount": effect.get("amount")}


@pytest.mark.parametrize("point", ["use_case.before_commit", "use_case.after_commit"])
@pytest.mark.parametrize(("service", "path"), WEB if PROOF else WEB[:1])
def test_request_whose_server_was_killed_has_its_effect_once(shop, shopper, service, path, point):
    """The client hears nothing, and asks again with its key at a server that lives."""
    port, key = free_port(), uuid.uuid4().hex
    server = ["-m", "services.common.serve", service, f"--listen=127.0.0.1:{port}"]
    process = shop.start(*server, FAULT=f"{point}:1")
    body = {"amount": 500} if service == "payments" else {"items": [{"product": shopper.product, "quantity": 1}]}
    token = shop.manage("gateway", "service_token", "--user", shopper.name, "--audience", service)
    headers = {"Authorization": f"Bearer {token.stdout.split()[-1]}", "Idempotency-Key": key}
    try:
        wait_until(lambda: answers(port), seconds=30, what="the armed server")
        with pytest.raises(requests.ConnectionError):
            requests.post(f"http://127.0.0.1:{port}/api/v1/{path}", json=body, headers=headers, timeout=10)
    finally:
        stop(process, signal.SIGTERM)
    first, again = (shopper.call("POST", path, json=body, headers={"Idempotency-Key": key}) for _ in range(2))
    committed = point == "use_case.after_commit"
    assert (first.status_code, first.headers.get("Idempotency-Replayed")) == (201, "true" if committed else None)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    shopper.history.add(shopper.name, "order" if service == "orders" else "deposit", OK, key, **told(first.json()))
    require_settled(shop, shopper)
