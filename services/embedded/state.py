"""The folder in which a shop keeps its data between runs: `.shop/`."""

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from services.common.secrets import make_secrets


class State:
    """Data, passwords and secrets, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = folder / "postgres"
        self.secrets = folder / "secrets"
        self.lock = folder / "lock"
        self.environment = folder / "environment"  # services/common/env.py reads it in other shells
        self.processes = folder / "processes.json"  # who runs now: name and process id
        self._passwords = folder / "passwords"

    def prepare(self) -> None:
        """Make what is missing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._passwords.mkdir(exist_ok=True)
        make_secrets(self.secrets)

    def password(self, name: str) -> str:
        """The PostgreSQL password of a role: made at random once, then always the same."""
        return self.keep(name, lambda: secrets.token_hex(16))

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """A secret of this name: made once, then always the same."""
        path = self._passwords / name
        if not path.exists() or not path.read_text():
            write_private(path, make())
        return path.read_text()

    def write_environment(self, values: Mapping[str, str]) -> None:
        write_private(self.environment, "".join(f"{name}='{value}'\n" for name, value in sorted(values.items())))

    def write_processes(self, running: Mapping[str, int]) -> None:
        """Tell other programs who runs; a reader never sees half of it."""
        draft = self.processes.with_suffix(".draft")
        draft.write_text(json.dumps(running, indent=1))
        draft.replace(self.processes)

    def was_killed(self) -> bool:
        """Whether the last run did not end by itself; its processes may still be about to."""
        return self.environment.exists()

    def forget_run(self) -> None:
        self.environment.unlink(missing_ok=True)
        self.processes.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write the file so that nobody else can read it at any moment."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
