"""The only reader of the process environment.

A value is looked for in the environment, then in `.env`, then in what `make run` wrote for its own shop
(`.shop/environment`; skipped where `EMBEDDED` is set already). An empty value counts as unset.
"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = ("postgres://", "postgresql://")
# Either end finds out within seconds that the other vanished: by itself the server keeps a dead session for two hours.
KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
# Bounded statements: a stuck one must not hold a worker's thread for ever.
SESSION = {
    "statement_timeout": 15_000,
    "idle_in_transaction_session_timeout": 30_000,
    "tcp_user_timeout": 10_000,
    **{f"tcp_{name}": value for name, value in KEEPALIVES.items()},
}


class _Files(environ.Env):  # type: ignore[misc]
    ENVIRON: dict[str, str] = {}


def _read(path: Path) -> dict[str, str]:
    _Files.ENVIRON = {}
    if path.is_file():
        _Files.read_env(path)
    return {name: value for name, value in _Files.ENVIRON.items() if value}


def configured() -> dict[str, str]:
    """What the environment and `.env` say; the running shop has no part in it."""
    process = {name: value for name, value in os.environ.items() if value}
    return {**_read(ROOT / ".env"), **process}


@cache
def values() -> dict[str, str]:
    """Every variable that has a value; read once, when the first is asked for."""
    wanted = configured()
    shop = Path(wanted.get("SHOP_FOLDER", ROOT / ".shop"))
    return wanted if "EMBEDDED" in wanted else {**_read(shop / "environment"), **wanted}


def text(name: str, default: str | None = None) -> str:
    """The variable's value; raises `ImproperlyConfigured` where it is unset and has no default."""
    value = values().get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"set the environment variable {name} (see .env.example)")
    return value


def integer(name: str, default: int) -> int:
    """The variable as a whole number."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def flag(name: str, default: bool = False) -> bool:
    """The variable as a yes or no: `1` or `0`."""
    value = text(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """The variable as a comma-separated list."""
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def secret(name: str, default: str | None = None) -> str:
    """The variable, or the file of that name in `SECRETS_DIR`; a key has no default."""
    value = _find_secret(name) or default
    if value is None:
        raise ImproperlyConfigured(f"set the secret {name}, or SECRETS_DIR to a folder with a file of that name")
    return value


def _find_secret(name: str) -> str | None:
    if name in values():
        return values()[name]
    path = Path(values().get("SECRETS_DIR", "")) / name
    return path.read_text().strip() if "SECRETS_DIR" in values() and path.is_file() else None


def database(name: str) -> dict[str, Any]:
    """Django's settings for the PostgreSQL URL in the variable; connections stay open and are checked.

    For ORDERS_DATABASE_URL without a password the secret ORDERS_DATABASE_PASSWORD is it, where there is one.
    """
    url = text(name)
    try:
        config: dict[str, Any] = environ.Env.db_url_config(url) if url.startswith(POSTGRES) else {}
    except ValueError:
        config = {}
    if not config.get("NAME"):
        raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host:port/name")
    password = config["PASSWORD"] or _find_secret(f"{name.removesuffix('_URL')}_PASSWORD") or ""
    # One connection a thread, kept: 3.5 times the requests of Django's default (docs/decisions/0005).
    options = {
        "connect_timeout": 3,
        "tcp_user_timeout": SESSION["tcp_user_timeout"],
        **KEEPALIVES,
        "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
    }
    return {
        **config,
        "PASSWORD": password,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**config.get("OPTIONS", {}), **options},
    }


def mail(name: str) -> dict[str, Any]:
    """Django's mail settings for `smtp://user:password@host:port`, or `smtp+tls`; unset, mails are dropped."""
    try:
        config: dict[str, Any] = environ.Env.email_url_config(text(name, "dummymail://"))
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:port") from None
    return {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False, **config}
