import uuid

from django.db import models


class Parcel(models.Model):
    """What the sender has; its message can be built from it again at any time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    street = models.CharField(max_length=100)
    sent_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.street


class Arrival(models.Model):
    """The receiver's own memory, which no clean-up takes: a parcel arrives once, for ever."""

    parcel_id = models.UUIDField(primary_key=True)
    street = models.CharField(max_length=100)

    def __str__(self):
        return self.street
