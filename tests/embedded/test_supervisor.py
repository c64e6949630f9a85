"""The supervisor's promises, with small stand-in processes."""

import signal
import time

from services.embedded.process import Child, Launch, Process


def order_of(lines, word):
    return [line.split()[0] for line in lines if word in line]


def test_a_process_starts_after_what_it_needs_is_ready(supervise):
    shop = supervise({"name": "server", "ready": False}, {"name": "step", "once": True, "needs": ["server"]})
    shop.wait_for("server | begins")
    assert shop.count("step | begins") == 0
    shop.make_ready("server")
    shop.wait_for("all ready")
    assert order_of(shop.lines(), "begins") == ["server", "step"]


def test_all_stop_in_reverse_order_and_none_is_left(supervise):
    shop = supervise({"name": "a"}, {"name": "b", "needs": ["a"]}, {"name": "c", "needs": ["b"]})
    shop.wait_for("all ready")
    assert shop.end(signal.SIGTERM) == 0
    assert order_of(shop.lines(), "ends") == ["c", "b", "a"]
    shop.leaves_nothing()


def test_a_process_that_ignores_its_signal_is_killed(supervise):
    shop = supervise({"name": "a"}, {"name": "deaf", "needs": ["a"], "stubborn": True})
    shop.wait_for("all ready")
    assert shop.end() == 0
    shop.leaves_nothing()
    assert order_of(shop.lines(), "ends") == ["a"]


def test_a_second_signal_kills_at_once(supervise):
    shop = supervise({"name": "a"}, {"name": "deaf", "needs": ["a"], "stubborn": True})
    shop.wait_for("all ready")
    shop.process.send_signal(signal.SIGINT)
    shop.wait_for("stopping")
    shop.end()
    shop.leaves_nothing()
    assert order_of(shop.lines(), "ends") == []


def test_a_killed_process_is_started_again_and_said_so(supervise):
    shop = supervise({"name": "a"})
    shop.wait_for("all ready")
    shop.kill("a")
    shop.wait_for("a was killed by SIGKILL, starting it again in 0.25 s")
    shop.wait_for("a is ready again")
    assert len(shop.pids("a")) == 2


def test_a_failing_step_stops_the_start(supervise):
    shop = supervise({"name": "a"}, {"name": "migrate", "needs": ["a"], "once": True, "code": 3})
    assert shop.process.wait(8) == 1
    assert shop.count("migrate ended with code 3: the shop cannot start") == 1
    assert order_of(shop.lines(), "ends") == ["a"]


def test_a_process_that_never_comes_up_stops_the_start(supervise):
    shop = supervise({"name": "broken", "breaks": True, "code": 1})
    assert shop.process.wait(20) == 1
    assert len(shop.pids("broken")) == 5


def test_killing_the_supervisor_ends_all_children(supervise):
    shop = supervise({"name": "a"}, {"name": "b", "needs": ["a"]})
    shop.wait_for("all ready")
    shop.process.kill()
    shop.leaves_nothing()


def test_after_the_broker_the_topics_come_first_and_then_its_clients(supervise):
    shop = supervise(
        {"name": "broker"},
        {"name": "topics", "once": True, "follows": ["broker"]},
        {"name": "relay", "follows": ["topics"], "needs": ["broker"]},
        {"name": "web"},
    )
    shop.wait_for("all ready")
    shop.kill("broker")
    shop.wait_for("relay is ready again")
    shop.wait_for("relay | begins", times=2)  # its own line may come after the supervisor's
    began = order_of(shop.lines(), "begins")
    assert began[-3:] == ["broker", "topics", "relay"]
    assert began.count("web") == 1
    assert shop.count("relay | ends") == 1


def test_backing_off_grows_to_five_seconds_and_is_forgotten():
    child = Child(Process("a", lambda: Launch(["true"])))
    child.started_at = time.monotonic()
    assert [child.back_off() for _ in range(7)] == [0.25, 0.5, 1, 2, 4, 5, 5]
    child.started_at -= 11
    assert child.back_off() == 0.25
