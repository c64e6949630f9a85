from services.embedded.ports import free_port
from services.messaging.kafka import publisher
from services.messaging.kafka.config import producer_config
from services.messaging.kafka.publisher import Publisher
from tests.messaging.ring import Source
from tests.support.backing_services import wait_until


def publish(to, topic, *tokens, value=b"{}"):
    for token in tokens:
        to.publish(token, topic=topic, key="ann", value=value, headers=[])


def wait_for(to, condition):
    def look():
        to.poll(0.1)
        return condition()

    wait_until(look, seconds=20, what="the broker's word", every=0)


def client(monkeypatch, **settings):
    """A publisher whose client is set otherwise."""
    config = {**producer_config(), **{name.replace("_", "."): value for name, value in settings.items()}}
    monkeypatch.setattr(publisher, "producer_config", lambda: config)
    return Publisher()


def test_confirmation_tells_where_each_message_is(topic):
    ours = Publisher()
    publish(ours, topic, (1, 1), (2, 7))
    wait_for(ours, lambda: len(ours.confirmed) == 2)
    assert [each.token for each in ours.confirmed] == [(1, 1), (2, 7)]
    assert len({each.partition for each in ours.confirmed}) == 1
    assert [each.offset for each in ours.confirmed] == [0, 1]
    assert ours.answers()


def test_message_that_the_broker_never_takes_is_refused_and_nothing_is_broken(topic):
    ours = Publisher()
    publish(ours, topic, (1, 1), value=b"x" * 1_100_000)
    publish(ours, topic, (2, 1))
    wait_for(ours, lambda: ours.confirmed and ours.refused)
    assert [token for token, _ in ours.refused] == [(1, 1)]
    assert [each.token for each in ours.confirmed] == [(2, 1)]
    assert ours.broken is None


def test_full_queue_is_waited_for_and_loses_nothing(topic, monkeypatch):
    ours = client(monkeypatch, queue_buffering_max_messages=3)
    tokens = [(number, 1) for number in range(50)]
    publish(ours, topic, *tokens)
    wait_for(ours, lambda: len(ours.confirmed) == 50)
    assert [each.token for each in ours.confirmed] == tokens


def test_silent_broker_breaks_the_publisher_and_confirms_nothing(topic, monkeypatch):
    ours = client(monkeypatch, bootstrap_servers=f"127.0.0.1:{free_port()}", delivery_timeout_ms=300)
    publish(ours, topic, (1, 1))
    wait_for(ours, lambda: ours.broken)
    assert (ours.confirmed, ours.refused, ours.answers()) == ([], [], False)
    ours.discard()


def test_message_keeps_its_key_bytes_and_headers(topic):
    ours = Publisher()
    ours.publish((1, 1), topic=topic, key="Анна", value=b"\0\xff", headers=[("attempt", "1"), ("ce_id", "x")])
    wait_for(ours, lambda: ours.confirmed)
    reader = Source([topic], on_assign=lambda _: None, on_revoke=lambda _: None)
    found = []
    wait_until(lambda: found.extend(reader.poll(0.1, 10)) or found, seconds=20, what="read", every=0)
    assert (found[0].key, found[0].value) == ("Анна".encode(), b"\0\xff")
    assert found[0].headers == (("attempt", b"1"), ("ce_id", b"x"))
    reader.close()
