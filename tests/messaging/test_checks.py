import pytest
from django.core.checks import run_checks

from services.messaging import handlers as module
from services.messaging.handlers import handler
from tests.messaging.settings import KEYS
from tests.support.configure import configure


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
