from django.db import models


class Award(models.Model):
    """The points that a user got for an order: once, for ever."""

    order_id = models.UUIDField(primary_key=True)
    user_id = models.UUIDField(db_index=True)
    points = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.points} for {self.order_id}"
