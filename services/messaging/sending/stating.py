"""What a record states beside its key and value: the same over Kafka and in the feed."""

import json

from ..signature import KeyRing, sign

# Read as text and parsed here: half the price of the driver's own way.
HEADERS = json.JSONDecoder()


def stated_headers(
    *, topic: str, key: str, value: bytes, headers: str, attempt: int, keys: KeyRing
) -> list[tuple[str, str]]:
    """The stored headers, the attempt, and the signature by the topic's first key."""
    count = str(attempt)
    signature = sign(topic=topic, key=key.encode(), attempt=count.encode(), value=value, keys=keys)
    return [*HEADERS.decode(headers).items(), ("attempt", count), ("signature", signature)]
