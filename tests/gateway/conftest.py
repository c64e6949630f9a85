"""Upstreams on free ports, and people."""

import pytest

from tests.gateway.stub import running_stub


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def new_channels():
    """A port of an earlier test brings no breaker and no connections along."""
    from services.gateway.clients.upstreams import channel

    channel.cache_clear()


@pytest.fixture
def orders(settings, new_channels):
    with running_stub("orders") as stub:
        settings.ORDERS_URL = stub.url
        yield stub


@pytest.fixture
def payments(settings, new_channels):
    with running_stub("payments") as stub:
        settings.PAYMENTS_URL = stub.url
        yield stub


@pytest.fixture
def user(db):
    from services.gateway.models import User  # a run of several projects reads this file without settings

    return User.objects.create_user("ada", password="a-long-enough-secret")


@pytest.fixture
def api(client, user):
    """A client signed in by token."""
    from knox.models import AuthToken

    _, token = AuthToken.objects.create(user)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def staff(client, user):
    """A client with a session of a member of staff."""
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client
