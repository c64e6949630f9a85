"""The rows of an order's story, as people read them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.staff_dtos import Delivery, Letter, Received, Sent, TransferEntry
from services.gateway.viewmodels.formats import exact, money, signed_money


@dataclass(frozen=True, slots=True)
class Row:
    """A column of a row, as people read it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A message on its way from one service to the other: the sender's row, and the receiver's."""

    heading: str
    sent: tuple[Row, ...]
    sent_note: str
    deliveries: tuple[str, ...]
    received: tuple[Row, ...]
    received_note: str
    headers: tuple[Row, ...]
    payload: str

    @classmethod
    def of(cls, heading: str, sent: Sent | None, received: Received | None, *, silent: tuple[bool, bool]) -> Self:
        """`silent` says of the sender and of the receiver whether it does not answer."""
        known = received or sent
        return cls(
            heading=heading,
            sent=tuple(sent_rows(sent)) if sent else (),
            sent_note="" if sent else missing(silent[0]),
            deliveries=tuple(map(delivery_line, sent.deliveries)) if sent else (),
            received=tuple(received_rows(received)) if received else (),
            received_note="" if received else missing(silent[1]),
            headers=rows_of(known.headers) if known else (),
            payload=pretty(known.payload) if known else "",
        )


def missing(silent: bool) -> str:
    return _("Not known: the service does not answer.") if silent else _("There is no row.")


def rows_of(headers: Mapping[str, str]) -> tuple[Row, ...]:
    return tuple(Row(name, value) for name, value in headers.items())


def pretty(payload: str) -> str:
    """JSON with a line for each member; anything else as it is."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload


def sent_rows(sent: Sent) -> Iterator[Row]:
    yield Row(_("Message"), sent.message_id)
    yield Row(_("Topic and key"), f"{sent.topic} · {sent.key}")
    yield Row(_("Enqueued"), exact(sent.enqueued_at))
    yield Row(_("Waits to be sent"), _("yes") if sent.waiting else _("no"))


def delivery_line(delivery: Delivery) -> str:
    return _("%(at)s: partition %(partition)d, offset %(offset)d, attempt %(attempt)d") % {
        "at": exact(delivery.confirmed_at),
        "partition": delivery.partition,
        "offset": delivery.offset,
        "attempt": delivery.attempt,
    }


def received_rows(received: Received) -> Iterator[Row]:
    place = f"{received.topic} · {received.partition} · {received.offset}"
    yield Row(_("Topic, partition and offset"), place)
    if received.produced_at:
        yield Row(_("The record's own time"), exact(received.produced_at))
    yield Row(_("Received"), exact(received.received_at))
    yield Row(_("Handled"), exact(received.processed_at) if received.processed_at else _("no"))
    yield Row(_("Highest attempt"), str(received.attempt))
    yield Row(_("Duplicates absorbed"), str(received.duplicates))
    if received.failures:
        yield Row(_("Failures"), str(received.failures))
        yield Row(_("Last error"), received.last_error)
    if received.dead_at:
        yield Row(_("Given up"), exact(received.dead_at))
    elif not received.processed_at:
        yield Row(_("Tried next"), exact(received.next_attempt_at))


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of the transfer."""

    book: str
    amount: str
    after: str
    at: str

    @classmethod
    def of(cls, entry: TransferEntry) -> Self:
        books = {"customer": _("Customer"), "shop": _("Shop"), "world": _("World")}
        after = money(entry.balance_after) if entry.balance_after else ""
        return cls(books.get(entry.book, entry.book), signed_money(entry.amount), after, exact(entry.created_at))


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A dead letter about the order."""

    service: str
    reason: str
    detail: str
    at: str
    open: bool

    @classmethod
    def of(cls, service: str, letter: Letter) -> Self:
        return cls(service, letter.reason, letter.detail, exact(letter.created_at), letter.resolved_at is None)
