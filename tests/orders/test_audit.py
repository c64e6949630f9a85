import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from services.messaging.models import PendingDelivery
from services.orders.models import Order
from tests.support.tokens import caller_seen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def settled(place, payments):
    def settled(status="PAID", **changes):
        order = place(age=300)
        reason = "insufficient_funds" if status == "REJECTED" else ""
        Order.objects.filter(id=order.id).update(status=status, reason=reason, settled_at=timezone.now())
        order.refresh_from_db()
        payments.settle(order, **changes)
        return order

    return settled


def audit(expect):
    out = StringIO()
    try:
        call_command("audit", stdout=out)
        code = 0
    except SystemExit as end:
        code = end.code
    assert code == expect, out.getvalue()
    return out.getvalue()


def row(output, name):
    return next(int(line.split()[-1]) for line in output.splitlines() if line.strip().startswith(name))


def test_clean_books_are_counted_page_by_page(settled, place, payments, settings):
    for status in ("PAID", "REJECTED", "PAID", "PAID", "PAID", "REJECTED", "PAID"):
        settled(status)
    place()  # on its way
    output = audit(0)
    counts = [row(output, name) for name in ("orders", "still waiting", "settled", "PAID", "REJECTED")]
    assert counts == [8, 1, 7, 5, 2]
    key = settings.AUDIT_TOKEN_KEY
    [caller] = {caller_seen(seen, key=key, issuer="orders", audience="payments") for seen in payments.seen}
    assert (caller.scope, caller.user_id) == ("audit", None)
    assert sum(seen.path == "settlements" for seen in payments.seen) == 3


def test_nothing_at_all_is_clean(payments, db):
    assert row(audit(0), "orders") == 0


def test_paid_order_without_settlement_is_missing_and_the_command_fixes_it(settled, payments):
    settled()
    lost = settled()
    del payments.settlements[str(lost.id)]
    output = audit(1)
    assert row(output, "missing") == 1
    assert f"fix: manage.py orders resend_tasks --id {lost.id}" in output
    PendingDelivery.objects.all().delete()
    call_command("resend_tasks", f"--id={lost.id}", stdout=StringIO())
    assert PendingDelivery.objects.get().message.subject == lost.id


def test_order_that_waits_too_long_is_missing_and_a_young_one_is_not(place, payments):
    place()
    audit(0)
    late = place(age=61)
    assert str(late.id) in audit(1)


def test_settlement_that_came_after_its_page_was_read_is_no_finding(settled, payments, monkeypatch):
    order = settled()
    late = payments.settlements.pop(str(order.id))
    page = payments.page

    def then_it_comes(query):
        found = page(query)
        payments.settlements[str(order.id)] = late
        return found

    monkeypatch.setattr(payments, "page", then_it_comes)
    audit(0)


def test_settlement_without_order_is_orphaned(settled, payments):
    settled()
    orphan = {**next(iter(payments.settlements.values())), "order_id": str(uuid.uuid4())}
    payments.settlements[orphan["order_id"]] = orphan
    output = audit(1)
    assert row(output, "orphaned") == 1
    assert orphan["order_id"] in output


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "REJECTED", "reason": "no_account", "entries_sum": 0},
        {"user_id": str(uuid.uuid4())},
        {"amount": 1, "entries_sum": -1},
        {"currency": "EUR"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_sides_that_differ_are_mismatched(settled, changes):
    settled(**changes)
    assert row(audit(1), "mismatched") == 1


@pytest.mark.parametrize("age", [0, 300], ids=["young", "late"])
def test_new_order_that_was_settled_for_another_sum_is_named_and_the_command_fixes_it(place, payments, age):
    order = place(age=age)
    payments.settle(order, amount=250_000, entries_sum=-250_000)
    output = audit(1)
    assert row(output, "settled for another sum") == 1
    assert f"fix: manage.py orders adopt_settlements --id {order.id}" in output
    call_command("adopt_settlements", f"--id={order.id}", stdout=StringIO())
    order.refresh_from_db()
    assert (order.status, order.amount, order.settled_at is None) == ("PAID", 250_000, False)
    audit(0)


@pytest.mark.parametrize("status", ["PAID", "REJECTED"])
def test_order_that_is_settled_adopts_nothing(settled, payments, status):
    order = settled(status)
    payments.settle(order, amount=1, status="REJECTED", reason="no_account", entries_sum=0)
    call_command("adopt_settlements", f"--id={order.id}", stdout=StringIO())
    assert Order.objects.get().amount == 258_000


def test_order_adopts_no_settlement_of_another_user_and_none_that_is_not_there(place, payments):
    order, unsettled = place(), place()
    payments.settle(order, user_id=str(uuid.uuid4()))
    out = StringIO()
    call_command("adopt_settlements", f"--id={order.id}", f"--id={unsettled.id}", stdout=out)
    assert out.getvalue() == "0 orders adopted their settlement\n"
    assert {*Order.objects.values_list("status", flat=True)} == {"NEW"}


@pytest.mark.parametrize("booked", [0, -2 * 258_000, 258_000])
def test_other_sum_than_due_is_double(settled, booked):
    settled(entries_sum=booked)
    output = audit(1)
    assert row(output, "double") == 1
    assert f"{booked} was booked, -258000 is due" in output


def test_wrong_balance_and_wrong_sum_are_found(payments, db):
    payments.books = {"entries_sum": 5, "wrong_balances": ["11111111-1111-1111-1111-111111111111"]}
    output = audit(1)
    assert row(output, "sum of all entries") == 5
    assert row(output, "balances that differ") == 1


def test_payments_that_does_not_answer_is_one_clear_line(payments, settings, db):
    settings.PAYMENTS_URL = "http://127.0.0.1:9"
    for command in (["audit"], ["adopt_settlements", f"--id={uuid.uuid4()}"]):
        with pytest.raises(CommandError, match="payments cannot be asked"):
            call_command(*command)
