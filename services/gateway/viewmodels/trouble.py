"""Pages for when something is wrong."""

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.dtos import Money
from services.gateway.viewmodels.formats import money


@dataclass(frozen=True, slots=True)
class TroublePage:
    """What is wrong and what to do; with `retry_path` the page asks by itself until all is well."""

    title: str
    description: str
    code: str
    text: str
    retry_path: str = ""

    @classmethod
    def not_found(cls) -> Self:
        text = _("There is nothing at this address. Perhaps it was never here, or somebody else's.")
        return cls(_("Not found"), text, "404", text)

    @classmethod
    def forbidden(cls) -> Self:
        text = _("You may not look here.")
        return cls(_("Not allowed"), text, "403", text)

    @classmethod
    def expired(cls) -> Self:
        text = _("That form was too old or came from elsewhere. Go back, reload the page and send it again.")
        return cls(_("The form has expired"), text, "403", text)

    @classmethod
    def bad_request(cls) -> Self:
        text = _("We could not read that. Nothing was changed.")
        return cls(_("Not understood"), text, "400", text)

    @classmethod
    def server_error(cls) -> Self:
        text = _("Something broke on our side. Nothing is taken twice, whatever happened. Please try again soon.")
        return cls(_("Our mistake"), text, "500", text)

    @classmethod
    def database_away(cls) -> Self:
        text = _("Something broke on our side. Nothing is taken twice, whatever happened. Please try again soon.")
        return cls(_("One moment"), text, "503", text)

    @classmethod
    def busy(cls) -> Self:
        text = _("That was a little fast. Wait a moment and try again.")
        return cls(_("One moment"), text, "429", text)

    @classmethod
    def locked_out(cls) -> Self:
        text = _("There were too many attempts to sign in. Wait five minutes and try again.")
        return cls(_("Signing in rests"), text, "429", text)

    @classmethod
    def unavailable(cls, service: str, path: str) -> Self:
        titles = {"payments": _("Payments are resting"), "orders": _("Orders are resting")}
        texts = {
            "payments": _("Your money is safe. The catalogue, the cart and your orders work in the meantime."),
            "orders": _("The catalogue and your orders are away for a moment. Your cart is kept."),
        }
        return cls(titles[service], texts[service], "…", texts[service], path)

    @classmethod
    def order_unknown(cls, total: Money, path: str) -> Self:
        text = _(
            "We do not know yet whether your order of %(money)s is placed. "
            "We ask for this very order until we know: it cannot be placed twice."
        )
        return cls._unknown(text % {"money": money(total)}, path)

    @classmethod
    def top_up_unknown(cls, amount: Money, path: str) -> Self:
        text = _(
            "We do not know yet whether your top-up of %(money)s has arrived. "
            "We ask for this very top-up until we know: it cannot count twice."
        )
        return cls._unknown(text % {"money": money(amount)}, path)

    @classmethod
    def _unknown(cls, text: str, path: str) -> Self:
        return cls(_("Not known yet"), text, "…", text, path)
