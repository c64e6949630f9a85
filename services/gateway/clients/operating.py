"""The client of what orders and payments do for staff alike."""

import uuid
from dataclasses import dataclass

from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.clients.errors import UpstreamRefused
from services.gateway.staff_dtos import Reading


@dataclass(frozen=True, slots=True)
class OperatingClient:
    """Every method raises `UpstreamUnavailable` or `UpstreamRefused` (403 where the caller is no member of staff)."""

    channel: CallerChannel

    def facts(self) -> tuple[Reading, ...]:
        """Every fact of the service."""
        return self.channel.get("ops", "facts").read(lambda body: tuple(map(Reading.from_json, body["results"])))

    def subject_of(self, message_id: uuid.UUID) -> uuid.UUID | None:
        """What the message of this id, which the service sent, is about; None where it knows no such message."""
        try:
            return self.channel.get("ops", "messages", message_id).read(lambda body: uuid.UUID(body["subject"]))
        except UpstreamRefused as refusal:
            if refusal.status != 404:
                raise
            return None
