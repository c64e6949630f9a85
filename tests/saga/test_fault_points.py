"""A crash in every window of the flow, a broker wiped at every stage: each order is settled once all the same."""

import os

import pytest

from services.messaging import faults
from services.messaging.models import InboxMessage
from services.messaging.testing import losing_the_process
from services.orders.models import Order
from tests.orders.builders import stock
from tests.saga.business import failing
from tests.saga.checks import empty_tables, require_settled_once, require_sound_money, require_sound_outbox
from tests.saga.shop import Shop

HITS = (1, 2, 3) if os.environ.get("PROOF") else (1,)
# A message was on its way twice: the inbox must have seen the second one, and dropped it.
TWICE = ("relay.before_mark", "consumer.before_offsets")

POINTS = faults.fault_points()


@pytest.fixture
def shop(transactional_db):
    empty_tables()
    stock()
    shop = Shop()
    yield shop
    shop.forget()


def fail_one():
    failing.add(Order.objects.filter(status="NEW").order_by("created_at").values_list("id", flat=True).first())


def run(shop):
    """Everything that the flow can do, both directions, a failing handler and a lost message among it."""
    yield lambda: shop.deposit(0, 400_000)
    yield lambda: shop.place(0, 1)
    yield lambda: shop.place(0, 3)  # too dear by now
    yield lambda: shop.place(1, 1)  # has no account
    yield shop.relay
    yield shop.consume
    yield shop.relay
    yield shop.consume
    yield lambda: shop.place(0, 1)
    yield shop.broker.wipe
    yield shop.watch
    yield shop.relay
    yield fail_one
    yield shop.consume
    yield shop.let_time_pass
    yield shop.consume
    yield failing.clear
    yield shop.let_time_pass
    yield shop.consume
    yield shop.relay


def crash_in(shop, point, hits):
    """Run until the point is reached so often; the process that reaches it loses all that it had in memory."""
    with losing_the_process(point, hits) as loss:
        for _ in range(hits):
            for step in run(shop):
                step()
    return loss.happened


@pytest.mark.parametrize("hits", HITS)
@pytest.mark.parametrize("point", POINTS)
def test_crash(shop, point, hits):
    assert crash_in(shop, point, hits), "the point was never reached"
    shop.forget()
    require_sound_money()
    require_sound_outbox(shop.broker)
    shop.heal()
    require_settled_once()
    if point in TWICE:
        assert InboxMessage.objects.filter(duplicates__gt=0).exists()


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("steps", range(5))
def test_broker_that_loses_everything_is_healed_from_the_business_rows(shop, steps, pruned):
    """Task or answer, unsent, sent or handled; with the message rows or without."""
    shop.deposit(0, 400_000)
    shop.place(0)
    for step in (shop.relay, shop.consume, shop.relay, shop.consume)[:steps]:
        step()
    shop.broker.wipe()
    if pruned:
        shop.lose("prune", 0, 0)
    shop.heal()
    require_settled_once()


def test_without_a_crash_all_of_it_is_reached_and_settles(shop):
    reached = set()

    class Notes:
        def reach(self, point):
            reached.add(point)

    faults.armed = Notes()
    try:
        for step in run(shop):
            step()
    finally:
        faults.armed = None
    assert reached == set(POINTS)
    shop.heal()
    require_settled_once()
    assert set(Order.objects.values_list("status", flat=True)) == {"PAID", "REJECTED"}
