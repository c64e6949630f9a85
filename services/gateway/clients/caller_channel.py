"""A channel in one caller's name."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from services.common import tokens
from services.common.http.problems import problem_body
from services.gateway.clients.deadline import Deadline
from services.gateway.clients.errors import UpstreamRefused
from services.gateway.clients.http import READ_SECONDS, Call, Channel, Reply
from services.messaging.trace import current_traceparent

# The upstream itself waits up to 2 s for the twin of a call with an idempotency key, and then says so.
READ_WITH_KEY_SECONDS = 3.0
# What an upstream reads of a request line is 4,094 bytes; the rest is for its prefix and the words around.
MAX_TARGET = 3_900


@dataclass(frozen=True, slots=True)
class CallerChannel:
    """A channel as one caller uses it: in their name and language, within one deadline."""

    channel: Channel
    key: str
    caller: tokens.Caller
    language: str
    deadline: Deadline

    def get(self, *segments: object, wait: float = 0.0, **params: Any) -> Reply:
        """Read the resource at the path of these segments; empty parameters are left out.

        With `wait` the upstream may take so many seconds longer, until what it tells of is final.
        """
        given = {name: value for name, value in params.items() if value}
        path = path_of(segments)
        if len(path) + len(urlencode(given)) > MAX_TARGET:
            raise too_long()
        headers = self._headers("GET", path) | ({"Prefer": f"wait={wait:.3f}"} if wait else {})
        call = Call("GET", path, headers, params=given, repeatable=True, read_seconds=READ_SECONDS + wait)
        return self.channel.send(call, self.deadline)

    def post(self, *segments: object, json: Any = None, idempotency_key: str = "", repeatable: bool = False) -> Reply:
        """Act on the resource; with an idempotency key it is safe to repeat."""
        path = path_of(segments)
        headers = self._headers("POST", path) | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
        call = Call(
            "POST",
            path,
            headers,
            json=json,
            repeatable=repeatable or bool(idempotency_key),
            read_seconds=READ_WITH_KEY_SECONDS if idempotency_key else READ_SECONDS,
        )
        return self.channel.send(call, self.deadline)

    def _headers(self, method: str, path: str) -> dict[str, str]:
        token = tokens.issue(
            key=self.key,
            issuer="gateway",
            audience=self.channel.service,
            caller=self.caller,
            errand=tokens.Errand(method, f"/api/v1/{unquote(path)}"),
        )
        return {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Accept-Language": self.language,
            "traceparent": current_traceparent(),
        }


def path_of(segments: tuple[object, ...]) -> str:
    """The path, each segment quoted; one that would lead elsewhere (empty or dots) names nothing: 404."""
    texts = [str(segment) for segment in segments]
    if any(set(text) <= {"."} for text in texts):
        raise not_found()
    return "/".join(quote(text, safe="") for text in texts)


def too_long() -> UpstreamRefused:
    """What an upstream would say of it if it could read it."""
    return UpstreamRefused(400, problem_body(400, "invalid", "The address is too long."), {})


def not_found() -> UpstreamRefused:
    """What the upstream says of a thing that is not there."""
    return UpstreamRefused(404, problem_body(404, "not-found", "There is no such thing."), {})
