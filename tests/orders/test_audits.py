"""Audits that are kept: asked for by staff or by the hour, made by the chores, told to staff and to probes."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from services.messaging.facts import facts
from services.orders import chores
from services.orders.models import Audit
from services.orders.use_cases import schedule_audit
from tests.gateway.stub import reply
from tests.support.backing_services import wait_until
from tests.support.tokens import bearer

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/audits"


@pytest.fixture
def ask(client):
    def ask(method="get", staff=True, **options):
        return getattr(client, method)(URL, headers=bearer(uuid.uuid4(), staff=staff), **options)

    return ask


@pytest.fixture
def make(ask):
    """Ask for an audit and have the chores make it."""

    def make():
        assert ask("post").status_code == 202
        chores.run_audits()
        wait_until(lambda: not Audit.objects.filter(finished_at=None).exists(), seconds=20, what="the audit is made")
        return ask().json()["results"][0]

    return make


def fact():
    return next(each for each in facts() if each.name == "audit_exceptions").take()


def test_audit_is_made_when_staff_ask_for_it(make, place, payments):
    place()
    found = make()
    assert (found["state"], found["exceptions"], found["findings"]) == ("clean", 0, [])
    assert (found["counts"]["orders"], found["counts"]["waiting"]) == (1, 1)
    assert not fact().is_degraded


def test_what_differs_is_named_with_what_puts_it_right_and_told_in_log_and_probe(make, place, payments):
    order = place(age=300)
    payments.settle(order, entries_sum=-1, status="PAID", reason=None)
    with capture_logs() as lines:
        found = make()
    assert (found["state"], found["exceptions"]) == ("exceptions", len(found["findings"]))
    assert str(order.id) in {each["subject"] for each in found["findings"]}
    assert all(each["fix"] for each in found["findings"])
    assert ("audit_not_clean", "error") in {(line.get("action"), line["log_level"]) for line in lines}
    assert fact().is_degraded


def test_audit_that_cannot_ask_payments_says_so_and_is_no_proof(make, payments, settings):
    settings.PAYMENTS_URL = "http://127.0.0.1:1"
    found = make()
    assert found["state"] == "failed"
    assert "payments cannot be asked" in found["failure"]
    assert not fact().is_degraded


def test_asking_again_while_one_waits_gives_that_one(ask):
    first, second = ask("post").json(), ask("post").json()
    assert first["id"] == second["id"]
    assert (first["state"], first["finished_at"]) == ("waiting", None)


def test_audit_is_due_once_in_its_time(settings, db):
    now = timezone.now()
    assert [schedule_audit(now=now + timedelta(seconds=after)) for after in (0, 60, 3599)] == [1, 0, 0]
    Audit.objects.update(finished_at=now)
    assert schedule_audit(now=now + timedelta(seconds=3601)) == 1
    assert Audit.objects.count() == 2


def test_chore_does_not_wait_for_the_audit_that_it_began(ask, payments):

    def answer_late(handler):
        payments.stub.hang(handler)
        reply(handler, 200, payments.page({}), {})

    payments.stub.behave("GET", "settlements", answer_late)
    ask("post")
    assert chores.run_audits() == 1
    assert chores.run_audits() == 0
    payments.stub.released.set()
    wait_until(lambda: not Audit.objects.filter(finished_at=None).exists(), seconds=20, what="the audit ends")


@pytest.mark.parametrize("method", ["get", "post"])
def test_audits_are_for_staff_alone(ask, client, method):
    assert ask(method, staff=False).status_code == 403
    assert getattr(client, method)(URL).status_code == 401
    assert not Audit.objects.exists()


def test_audits_come_in_pages_newest_first(ask):
    for number in range(3):
        Audit.objects.create(requested_at=timezone.now(), exceptions=number)
    page = ask(data={"page_size": 2}).json()
    assert [each["exceptions"] for each in page["results"]] == [2, 1]
    assert page["next"]
