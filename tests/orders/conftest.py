import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.gateway.stub import running_stub
from tests.orders.payments_api import Payments
from tests.support.tokens import bearer


@pytest.fixture
def user_id():
    return uuid.uuid4()


@pytest.fixture
def headers(user_id):
    return bearer(user_id)


@pytest.fixture
def catalogue(db):
    from tests.orders.builders import stock

    stock()


@pytest.fixture
def place(catalogue, user_id):
    from services.orders.models import Order
    from services.orders.use_cases import place_order

    def place(quantities=None, *, age=0, **options):
        options = {"user_id": user_id, "now": timezone.now() - timedelta(seconds=age), **options}
        return Order.objects.get(id=place_order(quantities=quantities or {"green-tea": 2}, **options).id)

    return place


@pytest.fixture
def payments(settings):
    with running_stub("payments") as stub:
        settings.PAYMENTS_URL = stub.url
        yield Payments(stub)
