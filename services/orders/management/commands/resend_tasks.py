"""`manage.py orders resend_tasks`: the payment tasks of some orders once more, whatever their status."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from services.orders.use_cases import resend_tasks


class Command(BaseCommand):
    help = (
        "Enqueue payment tasks again, as after payments lost a settlement. One that was settled has no second effect."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", type=uuid.UUID, nargs="+", required=True, help="orders by id")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{resend_tasks(order_ids=options['id'])} tasks enqueued")
