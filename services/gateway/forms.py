"""What visitors type, checked before anything is called."""

import re
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from services.common.money import MAX_AMOUNT
from services.gateway.limits import MAX_QUANTITY
from services.gateway.replays import Run

TYPED_MONEY = re.compile(r"(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,13})(?:[.,](\d{1,2}))?", re.ASCII)


class KopecksField(forms.CharField):
    """Rubles as people type them (`1 290,50`, `1290.50`); cleans to whole kopecks, never through a float."""

    default_error_messages = {
        "odd": _("Type an amount such as 1290.50."),
        "small": _("The amount must be more than zero."),
        "large": _("That is more than an account can hold."),
    }

    def clean(self, value: Any) -> int:
        match = TYPED_MONEY.fullmatch(super().clean(value))
        if match is None:
            raise forms.ValidationError(self.error_messages["odd"], code="odd")
        kopecks = int(re.sub(r"\D", "", match[1])) * 100 + int((match[2] or "").ljust(2, "0"))
        if not 1 <= kopecks <= MAX_AMOUNT:
            code = "large" if kopecks else "small"
            raise forms.ValidationError(self.error_messages[code], code=code)
        return kopecks


class TopUpForm(forms.Form):
    """An amount, and the key that lets this form count once."""

    amount = KopecksField(label=_("How much, in rubles"), max_length=20)
    key = forms.UUIDField(widget=forms.HiddenInput)


class CartItemForm(forms.Form):
    """How many of a product."""

    quantity = forms.IntegerField(min_value=0, max_value=MAX_QUANTITY)


class CheckoutForm(forms.Form):
    """The cart's key and the total that were shown."""

    key = forms.UUIDField()
    amount = forms.IntegerField(min_value=1)
    currency = forms.CharField(min_length=3, max_length=3)


class SignInForm(AuthenticationForm):
    """A known name and its password."""

    error_messages = {
        "invalid_login": _("The name or the password is not right."),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].label = _("Name")
        self.fields["password"].label = _("Password")


class ChangePasswordForm(forms.Form):
    """The password of now and another; whether they will do is others' to say."""

    current = forms.CharField(
        label=_("Current password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        help_text=_("At least eight characters, and none of the usual ones."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class RegisterForm(forms.Form):
    """A new name and a password; whether they will do is the use-case's to say."""

    username = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        help_text=_("At least eight characters, and none of the usual ones."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class GroupForm(forms.Form):
    """Which dead letters are meant."""

    reason = forms.CharField(max_length=30)
    cause = forms.CharField(max_length=200, required=False, strip=False)


class WhyForm(forms.Form):
    """Why something is done, for the record."""

    note = forms.CharField(max_length=500)


class SkipForm(WhyForm):
    """A message that fails: who received it, and its type."""

    service = forms.ChoiceField(choices=[(name, name) for name in ("orders", "payments")])
    type = forms.CharField(max_length=100)


class CloseForm(GroupForm):
    """Dead letters to close or to open again, and why."""

    note = forms.CharField(max_length=500)


class ReplayForm(GroupForm):
    """A step of a replay; its page carries the run from one to the next."""

    note = forms.CharField(max_length=500, required=False)
    wanted = forms.IntegerField(min_value=1, max_value=10**9)
    after = forms.IntegerField(min_value=0, required=False)
    since = forms.CharField(max_length=50, required=False)
    handed_back = forms.IntegerField(min_value=0, required=False)
    failed = forms.IntegerField(min_value=0, required=False)
    in_a_row = forms.IntegerField(min_value=0, max_value=19, required=False)
    dead_again = forms.IntegerField(min_value=0, required=False)
    left = forms.IntegerField(min_value=0, required=False)

    def run(self) -> Run:
        """The run so far. Only of a valid form."""
        return Run(**{name: value for name, value in self.cleaned_data.items() if value is not None})
