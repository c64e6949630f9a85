"""Foreign text, made fit to be kept."""


def storable(text: str, limit: int) -> str:
    """Text that PostgreSQL takes: NUL and lone surrogates are escaped, and what is over `limit` characters is cut."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")[:limit]


def is_storable(text: str, limit: int) -> bool:
    """Whether it can be kept as it is."""
    return text == storable(text, limit)
