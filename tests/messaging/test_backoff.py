from services.messaging.processes.backoff import reconnect_seconds


def test_wait_for_a_connection_doubles_up_to_two_seconds():
    assert [reconnect_seconds(failures) for failures in (1, 2, 3, 4, 5, 1000)] == [0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
