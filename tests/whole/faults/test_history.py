"""The storm's checker of histories finds each fault in a history that has it, and none in a sound one."""

import pytest

from tests.proof.chaos.history import OK, REFUSED, UNKNOWN, History, Placed, check

USER, OTHER = "user", "other"


def history_of(*events):
    history = History()
    for user, call, outcome, fields in events:
        history.add(user, call, outcome, **{"began": 0.0, "ended": 1.0, **fields})
    return history


def placed(**fields):
    return (USER, "order", OK, {"key": "k", "id": "o", "status": "NEW", "answer": "first", **fields})


def read(**fields):
    return (USER, "read", OK, {"id": "o", "status": "PAID", **fields})


PAID = {"o": Placed(USER, "k", "PAID")}
FAULTS = [
    ("acknowledged orders lost", [placed()], {}, {}),
    ("acknowledged orders not found", [placed(), (USER, "read", REFUSED, {"id": "o"})], PAID, {}),
    ("orders with one key", [placed()], {**PAID, "p": Placed(USER, "k", "NEW")}, {}),
    ("same key, another answer", [placed(), placed(answer="second")], PAID, {}),
    ("statuses that went back", [placed(), read(), read(status="NEW", began=2.0, ended=3.0)], PAID, {}),
    ("statuses that went back", [placed(), read(), read(status="REJECTED")], PAID, {}),
    ("statuses that went back", [placed(), read()], {"o": Placed(USER, "k", "NEW")}, {}),
    ("others' orders shown", [placed(), (OTHER, "read", OK, {"id": "o", "status": "PAID"})], PAID, {}),
    ("acknowledged deposits lost", [(USER, "deposit", OK, {"key": "d", "amount": 5})], {}, {}),
    ("deposits with one key", [], {}, {(USER, "d"): [5, 5]}),
]


@pytest.mark.parametrize(("fault", "events", "orders", "deposits"), FAULTS)
def test_each_fault_is_found_and_no_other(fault, events, orders, deposits):
    found = check(history_of(*events), orders, deposits)
    assert {name for name, offenders in found.items() if offenders} == {fault}


def test_a_sound_history_has_no_fault():
    """A slow read may bring NEW after a faster one brought PAID, and a call without an answer may have no effect."""
    events = [
        (USER, "order", UNKNOWN, {"key": "lost"}),
        (USER, "order", UNKNOWN, {"key": "k"}),
        placed(),
        placed(),
        read(began=1.0, ended=2.0),
        read(status="NEW", began=1.0, ended=3.0),
        (USER, "deposit", OK, {"key": "d", "amount": 5}),
    ]
    found = check(history_of(*events), PAID, {(USER, "d"): [5]})
    assert not any(found.values())
