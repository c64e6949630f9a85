"""How long to wait before the next attempt to connect."""


def reconnect_seconds(failures: int) -> float:
    """After that many failed connections in a row: 0.1 s, doubling, at most 2 s."""
    return float(min(0.1 * 2 ** min(failures, 10), 2.0))
