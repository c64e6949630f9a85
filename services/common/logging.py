"""Structured logs: a readable line on a developer's terminal, JSON elsewhere."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"authorization|cookie|password|secret|token|signature|dsn", re.IGNORECASE)


def hide_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every value whose name says that it is a secret."""
    for name in event:
        if SECRET.search(name):
            event[name] = "***"
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    hide_secrets,
]


def logging_config(*, json: bool) -> dict[str, Any]:
    """Django's LOGGING; its own and library lines pass the same processors as ours."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # The supervisor prefixes each line with the process's name, so a plain line carries no time of its own.
    # Tracebacks without the values of local variables: those hold secrets, and took 0.5 s to print.
    plain = structlog.dev.plain_traceback
    renderers: list[Any] = [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain)]
    if json:
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        tracebacks = structlog.processors.ExceptionRenderer(transformer)
        renderers = [stamp, tracebacks, structlog.processors.JSONRenderer()]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "waitress.queue": {"level": "ERROR"},  # a line for each request that waits for a thread
        },
    }
