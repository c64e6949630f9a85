"""Every route of the project whose settings are loaded."""

import re
from collections.abc import Iterator, Mapping, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")  # of a path, or of a regular expression


def routes() -> list[str]:
    """The patterns of the whole URLconf, as they are written there."""
    return list(_patterns(get_resolver().url_patterns, ""))


def _patterns(listed: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for each in listed:
        pattern = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns, pattern)
        else:
            yield pattern


def address(route: str, arguments: Mapping[str, str]) -> str:
    """A path that leads to this route."""
    return "/" + re.sub(r"[\^$]", "", ARGUMENT.sub(lambda found: arguments[found[1] or found[2]], route))
