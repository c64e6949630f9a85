"""Any order of steps, crashes and losses; then all heals, and must converge to one settlement for each order."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.common import faults
from services.orders.models import Order
from tests.orders.builders import stock
from tests.saga.business import failing
from tests.saga.checks import empty_tables, require_settled_once, require_sound_money, require_sound_outbox
from tests.saga.shop import Shop

EXAMPLES, STEPS = (300, 50) if os.environ.get("PROOF") else (30, 30)
USERS = st.integers(0, 2)
PARTITIONS = st.integers(0, 2)
PLACES = st.integers(0, 20)
STEPS_THAT_CRASH = {
    "place": ("use_case.before_commit", "use_case.after_commit"),
    "deposit": ("use_case.before_commit", "use_case.after_commit"),
    "relay": tuple(point for point in faults.POINTS if point.startswith("relay.")),
    "consume": tuple(
        point
        for point in faults.POINTS
        if point.split(".")[0] in ("consumer", "inbox", "settlement", "retry", "failure")
    ),
    "watch": ("watchdog.before_commit", "chore.after_commit"),
}
ARGUMENTS = {"place": (0,), "deposit": (0, 300_000)}
CRASHES = [(step, point) for step, points in STEPS_THAT_CRASH.items() for point in points]


class Saga(RuleBasedStateMachine):
    @initialize()
    def start(self):
        empty_tables()
        stock()
        self.shop = Shop()
        self.final = {}

    @rule(user=USERS, quantity=st.integers(1, 3))
    def place(self, user, quantity):
        self.shop.place(user, quantity)

    @rule(user=USERS, amount=st.sampled_from([100_000, 300_000, 1_000_000]))
    def deposit(self, user, amount):
        self.shop.deposit(user, amount)

    @rule()
    def relay(self):
        self.shop.relay()

    @rule(limit=st.integers(1, 6))
    def consume(self, limit):
        self.shop.consume(limit)

    @rule()
    def flow(self):
        """All in turn, so that deep states are reached."""
        for step in (self.shop.relay, self.shop.relay, self.shop.consume, self.shop.relay, self.shop.consume):
            step()

    @rule(seconds=st.sampled_from([0, 5, 3600]))
    def watch(self, seconds):
        self.shop.watch(seconds)

    @rule(crash=st.sampled_from(CRASHES), hits=st.integers(1, 2))
    def crash(self, crash, hits):
        step, point = crash
        self.shop.crash_at(point, hits, lambda: getattr(self.shop, step)(*ARGUMENTS.get(step, ())))

    @rule(partition=PARTITIONS, place=PLACES, what=st.sampled_from(["drop", "duplicate", "reorder"]))
    def disturb(self, partition, place, what):
        getattr(self.shop.broker, what)(partition, place)

    @rule(partition=PARTITIONS, what=st.sampled_from(["rewind", "skip"]))
    def lose_offset(self, partition, what):
        getattr(self.shop.broker, what)(partition)
        self.shop.rebalance()

    @rule()
    def wipe(self):
        self.shop.broker.wipe()

    @rule(down=st.booleans())
    def power(self, down):
        self.shop.broker.down = down

    @rule(value=st.sampled_from([b"not JSON", b"\x00", b"[]"]), user=USERS)
    def poison(self, value, user):
        self.shop.broker.append("saga", str(self.shop.users[user]).encode(), value, ())

    @rule(place=PLACES)
    def fail(self, place):
        if orders := list(Order.objects.order_by("id").values_list("id", flat=True)):
            failing.add(orders[place % len(orders)])

    @rule()
    def mend(self):
        failing.clear()
        self.shop.let_time_pass()

    @rule()
    def redrive(self):
        self.shop.redrive()

    @rule()
    def prune(self):
        self.shop.prune()

    @rule()
    def rebalance(self):
        self.shop.rebalance()

    @invariant()
    def money_is_sound(self):
        require_sound_money()

    @invariant()
    def no_status_goes_back(self):
        now = dict(Order.objects.exclude(status="NEW").values_list("id", "status"))
        assert self.final.items() <= now.items()
        self.final = now

    @invariant()
    def outbox_is_sound(self):
        require_sound_outbox(self.shop.broker)

    def teardown(self):
        if not hasattr(self, "shop"):
            return
        try:
            self.shop.heal()
            self.no_status_goes_back()
            require_settled_once()
        finally:
            self.shop.forget()


@pytest.mark.timeout(3600 if os.environ.get("PROOF") else 120)
def test_whatever_happens_it_converges_to_one_settlement_for_each_order(transactional_db, no_waiting):
    run_state_machine_as_test(
        Saga,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
