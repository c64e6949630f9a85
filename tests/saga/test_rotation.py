"""A signing key is rotated without a stop: what the old one has signed and what waits is settled like the rest."""

import pytest

from services.messaging.models import DeadLetter, PendingDelivery
from services.orders.models import Order
from tests.orders.builders import stock
from tests.saga.checks import empty_tables, require_settled_once
from tests.saga.shop import Shop
from tests.support.configure import configure

OLD, NEW = {"k1": b"saga"}, {"k2": b"the secret of tomorrow"}
# As docs/messaging.md has it: taken by all, then used by all, then the old one goes.
STEPS = (OLD, OLD | NEW, NEW | OLD)


@pytest.fixture
def shop(transactional_db):
    empty_tables()
    stock()
    shop = Shop()
    shop.deposit(0, 10**9)
    yield shop
    shop.forget()


@pytest.fixture
def restart_with(shop, settings):
    def restart_with(keys):
        shop.forget()
        configure(settings, KEYS={"saga": keys})

    return restart_with


def test_orders_of_every_step_of_a_rotation_are_settled(shop, restart_with):
    for keys in STEPS:
        restart_with(keys)
        shop.place(0)  # waits in the outbox until the next step
        shop.relay()  # waits in the topic, signed by this step's first key
        shop.place(0)
    assert PendingDelivery.objects.exists()
    shop.flow()
    restart_with(NEW)
    shop.place(0)
    shop.heal()
    require_settled_once()
    assert set(Order.objects.values_list("status", flat=True)) == {"PAID"}
    assert Order.objects.count() == 2 * len(STEPS) + 1
    assert not DeadLetter.objects.exists()


def test_what_the_old_key_signed_is_refused_once_it_is_gone(shop, restart_with):
    shop.place(0)
    shop.relay()
    restart_with(NEW)
    shop.consume()
    assert [letter.reason for letter in DeadLetter.objects.all()] == ["bad_signature"]
