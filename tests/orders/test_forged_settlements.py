"""Who cannot sign for payments settles no order."""

import json

import pytest

from services.messaging.models import DeadLetter
from services.messaging.operating import wiring
from services.messaging.record import Record
from tests.support.messages import golden

FORGED = {
    "unsigned": (),
    "bad_signature": (("signature", b"v1;k1;" + b"0" * 64),),
}


@pytest.mark.parametrize("reason", FORGED)
def test_forged_answer_is_a_dead_letter_and_its_order_stays_new(place, user_id, reason):
    order = place()
    answer = golden("payments.order_settled")["paid"].payload(order_id=str(order.id), user_id=str(user_id))
    value, key = json.dumps(answer).encode(), str(user_id).encode()
    wiring.inbox().receive([Record("inbox", 0, 0, None, key, value, FORGED[reason])])
    order.refresh_from_db()
    assert order.status == "NEW"
    assert DeadLetter.objects.get().reason == reason
