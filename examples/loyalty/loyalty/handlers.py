from exactly_once import Received, handler

from loyalty.models import Award

POINTS = 10


@handler("payments.order_settled")
def award(message: Received) -> None:
    """Give points for an order that was paid."""
    order = message.event
    if order["status"] == "PAID":
        Award.objects.get_or_create(
            order_id=order["order_id"], defaults={"user_id": order["user_id"], "points": POINTS}
        )
