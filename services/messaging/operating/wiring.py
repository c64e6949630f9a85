"""What the settings and the apps name, put together: the one place where it becomes objects."""

from collections.abc import Callable, Mapping

from ..conf import configuration
from ..handlers import handlers
from ..processes.chores import configured
from ..receiving.inbox import Inbox
from .prune import prune_messages

PRUNE_SECONDS = 5


def inbox() -> Inbox:
    """The inbox with this service's handlers; each topic that it receives from is read with that topic's keys alone."""
    conf = configuration()
    return Inbox(handlers=handlers(), keys={topic: conf.keys[topic] for topic in conf.receives})


def chores() -> Mapping[Callable[[], object], int]:
    """This service's chores, each with its seconds; pruning is one of everybody's."""
    return {prune_messages: PRUNE_SECONDS, **configured()}
