"""Lists: what an upstream's page looks like to the gateway's client."""

from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from rest_framework import serializers
from rest_framework.request import Request

from services.gateway.dtos import Page
from services.gateway.limits import MAX_PAGE_SIZE

T = TypeVar("T")


class PageQuery(serializers.Serializer[Any]):
    """What every list takes."""

    cursor = serializers.CharField(required=False, allow_blank=True, help_text="From a link of another page.")
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_PAGE_SIZE, help_text="20 unless told."
    )


def query_of(request: Request, query: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The request's query parameters, checked; those it lacks are absent."""
    serializer = query(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def page_body(request: Request, page: Page[T], item: type[serializers.Serializer[T]]) -> dict[str, Any]:
    """The page with links on the server that was asked."""
    return {
        "next": link_to(request, page.next_cursor),
        "previous": link_to(request, page.previous_cursor),
        "results": item(page.results, many=True).data,  # type: ignore[arg-type]
    }


def link_to(request: Request, cursor: str | None) -> str | None:
    """This request's address with another cursor and all its other parameters."""
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return urlunsplit(urlsplit(request.build_absolute_uri())._replace(query=query.urlencode()))
