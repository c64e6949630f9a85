"""What the settings and the apps name, put together: the one place where it becomes objects."""

from collections.abc import Callable, Mapping

from ..conf import configuration
from ..handlers import handlers
from ..processes.chores import configured
from ..receiving.catching_up import catch_up
from ..receiving.inbox import Inbox
from .forged import drop_forged_letters
from .prune import prune_messages

PRUNE_SECONDS = 5
FEED_SECONDS = 5
FORGED_SECONDS = 5


def inbox() -> Inbox:
    """The inbox with this service's handlers; each topic that it receives from is read with that topic's keys alone."""
    conf = configuration()
    return Inbox(handlers=handlers(), keys={topic: conf.keys[topic] for topic in conf.receives})


def chores() -> Mapping[Callable[[], object], int]:
    """This service's chores, each with its seconds; tidying up is everybody's, and catching up its who has feeds."""
    feeds: Mapping[Callable[[], object], int] = {catch_up_with_feeds: FEED_SECONDS} if configuration().feeds else {}
    return {prune_messages: PRUNE_SECONDS, drop_forged_letters: FORGED_SECONDS, **feeds, **configured()}


def catch_up_with_feeds() -> int:
    """Take from the feeds of the settings what Kafka did not bring; returns how many messages that were."""
    return catch_up(inbox())
