"""`make chaos SEED=n`: one storm over a whole shop of its own, and the proof that no order is lost or paid twice."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.backing_services import wait_until
from tests.chaos import invariants
from tests.chaos.faults import Storm
from tests.chaos.history import OK, History
from tests.chaos.load import Load
from tests.chaos.shop import Shop
from tests.whole_shop import running_shop

CALM_SECONDS = 60.0
MONEY = 20_000_000


def options():
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="the same storm again")
    parser.add_argument("--full", action="store_true", help="the storm of `make proof`")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between two faults")
    for name, number, full, what in NUMBERS:
        parser.add_argument(f"--{name}", type=int, help=f"{what} (default {number}, with --full {full})")
    given = parser.parse_args()
    for name, number, full, _ in NUMBERS:
        if getattr(given, name) is None:
            setattr(given, name, full if given.full else number)
    return given


NUMBERS = (
    ("orders", 500, 1000, "orders to place"),
    ("users", 10, 50, "users who place them"),
    ("deposits", 40, 200, "deposits beside them"),
    ("kills", 30, 40, "processes to kill -9"),
    ("wipes", 1, 2, "times that the broker loses everything"),
    ("postgres", 0, 2, "times to kill -9 PostgreSQL"),
    ("duplicates", 0, 10, "times to send 10 messages again in another order"),
    ("poisons", 0, 20, "unreadable messages"),
    ("pauses", 0, 2, "processes to stop for a while (SIGSTOP)"),
    ("rebalances", 0, 3, "second consumers that join and leave"),
)
FAULTS = ("kills", "wipes", "postgres", "duplicates", "poisons", "pauses", "rebalances")


def main():
    chosen = options()
    print(f"seed {chosen.seed}", flush=True)
    with running_shop() as whole:
        return run(Shop(whole), chosen)


def run(shop, chosen):
    history = History()
    storm = Storm(shop, seed=chosen.seed, interval=chosen.interval, **{name: getattr(chosen, name) for name in FAULTS})
    numbers = {name: getattr(chosen, name) for name in ("orders", "users", "deposits")}
    load = Load(shop.url, history, **numbers, seconds=storm.seconds, seed=chosen.seed)
    load.prepare(MONEY)
    print(f"{chosen.users} users are in; {chosen.orders} orders over {storm.seconds:.0f} s of storm", flush=True)
    load.start()
    storm.rage()
    load.wait()
    seconds = calm(shop, storm)
    books, found = invariants.check(shop, history, storm)
    found.append(audit(shop))
    report(storm, found, seconds)
    stuck, lost = (
        len(books.stuck()),
        len(books.missing()) + next(each.value for each in found if each.name == "acknowledged orders lost"),
    )
    good = seconds is not None and all(each.holds for each in found)
    placed = len({event.id for event in history.of("order", OK)})
    good = good and placed == chosen.orders
    print(f"orders {placed}, lost {lost}, double {len(books.double())}, stuck {stuck}", flush=True)
    if not good:
        evidence = Path(tempfile.gettempdir()) / f"chaos-{chosen.seed}"
        history.write(evidence.with_suffix(".jsonl"))
        evidence.with_suffix(".log").write_text(shop.whole.output())
        print(f"seed {chosen.seed} FAILED; what clients and processes saw: {evidence}.jsonl, {evidence}.log")
    return 0 if good else 1


def calm(shop, storm):
    """Seconds from the last fault until nothing moved any more, or None where that took too long."""

    def is_settled():
        try:
            return invariants.settled(shop)
        except invariants.DatabaseAway:
            return False

    try:
        left = storm.last_fault + CALM_SECONDS - time.monotonic()
        wait_until(is_settled, seconds=max(left, 0.0), what="settled", every=0.2)
    except TimeoutError:
        return None
    return time.monotonic() - storm.last_fault


def audit(shop):
    """The shop's own audit must agree."""
    done = shop.whole.manage("orders", "audit")
    return invariants.Invariant("exit code of `manage.py orders audit`", done.returncode, done.returncode == 0)


def report(storm, found, seconds):
    print("\nfaults")
    for what, number in sorted(storm.done.items()):
        print(f"  {number:4d}  {what}")
    width = max(len(each.name) for each in found)
    print("\ninvariants")
    for each in found:
        examples = f"   {each.examples}" if each.examples else ""
        print(f"  {'ok  ' if each.holds else 'FAIL'}  {each.name.ljust(width)}  {each.value}{examples}")
    told = "more than 60 s" if seconds is None else f"{seconds:.1f} s"
    print(f"\nsettled after the last fault: {told}")


if __name__ == "__main__":
    sys.exit(main())
