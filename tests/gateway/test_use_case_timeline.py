"""An order's timeline put together without a browser."""

import uuid

import pytest

from services.common.tokens import Caller
from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.upstreams import upstreams_as
from services.gateway.steps import StepName
from services.gateway.use_cases.timeline import timeline_of
from tests.gateway.answers import ORDER_ID, step
from tests.gateway.stub import hang_up

PATH = f"orders/{ORDER_ID}/timeline"


@pytest.fixture
def timeline(orders, payments):
    return lambda: timeline_of(upstreams_as(Caller(uuid.UUID(int=7))), uuid.UUID(ORDER_ID))


def tell(stub, *names):
    stub.answer("GET", PATH, {"complete": True, "steps": [step(name) for name in names]})


def test_steps_of_both_sides_stand_in_the_order_of_the_way(orders, payments, timeline):
    names = list(StepName)
    tell(orders, *reversed(names[5:]))
    tell(payments, *reversed(names[:5]))
    found = timeline()
    assert found.complete
    assert [each.step for each in found.steps] == names


def at(second):
    return f"2026-11-22T10:00:{second:02}Z"


@pytest.mark.parametrize(
    ("confirmed", "recorded", "told"), [(5, 3, 3), (3, 3, 3), (5, 1, 2), (5, None, 5), (None, 3, 3)]
)
def test_record_was_produced_when_its_receiver_says_and_not_when_that_was_confirmed(
    orders, payments, timeline, confirmed, recorded, told
):
    sender = {"enqueued": 2, "produced": confirmed}
    receiver = {"produced": recorded, "received": 4}
    for stub, known in ((orders, sender), (payments, receiver)):
        steps = [step(name, at=at(second)) for name, second in known.items() if second]
        stub.answer("GET", PATH, {"complete": True, "steps": steps})
    enqueued, produced, received = timeline().steps
    assert (enqueued.step, produced.step, received.step) == ("enqueued", "produced", "received")
    assert produced.at.second == told


def test_step_that_this_version_does_not_know_is_left_out(orders, payments, timeline):
    tell(orders, "refunded", StepName.CREATED)
    tell(payments)
    found = timeline()
    assert [each.step for each in found.steps] == [StepName.CREATED]
    assert not found.complete


@pytest.mark.parametrize("down", ["orders", "payments"])
def test_one_silent_side_leaves_the_other_sides_steps(request, orders, payments, timeline, down):
    tell(orders, StepName.CREATED)
    tell(payments, StepName.CREATED)
    request.getfixturevalue(down).behave("GET", PATH, hang_up)
    found = timeline()
    assert ([each.step for each in found.steps], found.complete) == ([StepName.CREATED], False)


def test_two_silent_sides_are_no_timeline(orders, payments, timeline):
    orders.behave("GET", PATH, hang_up)
    payments.behave("GET", PATH, hang_up)
    with pytest.raises(UpstreamUnavailable):
        timeline()
