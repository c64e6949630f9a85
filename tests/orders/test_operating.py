"""What orders tells staff of itself."""

import itertools
import json
import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from structlog.testing import capture_logs

from services.messaging.models import DeadLetter, Delivery, InboxMessage, OutboxMessage, PendingDelivery
from services.orders.models import Order
from services.orders.queries import ids_of_number
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db
API = "/api/v1/ops"


@pytest.fixture
def ask(client):
    def ask(path, staff=True, **query):
        return client.get(f"{API}/{path}", query, headers=bearer(uuid.uuid4(), staff=staff))

    return ask


def test_facts_are_told_with_what_is_wrong_and_what_to_do(ask, place):
    place(age=60)
    told = {each["name"]: each for each in ask("facts").json()["results"]}
    assert (told["delayed_orders"]["value"], told["delayed_orders"]["degraded"]) == (1, True)
    assert "doctor" in told["delayed_orders"]["advice"]
    assert (told["dead_letters"]["value"], told["dead_letters"]["degraded"]) == (0, False)


def test_pulse_is_of_real_rows_and_of_the_last_hour_alone(ask, place):
    for age, milliseconds in ((30, 100), (40, 200), (50, 300), (7200, 9000)):
        order = place(age=age)
        settled = F("created_at") + timedelta(milliseconds=milliseconds)
        Order.objects.filter(id=order.id).update(status="PAID", settled_at=settled)
    place()
    told = ask("pulse").json()
    assert (told["orders_a_minute"], told["timed"]) == (4 / 5, 3)
    assert (told["p50_ms"], told["p95_ms"]) == (pytest.approx(200), pytest.approx(290))


def test_pulse_of_a_quiet_hour_has_no_times(ask):
    assert ask("pulse").json() == {"orders_a_minute": 0, "timed": 0, "p50_ms": None, "p95_ms": None}


@pytest.mark.parametrize(
    "path", ["facts", "pulse", "hours", "orders?find=abcdef", f"orders/{uuid.uuid4()}", f"messages/{uuid.uuid4()}"]
)
def test_what_staff_see_is_nobody_elses(ask, client, path):
    assert ask(path, staff=False).status_code == 403
    assert client.get(f"{API}/{path}").status_code == 401


# --- One order ---


def found(ask, text):
    response = ask("orders", find=text)
    assert response.status_code == 200, response.content
    return [each["id"] for each in response.json()["results"]]


def test_order_is_found_by_whatever_staff_were_told(ask, place):
    order, other = place(), place(user_id=uuid.uuid4())
    message = OutboxMessage.objects.get(subject=order.id)
    number = order.id.hex[-6:]
    for text in (order.id, order.id.hex, message.message_id, number.upper(), f" #{number} ", order.user_id):
        assert found(ask, str(text)) == [str(order.id)], text
    assert found(ask, str(other.user_id)) == [str(other.id)]
    assert found(ask, str(uuid.uuid4())) == found(ask, "nonsense") == []


@pytest.mark.parametrize("query", [{}, {"find": ""}, {"find": "a\0b"}, {"find": "a" * 101}], ids=str)
def test_search_for_nothing_is_refused(ask, query):
    assert ask("orders", **query).status_code == 400


def test_search_by_number_reads_its_index(place):
    place()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "order_by_number" in ids_of_number("abcdef").explain()


def test_message_tells_what_it_is_about(ask, place):
    order = place()
    message = OutboxMessage.objects.get()
    assert ask(f"messages/{message.message_id}").json() == {"type": "orders.order_placed", "subject": str(order.id)}
    assert ask(f"messages/{uuid.uuid4()}").status_code == 404


def test_story_of_a_new_order_says_that_its_task_waits(ask, place):
    order = place()
    story = ask(f"orders/{order.id}").json()
    assert (story["order"]["user_id"], story["order"]["attempt"]) == (str(order.user_id), 1)
    assert datetime.fromisoformat(story["order"]["resend_at"]) == order.resend_at
    sent = story["trail"]["sent"]
    assert (sent["waiting"], sent["deliveries"], sent["topic"], sent["key"]) == (True, [], "outbox", str(order.user_id))
    assert json.loads(sent["payload"])["order_id"] == sent["headers"]["ce_subject"] == str(order.id)
    assert (story["trail"]["received"], story["trail"]["dead_letters"]) == (None, [])


def test_story_tells_deliveries_the_answer_and_dead_letters(ask, place):
    order = place()
    PendingDelivery.objects.all().delete()
    task = OutboxMessage.objects.get()
    for attempt in (1, 2):
        Delivery.objects.create(message=task, attempt=attempt, partition=4, offset=attempt)
    InboxMessage.objects.create(
        message_id=uuid.uuid4(), type="payments.order_settled", subject=order.id, key=str(order.user_id), topic="inbox",
        partition=3, offset=17, value=b"\xff", fingerprint=b"", duplicates=2, headers=[["attempt", "2"]],
        last_error="RuntimeError: no", failures=1,
    )  # fmt: skip
    DeadLetter.objects.create(
        source="inbox", reason="conflict", topic="inbox", type="payments.order_settled", subject=order.id, digest=b""
    )
    trail = ask(f"orders/{order.id}").json()["trail"]
    assert trail["sent"]["waiting"] is False
    assert [(each["attempt"], each["partition"], each["offset"]) for each in trail["sent"]["deliveries"]] == [
        (1, 4, 1),
        (2, 4, 2),
    ]
    received = trail["received"]
    assert (received["duplicates"], received["failures"], received["last_error"]) == (2, 1, "RuntimeError: no")
    assert (received["payload"], received["headers"]) == ("\\xff", {"attempt": "2"})
    assert [each["reason"] for each in trail["dead_letters"]] == ["conflict"]


def test_story_of_an_order_that_orders_does_not_know_is_empty(ask):
    story = ask(f"orders/{uuid.uuid4()}").json()
    assert story == {"order": None, "trail": {"sent": None, "received": None, "dead_letters": []}}


def test_story_is_told_with_few_queries(ask, place, django_assert_max_num_queries):
    order = place({"lamp": 1, "green-tea": 1})
    with django_assert_max_num_queries(7):
        assert ask(f"orders/{order.id}").status_code == 200


# --- Asking again ---


@pytest.fixture
def tell(client):
    def tell(path, staff=True, **body):
        headers = bearer(uuid.uuid4(), staff=staff)
        return client.post(f"{API}/{path}", body, content_type="application/json", headers=headers)

    return tell


def test_task_that_staff_ask_for_is_sent_again_with_a_higher_attempt_and_a_line_in_the_log(tell, place):
    order = place()
    PendingDelivery.objects.all().delete()
    with capture_logs() as lines:
        assert tell(f"orders/{order.id}/resend", note="the shopper asked").json() == {"attempt": 2}
    assert [each.attempt for each in PendingDelivery.objects.all()] == [2]
    [line] = [line for line in lines if line.get("action") == "resend"]
    assert (line["order"], line["note"]) == (str(order.id), "the shopper asked")


def test_order_that_nobody_knows_is_not_asked_for(tell, db):
    assert tell(f"orders/{uuid.uuid4()}/resend", note="x").status_code == 404


@pytest.mark.parametrize("staff", [True, False])
def test_nothing_is_sent_again_without_a_reason_or_for_others_than_staff(tell, place, staff):
    order = place()
    body = {} if staff else {"note": "x"}
    assert tell(f"orders/{order.id}/resend", staff, **body).status_code == (400 if staff else 403)
    assert Order.objects.get().attempt == 1


def test_failing_answer_is_skipped_once(tell, place):
    order = place()
    InboxMessage.objects.create(
        message_id=uuid.uuid4(), type="payments.order_settled", subject=order.id, key=str(order.user_id), topic="inbox",
        partition=3, offset=17, value=b"{}", fingerprint=b"", failures=2, last_error="RuntimeError: no",
    )  # fmt: skip
    body = {"type": "payments.order_settled", "subject": str(order.id), "note": "poison"}
    assert tell("skip", staff=False, **body).status_code == 403
    assert tell("skip", **{**body, "note": ""}).status_code == 400
    assert [tell("skip", **body).json() for _ in range(2)] == [{"skipped": True}, {"skipped": False}]
    assert DeadLetter.objects.get().reason == "failed"


def test_day_is_told_hour_by_hour_from_real_rows(ask, place):
    for age, milliseconds in ((0, 100), (0, 300), (7200, 50), (90_000, 9000)):
        order = place(age=age)
        settled = F("created_at") + timedelta(milliseconds=milliseconds)
        Order.objects.filter(id=order.id).update(status="PAID", settled_at=settled)
    hours = ask("hours").json()["results"]
    told = [(each["orders"], each["p50_ms"]) for each in hours]
    assert len(told) == 24
    assert sorted(each for each in told if each[0]) == [(1, pytest.approx(50)), (2, pytest.approx(200))]
    assert told[-1][0] + told[-2][0] == 2  # the hour may have changed meanwhile
    moments = [datetime.fromisoformat(each["at"]) for each in hours]
    assert {after - before for before, after in itertools.pairwise(moments)} == {timedelta(hours=1)}
