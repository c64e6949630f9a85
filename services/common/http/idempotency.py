"""Idempotency keys: the client's header, the wait for a concurrent twin, and the refusals."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from drf_spectacular.utils import OpenApiParameter
from psycopg.errors import LockNotAvailable
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from services.common.http.problems import Problem
from services.messaging.faults import fault_point

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
PRINTABLE_ASCII = re.compile(r"(?! )[\x20-\x7e]{1,255}(?<! )")  # HTTP cuts spaces off either end
# Below the gateway's read time-out: the client hears 409 from us, not 503 from there.
TWIN_WAIT_MILLISECONDS = 1700
# A commit waits for a synchronous standby only if it wrote something of its own.
CONFIRM = "SELECT pg_logical_emit_message(true, 'replay', '')"

PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="1 to 255 printable ASCII characters. The same key and body get the first answer again, "
    "with `Idempotency-Replayed: true`; the same key with another body is refused (422).",
)
REPLAYED_PARAMETER = OpenApiParameter(
    "Idempotency-Replayed",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    enum=["true"],
    description="The first answer to this idempotency key, told again.",
)


class KeyReused(Exception):
    """The idempotency key belongs to another request of the same caller."""


class TwinInProgress(Exception):
    """A request with the same effect is still at work."""


def read_key(request: Request) -> str:
    """The request's idempotency key, or "" where it has none; a malformed one is a 400."""
    key = request.headers.get(HEADER)
    if key is not None and not PRINTABLE_ASCII.fullmatch(key):
        raise ValidationError({HEADER: ["1 to 255 printable ASCII characters are required."]})
    return key or ""


@contextmanager
def transaction_beside_twin() -> Iterator[None]:
    """A transaction that waits a little for the locks of a concurrent twin, then raises `TwinInProgress`."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {TWIN_WAIT_MILLISECONDS}")
            yield
            fault_point("use_case.before_commit")
        fault_point("use_case.after_commit")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise TwinInProgress from error
        raise


def confirm_replay() -> None:
    """Return once a synchronous standby, where PostgreSQL has one, has all that was read before.

    After a crash of the primary, what was never answered can be seen; a promotion could lose it once it is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONFIRM)


@contextmanager
def refusals_as_problems() -> Iterator[None]:
    """Tell `KeyReused` (422) and `TwinInProgress` (409) as problems."""
    try:
        yield
    except KeyReused:
        detail = "This idempotency key belongs to a request with another body."
        raise Problem(422, "idempotency-key-reused", detail) from None
    except TwinInProgress:
        detail = "The same request is still at work. Try again."
        raise Problem(409, "in-progress", detail, headers={"Retry-After": "1"}) from None
