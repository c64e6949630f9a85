"""Payments' inbox beside a COPY of the rows that it writes, an ORM consumer, and itself with a single account."""

import hashlib
import itertools
import json
import uuid

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from tests.proof.bench.measuring import Rival, race

BATCH = 500
PARTITIONS = 12
ACCOUNTS = 1_000
MONEY = 10**12
NAIVE = 300
# Every table that a settled order writes a row or two into.
WRITTEN = ("messaging_inboxmessage", "payments_settlement", "payments_ledgerentry", "messaging_outboxmessage")

_offsets = itertools.count()


def figures(quick, rounds):
    call_command("migrate", verbosity=0)
    many, one = open_accounts(ACCOUNTS), open_accounts(1)
    count = 2_000 if quick else 10_000
    ours = Rival("inbox", lambda count: records(count, many), receive)
    hot = Rival("one account", lambda count: records(count, one), receive)
    naive = Rival("ORM, one by one", lambda count: records(count, many), settle_one_by_one)
    yield race("settle / ORM, one by one", ours, naive, count=count, rounds=rounds, counts={naive.name: NAIVE})
    yield race("settle, one account / 1,000 accounts", hot, ours, count=count, rounds=rounds, at_least=1.0)
    copy = Rival("COPY of the same rows", copies_of_the_last, copy_in)
    yield race("settle / COPY of the same rows", ours, copy, count=count, rounds=rounds, at_least=0.5)


def open_accounts(count):
    from services.payments.use_cases import deposit, open_account

    users = [uuid.uuid4() for _ in range(count)]
    for user in users:
        open_account(user_id=user, now=timezone.now())
        deposit(user_id=user, amount=MONEY, now=timezone.now())
    return users


def records(count, users):
    """Payment tasks as Kafka would give them, signed by orders."""
    from services.messaging.conf import configuration
    from services.messaging.message import Message
    from services.messaging.record import Record
    from services.messaging.signature import sign

    [topic] = configuration().receives
    made = []
    for number in range(count):
        order, user = uuid.uuid4(), users[number % len(users)]
        payload = {"order_id": str(order), "user_id": str(user), "amount": 1, "currency": "RUB"}
        message = Message("orders.order_placed", order, str(user), timezone.now(), payload)
        key, value = message.key.encode(), message.encode()
        headers = message.headers(source="urn:shop:orders", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
        headers["signature"] = sign(topic=topic, key=key, attempt=b"1", value=value, keys=configuration().keys[topic])
        pairs = tuple((name, text.encode()) for name, text in {**headers, "attempt": "1"}.items())
        partition = int(hashlib.sha256(key).hexdigest(), 16) % PARTITIONS
        made.append(Record(topic, partition, next(_offsets), timezone.now(), key, value, pairs))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return made


def receive(made):
    from services.messaging.operating import wiring

    inbox = wiring.inbox()
    for start in range(0, len(made), BATCH):
        inbox.receive(made[start : start + BATCH])


def settle_one_by_one(made):
    """As the ORM would: a transaction an order, its rows created one by one."""
    from services.messaging.message import digest
    from services.messaging.models import InboxMessage

    for each in made:
        task = json.loads(each.value)
        received = {
            "message_id": task["message_id"],
            "key": each.key.decode(),
            "topic": each.topic,
            "partition": each.partition,
            "offset": each.offset,
            "value": each.value,
            "fingerprint": digest(task["order_id"]),
            "processed_at": timezone.now(),
        }
        with transaction.atomic():
            _, new = InboxMessage.objects.get_or_create(type=task["type"], subject=task["order_id"], defaults=received)
            if new:
                book(task)


def book(task):
    from services.messaging.message import Message, digest
    from services.messaging.models import OutboxMessage, PendingDelivery
    from services.payments.models import Account, LedgerEntry, Settlement

    now, order, user = timezone.now(), task["order_id"], task["user_id"]
    account = Account.objects.select_for_update().get(user_id=user)
    account.amount -= task["amount"]
    account.save(update_fields=["amount"])
    same = {"amount": task["amount"], "currency": task["currency"], "created_at": now}
    Settlement.objects.create(order_id=order, user_id=user, status="PAID", fingerprint=digest(order), **same)
    transfer = {**same, "transfer_id": uuid.uuid4(), "order_id": order, "kind": "payment"}
    paid = {"book": "customer", "account": account, "balance_after": account.amount, "amount": -task["amount"]}
    LedgerEntry.objects.create(**{**transfer, **paid})
    LedgerEntry.objects.create(**{**transfer, "book": "shop"})
    answer = Message("payments.order_settled", uuid.UUID(order), user, now, {"order_id": order, "status": "PAID"})
    sent = OutboxMessage.objects.create(
        message_id=uuid.uuid4(), type=answer.type, subject=order, topic="inbox", key=user, value=answer.encode()
    )
    PendingDelivery.objects.create(message=sent)


def copies_of_the_last(count):
    """The newest rows of each table, as COPY writes and reads them."""
    made = {}
    connection.ensure_connection()
    for table in WRITTEN:
        order = "created_at DESC" if table == "payments_settlement" else "id DESC"
        rows = count * (2 if table == "payments_ledgerentry" else 1)
        with (
            connection.connection.cursor() as cursor,
            cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY {order} LIMIT {rows}) TO STDOUT") as copy,
        ):
            made[table] = b"".join(bytes(part) for part in copy)
    return made


def copy_in(made):
    """Into tables of the same columns, indexes and constraints, in one transaction."""
    with transaction.atomic():
        for table in made:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TEMPORARY TABLE copy_{table} (LIKE {table} INCLUDING ALL) ON COMMIT DROP")
        for table, rows in made.items():
            with connection.connection.cursor() as cursor, cursor.copy(f"COPY copy_{table} FROM STDIN") as copy:
                copy.write(rows)
