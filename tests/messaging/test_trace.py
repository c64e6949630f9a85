from contextvars import copy_context

import pytest

from services.messaging.trace import TRACEPARENT, begin_trace, current_traceparent

TRACE, SPAN = "a" * 32, "b" * 16


def traced(traceparent):
    """The trace id and what is handed on, in a context of its own."""
    return copy_context().run(lambda: (begin_trace(traceparent), current_traceparent()))


def test_trace_goes_on_under_a_span_of_its_own():
    trace_id, handed_on = traced(f"00-{TRACE}-{SPAN}-01")
    assert trace_id == TRACE
    assert handed_on.startswith(f"00-{TRACE}-")
    assert SPAN not in handed_on


@pytest.mark.parametrize("malformed", [None, "", "nonsense", f"00-{TRACE}-{SPAN}", f"00-{TRACE.upper()}-{SPAN}-01"])
def test_trace_begins_where_none_was_given(malformed):
    (first, handed_on), (second, _) = traced(malformed), traced(malformed)
    assert TRACEPARENT.fullmatch(handed_on)[1] == first != second


def test_trace_begins_at_the_first_message_where_nobody_began_one():
    first, second = copy_context().run(lambda: (current_traceparent(), current_traceparent()))
    assert TRACEPARENT.fullmatch(first)
    assert first == second
