"""The commands of the embedded mode."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from services.common.tokens import Caller, Errand, verify
from services.gateway.models import User
from tests.gateway.answers import ACCOUNT, DEPOSIT


def token_for(**options):
    out = StringIO()
    call_command("service_token", stdout=out, **options)
    return out.getvalue().strip()


def caller(token, audience, key):
    return verify(token, keys={"gateway": [key]}, audience=audience, errand=Errand("GET", "/any"), by_hand=True)


def test_service_token_speaks_for_the_user(settings, user):
    token = token_for(user="ada", audience="payments")
    assert caller(token, "payments", settings.PAYMENTS_TOKEN_KEY) == Caller(user.id)
    staff = token_for(user="ada", audience="orders", staff=True)
    assert caller(staff, "orders", settings.ORDERS_TOKEN_KEY).is_staff


def test_service_token_of_nobody(db):
    with pytest.raises(CommandError, match="no user"):
        token_for(user="nobody", audience="orders")


@pytest.mark.parametrize("command", [["service_token", "--user=ada", "--audience=orders"], ["create_demo_users"]])
def test_commands_of_the_embedded_mode_alone(settings, user, command):
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="embedded"):
        call_command(*command)
    assert User.objects.count() == 1


def test_demo_users_are_there_once(client, db, payments):
    payments.answer("POST", "account", ACCOUNT, status=201)
    payments.answer("POST", "account/deposits", DEPOSIT, status=201)
    for _ in range(2):
        call_command("create_demo_users")
    for name in ("demo", "newcomer", "admin"):
        assert client.login(username=name, password=f"{name}-password")
    assert [user.username for user in User.objects.filter(is_superuser=True, is_staff=True)] == ["admin"]
    first, again = (seen for seen in payments.seen if seen.path == "account/deposits")
    assert first.body == again.body == {"amount": 25_000_000}
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"]


def test_demo_money_waits_for_payments(db, settings):
    settings.PAYMENTS_URL = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="payments"):
        call_command("create_demo_users")
    assert isinstance(User.objects.get(username="demo").id, uuid.UUID)
