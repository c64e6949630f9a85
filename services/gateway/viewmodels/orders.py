"""The list of orders and the page of one."""

import uuid
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.dtos import Order, Page, Timeline
from services.gateway.steps import StepName
from services.gateway.viewmodels.formats import moment, money
from services.gateway.viewmodels.parts import BillLine, Choice, query_string
from services.gateway.viewmodels.steps import StepRow, step_rows, timeline_note

STATUSES = ("NEW", "PAID", "REJECTED")
DELAYS = ("250ms", "500ms", "1s", "2s", "5s")
GIVE_UP = 12  # polls for the rest of a timeline after the order itself is final


def delay_of(poll: int) -> str:
    """How long the page waits before it asks again."""
    return DELAYS[min(max(poll, 0), len(DELAYS) - 1)]


def number_of(order_id: uuid.UUID) -> str:
    """The order's short name for people; the id's tail is its random part."""
    return order_id.hex[-6:].upper()


def state_of(order: Order) -> str:
    """The CSS name of the order's state."""
    return "late" if order.status == "NEW" and order.delayed else order.status.lower()


def label_of(state: str) -> str:
    labels = {
        "new": _("Being paid"),
        "late": _("Delayed"),
        "paid": _("Paid"),
        "rejected": _("Rejected"),
    }
    return labels.get(state, state)


def bill_of(order: Order) -> tuple[BillLine, ...]:
    return tuple(BillLine.of(item.product, item.name, item.quantity, item.price, item.total) for item in order.items)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the list."""

    id: str
    name: str
    placed: str
    contents: str
    pictures: tuple[str, ...]
    total: str
    state: str
    status: str

    @classmethod
    def of(cls, order: Order) -> Self:
        state = state_of(order)
        return cls(
            id=str(order.id),
            name=_("Order %(number)s") % {"number": number_of(order.id)},
            placed=moment(order.created_at),
            contents=", ".join(item.name for item in order.items),
            pictures=tuple(item.product for item in order.items[:3]),
            total=money(order.total),
            state=state,
            status=label_of(state),
        )


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """The list; as a fragment it follows by itself while an order in it is NEW."""

    title: str
    description: str
    filters: tuple[Choice, ...]
    rows: tuple[OrderRow, ...]
    newer_query: str
    older_query: str
    empty: str
    delay: str
    poll_query: str

    @classmethod
    def of(cls, page: Page[Order], *, status: str = "", cursor: str = "", poll: int = 0) -> Self:
        live = any(order.status == "NEW" for order in page.results)
        filters = {"": _("All"), "NEW": _("Being paid"), "PAID": _("Paid"), "REJECTED": _("Rejected")}
        return cls(
            title=_("Orders"),
            description=_("Everything you have ordered, newest first."),
            filters=tuple(
                Choice(label, query_string({"status": each}), each == status) for each, label in filters.items()
            ),
            rows=tuple(OrderRow.of(order) for order in page.results),
            newer_query=list_query(status, page.previous_cursor),
            older_query=list_query(status, page.next_cursor),
            empty=_("No orders with this status.") if status else _("You have not ordered anything yet."),
            delay=delay_of(poll) if live else "",
            poll_query=query_string({"status": status, "cursor": cursor, "poll": str(poll + 1)}),
        )


def list_query(status: str, cursor: str | None) -> str:
    return query_string({"status": status, "cursor": cursor}) if cursor else ""


def is_decided(timeline: Timeline) -> bool:
    """Whether payments have decided; the order itself learns it a moment later."""
    return any(step.step == StepName.SETTLED for step in timeline.steps)


@dataclass(frozen=True, slots=True)
class Ending:
    """How it stands with the order, in plain words, and what to do next."""

    heading: str
    text: str
    action: str
    can_order_again: bool


def ending_of(order: Order, state: str, timeline: Timeline) -> Ending:
    if state == "paid":
        return Ending(
            _("Paid. Thank you!"), _("%(money)s was taken, exactly once.") % {"money": money(order.total)}, "", True
        )
    if is_decided(timeline) and state == "new":
        text = _("The money is decided, and the answer is on its way. This page follows by itself.")
        return Ending(_("One moment…"), text, "", False)
    if state == "late":
        text = _("Something between our services is slow. We have been told and are on it; you need not do anything.")
        return Ending(_("Delayed") if timeline.silent else _("Delayed, nothing taken"), text, "", False)
    if state == "new":
        return Ending(_("One moment…"), _("Payments are being asked. This page follows by itself."), "", False)
    if state != "rejected":  # of a later version: what it says of the money is not known here
        return Ending(label_of(state), "", "", False)
    reasons = {
        "no_account": (_("You have no account yet, so there was nothing to pay from."), _("Open an account")),
        "insufficient_funds": (_("There was not enough money in your account."), _("Top up")),
    }
    text, action = reasons.get(order.reason or "", (_("Payments did not accept this order."), ""))
    return Ending(_("Rejected, nothing taken"), text, action, True)


@dataclass(frozen=True, slots=True)
class OrderLive:
    """The fragment that follows the order; it asks again after `delay`, and no more when that is empty."""

    id: str
    state: str
    status: str
    ending: Ending
    steps: tuple[StepRow, ...]
    note: str
    delay: str
    poll: int

    @classmethod
    def of(cls, order: Order, timeline: Timeline, *, poll: int = 0) -> Self:
        state = "new" if order.status == "NEW" and is_decided(timeline) else state_of(order)
        final = order.status != "NEW" and (timeline.complete or poll >= GIVE_UP)
        return cls(
            id=str(order.id),
            state=state,
            status=label_of(state),
            ending=ending_of(order, state, timeline),
            steps=step_rows(timeline.steps),
            note=timeline_note(timeline),
            delay="" if final else delay_of(poll),
            poll=poll + 1,
        )


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order."""

    title: str
    description: str
    name: str
    placed: str
    lines: tuple[BillLine, ...]
    total: str
    live: OrderLive

    @classmethod
    def of(cls, order: Order, timeline: Timeline) -> Self:
        name = _("Order %(number)s") % {"number": number_of(order.id)}
        return cls(
            title=name,
            description=_("The order and its way through our services."),
            name=name,
            placed=moment(order.created_at),
            lines=bill_of(order),
            total=money(order.total),
            live=OrderLive.of(order, timeline),
        )
