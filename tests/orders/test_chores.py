import threading

import pytest
from django.core import mail

from services.messaging.models import PendingDelivery
from services.messaging.operating import wiring


@pytest.fixture
def lost(place):
    """An order that nobody has heard of for a minute."""
    order = place(age=60)
    PendingDelivery.objects.all().delete()
    return order


@pytest.fixture
def chores(db):
    yield list(wiring.chores())
    for thread in threading.enumerate():
        if thread.name == "audit":  # one of them begins it
            thread.join(timeout=20)


def test_chores_of_the_settings_heal_a_lost_order_and_alert_staff_by_themselves(lost, chores, settings):
    settings.ADMINS = [("staff", "staff@shop.test")]
    for chore in chores:
        chore()
    assert PendingDelivery.objects.get().message.subject == lost.id
    assert str(lost.id) in mail.outbox[0].body


def test_chores_have_nothing_to_do_twice(lost, chores):
    for chore in chores:
        chore()
    assert [chore() for chore in chores[:2]] == [0, 0]
