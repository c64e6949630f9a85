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
    """What an operator made of a dead letter; of one that still cannot be handled, the `Reason` says why."""

    PENDING = "pending"  # it will be handled, or sent, once more
    DUPLICATE = "duplicate"  # it had its effect already
    GONE = "gone"  # its message is no longer in the outbox, or its bytes were pruned after it was dismissed
    DISMISSED = "dismissed"  # nobody needs it
    SKIPPED = "skipped"  # it failed, and was set aside before its time
    RESTORED = "restored"  # it was dismissed, and is open again
