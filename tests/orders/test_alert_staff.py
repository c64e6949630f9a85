import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from services.orders.facts import FACTS
from services.orders.models import Order
from services.orders.use_cases import alert_staff


@pytest.fixture(autouse=True)
def staff(settings):
    settings.ADMINS = [("staff", "staff@shop.test")]


def test_staff_hear_of_each_delayed_order_once(place):
    late, settled, young = place(age=60), place(age=60), place(age=1)
    Order.objects.filter(id=settled.id).update(status="PAID", settled_at=timezone.now())
    assert {fact.name: fact.take().value for fact in FACTS}["delayed_orders"] == 1
    assert [alert_staff(now=timezone.now()) for _ in range(2)] == [1, 0]
    [letter] = mail.outbox
    assert letter.to == ["staff@shop.test"]
    assert str(late.id) in letter.body
    assert str(young.id) not in letter.body
    assert Order.objects.get(id=late.id).alerted_at


def test_admin_lists_the_delayed_ones(place, admin_client):
    late, young = place(age=60), place(age=1)
    page = admin_client.get(reverse("admin:orders_order_changelist"), {"delayed": "1"}).content.decode()
    assert str(late.id) in page
    assert str(young.id) not in page
