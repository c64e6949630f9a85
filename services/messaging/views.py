"""The feed over HTTP: who may ask, and for what."""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .conf import configuration
from .feed import LARGEST_PAGE, LARGEST_POSITION, LARGEST_WHOLE_PAGE, page_as_json, verify_reader
from .sending.sent import sent_page
from .signature import BadSignature, KeyRing


@never_cache
@require_GET
def feed(request: HttpRequest, topic: str) -> JsonResponse:
    """A page of what was sent to the topic, for the topic's readers: 401 for nobody, 403 for others, 400 for nonsense.

    `after` is the last page's `next`, `limit` at most 500, with `whole=1` at most 50: then with the records themselves.
    """
    readers = configuration().readers
    if not is_reader(request, readers.get(topic, {})):
        if any(is_reader(request, rings) for rings in readers.values()):
            return problem(HTTPStatus.FORBIDDEN, "This reader does not read this topic.")
        return problem(HTTPStatus.UNAUTHORIZED, "Sign the request with a reader's key.")
    whole = request.GET.get("whole", "0")
    largest = LARGEST_WHOLE_PAGE if whole == "1" else LARGEST_PAGE
    try:
        after = number(request.GET.get("after", "0"), least=0, most=LARGEST_POSITION)
        limit = number(request.GET.get("limit", str(largest)), least=1, most=largest)
        is_whole = bool(number(whole, least=0, most=1))
    except ValueError as error:
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    return JsonResponse(page_as_json(sent_page(topic, after=after, limit=limit, whole=is_whole)))


def is_reader(request: HttpRequest, rings: Mapping[str, KeyRing]) -> bool:
    """Whether one of these readers has signed the request."""
    try:
        verify_reader(request.headers.get("Authorization", ""), request.get_full_path(), rings)
    except BadSignature:
        return False
    return True


def number(text: str, *, least: int, most: int) -> int:
    """A whole number within these bounds; raises `ValueError`, which says so."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise ValueError(f"A whole number from {least} to {most} is wanted.")
    return int(text)


def problem(status: HTTPStatus, detail: str) -> JsonResponse:
    """RFC 9457."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    if status is HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Feed"
    return answer
