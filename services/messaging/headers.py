"""Message headers as JSON that a person can read and that loses no byte."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote_from_bytes, unquote_to_bytes

READABLE = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def quote_headers(headers: Iterable[tuple[str, bytes]]) -> list[list[str]]:
    """Pairs of name and value; bytes that are not printable ASCII, and `%`, are percent-encoded."""
    return [[quote(name.encode()), quote(value)] for name, value in headers]


def quote(raw: bytes) -> str:
    if raw.isascii() and (text := raw.decode()).isprintable() and "%" not in text:
        return text  # as it nearly always is, a tenth of the price
    return quote_from_bytes(raw, READABLE)


def unquote_headers(pairs: Sequence[Sequence[str]]) -> tuple[tuple[str, bytes], ...]:
    """The headers that `quote_headers` was given."""
    return tuple((unquote_to_bytes(name).decode(), unquote_to_bytes(value)) for name, value in pairs)
