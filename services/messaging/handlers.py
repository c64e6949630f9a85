"""Handlers by decorator: what a service does with each type of message, in the `handlers` modules of its apps."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

from .message import Event, Handlers, MessageHandler, Received, Upcast
from .trace import trace

Handle = Callable[[Any], None]

_registered: dict[str, MessageHandler[Any]] = {}
_upcasts: dict[str, dict[int, Upcast]] = {}


def handler(
    message_type: str,
    *,
    parse: Callable[[Mapping[str, Any]], Event] | None = None,
    batch: bool = False,
    answers_again: bool = False,
    versions: Collection[int] = (1,),
) -> Callable[[Handle], Handle]:
    """Let the decorated function handle the messages of this type.

    It gets one `Received` at a time, and what it enqueues carries that message's trace; with `batch` it gets a list,
    in order. With `answers_again` it gets, too, a message that it has handled before and whose sender has not seen the
    answer. See `MessageHandler` for `parse`, and for what it may raise. Raises `ImproperlyConfigured` for a type that
    has a handler already.
    """

    def register(function: Handle) -> Handle:
        if known := _registered.get(message_type):
            raise ImproperlyConfigured(f"{message_type} has two handlers: {known.name} and {name_of(function)}")
        handle = function if batch else one_by_one(function)
        _registered[message_type] = MessageHandler(
            parse=parse,
            handle=handle,
            on_duplicate=handle if answers_again else None,
            versions=frozenset(versions),
            upcasts=_upcasts.setdefault(message_type, {}),  # shared: a step may be registered later
            name=name_of(function),
        )
        return function

    return register


def upcast(message_type: str, version: int) -> Callable[[Upcast], Upcast]:
    """Let the decorated function make the payload of the next version out of one of this version.

    It gets a copy of the payload, and the envelope is not its business. Raises `ImproperlyConfigured` for a step that
    there is already.
    """

    def register(function: Upcast) -> Upcast:
        steps = _upcasts.setdefault(message_type, {})
        if known := steps.get(version):
            both = f"{name_of(known)} and {name_of(function)}"
            raise ImproperlyConfigured(f"{message_type} has two upcasts of version {version}: {both}")
        steps[version] = function
        return function

    return register


def one_by_one(function: Handle) -> Callable[[Sequence[Received[Any]]], None]:
    """The function, called for each message with the message's trace."""

    def handle(messages: Sequence[Received[Any]]) -> None:
        for message in messages:
            with trace(message.traceparent):
                function(message)

    return handle


def name_of(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def handlers() -> Handlers:
    """Those of every installed app; imports their `handlers` modules."""
    autodiscover_modules("handlers")
    return _registered


def upcasts() -> Mapping[str, Mapping[int, Upcast]]:
    """Those of every installed app, by type and the version that they begin with."""
    autodiscover_modules("handlers")
    return _upcasts
