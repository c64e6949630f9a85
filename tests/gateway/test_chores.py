"""What is over goes: sessions, tokens, forgotten carts, old tries; the rest stays, and the metric says what waits."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from services.common.chores import STEP, clear_sessions, clear_throttles, delete_in_steps
from services.common.models import Throttle
from services.gateway.chores import clear_carts, clear_tokens
from services.gateway.facts import FACTS
from services.gateway.models import Cart, CartItem, Session, User
from services.messaging.processes.chores import chores_worker, configured

[FACT] = [fact for fact in FACTS if fact.name == "oldest_expired_seconds"]
LONG_AGO, LATER = timedelta(days=31), timedelta(days=1)


def ago(age):
    return timezone.now() - age


def session(key, expires):
    return Session.objects.create(session_key=key, session_data="", expire_date=expires)


def cart(age, user=None):
    made = Cart.objects.create(user=user)
    CartItem.objects.create(cart=made, product="green-tea", quantity=1)
    Cart.objects.filter(pk=made.pk).update(updated_at=ago(age))
    return made


def test_sessions_that_are_over_go(db):
    session("over", ago(timedelta(seconds=1)))
    kept = session("valid", ago(-LATER))
    assert clear_sessions() == 1
    assert list(Session.objects.all()) == [kept]


def test_tokens_that_are_over_go(user):
    over, kept = (AuthToken.objects.create(user)[0] for _ in range(2))
    AuthToken.objects.filter(pk=over.pk).update(expiry=ago(timedelta(seconds=1)))
    assert clear_tokens() == 1
    assert list(AuthToken.objects.all()) == [kept]


def test_forgotten_carts_of_nobody_go_and_those_of_users_stay(user):
    cart(LONG_AGO)
    kept = {cart(LONG_AGO, user), cart(timedelta(days=29))}
    assert clear_carts() == 1
    assert set(Cart.objects.all()) == kept
    assert CartItem.objects.count() == 2


def test_tries_of_yesterday_are_forgotten(db):
    for key, age in ((b"old", timedelta(hours=25)), (b"new", timedelta(hours=23))):
        Throttle.objects.create(key=key, count=1, since=ago(age), last_at=ago(age))
    assert clear_throttles() == 1
    assert [bytes(each.key) for each in Throttle.objects.all()] == [b"new"]


def test_more_than_one_step_is_deleted(db):
    over = ago(LATER)
    Session.objects.bulk_create(
        Session(session_key=str(number), session_data="", expire_date=over) for number in range(STEP + 1)
    )
    assert delete_in_steps(Session.objects.all()) == STEP + 1
    assert not Session.objects.exists()


@pytest.mark.parametrize("kind", ["session", "token", "cart"])
def test_metric_says_how_long_what_is_over_waits(user, kind):
    hour = timedelta(hours=1)
    assert FACT.read() == 0
    if kind == "session":
        session("over", ago(hour))
    elif kind == "token":
        AuthToken.objects.create(user, expiry=-hour)
    else:
        cart(timedelta(days=30) + hour)
    assert FACT.read() == pytest.approx(3600, abs=60)
    assert "shop_oldest_expired_seconds 36" in Client().get("/metrics").content.decode()


def test_probe_tells_what_has_waited_for_hours(db):
    session("over", ago(timedelta(hours=3)))
    response = Client().get("/readyz")
    assert (response.status_code, "oldest_expired_seconds" in response.content.decode()) == (200, True)


@pytest.mark.django_db(transaction=True)
def test_the_process_of_chores_does_them_all():
    user = User.objects.create_user("ada")
    session("over", ago(LATER))
    AuthToken.objects.create(user, expiry=-LATER)
    cart(LONG_AGO)
    Throttle.objects.create(key=b"old", count=1, since=ago(LONG_AGO), last_at=ago(LONG_AGO))
    worker = chores_worker(configured())
    worker.step()
    worker.close()
    left = [model.objects.count() for model in (Session, AuthToken, Cart, Throttle)]
    assert left == [0, 0, 0, 0]
