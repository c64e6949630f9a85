"""One order's story, told from the rows of both services, and the search for it."""

import re

import pytest

from tests.gateway.answers import MOMENT, ORDER_ID, money
from tests.gateway.stories import (
    MESSAGE_ID,
    PAID_IN_ORDERS,
    PAID_IN_PAYMENTS,
    USER_ID,
    at,
    letter,
    of_orders,
    of_payments,
    received,
    sent,
)
from tests.gateway.stub import hang_up

pytestmark = pytest.mark.django_db
API = f"ops/orders/{ORDER_ID}"
PATH = f"/ops/orders/{ORDER_ID}/"


@pytest.fixture
def read(staff, orders, payments):
    """The story's page where both services tell this."""

    def read(in_orders, in_payments, status=200):
        orders.answer("GET", API, in_orders)
        payments.answer("GET", API, in_payments)
        response = staff.get(PATH)
        assert response.status_code == status
        return response.content.decode()

    return read


def times(text):
    return re.findall(r'class="way-at">([^<]+)<', text)


def test_story_of_a_paid_order_has_nine_steps_to_the_millisecond(read):
    text = read(PAID_IN_ORDERS, PAID_IN_PAYMENTS)
    told = [f"10:00:00.{each:03}" for each in (0, 1, 20, 30, 40, 41, 60, 70, 80)]
    assert times(text) == told
    assert "way-open" not in text


def test_story_tells_the_rows_of_both_services(read):
    text = read(PAID_IN_ORDERS, PAID_IN_PAYMENTS)
    for words in (
        USER_ID,
        MESSAGE_ID,
        "partition 4, offset 17, attempt 2",
        "outbox · 4 · 17",
        "₽2,580.00",
        "−₽2,580.00",
    ):
        assert words in text, words
    assert re.search(r"Duplicates absorbed</dt><dd>1<", text)
    assert "{\n  &quot;order_id&quot;: &quot;&lt;i&gt;&quot;\n}" in text
    assert 'id="healing"' not in text
    assert f'href="/ops/orders/?find={USER_ID}"' in text


def test_story_of_a_lost_task_says_when_it_is_sent_again(read):
    text = read(of_orders(sent=sent(1, confirmed=[20])), of_payments())
    assert "Orders sends the task again by itself at 2026-11-22 10:00:00.500" in text
    assert times(text) == ["10:00:00.000", "10:00:00.001", "10:00:00.020"]


def test_story_of_an_unsent_task_says_that_it_waits_for_the_relay(read):
    assert "waits in the outbox of orders" in read(of_orders(sent=sent(1, waiting=True)), of_payments())


def test_story_of_a_failing_task_says_why_and_when_it_is_tried_next(read):
    failing = received(30, failures=3, last_error="RuntimeError: <no>")
    text = read(of_orders(sent=sent(1, confirmed=[20])), of_payments(received=failing))
    assert "try it again at 2026-11-22 10:00:00.999" in text
    assert "RuntimeError: &lt;no&gt;" in text


def test_story_of_a_dead_task_leads_to_the_failures(read):
    dead = received(30, failures=9, dead_at=at(90))
    text = read(of_orders(sent=sent(1)), of_payments(received=dead, dead_letters=[letter()]))
    assert "A dead letter keeps it" in text
    assert "Payments: failed" in text


def test_closed_letter_keeps_nothing(read):
    text = read(PAID_IN_ORDERS, {**PAID_IN_PAYMENTS, **of_payments(dead_letters=[letter(resolved_at=MOMENT)])})
    assert "A dead letter keeps it" not in text


@pytest.mark.parametrize(
    ("silent", "said", "steps"), [("orders", "Orders does not answer", 5), ("payments", "Payments do not answer", 6)]
)
def test_story_is_partial_and_says_so_while_a_side_is_down(request, staff, read, silent, said, steps):
    read(PAID_IN_ORDERS, PAID_IN_PAYMENTS)
    request.getfixturevalue(silent).behave("GET", API, hang_up)
    text = staff.get(PATH).content.decode()
    assert said in text
    assert "Not known: the service does not answer." in text
    assert len(times(text)) == steps


def test_two_silent_sides_are_no_story(staff, orders, payments):
    for stub in (orders, payments):
        stub.behave("GET", API, hang_up)
    assert staff.get(PATH).status_code == 503


def test_order_that_payments_alone_knows_has_a_story(read):
    forgotten = {**of_orders(), "order": None}
    assert "PAID" in read(forgotten, PAID_IN_PAYMENTS)


def test_order_that_nobody_knows_is_not_found(read):
    read({**of_orders(), "order": None}, of_payments(), status=404)


# --- The search ---


FOUND = {"id": ORDER_ID, "user_id": USER_ID, "status": "PAID", "total": money(100), "created_at": MOMENT}


def find(staff, text):
    return staff.get("/ops/orders/", {"find": text})


def test_text_that_means_one_order_leads_to_its_story(staff, orders):
    orders.answer("GET", "ops/orders", {"results": [FOUND]})
    assert find(staff, " #000001\x00 ")["Location"] == PATH
    assert orders.seen[-1].query == {"find": "#000001"}


def test_several_orders_are_a_list_to_choose_from(staff, orders):
    orders.answer("GET", "ops/orders", {"results": [FOUND, {**FOUND, "id": USER_ID}]})
    text = find(staff, USER_ID).content.decode()
    assert f'href="{PATH}"' in text
    assert text.count('class="order-row ops-row"') == 2


def test_answer_is_found_by_the_message_id_that_payments_gave_it(staff, orders, payments):
    orders.answer("GET", "ops/orders", {"results": []})
    payments.answer("GET", f"ops/messages/{MESSAGE_ID}", {"type": "payments.order_settled", "subject": ORDER_ID})
    assert find(staff, MESSAGE_ID)["Location"] == PATH


def test_what_nobody_knows_says_so(staff, orders, payments):
    orders.answer("GET", "ops/orders", {"results": []})
    assert "No order, user or message" in find(staff, "nonsense").content.decode()
    assert find(staff, MESSAGE_ID)["Location"] == f"/ops/orders/{MESSAGE_ID}/"


def test_search_leads_to_the_story_by_full_id_while_orders_is_down(staff, orders, payments):
    orders.behave("GET", "ops/orders", hang_up)
    assert find(staff, ORDER_ID)["Location"] == PATH
    assert find(staff, "000001").status_code == 503


@pytest.mark.parametrize("path", ["/ops/orders/", PATH])
def test_stories_are_for_staff_alone(client, user, orders, payments, path):
    assert client.get(path)["Location"].startswith("/login/?next=")
    client.force_login(user)
    assert client.get(path).status_code == 403
    assert orders.seen == payments.seen == []


# --- Asking again ---


def test_task_is_sent_again_with_a_reason(staff, read, orders):
    assert f'action="{PATH}resend/"' in read(PAID_IN_ORDERS, PAID_IN_PAYMENTS)
    orders.answer("POST", f"{API}/resend", {"attempt": 3})
    text = staff.post(f"{PATH}resend/", {"note": "late"}, follow=True).content.decode()
    assert "The task is sent again: sending number 3." in text
    assert next(each.body for each in orders.seen if each.method == "POST") == {"note": "late"}


@pytest.mark.parametrize(("skipped", "said"), [(True, "It is set aside"), (False, "Nothing was set aside")])
def test_failing_message_is_set_aside_at_the_service_that_has_it(staff, read, payments, skipped, said):
    text = read(of_orders(sent=sent(1)), of_payments(received=received(30, failures=3)))
    form = dict(re.findall(r'type="hidden" name="(service|type)" value="([^"]+)"', text))
    payments.answer("POST", "ops/skip", {"skipped": skipped})
    text = staff.post(f"{PATH}skip/", {**form, "note": "poison"}, follow=True).content.decode()
    assert said in text
    body = next(each.body for each in payments.seen if each.method == "POST")
    assert body == {"type": "orders.order_placed", "subject": ORDER_ID, "note": "poison"}


def test_message_that_has_not_failed_cannot_be_set_aside(read):
    assert "/skip/" not in read(PAID_IN_ORDERS, PAID_IN_PAYMENTS)


@pytest.mark.parametrize("deed", ["resend", "skip"])
def test_nothing_is_asked_again_without_a_reason(staff, read, orders, payments, deed):
    read(PAID_IN_ORDERS, PAID_IN_PAYMENTS)
    text = staff.post(f"{PATH}{deed}/", {"note": " ", "service": "payments", "type": "x"}, follow=True)
    assert "Say why" in text.content.decode()
    assert {each.method for each in orders.seen + payments.seen} == {"GET"}


@pytest.mark.parametrize("deed", ["resend", "skip"])
def test_asking_again_is_for_staff_alone(client, user, orders, payments, deed):
    client.force_login(user)
    assert client.post(f"{PATH}{deed}/", {"note": "x"}).status_code == 403
    assert orders.seen == payments.seen == []
