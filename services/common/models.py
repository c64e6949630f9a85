"""What every service keeps beside its business."""

from django.db import models


class Throttle(models.Model):
    """How often something was tried of late; the key is a digest, so that no name and no address is kept."""

    key = models.BinaryField(primary_key=True, max_length=32)
    count = models.IntegerField()
    since = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"
