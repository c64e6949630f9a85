"""Cursor pagination, newest first, with absolute links."""

from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.db import DataError
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """`{"next", "previous", "results"}`; `?cursor=` and `?page_size=` (at most 100)."""

    ordering: str | tuple[str, ...] = "-id"
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """A cursor that tells no position is a 400, whatever it decodes to."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, InvalidValue, DataError):
            raise ValidationError({"cursor": ["Follow a link of another page."]}) from None

    def get_page_size(self, request: Request) -> int | None:
        """The size asked for; what is no whole number from 1 to the largest one is a 400."""
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= self.max_page_size):
            raise ValidationError({"page_size": [f"A whole number from 1 to {self.max_page_size} is required."]})
        return int(text)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The bounds of the size, too."""
        bounds = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        said = {"description": "20 unless told.", "schema": bounds}
        parameters = super().get_schema_operation_parameters(view)
        return [{**each, **(said if each["name"] == self.page_size_query_param else {})} for each in parameters]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The links may be null, as OpenAPI 3.1 says it."""
        page = super().get_paginated_response_schema(schema)
        link = {"type": ["string", "null"], "format": "uri"}
        return {**page, "properties": {**page["properties"], "next": link, "previous": link}}
