"""Any order of steps, crashes and losses; then all heals, and must converge to one settlement for each order."""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.messaging.faults import fault_points
from services.orders.models import Order
from tests.orders.builders import stock
from tests.saga.checks import (
    empty_tables,
    require_only_told_failures,
    require_settled_once,
    require_sound_money,
    require_sound_outbox,
)
from tests.saga.shop import Shop
from tests.support.seed import seed_of_this_run

PROOF = bool(os.environ.get("PROOF"))
EXAMPLES, STEPS = (300, 50) if PROOF else (30, 30)
USERS = st.integers(0, 2)
PARTITIONS = st.integers(0, 2)
POINTS = fault_points()
PLACES = st.integers(0, 20)
STEPS_THAT_CRASH = {
    "place": ("use_case.before_commit", "use_case.after_commit"),
    "deposit": ("use_case.before_commit", "use_case.after_commit"),
    "relay": tuple(point for point in POINTS if point.startswith("relay.")),
    "consume": tuple(
        point for point in POINTS if point.split(".")[0] in ("consumer", "inbox", "settlement", "retry", "failure")
    ),
    "watch": ("watchdog.before_commit", "chore.after_commit"),
}
ARGUMENTS = {"place": (0,), "deposit": (0, 300_000)}
CRASHES = [(step, point) for step, points in STEPS_THAT_CRASH.items() for point in points]


WORK = ("relay", "relay", "consume", "consume", "flow", "flow", "watch", "mend", "redrive", "rebalance", "awaken")
LOSSES = ("drop", "duplicate", "reorder", "rewind", "skip", "wipe", "poison", "power", "fail", "prune")
EVENTS = st.one_of(
    st.tuples(st.sampled_from(WORK)),
    st.tuples(st.sampled_from(WORK)),
    st.tuples(st.just("place"), USERS, st.integers(1, 3)),
    st.tuples(st.just("deposit"), USERS, st.sampled_from([100_000, 300_000, 1_000_000])),
    st.tuples(st.just("hold"), USERS),
    st.tuples(st.just("lose"), st.sampled_from(LOSSES), PARTITIONS, PLACES),
    st.sampled_from(CRASHES).flatmap(
        lambda crash: st.tuples(st.just("crash"), *map(st.just, crash), st.integers(1, 2))
    ),
)


class Saga(RuleBasedStateMachine):
    """One rule for all that can happen: of several, Hypothesis leaves some out, and an example without work is idle."""

    @initialize(amounts=st.tuples(*[st.sampled_from([None, 100_000, 1_000_000])] * 3))
    def start(self, amounts):
        empty_tables()
        stock()
        self.shop = Shop()
        self.final = {}
        for user, amount in enumerate(amounts):
            if amount:
                self.shop.deposit(user, amount)
            self.shop.place(user)

    @rule(events=st.lists(EVENTS, min_size=1, max_size=3))
    def happen(self, events):
        for name, *arguments in events:
            if name == "crash":
                step, point, hits = arguments
                self.shop.crash_at(point, hits, lambda step=step: getattr(self.shop, step)(*ARGUMENTS.get(step, ())))
            else:
                getattr(self.shop, name)(*arguments)

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

    @invariant()
    def who_waits_has_not_failed(self):
        require_only_told_failures()

    def teardown(self):
        if not hasattr(self, "shop"):
            return
        try:
            self.shop.heal()
            self.no_status_goes_back()
            require_settled_once()
        finally:
            self.shop.release()
            self.shop.forget()


@pytest.mark.timeout(3600 if PROOF else 120)
def test_whatever_happens_it_converges_to_one_settlement_for_each_order(transactional_db, no_waiting):
    run_state_machine_as_test(
        seed(seed_of_this_run())(Saga),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=list(Phase) if PROOF else [Phase.explicit, Phase.generate],  # shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
