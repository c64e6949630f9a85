"""The client of what orders and payments do for staff alike."""

from dataclasses import dataclass

from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.staff_dtos import Reading


@dataclass(frozen=True, slots=True)
class OperatingClient:
    """Every method raises `UpstreamUnavailable` or `UpstreamRefused` (403 where the caller is no member of staff)."""

    channel: CallerChannel

    def facts(self) -> tuple[Reading, ...]:
        """Every fact of the service."""
        return self.channel.get("ops", "facts").read(lambda body: tuple(map(Reading.from_json, body["results"])))
