import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Count, Sum

from services.messaging.handlers import handlers
from services.messaging.message import KeysBusy, PermanentError
from services.messaging.models import OutboxMessage, PendingDelivery
from services.payments.handlers import on_orders_placed
from services.payments.models import Account, LedgerEntry, Settlement
from services.payments.use_cases import decide_orders, deposit
from tests.payments.builders import open_with, received, task
from tests.support.backing_services import wait_until

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def settle(*tasks):
    decide_orders(tasks=tasks, now=NOW)


def answers():
    """What is enqueued, by order."""
    messages = OutboxMessage.objects.filter(type="payments.order_settled").order_by("id")
    values = [json.loads(bytes(message.value)) for message in messages]
    return {value["order_id"]: (value["status"], value["reason"]) for value in values}


def attempts():
    rows = PendingDelivery.objects.filter(message__type="payments.order_settled").select_related("message")
    return {row.message.subject: row.attempt for row in rows}


def assert_books_balance():
    """Every account is the sum of its entries, every transfer has two sides, and all of them add up to 0."""
    for account in Account.objects.annotate(total=Sum("entries__amount")):
        assert account.amount == (account.total or 0)
    assert (LedgerEntry.objects.aggregate(total=Sum("amount"))["total"] or 0) == 0
    sides = LedgerEntry.objects.values("transfer_id").annotate(count=Count("id"), total=Sum("amount"))
    assert all((side["count"], side["total"]) == (2, 0) for side in sides)
    assert LedgerEntry.objects.filter(kind="payment", book="customer").count() == (
        Settlement.objects.filter(status="PAID").count()
    )


def test_order_is_paid_from_the_account():
    account = open_with(1000)
    paid = task(account.user_id, 300)
    settle(paid)
    account.refresh_from_db()
    assert account.amount == 700
    entry = account.entries.get(kind="payment")
    assert (entry.amount, entry.balance_after, entry.order_id) == (-300, 700, paid.order.order_id)
    shops = LedgerEntry.objects.get(book="shop")
    assert (shops.amount, shops.transfer_id, shops.account) == (300, entry.transfer_id, None)
    assert answers() == {str(paid.order.order_id): ("PAID", None)}
    assert_books_balance()


def test_whole_balance_can_be_spent():
    account = open_with(300)
    settle(task(account.user_id, 300))
    account.refresh_from_db()
    assert account.amount == 0


def test_order_without_an_account_is_rejected():
    rejected = task(uuid.uuid4(), 300)
    settle(rejected)
    assert answers() == {str(rejected.order.order_id): ("REJECTED", "no_account")}
    assert Settlement.objects.get().reason == "no_account"
    assert not LedgerEntry.objects.exists()


def test_order_dearer_than_the_balance_is_rejected_and_takes_nothing():
    account = open_with(299)
    rejected = task(account.user_id, 300)
    settle(rejected)
    account.refresh_from_db()
    assert account.amount == 299
    assert answers() == {str(rejected.order.order_id): ("REJECTED", "insufficient_funds")}
    assert_books_balance()


def test_hot_account_is_decided_in_the_messages_order():
    account = open_with(1000)
    tasks = [task(account.user_id, amount) for amount in (600, 600, 300, 200, 100)]
    settle(*tasks)
    assert [status for status, _ in answers().values()] == ["PAID", "REJECTED", "PAID", "REJECTED", "PAID"]
    entries = account.entries.filter(kind="payment").order_by("id")
    assert [entry.balance_after for entry in entries] == [400, 100, 0]
    assert_books_balance()


def test_mixed_batch_of_500_is_settled_in_order():
    accounts = [open_with(balance) for balance in (0, 100, 1000, 10_000)]
    users = [*(account.user_id for account in accounts), uuid.uuid4()]
    tasks = [task(user_id, 90) for _ in range(100) for user_id in users]
    settle(*tasks)
    assert Settlement.objects.count() == 500
    assert list(Settlement.objects.values_list("status").annotate(Count("order_id")).order_by("status")) == [
        ("PAID", 1 + 11 + 100),
        ("REJECTED", 388),
    ]
    assert_books_balance()


def test_duplicate_in_one_batch_is_charged_once():
    account = open_with(1000)
    once = task(account.user_id, 300)
    settle(once, once)
    account.refresh_from_db()
    assert account.amount == 700
    assert list(answers().values()) == [("PAID", None)]
    assert_books_balance()


def test_order_that_comes_twice_in_one_batch_is_decided_where_it_came_first():
    account = open_with(1000)
    twice, between = task(account.user_id, 600), task(account.user_id, 600)
    settle(twice, between, twice)
    assert list(answers().values()) == [("PAID", None), ("REJECTED", "insufficient_funds")]


def test_settled_order_moves_no_money_again_and_is_answered_again_in_the_same_bytes():
    account = open_with(1000)
    first = task(account.user_id, 300)
    settle(first)
    value = bytes(OutboxMessage.objects.get(type="payments.order_settled").value)
    OutboxMessage.objects.all().delete()  # pruned
    PendingDelivery.objects.all().delete()
    again = task(account.user_id, 300, order_id=first.order.order_id, attempt=4)
    other = task(account.user_id, 100)
    decide_orders(tasks=[again, other], now=datetime(2027, 1, 1, tzinfo=UTC))
    account.refresh_from_db()
    assert account.amount == 600
    assert attempts() == {first.order.order_id: 4, other.order.order_id: 1}
    assert bytes(OutboxMessage.objects.get(subject=first.order.order_id).value) == value
    assert_books_balance()


def test_rejected_order_stays_rejected_when_money_has_come_since():
    account = open_with(0)
    rejected = task(account.user_id, 300)
    settle(rejected)
    open_with(1000, account.user_id)
    settle(rejected)
    assert answers() == {str(rejected.order.order_id): ("REJECTED", "insufficient_funds")}
    assert_books_balance()


@pytest.mark.parametrize("earlier", [True, False], ids=["in an earlier batch", "in the same batch"])
@pytest.mark.parametrize("other", [{"amount": 301}, {"currency": "USD"}], ids=str)
def test_same_order_with_other_content_is_refused(earlier, other):
    account = open_with(1000)
    first = task(account.user_id, 300)
    if earlier:
        settle(first)
    contradiction = task(account.user_id, **{"amount": 300, **other}, order_id=first.order.order_id)
    with pytest.raises(PermanentError), transaction.atomic():
        settle(*([] if earlier else [first]), contradiction)
    account.refresh_from_db()
    assert account.amount == (700 if earlier else 1000)


def test_order_in_another_currency_than_the_accounts_is_rejected_and_its_neighbours_are_paid():
    account = open_with(1000)
    before, foreign, after = (task(account.user_id, 1, currency=currency) for currency in ("RUB", "USD", "RUB"))
    settle(before, foreign, after)
    assert list(answers().values()) == [("PAID", None), ("REJECTED", "insufficient_funds"), ("PAID", None)]
    settlement = Settlement.objects.get(order_id=foreign.order.order_id)
    assert (settlement.currency, settlement.reason) == ("USD", "insufficient_funds")
    account.refresh_from_db()
    assert account.amount == 998
    assert_books_balance()


def test_handler_answers_a_duplicate_with_its_attempt():
    handler = handlers()["orders.order_placed"]
    account = open_with(1000)
    first = task(account.user_id, 300)
    handler.handle([received(first)])
    handler.on_duplicate([received(replace(first, attempt=2))])
    assert attempts() == {first.order.order_id: 2}
    assert Settlement.objects.count() == 1


def test_answer_carries_the_trace_of_its_message():
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    on_orders_placed([received(replace(task(uuid.uuid4(), 1), traceparent=trace))])
    assert OutboxMessage.objects.get(type="payments.order_settled").headers["traceparent"].split("-")[1] == "a" * 32


def test_order_is_settled_at_most_once_even_past_the_use_case():
    settle(task(uuid.uuid4(), 1))
    first = Settlement.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.bulk_create([first])


def settled(tasks):
    try:
        settle(*tasks)
    except KeysBusy:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_batches_and_deposits_at_the_same_time_keep_the_books():
    users = [open_with(1000).user_id for _ in range(5)]

    def batch(number):
        try:
            ordered = users if number % 2 else users[::-1]  # the locks are asked for in either order
            tasks = [task(user_id, 70) for _ in range(4) for user_id in ordered]
            wait_until(lambda: settled(tasks), seconds=60, what="a moment in which nobody has the accounts")
            deposit(user_id=users[number % 5], amount=10, now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(batch, range(20)))
    assert Settlement.objects.count() == 20 * 4 * 5
    assert sum(Account.objects.values_list("amount", flat=True)) < 5 * 70
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
def test_account_that_another_holds_is_stepped_over_and_named(direct_account):
    """A forgotten BEGIN on one account: its user's key is busy, nobody waits, and nothing was done."""
    held, free = direct_account, open_with(1000).user_id
    with pytest.raises(KeysBusy) as busy:
        settle(task(free, 70), task(held, 70))
    assert busy.value.keys == {str(held)}
    assert Settlement.objects.count() == 0
    settle(task(free, 70))
    assert Settlement.objects.get().status == "PAID"


@pytest.fixture
def direct_account():
    """An account whose row a session outside holds."""
    account = open_with(1000)
    parameters = connection.get_connection_params()
    wanted = {key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")}
    with psycopg.connect(**wanted) as outside:
        outside.execute("SELECT FROM payments_account WHERE id = %s FOR UPDATE", [account.id])
        yield account.user_id
