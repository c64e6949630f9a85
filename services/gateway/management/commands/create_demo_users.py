"""`manage.py gateway create_demo_users`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from services.common.tokens import Caller
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable
from services.gateway.clients.upstreams import upstreams_as
from services.gateway.models import User

DEMO_MONEY = 25_000_000
DEPOSIT_KEY = "demo-deposit"


class Command(BaseCommand):
    help = "Create the demo users, and demo's account with money (payments must run); in the embedded mode alone."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("create_demo_users works in the embedded mode alone: everybody knows the passwords")
        demo = ensure_user("demo")
        ensure_user("newcomer")
        ensure_user("admin", is_staff=True, is_superuser=True)
        payments = upstreams_as(Caller(demo.id)).payments
        try:
            payments.open_account()
            payments.deposit(DEMO_MONEY, idempotency_key=DEPOSIT_KEY)
        except (UpstreamUnavailable, UpstreamRefused) as error:
            raise CommandError(f"the users are there, demo's money is not: payments: {error}") from error


def ensure_user(name: str, **flags: bool) -> User:
    """The user of this name, made with the well-known password where there was none."""
    user, created = User.objects.get_or_create(username=name, defaults=flags)
    if created:
        user.set_password(f"{name}-password")
        user.save(update_fields=["password"])
    return user
