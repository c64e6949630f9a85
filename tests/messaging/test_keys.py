"""Ed25519: who only reads can check, and cannot sign."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import transaction

from services.messaging.keys import PrivateKey, PublicKey
from services.messaging.models import DeadLetter
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.outbox import enqueue
from services.messaging.sending.relay import Relay
from services.messaging.signature import BadSignature, sign, verify
from tests.messaging.ring import note
from tests.messaging.test_relay import read_all
from tests.support.configure import configure

PAIR, OTHER = PrivateKey.generate(), PrivateKey.generate()
SIGNED = {"topic": "ring", "key": b"ann", "attempt": b"1", "value": b'{"amount": 1}'}
READERS = {"k1": PAIR.public}


def test_reader_accepts_what_the_private_key_signed_and_nothing_else():
    signature = sign(**SIGNED, keys={"k1": PAIR})
    verify(signature, **SIGNED, keys=READERS)
    for keys in ({"k1": OTHER.public}, {"k2": PAIR.public}):
        with pytest.raises(BadSignature):
            verify(signature, **SIGNED, keys=keys)


@pytest.mark.parametrize("part", SIGNED)
def test_signature_of_another_part_is_refused(part):
    altered = {**SIGNED, part: SIGNED[part] + SIGNED[part][:1]}
    with pytest.raises(BadSignature):
        verify(sign(**SIGNED, keys={"k1": PAIR}), **altered, keys=READERS)


def test_reader_cannot_sign():
    with pytest.raises(TypeError, match="is public"):
        sign(**SIGNED, keys=READERS)


@pytest.mark.parametrize("secret", [PAIR.public.text.encode(), PAIR.public.raw, b"PublicKey"])
def test_public_key_taken_for_a_shared_secret_signs_nothing_that_is_accepted(secret):
    """The classic confusion: the key says which algorithm it is for, never the message."""
    with pytest.raises(BadSignature):
        verify(sign(**SIGNED, keys={"k1": secret}), **SIGNED, keys=READERS)


@pytest.mark.parametrize("digits", ["", "00", "0" * 128, "G" * 128, "A" * 128, "٣" * 128])
def test_digits_that_are_no_signature_are_refused(digits):
    with pytest.raises(BadSignature):
        verify(f"v2;k1;{digits}", **SIGNED, keys=READERS)


def test_shared_secret_and_pair_stand_side_by_side_while_one_takes_over():
    ring = {"old": b"shared secret", "new": PAIR.public}
    verify(sign(**SIGNED, keys={"old": b"shared secret"}), **SIGNED, keys=ring)
    verify(sign(**SIGNED, keys={"new": PAIR, "old": b"shared secret"}), **SIGNED, keys=ring)


@pytest.mark.parametrize("text", ["", "short", "A" * 42, "A" * 44, "!" * 43])
def test_text_that_is_no_key_is_refused_and_not_shown(text):
    for kind in (PrivateKey, PublicKey):
        with pytest.raises(ImproperlyConfigured, match="43 characters") as refused:
            _ = kind(text).raw
        assert not text or text not in str(refused.value)


def test_private_key_is_not_shown():
    assert PAIR.text not in repr(PAIR) + str({"KEYS": {"ring": {"k1": PAIR}}})


def test_command_makes_a_pair(capsys):
    call_command("make_signing_key")
    private, public = (
        eval(line, {"PrivateKey": PrivateKey, "PublicKey": PublicKey}) for line in capsys.readouterr().out.split()
    )
    assert private.public == public


@pytest.mark.django_db(transaction=True)
def test_relay_signs_with_the_pair_and_the_reader_has_the_public_key_alone(settings, topic, direct, board):
    configure(settings, KEYS={topic: {"k1": PAIR}})
    with transaction.atomic():
        enqueue([note("hello")])
    assert Relay(direct).drain() == 1
    [record] = read_all(topic, 1)
    Inbox(handlers=board.handlers, keys={topic: {"k1": OTHER.public}}).receive([record])
    assert DeadLetter.objects.get().reason == "bad_signature"
    Inbox(handlers=board.handlers, keys={topic: READERS}).receive([record])
    assert board.texts() == ["hello"]


def test_messaging_needs_the_library_for_pairs_alone():
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "import services.messaging.signature as s\n"
        "s.sign(topic='t', key=b'', attempt=b'', value=b'', keys={'k': b'secret'})\n"
        "s.sign(topic='t', key=b'', attempt=b'', value=b'', keys={'k': s.PrivateKey('A' * 43)})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1].endswith("pip install 'django-exactly-once[ed25519]'")
