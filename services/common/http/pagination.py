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
        """A cursor that tells no position is a 404, whatever it decodes to."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, InvalidValue, DataError):
            raise NotFound(self.invalid_cursor_message) from None

    def get_page_size(self, request: Request) -> int | None:
        """The size asked for, at most the largest one; what is no number from 1 is a 400."""
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
            raise ValidationError({"page_size": ["A whole number from 1 is required."]})
        return min(int(text), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """A size from 1; a larger one than the largest means that one."""
        said = {"description": "20 unless told, at most 100.", "schema": {"type": "integer", "minimum": 1}}
        parameters = super().get_schema_operation_parameters(view)
        return [{**each, **(said if each["name"] == self.page_size_query_param else {})} for each in parameters]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The links may be null, as OpenAPI 3.1 says it."""
        page = super().get_paginated_response_schema(schema)
        link = {"type": ["string", "null"], "format": "uri"}
        return {**page, "properties": {**page["properties"], "next": link, "previous": link}}
