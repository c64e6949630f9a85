from secrets import token_urlsafe

import pytest
from django.core.exceptions import ImproperlyConfigured

from services.common import messaging
from services.messaging.keys import PrivateKey


def test_what_the_environment_does_not_say_keeps_messagings_own_default(given):
    given()
    assert messaging.from_environment("orders") == {
        "SERVICE": "orders",
        "SOURCE": "urn:shop:orders",
        "KAFKA_SECURITY": {},
        "ALLOW_UNSAFE_DATABASE": False,
        "FAULT": "",
    }


def test_what_the_environment_says_is_handed_on(given):
    given(
        TOPIC_PARTITIONS="3",
        KAFKA_BOOTSTRAP_SERVERS="a:1,b:2",
        KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_SASL_PASSWORD="hidden",
    )
    found = messaging.from_environment("orders")
    assert (found["TOPIC_PARTITIONS"], found["KAFKA_BOOTSTRAP_SERVERS"]) == (3, "a:1,b:2")
    assert found["KAFKA_SECURITY"] == {"security.protocol": "SASL_SSL", "sasl.password": "hidden"}


def test_number_that_is_none_is_named(given):
    given(RELAY_BATCH_SIZE="many")
    with pytest.raises(ImproperlyConfigured, match="RELAY_BATCH_SIZE must be a whole number"):
        messaging.from_environment("orders")


def test_database_may_be_unsafe_in_the_embedded_mode_alone(given):
    given(ALLOW_UNSAFE_DATABASE="1")
    assert messaging.from_environment("orders")["ALLOW_UNSAFE_DATABASE"] is False
    given(ALLOW_UNSAFE_DATABASE="1", EMBEDDED="1")
    assert messaging.from_environment("orders")["ALLOW_UNSAFE_DATABASE"] is True


def test_fault_is_armed_in_the_embedded_mode_alone(given):
    given(FAULT="relay.before_mark", EMBEDDED="1")
    assert messaging.fault() == "relay.before_mark"
    given(FAULT="relay.before_mark")
    with pytest.raises(ImproperlyConfigured, match="embedded shop alone"):
        messaging.fault()


def test_keys_stand_behind_their_ids_and_the_first_signs(given):
    given(KEYS="k2:new, k1:old:with-colon ", EMBEDDED="1")
    assert list(messaging.signing_keys("KEYS").items()) == [("k2", b"new"), ("k1", b"old:with-colon")]


@pytest.mark.parametrize("keys", ["key", "k1:", ":key", "k1:a,", "k1:a,k1:b"])
def test_key_without_an_id_or_an_id_without_a_key_is_refused_and_not_shown(given, keys):
    given(KEYS=keys)
    with pytest.raises(ImproperlyConfigured) as refusal:
        messaging.signing_keys("KEYS")
    assert str(refusal.value) == "KEYS must look like id:key,id:key, each id once"


@pytest.mark.parametrize("known", ["short", "change-me-" * 9])
def test_known_key_is_refused_in_production_even_where_it_no_longer_signs(given, known):
    keys = f"k2:{token_urlsafe(48)},k1:{known}"
    given(KEYS=keys, EMBEDDED="1")
    assert list(messaging.signing_keys("KEYS")) == ["k2", "k1"]
    given(KEYS=keys)
    with pytest.raises(ImproperlyConfigured, match="k1 of KEYS must hold at least 50 random characters") as refusal:
        messaging.signing_keys("KEYS")
    assert known not in str(refusal.value)


def test_readers_have_rings_of_their_own_and_nobody_is_one_where_nothing_is_said(given):
    given(READERS="loyalty:k2:new,loyalty:k1:old, reports:k1:other", EMBEDDED="1")
    assert messaging.readers("READERS") == {"loyalty": {"k2": b"new", "k1": b"old"}, "reports": {"k1": b"other"}}
    given(EMBEDDED="1")
    assert messaging.readers("READERS") == {}


@pytest.mark.parametrize("readers", ["loyalty", "loyalty:k1", "loyalty:k1:", ":k1:key", "loyalty:k1:a,loyalty:k1:b"])
def test_reader_without_a_key_is_refused(given, readers):
    given(READERS=readers, EMBEDDED="1")
    with pytest.raises(ImproperlyConfigured, match="READERS"):
        messaging.readers("READERS")


def test_reader_with_a_key_that_may_be_known_is_refused_in_production(given):
    given(READERS="loyalty:k1:change-me")
    with pytest.raises(ImproperlyConfigured, match="k1 of READERS of loyalty must hold at least 50"):
        messaging.readers("READERS")


def test_pair_of_keys_is_told_from_a_shared_secret(given):
    pair = PrivateKey.generate()
    given(KEYS=f"k3:private.{pair.text},k2:public.{pair.public.text},k1:shared.secret", EMBEDDED="1")
    assert messaging.signing_keys("KEYS") == {"k3": pair, "k2": pair.public, "k1": b"shared.secret"}
