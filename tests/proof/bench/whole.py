"""The whole shop: how long an order takes from the request to PAID, what it costs, and what an idle shop costs."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles

import psutil

from tests.proof.scenario.client import ShopClient
from tests.support.backing_services import wait_until
from tests.support.whole_shop import running_shop

IDLE_SECONDS = 10
CLIENTS = 8
MONEY = 10**11
SETTLED = """
SELECT extract(epoch FROM settled_at - created_at)::float8 * 1000 FROM orders_order
WHERE id = ANY(%s::uuid[]) AND status = 'PAID'
"""


def measured(quick):
    """Single figures, no ratios: name and value with its unit."""
    orders, burst = (50, 200) if quick else (300, 2_000)
    with running_shop() as shop:
        idle = busy_share(shop, lambda: time.sleep(IDLE_SECONDS))
        yield "idle: all processes, broker included", f"{idle:.1%} of a core"
        shopper = ready_shopper(shop)
        alone = [order(shopper) for _ in range(orders)]
        waits = quantiles([milliseconds for _, milliseconds in alone], n=100)
        yield "POST order with Prefer: wait, until PAID: p50", f"{waits[49]:.0f} ms"
        yield "POST order with Prefer: wait, until PAID: p99", f"{waits[98]:.0f} ms"
        yield "from the row NEW to the row PAID: p50", f"{median(of_rows(shop, alone)):.0f} ms"
        spent = {}
        busy_share(shop, lambda: burst_of(shop, burst), spent)
        yield f"whole chain, {burst} orders by {CLIENTS} clients", f"{burst / spent['seconds']:.0f} orders/s"
        yield "… for each second of processor time, clients' aside", f"{burst / spent['cpu']:.0f} orders"


ITEMS = {"items": [{"product": "wool-socks", "quantity": 1}]}


def ready_shopper(shop):
    shopper = ShopClient(shop.url)
    shopper.register()
    shopper.call("POST", "account", expect=201)
    shopper.call("POST", "account/deposits", expect=201, json={"amount": MONEY})
    return shopper


def order(shopper):
    """Its id, and the milliseconds until the answer that says PAID."""
    began = time.perf_counter()
    placed = shopper.call("POST", "orders", expect=201, json=ITEMS, headers={"Prefer": "wait=5"})
    assert placed["status"] == "PAID", placed
    return placed["id"], (time.perf_counter() - began) * 1000


def of_rows(shop, placed):
    return [each for (each,) in shop.select("orders", SETTLED, [[order_id for order_id, _ in placed]])]


def burst_of(shop, count):
    shoppers = [ready_shopper(shop) for _ in range(CLIENTS)]

    def place(shopper):
        for _ in range(count // CLIENTS):
            shopper.call("POST", "orders", expect=201, json=ITEMS)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(place, shoppers))
    waiting = "SELECT count(*) FROM orders_order WHERE status = 'NEW'"
    wait_until(lambda: shop.select("orders", waiting)[0][0] == 0, seconds=120, what="all are settled")


def busy_share(shop, work, spent=None):
    """The share of one core that the shop's processes use meanwhile."""
    before, began = cpu_seconds(shop), time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    cpu = sum(used - before.get(pid, 0) for pid, used in cpu_seconds(shop).items())
    if spent is not None:
        spent.update(seconds=seconds, cpu=cpu)
    return cpu / seconds


def cpu_seconds(shop):
    found = {}
    for process in psutil.Process(shop.process.pid).children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[process.pid] = times.user + times.system
    return found
