import pytest

from services.messaging.receiving.policy import RetryPolicy, policy_of
from tests.support.configure import configure


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10_000, 300)])
def test_wait_doubles_up_to_the_longest_and_is_at_most_a_quarter_longer(failures, seconds):
    waits = {RetryPolicy().delay(failures) for _ in range(50)}
    assert seconds <= min(waits) <= max(waits) <= seconds * 1.25
    assert len(waits) > 1  # those that failed together do not come again together


def test_it_is_over_when_the_next_wait_would_lead_beyond_the_time():
    policy = RetryPolicy(first_seconds=1, longest_seconds=2, give_up_seconds=5)
    assert [policy.is_over(failures) for failures in (1, 2, 3, 4)] == [False, False, False, True]


def test_message_is_tried_for_an_hour_unless_the_settings_say_otherwise():
    failures = next(number for number in range(1, 1000) if RetryPolicy().is_over(number))
    waited = sum(RetryPolicy().delay(number) for number in range(1, failures))
    assert 3600 - 300 <= waited <= 3600 * 1.25


def test_settings_say_it_for_every_type_and_for_one(settings):
    configure(settings, RETRIES={"*": {"first_seconds": 3, "longest_seconds": 9}, "test.note": {"first_seconds": 5}})
    assert policy_of("test.note") == RetryPolicy(first_seconds=5, longest_seconds=9)
    assert policy_of("test.other") == RetryPolicy(first_seconds=3, longest_seconds=9)
