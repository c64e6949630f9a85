import pytest
from django.core.checks import run_checks

from services.messaging import handlers as module
from services.messaging.handlers import handler, upcast
from services.messaging.keys import PrivateKey, PublicKey
from tests.messaging.settings import KEYS
from tests.support.configure import configure

PAIR = PrivateKey("A" * 43)


def told():
    return [each.msg for each in run_checks() if each.id and each.id.startswith("messaging.")]


def test_settings_of_the_tests_are_right():
    assert told() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SENDZ": {}}, "does not know SENDZ"),
        ({"SENDS": {}, "RECEIVES": []}, "name no topic"),
        ({"RECEIVES": "ring"}, "RECEIVES is a list of topics"),
        ({"KEYS": {}}, "KEYS has no key ring for the topic ring"),
        ({"KEYS": {"ring": {"k1": "text"}}}, "KEYS of ring must be"),
        ({"KEYS": {"ring": {"": b"secret"}}}, "KEYS of ring must be"),
        ({"READERS": {"other": {"reader": KEYS}}}, "READERS names other, to which nothing is sent"),
        ({"READERS": {"ring": {"reader": {}}}}, "READERS of ring must be"),
        ({"READERS": {"ring": {"reader": {"k1": "text"}}}}, "READERS of ring must be"),
        ({"FEEDS": {"other": {"url": "http://x", "keys": KEYS}}}, "FEEDS names other, from which nothing is received"),
        ({"FEEDS": {"ring": {"url": "file:///etc", "keys": KEYS}}}, "FEEDS of ring must be"),
        ({"FEEDS": {"ring": {"keys": KEYS}}}, "FEEDS of ring must be"),
        ({"KEYS": {"ring": {"k1": PublicKey(PAIR.public.text)}}}, "begin with a public key, which signs nothing"),
        ({"KEYS": {"ring": {"k1": PrivateKey("short")}}}, "an Ed25519 key is 43 characters of base64url"),
        ({"UNHANDLED": "drop"}, "UNHANDLED is"),
        ({"KAFKA_PROFILE": "redpanda"}, "KAFKA_PROFILE is"),
        ({"RETRIES": {"test.nobody": {}}}, "RETRIES names test.nobody"),
        ({"RETRIES": {"*": {"first": 1}}}, r"RETRIES of \* does not know first"),
    ],
)
def test_each_mistake_is_one_line_of_check(settings, changes, words):
    configure(settings, **changes)
    [line] = told()
    assert words.replace("\\", "") in line


def test_settings_that_are_missing_altogether_are_told(settings):
    del settings.MESSAGING
    assert told() == ["MESSAGING lacks SERVICE"]


def test_service_that_only_receives_or_only_sends_is_right(settings):
    configure(settings, SENDS={}, RECEIVES=["ring"], KEYS={"ring": KEYS})
    assert told() == []
    configure(settings, SENDS={"*": "ring"}, RECEIVES=[])
    assert told() == []


def test_two_handlers_of_one_type_are_told(monkeypatch):
    monkeypatch.setattr(module, "_registered", {})
    handler("test.moved")(print)
    monkeypatch.setattr(module, "autodiscover_modules", lambda _: handler("test.moved")(repr))
    [line] = told()
    assert "test.moved has two handlers" in line


@pytest.fixture
def none_registered(monkeypatch):
    monkeypatch.setattr(module, "_registered", {})
    monkeypatch.setattr(module, "_upcasts", {})


@pytest.mark.usefixtures("none_registered")
def test_two_upcasts_of_one_step_are_told(monkeypatch):
    upcast("test.moved", 1)(print)
    monkeypatch.setattr(module, "autodiscover_modules", lambda _: upcast("test.moved", 1)(repr))
    [line] = told()
    assert "test.moved has two upcasts of version 1: builtins.print and builtins.repr" in line


@pytest.mark.usefixtures("none_registered")
@pytest.mark.parametrize(
    ("versions", "steps", "words"),
    [
        ((3,), [1], "the upcast of version 1 leads to 2, which nobody reads"),
        ((1, 2), [1], "the handler reads version 1 itself, and its upcast is never called"),
        (None, [1], "test.moved has an upcast of version 1, and no handler"),
        ((3,), [1, 2], None),
        ((2, 4), [1, 3], None),
    ],
)
def test_step_that_leads_nowhere_is_told(versions, steps, words):
    if versions:
        handler("test.moved", versions=versions)(print)
    for version in steps:
        upcast("test.moved", version)(dict)
    assert [words in line for line in told()] == ([True] if words else [])
