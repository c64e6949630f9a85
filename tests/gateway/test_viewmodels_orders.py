"""View-models of orders and the account, by cases."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from services.gateway.forms import TopUpForm
from services.gateway.viewmodels.account import AccountPage, EntryRow, TopUp
from services.gateway.viewmodels.orders import GIVE_UP, OrderLive, OrderPage, OrdersPage
from services.gateway.viewmodels.trouble import TroublePage
from tests.gateway.dtos import STEPS, account, entry, order, page_of, timeline

WHOLE = timeline(*STEPS, complete=True)


@pytest.mark.parametrize(
    ("poll", "delay"), [(0, "250ms"), (1, "500ms"), (2, "1s"), (3, "2s"), (4, "5s"), (5, "5s"), (10**6, "5s")]
)
def test_open_order_asks_again_ever_more_slowly(poll, delay):
    live = OrderLive.of(order(), timeline("created"), poll=poll)
    assert (live.delay, live.poll) == (delay, poll + 1)


@pytest.mark.parametrize(("status", "reason"), [("PAID", None), ("REJECTED", "no_account")])
def test_final_order_with_a_whole_timeline_asks_no_more(status, reason):
    assert OrderLive.of(order(status, reason), WHOLE).delay == ""


def test_final_order_waits_for_the_rest_of_its_timeline_but_not_for_ever():
    partial = timeline("created", "enqueued")
    assert OrderLive.of(order("PAID"), partial, poll=1).delay == "500ms"
    assert OrderLive.of(order("PAID"), partial, poll=GIVE_UP).delay == ""


@pytest.mark.parametrize(
    ("dto", "state", "heading", "action", "again"),
    [
        (order(), "new", "One moment…", "", False),
        (order(delayed=True), "late", "Delayed, nothing taken", "", False),
        (order("PAID"), "paid", "Paid. Thank you!", "", True),
        (order("REJECTED", "no_account"), "rejected", "Rejected, nothing taken", "Open an account", True),
        (order("REJECTED", "insufficient_funds"), "rejected", "Rejected, nothing taken", "Top up", True),
        (order("REJECTED", "a_reason_of_tomorrow"), "rejected", "Rejected, nothing taken", "", True),
    ],
)
def test_order_tells_how_it_stands_and_what_to_do(dto, state, heading, action, again):
    live = OrderLive.of(dto, timeline("created"))
    assert live.state == state
    assert (live.ending.heading, live.ending.action, live.ending.can_order_again) == (heading, action, again)


def test_status_that_this_version_does_not_know_is_no_rejection_and_claims_nothing_of_the_money():
    live = OrderLive.of(order("REFUNDED"), timeline("created", "settled"))
    assert (live.state, live.status, live.ending.heading) == ("refunded", "refunded", "refunded")
    assert (live.ending.text, live.ending.action, live.ending.can_order_again) == ("", "", False)


def test_settled_order_is_not_called_delayed():
    assert OrderLive.of(order("PAID", delayed=True), WHOLE).state == "paid"


def test_timeline_shows_all_nine_steps_with_the_time_between_them():
    rows = OrderLive.of(order("PAID"), WHOLE).steps
    assert [row.state for row in rows] == ["done"] * 9
    assert [row.since for row in rows] == ["", *["+10 ms"] * 8]
    assert rows[1].at == "09:05:00.010"


def test_partial_timeline_says_so_and_measures_over_the_gap():
    partial = timeline("created", "enqueued", "produced", "reply_received", "status_changed", silent=True)
    live = OrderLive.of(order("PAID"), partial)
    assert [row.state for row in live.steps] == ["done"] * 3 + ["open"] * 4 + ["done"] * 2
    assert live.steps[7].since == "+50 ms"
    assert "does not answer" in live.note


def test_partial_timeline_of_services_that_answer_is_still_to_come():
    assert OrderLive.of(order("PAID"), timeline("created")).note == "The grey steps are still to come."


def test_steps_stand_by_time_and_their_gaps_add_up():
    late = replace(WHOLE.steps[2], at=WHOLE.steps[3].at + timedelta(milliseconds=3))
    live = OrderLive.of(order("PAID"), replace(WHOLE, steps=(*WHOLE.steps[:2], late, *WHOLE.steps[3:])))
    labels = [row.label for row in live.steps]
    assert labels[2:4] == ["Payments have the task", "The task is on its way"]
    assert [row.since for row in live.steps][2:5] == ["+20 ms", "+3 ms", "+7 ms"]
    assert live.note == "From order to answer in 80 ms."


@pytest.mark.parametrize("delayed", [False, True])
def test_open_order_whose_money_is_decided_does_not_say_otherwise(delayed):
    live = OrderLive.of(order(delayed=delayed), timeline("created", "settled"))
    assert (live.state, live.ending.heading) == ("new", "One moment…")
    assert live.ending.text.startswith("The money is decided")


def test_whole_timeline_tells_its_length():
    assert OrderLive.of(order("PAID"), WHOLE).note == "From order to answer in 80 ms."


def test_order_page_prints_its_lines():
    page = OrderPage.of(order("PAID", quantity=3), WHOLE)
    assert (page.name, page.total) == ("Order ABCDEF", "₽3.00")
    assert (page.lines[0].price, page.lines[0].total) == ("3 × ₽1.00", "₽3.00")


@pytest.mark.parametrize(("dtos", "delay"), [((order("PAID"), order()), "250ms"), ((order("PAID"),), ""), ((), "")])
def test_list_follows_while_an_order_is_open(dtos, delay):
    assert OrdersPage.of(page_of(*dtos)).delay == delay


def test_list_keeps_filter_and_place_in_all_links():
    page = OrdersPage.of(page_of(order(), older="b", newer="a"), status="NEW", cursor="c", poll=3)
    assert page.older_query == "status=NEW&cursor=b"
    assert page.newer_query == "status=NEW&cursor=a"
    assert page.poll_query == "status=NEW&cursor=c&poll=4"
    assert [choice.current for choice in page.filters] == [False, True, False, False]


def test_order_speaks_russian():
    with translation.override("ru"):
        assert (
            OrderLive.of(order(delayed=True), timeline("created")).ending.heading == "Задерживается, ничего не списано"
        )


@pytest.mark.parametrize(
    ("amount", "kind", "printed", "state"),
    [(100, "Top-up", "+₽1.00", "in"), (-100, "Payment for an order", "−₽1.00", "out")],
)
def test_entry_tells_where_money_went(amount, kind, printed, state):
    row = EntryRow.of(entry(amount))
    assert (row.kind, row.amount, row.state, row.balance) == (kind, printed, state, "₽50.00")


def test_payment_leads_to_its_order():
    order_id = uuid.uuid4()
    assert EntryRow.of(entry(-100, order_id=order_id)).order_id == str(order_id)


def test_account_shows_the_form_with_what_was_typed_and_what_was_wrong():
    key = uuid.uuid4()
    form = TopUpForm({"amount": "abc", "key": key})
    page = AccountPage.of(account(), page_of(entry(100), older="b"), TopUp.of(form, key))
    assert page.balance == "₽1,000.00"
    assert (page.top_up.field.value, page.top_up.key, len(page.top_up.field.errors)) == ("abc", str(key), 1)
    assert (page.older_query, page.newer_query) == ("cursor=b", "")


def test_without_an_account_there_is_nothing_to_top_up():
    assert AccountPage.none().top_up is None


@pytest.mark.parametrize(("service", "title"), [("orders", "Orders are resting"), ("payments", "Payments are resting")])
def test_resting_page_looks_again_by_itself(service, title):
    page = TroublePage.unavailable(service, "/account/")
    assert (page.title, page.retry_path) == (title, "/account/")
