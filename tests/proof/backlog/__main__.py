"""`make backlog`: latency, and a backlog settled by one and by two consumers a side, on both brokers side by side."""

import argparse
import os
import signal
import subprocess
import sys
import time
from statistics import quantiles

from services.common.env import ROOT
from tests.proof.backlog.cpu import seconds_by_name
from tests.proof.scenario.client import ShopClient
from tests.support.backing_services import stop, wait_until
from tests.support.whole_shop import running_shop

# The backlog is settled once: a watchdog that sends its tasks again while it waits would add to it.
PATIENT = {"WATCHDOG_FIRST_SECONDS": "600", "WATCHDOG_LONGEST_SECONDS": "600"}
SETTLE_SECONDS = 300
PARTITIONS = 12
# A consumer holds a session lock for each of its partitions; leaders hold one.
SHARES = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND granted AND datname = current_database() GROUP BY pid HAVING count(*) > 1
"""


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.proof.backlog", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="in the backlog")
    parser.add_argument("--samples", type=int, default=100, help="orders whose latency is measured")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start", flush=True)
    for name, brokers in (("embedded broker", 0), ("Apache Kafka, one broker", 1)):
        print(f"\n{name}", flush=True)
        with running_shop(brokers, **PATIENT) as shop:
            measure(shop, chosen)


def measure(shop, chosen):
    tell_latency(shop.url, chosen.samples)
    fill(shop, "payments", 0)
    extra = {}
    tell_backlog(shop, extra, chosen.orders)
    extra = {service: shop.start("manage.py", service, "consume_inbox") for service in ("orders", "payments")}
    try:
        wait_until(lambda: both_share(shop), seconds=60, what="two consumers a side", every=0.5)
        tell_backlog(shop, extra, chosen.orders)
    finally:
        for process in extra.values():
            stop(process, signal.SIGTERM)


def tell_latency(url, samples):
    client = ShopClient(url)
    client.register()
    client.call("POST", "account", expect=201)
    client.call("POST", "account/deposits", expect=201, json={"amount": 10**11})
    cheapest = min(client.products(), key=lambda product: product["price"]["amount"])
    seconds = []
    for _ in range(samples):
        began = time.monotonic()
        assert client.order(cheapest)["status"] == "PAID"
        seconds.append(time.monotonic() - began)
    cuts = quantiles(seconds, n=20)
    print(f"  POST to PAID of {samples} orders: p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms", flush=True)


def fill(shop, service, count):
    command = [sys.executable, "-m", "tests.proof.backlog.fill", service, str(count)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **shop.values, **PATIENT}, check=True)


def both_share(shop):
    halves = [(PARTITIONS // 2,)] * 2
    return all(shop.select(service, SHARES) == halves for service in ("orders", "payments"))


def tell_backlog(shop, extra, count):
    """The relay of orders is held (SIGSTOP) while the orders are placed, then all of them flow at once."""
    relay = shop.processes()["orders.relay"]
    os.kill(relay, signal.SIGSTOP)
    try:
        fill(shop, "orders", count)
        before = seconds_by_name(named(shop, extra))
    finally:
        os.kill(relay, signal.SIGCONT)
    began = time.monotonic()
    wait_until(lambda: is_settled(shop), seconds=SETTLE_SECONDS, what="the backlog is settled", every=0.1)
    seconds = time.monotonic() - began
    used = {name: value - before[name] for name, value in seconds_by_name(named(shop, extra)).items()}
    tell_used(used, seconds, f"{count} orders, {2 if extra else 1} consumer(s) a side")


def is_settled(shop):
    return not shop.select("orders", "SELECT EXISTS (SELECT FROM orders_order WHERE status = 'NEW')")[0][0]


def named(shop, extra):
    """Process ids to names; both consumers of a service are one line."""
    found = {pid: name for name, pid in shop.processes().items()}
    found |= {process.pid: f"{service}.consumer" for service, process in extra.items()}
    return found | ({process.pid: "broker" for process in shop.cluster.running.values()} if shop.cluster else {})


def tell_used(used, seconds, what):
    """Processor seconds are told beside the time: on a busy machine only they can be compared."""
    machine, most = used.pop("machine"), seconds * os.cpu_count()
    shop = sum(used.values())
    print(f"  {what}: {seconds:.1f} s", flush=True)
    print(f"    of {most:.1f} processor seconds the shop used {shop:.1f}, others {machine - shop:.1f}:", end=" ")
    told = (f"{name} {value:.1f}" for name, value in sorted(used.items(), key=lambda each: -each[1]))
    print(", ".join(list(told)[:7]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
