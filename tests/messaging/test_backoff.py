from datetime import timedelta

import pytest

from services.messaging.processes.backoff import handler_backoff, reconnect_seconds


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (1000, 300)])
def test_wait_after_a_failure_doubles_up_to_five_minutes_and_is_at_most_a_quarter_longer(failures, seconds):
    waits = {handler_backoff(failures) for _ in range(50)}
    assert timedelta(seconds=seconds) <= min(waits)
    assert max(waits) <= timedelta(seconds=seconds * 1.25)
    assert len(waits) > 1  # those that failed together do not come again together


def test_wait_for_a_connection_doubles_up_to_two_seconds():
    assert [reconnect_seconds(failures) for failures in (1, 2, 3, 4, 5, 1000)] == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
