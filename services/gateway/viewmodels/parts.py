"""Small pieces that several pages print."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.forms import BaseForm
from django.utils.translation import gettext as _

from services.gateway.dtos import Money
from services.gateway.viewmodels.formats import money


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several links of which one is the current."""

    label: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence set apart; `state` is its CSS class: `info`, `good`, `bad` or `wait`."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class BillLine:
    """What was or will be ordered of a product; `price` says how many, too."""

    slug: str
    name: str
    price: str
    total: str

    @classmethod
    def of(cls, slug: str, name: str, quantity: int, price: Money, total: Money) -> Self:
        return cls(slug, name, f"{quantity} × {money(price)}", money(total))


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form, with what was typed and what was wrong with it."""

    name: str
    label: str
    value: str
    type: str
    autocomplete: str
    hint: str
    errors: tuple[str, ...]


def fields_of(form: BaseForm) -> tuple[Field, ...]:
    """The visible fields of a form; a password is never sent back."""
    found = []
    for bound in form.visible_fields():
        widget = bound.field.widget
        kind = getattr(widget, "input_type", "text")
        value = "" if kind == "password" else str(bound.value() or "")
        autocomplete = str(widget.attrs.get("autocomplete", "off"))
        errors = tuple(str(error) for error in bound.errors)
        found.append(Field(bound.name, str(bound.label), value, kind, autocomplete, str(bound.help_text), errors))
    return tuple(found)


def errors_of(form: BaseForm) -> tuple[str, ...]:
    """What is wrong with the form as a whole."""
    return tuple(str(error) for error in form.non_field_errors())


def reason_needed() -> str:
    return _("Say why, for the record. Nothing was changed.")


def query_string(values: Mapping[str, str]) -> str:
    """The part of a URL after its `?`, without what is empty."""
    return urlencode({name: value for name, value in values.items() if value})
