"""The facts of orders."""

from services.common.clock import database_now
from services.messaging.facts import Fact
from services.orders.models import Audit
from services.orders.queries import DELAYED_AFTER, delayed_orders


def audit_exceptions() -> int:
    """0 while there was no audit yet."""
    made = Audit.objects.filter(finished_at__isnull=False, failure="").order_by("-id").first()
    return made.exceptions if made else 0


FACTS = (
    Fact(
        name="delayed_orders",
        help=f"Orders without an answer of payments {DELAYED_AFTER.total_seconds():.0f} s after they were placed.",
        unit="orders",
        read=lambda: delayed_orders(now=database_now()).count(),
        at_most=0,  # a shopper waits
        advice="Run `manage.py payments doctor`: it, or a way to it, is down. The watchdog sends again by itself.",
    ),
    Fact(
        name="audit_exceptions",
        help="What differed between orders and payments in the last audit that could be made.",
        unit="exceptions",
        read=audit_exceptions,
        at_most=0,  # money is not where it should be
        advice="`manage.py orders audit` names each, with the command that puts it right.",
    ),
)
