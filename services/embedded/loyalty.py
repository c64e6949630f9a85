"""The example beside the shop: `LOYALTY=1` starts `examples/loyalty` with the rest, which does not know it."""

import secrets
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.common import env
from services.common.secrets import DATABASE_PASSWORDS, HOLDERS
from services.embedded.ports import free_port
from services.embedded.probes import HttpProbe
from services.embedded.process import Launch, Process
from services.embedded.state import State
from services.registry import EXAMPLE, SERVICES

NAME = EXAMPLE.name
FOLDER = env.ROOT / "examples" / NAME
KEYS = "INBOX_SIGNING_KEYS"


def is_wanted() -> bool:
    """Whether the environment asks for it."""
    return env.flag("LOYALTY")


@dataclass(frozen=True)
class Loyalty:
    """What it needs to know, and what others must know for it."""

    state: State
    database_url: str
    port: int
    payments_port: int

    def for_the_shop(self) -> dict[str, str]:
        """Payments signs with a pair of keys, whose public half is enough to read; and who may ask for its feed."""
        before = env.values().get(KEYS) or (self.state.secrets / KEYS).read_text()
        return {
            KEYS: f"{NAME}:private.{self._pair()[0]},{before}",
            "INBOX_READERS": f"{NAME}:k1:{self._secret('feed')}",
            "POINTS_URL": f"http://127.0.0.1:{self.port}",
            "POINTS_TOKEN": self._secret("token"),
        }

    def for_itself(self) -> dict[str, str]:
        """It is told nothing by which it could speak for payments."""
        topic = env.text("INBOX_TOPIC", "inbox")
        return {
            "LOYALTY_SECRET_KEY": self._secret("secret_key"),
            EXAMPLE.database_url: self.database_url,
            "LOYALTY_PUBLIC_KEY": self._pair()[1],
            "LOYALTY_FEED_URL": f"http://127.0.0.1:{self.payments_port}/messaging/feed/{topic}",
            "LOYALTY_FEED_KEY": self._secret("feed"),
            "LOYALTY_TOKEN": self._secret("token"),
        }

    def processes(self, environment: Mapping[str, str], servers: Collection[str]) -> list[Process]:
        """Its step and its long-running processes, in the order of start; `servers` are the ones that we run."""
        databases = [name for name in ("postgres", "databases") if name in servers]
        broker = [name for name in ("broker",) if name in servers]
        secrets_of_others = {"SECRETS_DIR", *HOLDERS, *DATABASE_PASSWORDS}
        of_others = {*self.for_the_shop(), *secrets_of_others, *(service.database_url for service in SERVICES.values())}
        own = {name: value for name, value in environment.items() if name not in of_others} | self.for_itself()

        def run(name: str, launch: Callable[[], Launch], needs: Sequence[str], follows: Sequence[str] = ()) -> Process:
            return Process(name, launch, needs, follows, environment=own, folder=str(FOLDER))

        step = f"{NAME}.migrate"
        migrate = partial(Launch, [sys.executable, "manage.py", "migrate", "--verbosity=0"])
        return [
            Process(step, migrate, databases, once=True, environment=own, folder=str(FOLDER)),
            run(NAME, self._web, [*databases, step]),
            run(f"{NAME}.consumer", partial(worker, "consume_inbox"), [*databases, *broker, step], ["topics"]),
            run(f"{NAME}.chores", partial(worker, "run_chores"), [*databases, step]),
        ]

    def _web(self) -> Launch:
        command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{self.port}", f"{NAME}.wsgi:application"]
        return Launch(command, HttpProbe(self.port))

    def _pair(self) -> tuple[str, str]:
        """Its keys as text, the private one first; made once."""
        kept = self.state.keep(f"{NAME}_private_key", lambda: as_text(Ed25519PrivateKey.generate().private_bytes_raw()))
        key = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(f"{kept}="))
        return kept, as_text(key.public_key().public_bytes_raw())

    def _secret(self, what: str) -> str:
        return self.state.keep(f"{NAME}_{what}", lambda: secrets.token_urlsafe(48))


def worker(command: str) -> Launch:
    """A consumer or chores, with a probe on a port that is free now."""
    port = free_port()
    return Launch([sys.executable, "manage.py", command, f"--probe-port={port}"], HttpProbe(port))


def as_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
