"""Cursor pagination, newest first, with absolute links."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`{"next", "previous", "results"}`; `?cursor=` and `?page_size=` (at most 100)."""

    ordering = "-id"
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
