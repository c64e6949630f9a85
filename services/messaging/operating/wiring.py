"""What the settings name, put together: the one place where handlers, keys and chores become objects."""

from collections.abc import Callable, Mapping

from django.utils.module_loading import import_string

from ..conf import configuration
from ..message import Handlers
from ..receiving.inbox import Inbox


def handlers() -> Handlers:
    """What this service does with each type of message."""
    found: Handlers = import_string(configuration().handlers)
    return found


def inbox() -> Inbox:
    """The inbox with this service's handlers, trusting the keys of who sends to it."""
    return Inbox(handlers=handlers(), keys=configuration().receiving_keys)


def chores() -> Mapping[Callable[[], object], int]:
    """This service's chores, each with its seconds."""
    return {import_string(path): seconds for path, seconds in configuration().chores.items()}
