"""Messages that came before: counted, compared with what is kept, and answered again where that was asked for."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import structlog
from django.db import transaction

from ..message import MAX_ATTEMPT, KeysBusy, Unread
from ..reasons import Reason
from ..sql import Given, fetch, is_of_the_database
from .dead_letters import Refusal, keep_dead_letters
from .decode import Arrival, Identity

logger = structlog.get_logger(__name__)

KNOWN = """
SELECT type, subject, fingerprint, attempt, processed_at IS NOT NULL
FROM messaging_inboxmessage
WHERE (type, subject) IN (SELECT * FROM unnest(%b::text[], %b::uuid[]))
"""
REPEATED = Given(type="text", subject="uuid", attempt="smallint")
COUNT = f"""
UPDATE messaging_inboxmessage AS kept SET duplicates = duplicates + 1, attempt = greatest(kept.attempt, given.attempt)
FROM {REPEATED}
WHERE kept.type = given.type AND kept.subject = given.subject
"""
BYTES = Given(type="text", subject="uuid", value="bytea")
OF_THE_SAME_BYTES = f"""
SELECT given.position
FROM messaging_inboxmessage AS kept JOIN {BYTES} ON kept.type = given.type AND kept.subject = given.subject
WHERE kept.value = given.value
"""


class Known(NamedTuple):
    """What the inbox keeps of a message."""

    fingerprint: bytes
    attempt: int
    processed: bool


def absorb_duplicates(arrivals: Sequence[Arrival], *, apart: bool = False) -> bool:
    """Count messages that are there already; tell the handler of those that ask for their answer again.

    One that contradicts what is there (another fingerprint, and not the same bytes, which newer code may read
    otherwise) becomes a dead letter; returns whether any did. `apart` makes a dead letter, too, of one that the handler
    fails on; else its error is raised.
    """
    if not arrivals:
        return False
    known = look_up({arrival.identity for arrival in arrivals})
    same: list[Arrival] = []
    differing: list[Arrival] = []
    for arrival in arrivals:
        fingerprint = arrival.fingerprint  # of what is unread there is none
        agrees = fingerprint and fingerprint == known[arrival.identity].fingerprint
        (same if agrees else differing).append(arrival)
    repetitions, contradicting = by_bytes(differing)
    set_aside(contradicting)
    repeated = highest_attempts([*same, *repetitions])
    tell = tell_apart if apart else tell_handler
    count([each for each in repeated if not asks(each, known[each.identity]) or tell(each)])
    return bool(contradicting)


def by_bytes(differing: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Those that are kept byte for byte, and the others."""
    if not differing:
        return [], []
    rows = [{**each.identity._asdict(), "value": each.record.value} for each in differing]
    same = {position for (position,) in fetch(OF_THE_SAME_BYTES, BYTES.arrays(rows))}
    numbered = list(enumerate(differing, start=1))
    return [each for at, each in numbered if at in same], [each for at, each in numbered if at not in same]


def asks(arrival: Arrival, kept: Known) -> bool:
    """Whether the sender has not seen the answer: it sends again with a higher attempt than any before."""
    attempt, is_read = arrival.received.attempt, not isinstance(arrival.received.event, Unread)
    return kept.processed and is_read and (attempt > kept.attempt or attempt == MAX_ATTEMPT)


def tell_handler(arrival: Arrival) -> bool:
    """Have it answered again."""
    if arrival.handler.on_duplicate:
        arrival.handler.on_duplicate([arrival.received])
    return True


def tell_apart(arrival: Arrival) -> bool:
    """The same, and False where the handler fails: it is kept as a dead letter, and may ask once more."""
    try:
        with transaction.atomic():
            return tell_handler(arrival)
    except KeysBusy:
        return False
    except Exception as error:
        if is_of_the_database(error):
            raise
        logger.warning("a duplicate was not answered", action="duplicate_failed", exc_info=True)
        detail = f"{type(error).__name__}: {error}"
        keep_dead_letters([Refusal(arrival.record, Reason.FAILED, detail, *arrival.identity)])
        return False


def look_up(identities: Collection[Identity]) -> Mapping[Identity, Known]:
    """What is kept of those messages that are there."""
    kinds, subjects = [each.type for each in identities], [each.subject for each in identities]
    rows = fetch(KNOWN, [kinds, subjects])
    return {Identity(kind, subject): Known(bytes(mark), *rest) for kind, subject, mark, *rest in rows}


def is_known(arrival: Arrival, known: Mapping[Identity, Known]) -> bool:
    """Whether it came before, with this attempt or a higher one."""
    kept = known.get(arrival.identity)
    return kept is not None and kept.attempt >= arrival.received.attempt


def highest_attempts(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Of each message the arrival that states the highest attempt."""
    highest: dict[Identity, Arrival] = {}
    for arrival in arrivals:
        known = highest.setdefault(arrival.identity, arrival)
        if arrival.received.attempt > known.received.attempt:
            highest[arrival.identity] = arrival
    return list(highest.values())


def set_aside(contradicting: Sequence[Arrival]) -> None:
    """Keep them as dead letters."""
    detail = "the same subject came before with other content"
    keep_dead_letters([Refusal(each.record, Reason.CONFLICT, detail, *each.identity) for each in contradicting])


def count(arrivals: Sequence[Arrival]) -> None:
    """Write down that each came once more, and its attempt."""
    rows = [{**each.identity._asdict(), "attempt": each.received.attempt} for each in arrivals]
    if rows:
        fetch(COUNT, REPEATED.arrays(rows))
