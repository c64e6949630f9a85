"""Calls to an upstream: pooled, bounded in time and number, repeated once where that is safe."""

import http.cookiejar
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
import structlog

from services.gateway.clients.breaker import Breaker
from services.gateway.clients.deadline import Deadline, DeadlineAdapter, answer_within
from services.gateway.clients.errors import UpstreamRefused, UpstreamUnavailable

logger = structlog.get_logger(__name__)
T = TypeVar("T")

CONNECT_SECONDS = 0.5
READ_SECONDS = 2.0
SLOT_SECONDS = 0.25


class BrokenOff(UpstreamUnavailable):
    """The attempt failed quickly, unlike one that timed out: another may succeed within the deadline."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of an upstream; `repeatable` where doing it twice is the same as once."""

    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    repeatable: bool = False
    read_seconds: float = READ_SECONDS


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer."""

    service: str
    status: int
    headers: Mapping[str, str]
    body: Any

    def read(self, parse: Callable[[Any], T]) -> T:
        """The body as a DTO; one that does not look as agreed counts as no answer."""
        try:
            return parse(self.body)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            logger.exception("unreadable answer", service=self.service)
            raise UpstreamUnavailable(self.service) from error

    @property
    def replayed(self) -> bool:
        """Whether this is a replay of the first answer."""
        return self.headers.get("Idempotency-Replayed") == "true"


class Channel:
    """The way to one upstream, shared by all threads of the process."""

    def __init__(self, service: str, url: str, *, calls_at_once: int) -> None:
        self.service = service
        self.breaker = Breaker()
        self._url = url.rstrip("/")
        self._slots = threading.BoundedSemaphore(calls_at_once)
        self._session = pooled_session(calls_at_once)

    def send(self, call: Call, deadline: Deadline) -> Reply:
        """The upstream's answer; raises `UpstreamUnavailable` or `UpstreamRefused` within the deadline."""
        with self._slot(deadline):
            try:
                return self._attempt(call, deadline)
            except BrokenOff:
                if not call.repeatable:
                    raise
                return self._attempt(call, deadline)

    @contextmanager
    def _slot(self, deadline: Deadline) -> Iterator[None]:
        if not self._slots.acquire(timeout=max(0.0, min(SLOT_SECONDS, deadline.remaining()))):
            raise UpstreamUnavailable(self.service)
        try:
            yield
        finally:
            self._slots.release()

    def _attempt(self, call: Call, deadline: Deadline) -> Reply:
        seconds = min(call.read_seconds, deadline.remaining())
        if seconds <= 0 or not self.breaker.allows():
            raise UpstreamUnavailable(self.service)
        started = time.monotonic()
        try:
            response = self._exchange(call, seconds)
        except requests.RequestException as error:
            self.breaker.failed()
            logger.warning("upstream does not answer", service=self.service, error=type(error).__name__)
            timed_out = time.monotonic() - started >= seconds
            raise (UpstreamUnavailable if timed_out else BrokenOff)(self.service) from error
        self.breaker.succeeded()
        return self._read_reply(response)

    def _exchange(self, call: Call, seconds: float) -> requests.Response:
        with answer_within(seconds):
            return self._session.request(
                call.method,
                f"{self._url}/api/v1/{call.path}",
                headers=dict(call.headers),
                params=call.params,
                json=call.json,
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                allow_redirects=False,
            )

    def _read_reply(self, response: requests.Response) -> Reply:
        if response.status_code >= 500:
            raise BrokenOff(self.service)
        try:
            body = response.json()
        except ValueError as error:
            raise UpstreamUnavailable(self.service) from error
        if response.ok and response.status_code < 300:
            return Reply(self.service, response.status_code, response.headers, body)
        # A refused service token (401) is our own misconfiguration, not the shopper's fault.
        if response.status_code < 400 or response.status_code == 401 or not isinstance(body, dict):
            logger.error("unexpected answer", service=self.service, status=response.status_code)
            raise UpstreamUnavailable(self.service)
        raise UpstreamRefused(response.status_code, body, response.headers)


def pooled_session(connections: int) -> requests.Session:
    """A session that keeps connections and nothing else: no cookies, no proxies, no `.netrc`."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.mount("http://", DeadlineAdapter(pool_maxsize=connections))
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=connections))
    return session
