"""Each database restored from an older copy while the rest of the shop goes on (docs/guarantees.md), rehearsed."""

import subprocess
import uuid
from contextlib import contextmanager

import psycopg
import pytest

from services.embedded.postgres import binaries
from tests.proof.scenario.client import ShopClient
from tests.support.backing_services import wait_until

DEPOSIT = 10_000_000


@pytest.fixture
def client(shop):
    client = ShopClient(shop.url)
    client.register()
    client.call("POST", "account", expect=201)
    client.call("POST", "account/deposits", expect=201, json={"amount": DEPOSIT})
    return client


@pytest.fixture
def forgets(shop, tmp_path):
    """A service forgets what happens inside: it gets a copy from before."""

    def run(program, *words):
        subprocess.run([binaries() / program, *words], check=True)

    @contextmanager
    def forgets(service):
        database, copy = shop.environment()[f"{service.upper()}_DATABASE_URL"], tmp_path / "copy"
        run("pg_dump", "--format=custom", f"--file={copy}", f"--dbname={database}")
        yield
        run("pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={database}", copy)

    return forgets


def place(client, key):
    product = client.products()[0]["slug"]
    items = {"items": [{"product": product, "quantity": 1}]}
    return client.call("POST", "orders", expect=201, json=items, headers={"Idempotency-Key": key})


def wait_until_paid(client, order):
    def paid():
        return client.call("GET", f"orders/{order['id']}", expect=200)["status"] == "PAID"

    wait_until(paid, seconds=60, what="the order is paid", every=0.2)


def payments(client):
    return [each["amount"] for each in client.call("GET", "account/entries", expect=200)["results"][:-1]]


def audit(shop):
    done = shop.manage("orders", "audit")
    return done.returncode, done.stdout


def mend(shop, output):
    """Do what the audit says."""
    [fix] = [line.split("manage.py ")[1] for line in output.splitlines() if "fix: manage.py" in line]
    done = shop.manage(*fix.split())
    assert done.returncode == 0, done.stderr


def test_orders_forgets_an_order_that_its_client_asks_for_again(shop, client, forgets):
    key = uuid.uuid4().hex
    with forgets("orders"):
        first = place(client, key)
        wait_until_paid(client, first)
    client.call("GET", f"orders/{first['id']}", expect=404)
    again = place(client, key)
    assert (again["id"], again["total"]) == (first["id"], first["total"])
    wait_until_paid(client, again)
    assert payments(client) == [-first["total"]["amount"]]
    assert audit(shop)[0] == 0


def test_orders_forgets_an_order_and_its_price_is_another_when_its_client_asks_again(shop, client, forgets):
    key = uuid.uuid4().hex
    with forgets("orders"):
        first = place(client, key)
        wait_until_paid(client, first)
    with psycopg.connect(shop.environment()["ORDERS_DATABASE_URL"], autocommit=True) as orders:
        orders.execute("UPDATE orders_product SET amount = amount + 100")
        again = place(client, key)
        orders.execute("UPDATE orders_product SET amount = amount - 100")
    assert (again["id"], again["total"]["amount"]) == (first["id"], first["total"]["amount"] + 100)
    code, output = audit(shop)
    assert code == 1
    assert f"contradicted: {first['id']}" in output
    mend(shop, output)
    told = client.call("GET", f"orders/{first['id']}", expect=200)
    assert (told["status"], told["total"]) == ("PAID", first["total"])
    assert payments(client) == [-first["total"]["amount"]]
    assert audit(shop)[0] == 0


def test_payments_forgets_an_order_that_was_paid(shop, client, forgets):
    with forgets("payments"):
        order = place(client, uuid.uuid4().hex)
        wait_until_paid(client, order)
    assert payments(client) == []
    code, output = audit(shop)
    assert code == 1
    assert f"missing: {order['id']}" in output
    mend(shop, output)
    wait_until(lambda: audit(shop)[0] == 0, seconds=60, what="the audit is clean", every=0.5)
    assert payments(client) == [-order["total"]["amount"]]
