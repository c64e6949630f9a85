import uuid
from dataclasses import dataclass

from django.db import transaction

from parcels.models import Arrival, Parcel
from services.messaging import Message, enqueue, handler
from services.messaging.message import digest

PARCEL_SENT = "parcels.parcel_sent"


@transaction.atomic
def send_parcel(street):
    """The change and its message share one transaction."""
    parcel = Parcel.objects.create(street=street)
    payload = {"parcel_id": str(parcel.id), "street": street}
    enqueue([Message(PARCEL_SENT, subject=parcel.id, key=street, occurred_at=parcel.sent_at, payload=payload)])
    return parcel


@dataclass(frozen=True)
class ParcelSent:
    """The receiver's reading of the message."""

    parcel_id: uuid.UUID
    street: str

    @classmethod
    def from_payload(cls, payload):
        return cls(uuid.UUID(payload["parcel_id"]), payload["street"])

    @property
    def subject(self):
        return self.parcel_id

    @property
    def key(self):
        return self.street

    @property
    def fingerprint(self):
        return digest(self.parcel_id, self.street)


@handler(PARCEL_SENT, parse=ParcelSent.from_payload, batch=True)
def accept(messages):
    """Runs inside the transaction that marks the messages handled."""
    arrivals = [Arrival(parcel_id=each.event.parcel_id, street=each.event.street) for each in messages]
    Arrival.objects.bulk_create(arrivals, ignore_conflicts=True)
