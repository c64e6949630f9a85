"""The handlers of both services, and a way to make them fail."""

from dataclasses import replace

from services.messaging.handlers import handlers

TOLD_TO_FAIL = "told to fail"
failing = set()  # order ids whose messages no handler can bear now


def unreliable(handler):
    def handle(messages):
        if any(message.event.subject in failing for message in messages):
            raise RuntimeError(TOLD_TO_FAIL)
        handler.handle(messages)

    return replace(handler, handle=handle)


def handlers_of_both():
    return {name: unreliable(handler) for name, handler in handlers().items()}
