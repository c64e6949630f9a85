"""An upstream that hangs costs each caller a bounded time and leaves room for other calls."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.common.tokens import Caller
from services.gateway.clients import upstreams
from services.gateway.clients.breaker import Breaker
from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.clients.deadline import Deadline
from services.gateway.clients.errors import UpstreamUnavailable
from services.gateway.clients.http import Channel
from services.gateway.clients.upstreams import upstreams_as
from tests.gateway.answers import ACCOUNT, DEPOSIT, PRODUCT, page
from tests.gateway.stub import hang_up, reply
from tests.support.backing_services import wait_until

PATH = "products/green-tea"


def caller_channel(channel, seconds=4.5):
    return CallerChannel(channel, "k" * 50, Caller(), "en", Deadline(seconds))


@pytest.fixture
def channel(orders):
    return Channel("orders", orders.url, calls_at_once=3)


@pytest.fixture
def took():
    started = time.monotonic()
    return lambda: time.monotonic() - started


def fail(channel, seconds=4.5):
    with pytest.raises(UpstreamUnavailable):
        caller_channel(channel, seconds).get("products", "green-tea")


def dribble_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    dribble(handler)


def dribble_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    dribble(handler)


def dribble(handler):
    for _ in range(100):
        handler.wfile.write(b"x")
        pause(0.05)


def pause(seconds):
    """What the upstream takes."""
    threading.Event().wait(seconds)


def test_hung_read_ends_after_two_seconds(orders, channel, took):
    orders.behave("GET", PATH, orders.hang)
    fail(channel)
    assert 1.9 < took() < 2.4


def test_calls_of_one_page_share_their_deadline(orders, channel, took):
    orders.behave("GET", PATH, orders.hang)
    calls = caller_channel(channel, 0.6)
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable):
            calls.get("products", "green-tea")
    assert 0.5 < took() < 0.9


@pytest.mark.django_db
def test_page_that_asks_both_upstreams_has_one_deadline(client, user, orders, payments, monkeypatch):
    monkeypatch.setattr(upstreams, "DEADLINE_SECONDS", 1.0)
    orders.answer("GET", PATH, PRODUCT)
    orders.behave("GET", "products", lambda handler: (pause(0.8), reply(handler, 200, page(PRODUCT), {})))
    payments.behave("GET", "account", payments.hang)
    client.force_login(user)
    client.post("/cart/green-tea/add/")
    started = time.monotonic()
    response = client.get("/checkout/")
    assert 0.9 < time.monotonic() - started < 1.5
    assert "Payments are resting" in response.content.decode()


@pytest.mark.parametrize("behaviour", [dribble_headers, dribble_body])
def test_dribbling_does_not_extend_the_deadline(orders, channel, took, behaviour):
    orders.behave("GET", PATH, behaviour)
    fail(channel, 0.5)
    assert took() < 0.8


def test_call_with_a_key_outlasts_the_upstreams_wait_for_its_twin(payments, orders):
    payments.behave("POST", "account/deposits", lambda handler: (pause(2.2), reply(handler, 201, DEPOSIT, {})))
    assert upstreams_as(Caller()).payments.deposit(500, idempotency_key="k").deposit.amount.amount == 500


def test_breaker_opens_and_closes_by_itself(orders, channel):
    orders.behave("GET", PATH, hang_up)
    for _ in range(3):
        fail(channel)
    assert channel.breaker.state == "open"
    asked = len(orders.seen)
    fail(channel)
    assert len(orders.seen) == asked  # nobody was asked
    orders.answer("GET", PATH, PRODUCT)
    opened = time.monotonic()
    wait_until(lambda: answers(channel), seconds=4, what="recovery")
    assert time.monotonic() - opened < 2.5
    assert channel.breaker.state == "closed"


def answers(channel):
    try:
        return caller_channel(channel).get("products", "green-tea").status == 200
    except UpstreamUnavailable:
        return False


def test_open_breaker_lets_one_call_in_each_cooldown_find_out():
    breaker = Breaker(failures=1, cooldown_seconds=0.5)
    breaker.failed()
    for _ in range(2):
        wait_until(breaker.allows, seconds=2, what="a trial")
        assert not any(breaker.allows() for _ in range(20))


def test_refusals_and_errors_do_not_open_the_breaker(orders, channel):
    orders.answer("GET", PATH, {"detail": "oops"}, status=500)
    for _ in range(10):
        fail(channel)
    assert channel.breaker.state == "closed"


def test_hung_calls_leave_threads_for_others(orders, channel):
    orders.behave("GET", PATH, orders.hang)
    with ThreadPoolExecutor(3) as pool:
        hung = [pool.submit(fail, channel, 1) for _ in range(3)]
        wait_until(lambda: len(orders.seen) == 3, seconds=1, what="three calls")
        before = time.monotonic()
        fail(channel)
        assert time.monotonic() - before < 0.4
        for each in hung:
            each.result()


def test_slot_is_free_again_after_a_failure(orders, channel):
    orders.answer("GET", PATH, {}, status=500)
    for _ in range(10):
        fail(channel)
    orders.answer("GET", PATH, PRODUCT)
    assert answers(channel)


def test_calls_do_not_wait_for_each_other(orders, channel):
    together = threading.Barrier(3)
    orders.behave("GET", PATH, lambda handler: (together.wait(2), reply(handler, 200, PRODUCT, {})))
    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(lambda _: answers(channel), range(3)))


def test_hung_upstream_does_not_slow_the_other(orders, payments, took):
    orders.behave("GET", PATH, orders.hang)
    payments.answer("GET", "account", ACCOUNT)
    assert upstreams_as(Caller()).payments.account().balance.amount == 500
    assert took() < 0.5
