"""Makes the shop's secrets: `python -m services.common.secrets FOLDER`.

Each missing file is written once, at random, readable by its owner alone; present ones stay. `make run`, the tests
and the containers' one-shot job all call this.
"""

import secrets
import sys
from pathlib import Path

NAMES = (
    "GATEWAY_SECRET_KEY",
    "ORDERS_SECRET_KEY",
    "PAYMENTS_SECRET_KEY",
    # One key a direction: a service that is broken into cannot speak as another.
    "GATEWAY_TO_ORDERS_TOKEN_KEY",
    "GATEWAY_TO_PAYMENTS_TOKEN_KEY",
    "ORDERS_TO_PAYMENTS_TOKEN_KEY",
    "OUTBOX_SIGNING_KEYS",
    "INBOX_SIGNING_KEYS",
)
MINIMUM_LENGTH = 50


def make_secrets(folder: Path) -> None:
    """Write every secret that `folder` lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        path = folder / name
        if path.exists():
            continue
        value = secrets.token_urlsafe(48)
        path.touch(mode=0o600)
        path.write_text(f"k1:{value}" if name.endswith("SIGNING_KEYS") else value)


def is_known(value: str) -> bool:
    """Whether a secret is too short to have been made at random, or says itself that it is an example."""
    return len(value) < MINIMUM_LENGTH or any(word in value.lower() for word in ("insecure", "change-me", "example"))


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]))
