"""`manage.py orders adopt_settlements`: orders that payments settled for another sum say what was charged."""

import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.common.clock import database_now
from services.orders.clients import PaymentsClient, PaymentsUnavailable
from services.orders.use_cases import adopt_settlements


class Command(BaseCommand):
    help = "Let NEW orders that the audit calls contradicted take over what payments decided, and the sum it was for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", type=uuid.UUID, nargs="+", action="extend", required=True, help="orders by id")

    def handle(self, *args: Any, **options: Any) -> None:
        payments = PaymentsClient(settings.PAYMENTS_URL, key=settings.AUDIT_TOKEN_KEY)
        try:
            adopted = adopt_settlements(order_ids=options["id"], payments=payments, now=database_now())
        except PaymentsUnavailable as error:
            raise CommandError(f"payments cannot be asked: {error}") from error
        self.stdout.write(f"{adopted} orders adopted their settlement")
