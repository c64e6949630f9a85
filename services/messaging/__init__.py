"""A transactional outbox and inbox over Kafka: what is published has its effect exactly once."""

from .handlers import handler, upcast
from .keys import PrivateKey, PublicKey
from .message import Contradiction, KeysBusy, Message, PermanentError, Received, Unsendable
from .sending.outbox import ContentChanged, enqueue, publish

__all__ = [
    "ContentChanged",
    "Contradiction",
    "KeysBusy",
    "Message",
    "PermanentError",
    "PrivateKey",
    "PublicKey",
    "Received",
    "Unsendable",
    "enqueue",
    "handler",
    "publish",
    "upcast",
]
