"""`manage.py gateway service_token --user demo --audience orders`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.common.tokens import BY_HAND_SECONDS, Caller, issue
from services.gateway.models import User


class Command(BaseCommand):
    help = "Print a 15-minute token for the Swagger pages of orders and payments; in the embedded mode alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="the user to speak for, by name")
        parser.add_argument("--audience", required=True, choices=["orders", "payments"])
        parser.add_argument("--staff", action="store_true", help="as a member of staff, even if the user is none")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("service_token works in the embedded mode alone")
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['user']}")
        keys = {"orders": settings.ORDERS_TOKEN_KEY, "payments": settings.PAYMENTS_TOKEN_KEY}
        audience = options["audience"]
        caller = Caller(user.id, is_staff=options["staff"] or user.is_staff)
        token = issue(
            key=keys[audience],
            issuer="gateway",
            audience=audience,
            caller=caller,
            errand=None,
            lifetime_seconds=BY_HAND_SECONDS,
        )
        self.stdout.write(token)
