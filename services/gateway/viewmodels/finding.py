"""The search for an order, for staff."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.staff_dtos import FoundOrder
from services.gateway.viewmodels.formats import moment, money
from services.gateway.viewmodels.orders import label_of, number_of


@dataclass(frozen=True, slots=True)
class FoundRow:
    """An order in a list of those that may be meant."""

    id: str
    name: str
    placed: str
    total: str
    state: str
    status: str

    @classmethod
    def of(cls, order: FoundOrder) -> Self:
        state = order.status.lower()
        name = _("Order %(number)s") % {"number": number_of(order.id)}
        return cls(str(order.id), name, moment(order.created_at), money(order.total), state, label_of(state))


@dataclass(frozen=True, slots=True)
class FindPage:
    """The search for an order, and what it found."""

    title: str
    description: str
    text: str
    rows: tuple[FoundRow, ...]
    empty: str
    section: str = "orders"

    @classmethod
    def of(cls, text: str, orders: tuple[FoundOrder, ...]) -> Self:
        return cls(
            title=_("Find an order"),
            description=_("By its id or number, a user's id, or a message's id."),
            text=text,
            rows=tuple(map(FoundRow.of, orders)),
            empty=_("No order, user or message is called so.") if text and not orders else "",
        )
