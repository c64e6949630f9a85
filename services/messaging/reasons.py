"""Why a message was set aside, and what became of it when it was given another chance."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a message is a dead letter."""

    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad_signature"
    UNREADABLE = "unreadable"  # no JSON object
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    INVALID = "invalid"  # an object, but not what its type says
    CONFLICT = "conflict"  # the same subject came before with other content
    REJECTED = "rejected"  # its handler says that it can never succeed
    FAILED = "failed"  # its handler failed for the last time
    REFUSED = "refused"  # by the broker, for ever


class Outcome(StrEnum):
    """What a redrive made of a dead letter that could be read; of another, the `Reason` says why it stays one."""

    PENDING = "pending"  # it will be handled, or sent, once more
    DUPLICATE = "duplicate"  # it had its effect already
    GONE = "gone"  # its message is no longer in the outbox
