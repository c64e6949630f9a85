"""Orders restored from an older copy: what the client asks for again with its key is not charged again."""

import pytest

from services.messaging.models import InboxMessage, OutboxMessage, PendingDelivery
from services.orders.models import Order, Product
from services.payments.models import LedgerEntry
from tests.orders.builders import stock
from tests.saga.checks import empty_tables, require_settled_once, require_sound_money
from tests.saga.shop import Shop


@pytest.fixture
def shop(transactional_db):
    empty_tables()
    stock()
    shop = Shop()
    shop.deposit(0, 400_000)
    yield shop
    shop.forget()


def place_again(shop):
    """After orders has forgotten its order and its messages, as a copy from before has them."""
    Order.objects.all().delete()
    PendingDelivery.objects.filter(message__type="orders.order_placed").delete()
    OutboxMessage.objects.filter(type="orders.order_placed").delete()
    InboxMessage.objects.filter(type="payments.order_settled").delete()
    shop.keys -= 1
    shop.place(0)


def payments():
    return LedgerEntry.objects.filter(book="customer", kind="payment").count()


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("steps", range(5))
def test_same_key_is_charged_once_wherever_the_task_or_its_answer_was(shop, steps, pruned):
    shop.place(0)
    for step in (shop.relay, shop.consume, shop.relay, shop.consume)[:steps]:
        step()
    first = Order.objects.get().id
    if pruned:
        shop.lose("prune", 0, 0)
    place_again(shop)
    shop.heal()
    require_settled_once()
    assert (Order.objects.get().id, Order.objects.get().status, payments()) == (first, "PAID", 1)


def test_under_another_price_nothing_is_charged_again_and_the_order_waits_for_the_operator(shop):
    shop.place(0)
    shop.flow()
    Product.objects.filter(slug="green-tea").update(amount=130_000)
    place_again(shop)
    for _ in range(3):
        shop.flow()
        shop.watch()
    require_sound_money()
    assert (Order.objects.get().status, payments()) == ("NEW", 1)
