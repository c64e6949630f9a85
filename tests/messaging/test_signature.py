import pytest

from services.messaging.signature import BadSignature, sign, verify

KEYS = {"new": b"secret of today", "old": b"secret of last year"}
SIGNED = {"topic": "outbox", "key": b"ann", "attempt": b"1", "value": b'{"amount": 1}'}


def test_each_of_the_known_keys_is_accepted_and_the_first_signs():
    assert sign(**SIGNED, keys=KEYS).split(";")[1] == "new"
    verify(sign(**SIGNED, keys=KEYS), **SIGNED, keys=KEYS)
    verify(sign(**SIGNED, keys={"old": KEYS["old"]}), **SIGNED, keys=KEYS)


@pytest.mark.parametrize("part", SIGNED)
def test_signature_of_another_part_is_refused(part):
    altered = {**SIGNED, part: SIGNED[part] + SIGNED[part][:1]}
    with pytest.raises(BadSignature, match="not those that were signed"):
        verify(sign(**SIGNED, keys=KEYS), **altered, keys=KEYS)


def test_bytes_that_moved_from_one_part_to_the_next_are_refused():
    moved = {**SIGNED, "key": b"an", "value": b"n" + SIGNED["value"]}
    with pytest.raises(BadSignature):
        verify(sign(**SIGNED, keys=KEYS), **moved, keys=KEYS)


def test_unknown_key_is_refused_even_where_its_secret_is_known():
    with pytest.raises(BadSignature, match="unknown key"):
        verify(sign(**SIGNED, keys={"other": KEYS["new"]}), **SIGNED, keys=KEYS)


def test_known_key_with_another_secret_is_refused():
    with pytest.raises(BadSignature):
        verify(sign(**SIGNED, keys={"new": b"guessed"}), **SIGNED, keys=KEYS)


@pytest.mark.parametrize(
    "text", ["", ";", "v0{rest}", "{version};new", "{version};new;", "{version};;{digest}", "{all}0"]
)
def test_malformed_signature_is_refused(text):
    good = sign(**SIGNED, keys=KEYS)
    version, _, digest = good.split(";")
    rest = good.removeprefix(version)
    with pytest.raises(BadSignature):
        verify(text.format(version=version, digest=digest, rest=rest, all=good), **SIGNED, keys=KEYS)
