"""Every `type` that a problem can have, with the page that it leads to."""

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProblemType(NamedTuple):
    """What happened, and what a client does about it."""

    meaning: "str | Promise"
    remedy: "str | Promise"


TYPES = {
    "invalid": ProblemType(
        _("A field, a parameter or a header of the request is not valid; nothing was done."),
        _("errors names each field and says what is wrong with it. Mend the request; the same one is refused again."),
    ),
    "bad-request": ProblemType(
        _("The request could not be read: broken JSON, or a header that says what is not so."),
        _("Send JSON in UTF-8, without NaN and infinities."),
    ),
    "unauthorized": ProblemType(
        _("The request has no token, or one that has ended."),
        _("Get a token with POST /api/v1/tokens, and send it as Authorization: Bearer <token>."),
    ),
    "wrong-credentials": ProblemType(
        _("The username or the password is wrong."),
        _("Try again; after ten wrong passwords the account is locked for five minutes from that address."),
    ),
    "forbidden": ProblemType(_("You may not do this."), _("Some resources are for staff alone.")),
    "not-found": ProblemType(
        _("There is no such thing, or it is another user's."),
        _("Lists tell what is yours."),
    ),
    "method-not-allowed": ProblemType(
        _("The resource cannot do this."), _("The header Allow says which methods it knows.")
    ),
    "not-acceptable": ProblemType(_("The answer can be JSON alone."), _("Accept application/json.")),
    "in-progress": ProblemType(
        _("A request with the same idempotency key is still at work."),
        _("Send the same request again after Retry-After seconds: it gets the first one's answer."),
    ),
    "price-changed": ProblemType(
        _("The total is another one than expected_total; nothing was ordered."),
        _("total is what it costs now. Show it, and order again with it."),
    ),
    "length-required": ProblemType(_("The body does not say how long it is."), _("Send a Content-Length.")),
    "body-too-large": ProblemType(_("The body has more than 64 KiB."), _("Send less at once.")),
    "unsupported-media-type": ProblemType(
        _("The body is not JSON."), _("Send JSON with Content-Type: application/json.")
    ),
    "idempotency-key-reused": ProblemType(
        _("This idempotency key belongs to a request with another body; nothing was done."),
        _("Use one key for one request: a new one for a new order or deposit."),
    ),
    "too-many-requests": ProblemType(
        _("There were too many requests, or too many wrong passwords."), _("Try again after Retry-After seconds.")
    ),
    "server-error": ProblemType(
        _("Something went wrong on our side."),
        _("With an idempotency key the same request can be sent again safely. trace_id helps us to find the cause."),
    ),
    "upstream-unavailable": ProblemType(
        _("A service that is needed for this does not answer."),
        _("Try again after Retry-After seconds; with an idempotency key nothing is done twice."),
    ),
    "unavailable": ProblemType(_("The service cannot answer now."), _("Try again after Retry-After seconds.")),
}


def address(slug: str) -> str:
    """The `type` of a problem: the page below, at the server that was asked (RFC 9457, 3.1.1)."""
    return f"/problems/{slug}"


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a problem of this type means and what to do about it."""
    if slug not in TYPES:
        raise Http404
    return render(request, "common/problem.html", {"slug": slug, "problem": TYPES[slug]})
