"""One order's story for staff: its way step by step, then the rows of both services."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.dtos import Step
from services.gateway.staff_dtos import OrdersSide, PaymentsSide, Received, Sent, StaffOrder, Trail
from services.gateway.steps import StepName
from services.gateway.viewmodels.formats import exact, money
from services.gateway.viewmodels.orders import bill_of, label_of, number_of, state_of
from services.gateway.viewmodels.parts import BillLine
from services.gateway.viewmodels.steps import StepRow, step_rows
from services.gateway.viewmodels.story_rows import EntryLine, Leg, LetterLine, Row

NOTHING = Trail(None, None, ())


def trails_of(orders: OrdersSide | None, payments: PaymentsSide | None) -> tuple[Trail, Trail]:
    """Each side's rows of messages; none of a side that is silent."""
    return orders.trail if orders else NOTHING, payments.trail if payments else NOTHING


def steps_of(orders: OrdersSide | None, payments: PaymentsSide | None) -> Iterator[Step]:
    """The nine steps, as far as rows tell of them."""
    ours, theirs = trails_of(orders, payments)
    if orders and orders.order:
        yield Step(orders.order.order.created_at, "orders", StepName.CREATED, "")
        if orders.order.order.settled_at:
            yield Step(orders.order.order.settled_at, "orders", StepName.STATUS_CHANGED, "")
    if payments and payments.settlement:
        yield Step(payments.settlement.created_at, "payments", StepName.SETTLED, "")
    yield from leg_steps(ours.sent, theirs.received, TASK_STEPS)
    yield from leg_steps(theirs.sent, ours.received, REPLY_STEPS)


TASK_STEPS = (StepName.ENQUEUED, StepName.PRODUCED, StepName.RECEIVED)
REPLY_STEPS = (StepName.REPLY_ENQUEUED, StepName.REPLY_PRODUCED, StepName.REPLY_RECEIVED)


def leg_steps(sent: Sent | None, received: Received | None, names: tuple[StepName, ...]) -> Iterator[Step]:
    """Produced when the record says, and never before it was enqueued or after it was received."""
    enqueued, produced, taken = names
    if sent:
        yield Step(sent.enqueued_at, "", enqueued, "")
    if received and received.produced_at:
        earliest = sent.enqueued_at if sent else received.produced_at
        yield Step(min(max(earliest, received.produced_at), received.received_at), "", produced, "")
    elif sent and sent.deliveries:
        yield Step(sent.deliveries[0].confirmed_at, "", produced, "")
    if received:
        yield Step(received.received_at, "", taken, "")


def healing_of(orders: OrdersSide | None, payments: PaymentsSide | None) -> str:
    """Where the order stands still, what would move it, and when that is tried next."""
    ours, theirs = trails_of(orders, payments)
    if any(letter.resolved_at is None for letter in (*ours.dead_letters, *theirs.dead_letters)):
        return _("A dead letter keeps it: mend its cause, then replay it from the failures.")
    if orders is None or orders.order is None or orders.order.order.is_final:
        return ""
    if theirs.received and not theirs.received.processed_at:
        at = exact(theirs.received.next_attempt_at)
        return _("Payments have the task and try it again at %(at)s.") % {"at": at}
    if ours.sent and ours.sent.waiting:
        return _("The task waits in the outbox of orders for the relay.")
    return _("Orders sends the task again by itself at %(at)s.") % {"at": exact(orders.order.resend_at)}


@dataclass(frozen=True, slots=True)
class Head:
    """The order itself, as orders has it."""

    user_id: str
    rows: tuple[Row, ...]
    lines: tuple[BillLine, ...]
    total: str
    state: str
    status: str

    @classmethod
    def of(cls, found: StaffOrder) -> Self:
        order, state = found.order, state_of(found.order)
        return cls(
            user_id=str(found.user_id),
            rows=(
                Row(_("Order"), str(order.id)),
                Row(_("User"), str(found.user_id)),
                Row(_("Placed"), exact(order.created_at)),
                Row(_("Times its task was asked to be sent"), str(found.attempt)),
            ),
            lines=bill_of(order),
            total=money(order.total),
            state=state,
            status=label_of(state),
        )


@dataclass(frozen=True, slots=True)
class Failing:
    """A message that failed and waits: who received it, and what it is called there."""

    service: str
    type: str
    text: str


def failing_of(orders: OrdersSide | None, payments: PaymentsSide | None) -> Iterator[Failing]:
    for service, trail in zip(("orders", "payments"), trails_of(orders, payments), strict=True):
        received = trail.received
        if received and received.failures and not received.processed_at and not received.dead_at:
            yield Failing(service, received.type, f"{received.type}: {received.last_error}")


@dataclass(frozen=True, slots=True)
class StoryPage:
    """The story; `silent` names the side that does not answer."""

    title: str
    description: str
    id: str
    silent: str
    healing: str
    steps: tuple[StepRow, ...]
    head: Head | None
    legs: tuple[Leg, ...]
    decision: tuple[Row, ...]
    entries: tuple[EntryLine, ...]
    letters: tuple[LetterLine, ...]
    can_be_resent: bool
    failing: tuple[Failing, ...]
    section: str = "orders"

    @classmethod
    def of(cls, order_id: uuid.UUID, orders: OrdersSide | None, payments: PaymentsSide | None) -> Self:
        number = {"number": number_of(order_id)}
        down = (orders is None, payments is None)
        ours, theirs = trails_of(orders, payments)
        return cls(
            title=_("Order %(number)s") % number,
            description=_("Everything that both services know of one order."),
            id=str(order_id),
            silent=silence_of(*down),
            healing=healing_of(orders, payments),
            steps=step_rows(tuple(steps_of(orders, payments))),
            head=Head.of(orders.order) if orders and orders.order else None,
            legs=(
                Leg.of(_("The task, from orders to payments"), ours.sent, theirs.received, silent=down),
                Leg.of(_("The answer, from payments to orders"), theirs.sent, ours.received, silent=(down[1], down[0])),
            ),
            decision=tuple(decision_rows(payments)),
            entries=tuple(map(EntryLine.of, payments.entries)) if payments else (),
            letters=tuple(letter_lines(orders, payments)),
            can_be_resent=bool(orders and orders.order),
            failing=tuple(failing_of(orders, payments)),
        )


def silence_of(orders_silent: bool, payments_silent: bool) -> str:
    if orders_silent:
        return _("Orders does not answer: its part of the story is missing.")
    return _("Payments do not answer: their part of the story is missing.") if payments_silent else ""


def decision_rows(payments: PaymentsSide | None) -> Iterator[Row]:
    if payments and payments.settlement:
        settlement = payments.settlement
        yield Row(_("Decision"), f"{settlement.status} {settlement.reason}".strip())
        yield Row(_("Amount"), money(settlement.total))
        yield Row(_("Decided"), exact(settlement.created_at))


def letter_lines(orders: OrdersSide | None, payments: PaymentsSide | None) -> Iterator[LetterLine]:
    for label, trail in zip((_("Orders"), _("Payments")), trails_of(orders, payments), strict=True):
        for letter in trail.dead_letters:
            yield LetterLine.of(label, letter)


def resent(attempt: int) -> str:
    return _("The task is sent again: sending number %(attempt)d.") % {"attempt": attempt}


def skipped(done: bool) -> str:
    if done:
        return _("It is set aside as a dead letter; what waited behind it goes on.")
    return _("Nothing was set aside: no such message waits after a failure any more.")
