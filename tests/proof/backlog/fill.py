"""`python -m tests.proof.backlog.fill orders 20000`: waiting orders; with `payments`: accounts that can pay.

A third word is the number of users; 200 without it.
"""

import os
import sys
import uuid

import django
from django.db import transaction
from django.utils import timezone

USERS = 200
BATCH = 1_000
MONEY = 10**10


def main(service, count, users=USERS):
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{service}_proj.settings"
    django.setup()
    {"orders": place_orders, "payments": open_accounts}[service](
        int(count), [user_id(number) for number in range(int(users))]
    )


def user_id(number):
    return uuid.uuid5(uuid.NAMESPACE_URL, f"backlog-{number}")


def place_orders(count, user_ids):
    """What `place_order` records, a thousand in a transaction: one by one would take longer than settling them."""
    from services.messaging.sending.outbox import enqueue
    from services.orders.events import order_placed
    from services.orders.models import Order, OrderItem, Product
    from services.orders.use_cases.resending import resend_delay

    product, now = Product.objects.order_by("amount").first(), timezone.now()
    price = {"amount": product.amount, "currency": product.currency}
    names = {"product": product.slug, "name_en": product.name_en, "name_ru": product.name_ru, "quantity": 1}
    times = {"created_at": now, "resend_at": now + resend_delay(1)}
    for start in range(0, count, BATCH):
        users = (user_ids[number % len(user_ids)] for number in range(start, min(start + BATCH, count)))
        with transaction.atomic():
            orders = Order.objects.bulk_create(
                [Order(user_id=user, fingerprint=b"backlog", **price, **times) for user in users]
            )
            OrderItem.objects.bulk_create([OrderItem(order=order, **names, **price) for order in orders])
            enqueue([order_placed(order) for order in orders])


def open_accounts(_, user_ids):
    from services.payments.use_cases import deposit, open_account

    for user in user_ids:
        open_account(user_id=user, now=timezone.now())
        deposit(user_id=user, amount=MONEY, now=timezone.now())


if __name__ == "__main__":
    main(*sys.argv[1:])
