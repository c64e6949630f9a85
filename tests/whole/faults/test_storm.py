"""The storm's checker tells its own doing from the shop's: which ends, and which dead letters, are nobody's fault."""

from collections import Counter
from types import SimpleNamespace

import pytest

from tests.proof.chaos.ends import Ends
from tests.proof.chaos.invariants import dead_letters
from tests.proof.chaos.topics import MARK, mark_of

OUTPUT = """
supervisor      | orders.relay was killed by SIGKILL, starting it again in 0.25 s
supervisor      | broker was killed by SIGKILL, starting it again in 0.25 s
supervisor      | orders.relay is to start anew after broker
orders.relay    | a message of ours says that it ended with code 1
"""
ENDS = [
    ("supervisor      | orders.chores was killed by SIGKILL, starting it again in 0.25 s", "orders.chores"),
    ("supervisor      | orders.relay was killed by SIGKILL, starting it again in 0.5 s", "orders.relay"),
    ("supervisor      | broker ended with code 1, starting it again in 0.25 s", "broker"),
    ("supervisor      | payments was killed by SIGSEGV, starting it again in 0.25 s", "payments"),
    ("gateway         | [2026-11-25 02:00:00 +0000] [17] [CRITICAL] WORKER TIMEOUT (pid:18)", "gateway"),
]


@pytest.fixture
def ends():
    ends = Ends()
    ends.killed.update(["orders.relay", "broker"])
    return ends


def test_ends_by_the_storms_hand_are_nobodys_fault(ends):
    assert ends.by_themselves(OUTPUT) == []


@pytest.mark.parametrize(("line", "name"), ENDS)
def test_end_by_itself_is_found(ends, line, name):
    (found,) = ends.by_themselves(f"{OUTPUT}{line}\n")
    assert found.startswith(name)


def test_server_that_waits_for_a_session_of_the_killed_one_is_excused_as_often_as_it_says_so(ends):
    said = "postgres | FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use\n"
    end = "supervisor | postgres ended with code 1, starting it again in 0.5 s\n"
    assert ends.by_themselves(said + end) == []
    assert ends.by_themselves(said + end + end) == ["postgres ended with code 1"]


def test_process_beside_the_shop_that_ended_by_itself_is_found(ends):
    ends.beside.append("second orders.consumer ended with code 1")
    assert ends.by_themselves(OUTPUT) == ["second orders.consumer ended with code 1"]


TOPICS = SimpleNamespace(poisons={"confirmed", "never confirmed"}, confirmed={"confirmed"})
LETTERS = [
    ("poisons that are no dead letter", []),
    ("dead letters kept twice", ["confirmed", "confirmed"]),
    ("dead letters that are no poison", ["confirmed", "bad_signature inbox 3"]),
]


def broken(kept):
    return [each.name for each in dead_letters(Counter(kept), TOPICS) if not each.holds]


@pytest.mark.parametrize(("fault", "kept"), LETTERS)
def test_wrong_dead_letters_are_found(fault, kept):
    assert broken(kept) == [fault]


@pytest.mark.parametrize("kept", [["confirmed"], ["confirmed", "never confirmed"]])
def test_poison_may_have_come_although_the_broker_never_said_so(kept):
    assert broken(kept) == []


def test_mark_is_found_in_a_record_and_in_a_dead_letter():
    for value in (b"abc", "abc"):
        assert mark_of([["attempt", "1"], [MARK, value]]) == "abc"
    assert mark_of([["attempt", "1"]]) is None
