"""The example beside the shop: as many awards as paid orders, whatever the broker forgets."""

import signal

import psycopg
import pytest
import requests

from tests.proof.chaos.topics import Topics
from tests.proof.scenario.client import ShopClient
from tests.support.backing_services import wait_until
from tests.support.whole_shop import running_shop

pytestmark = pytest.mark.timeout(300)

ORDERS = 9


@pytest.fixture(scope="module")
def shop():
    with running_shop(LOYALTY="1") as started:
        yield started


@pytest.fixture
def rows(shop):
    with psycopg.connect(shop.values["LOYALTY_DATABASE_URL"], autocommit=True) as connection:
        yield lambda statement: connection.execute(statement).fetchall()


@pytest.fixture
def shopper(shop):
    client = ShopClient(shop.url)
    client.register()
    client.call("POST", "account", expect=201)
    client.call("POST", "account/deposits", expect=201, json={"amount": 10**9})
    return client


def test_paid_orders_get_points_once_though_the_broker_forgets_them_and_brings_others_twice(shop, shopper, rows):
    product = shopper.products()[0]
    paid = [shopper.order(product)["id"]]
    wait_until(lambda: len(rows("SELECT FROM loyalty_award")) == 1, seconds=30, what="first award")

    assert shop.signal("loyalty.consumer", signal.SIGSTOP)
    paid += [shopper.order(product)["id"] for _ in range(ORDERS)]
    assert shop.signal("broker")
    wait_until(lambda: len(rows("SELECT FROM loyalty_award")) == 1 + ORDERS, seconds=60, what="an award for each order")
    assert {str(order_id) for (order_id,) in rows("SELECT order_id FROM loyalty_award")} == set(paid)
    wait_until(
        lambda: rows("SELECT lost FROM messaging_feedposition") == [(ORDERS,)], seconds=10, what="they are counted"
    )

    last = shopper.order(product)["id"]
    wait_until(lambda: len(rows("SELECT FROM loyalty_award")) == 2 + ORDERS, seconds=60, what="the last award")
    assert Topics(shop.values["KAFKA_BOOTSTRAP_SERVERS"], ["inbox"], seed=1).repeat(1)
    wait_until(
        lambda: rows("SELECT FROM messaging_inboxmessage WHERE duplicates > 0"), seconds=30, what="the duplicate"
    )
    assert rows(f"SELECT points FROM loyalty_award WHERE order_id = '{last}'") == [(10,)]
    assert rows("SELECT count(*), sum(points) FROM loyalty_award") == [(2 + ORDERS, 10 * (2 + ORDERS))]
    assert rows("SELECT count(*) FROM messaging_deadletter") == [(0,)]


def test_account_page_shows_the_points(shop, rows):
    login = {"username": "demo", "password": "demo-password"}
    demo = ShopClient(shop.url)
    demo.http.headers["Authorization"] = f"Bearer {demo.call('POST', 'tokens', expect=201, json=login)['token']}"
    order = demo.order(demo.products()[0])["id"]
    wait_until(lambda: rows(f"SELECT FROM loyalty_award WHERE order_id = '{order}'"), seconds=30, what="the award")
    web = requests.Session()
    form = web.get(f"{shop.ui_url}/login/", timeout=10).text
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    web.post(f"{shop.ui_url}/login/", data={**login, "csrfmiddlewaretoken": token}, timeout=10)
    assert "10 points for your orders" in web.get(f"{shop.ui_url}/account/", timeout=10).text
