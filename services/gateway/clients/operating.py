"""The client of what orders and payments do for staff alike."""

import uuid
from dataclasses import dataclass
from typing import Any

from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.clients.errors import UpstreamRefused
from services.gateway.clients.http import Reply
from services.gateway.staff_dtos import Closed, Group, GroupDetail, Reading, Replayed


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

    def skip(self, message_type: str, subject: uuid.UUID, *, note: str) -> bool:
        """Set a received message that failed aside now; False where no such message waits."""
        json = {"type": message_type, "subject": str(subject), "note": note}
        return self.channel.post("ops", "skip", json=json).read(lambda body: bool(body["skipped"]))

    def groups(self, state: str) -> tuple[Group, ...]:
        """Dead letters by cause, open or dismissed."""
        reply = self._get("", state=state)
        return reply.read(lambda body: tuple(map(Group.from_json, body["results"])))

    def group(self, reason: str, cause: str, state: str) -> GroupDetail:
        """Dead letters of one cause."""
        return self._get("group", reason=reason, cause=cause, state=state).read(GroupDetail.from_json)

    def preview(self, reason: str, cause: str) -> dict[str, int]:
        """How many of the oldest twenty would have which outcome if they were replayed now."""
        return self._get("preview", reason=reason, cause=cause).read(lambda body: dict(body["outcomes"]))

    def replay(
        self, reason: str, cause: str, *, note: str, after: int, limit: int, since: str, stop_at: int
    ) -> Replayed:
        """Replay so many letters after that one; none where as many as `stop_at` of the run are dead again."""
        step = {"note": note, "after": after, "limit": limit, "since": since or None, "stop_at": stop_at}
        return self._post("replay", reason, cause, **step).read(Replayed.from_json)

    def dismiss(self, reason: str, cause: str, *, note: str) -> Closed:
        """Close the oldest thousand open letters of the cause."""
        return self._post("dismiss", reason, cause, note=note).read(Closed.from_json)

    def restore(self, reason: str, cause: str, *, note: str) -> Closed:
        """Open the oldest thousand dismissed letters of the cause."""
        return self._post("restore", reason, cause, note=note).read(Closed.from_json)

    def _get(self, what: str, **query: Any) -> Reply:
        return self.channel.get("ops", "dead-letters", *([what] if what else []), **query)

    def _post(self, deed: str, reason: str, cause: str, **body: Any) -> Reply:
        return self.channel.post("ops", "dead-letters", deed, json={"reason": reason, "cause": cause, **body})
