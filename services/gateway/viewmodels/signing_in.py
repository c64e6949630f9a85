"""Sign-in and registration."""

from dataclasses import dataclass
from typing import Self

from django.forms import BaseForm
from django.utils.translation import gettext as _

from services.gateway.viewmodels.parts import Field, errors_of, fields_of, query_string


@dataclass(frozen=True, slots=True)
class SignInPage:
    """A form for a name and a password, and the way to the other such form."""

    title: str
    description: str
    lead: str
    button: str
    fields: tuple[Field, ...]
    errors: tuple[str, ...]
    next: str
    other_view: str
    other_query: str
    other_label: str

    @classmethod
    def log_in(cls, form: BaseForm, next_path: str) -> Self:
        lead = _("Your cart is kept: sign in, and it is yours.") if next_path.startswith("/checkout") else ""
        return cls(
            title=_("Sign in"),
            description=_("Sign in to order and to see your account."),
            lead=lead,
            button=_("Sign in"),
            fields=fields_of(form),
            errors=errors_of(form),
            next=next_path,
            other_view="gateway:register",
            other_query=query_string({"next": next_path}),
            other_label=_("New here? Register"),
        )

    @classmethod
    def register(cls, form: BaseForm, next_path: str) -> Self:
        return cls(
            title=_("Register"),
            description=_("A name and a password, nothing else."),
            lead=_("A name and a password, nothing else."),
            button=_("Sign me up"),
            fields=fields_of(form),
            errors=errors_of(form),
            next=next_path,
            other_view="gateway:login",
            other_query=query_string({"next": next_path}),
            other_label=_("Been here before? Sign in"),
        )
