"""`python -m tests.support.proxied_shop`: the shop of `make run`, whose processes reach each other over proxies.

PROXIES tells the proxies' ports by the variables that name what is behind them: `{"ORDERS_URL": 41001}`.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.common import env
from services.embedded.broker import Broker
from services.embedded.process import Process
from services.embedded.run import run_locked
from services.embedded.shop import Shop
from services.embedded.state import State

KAFKA = "KAFKA_BOOTSTRAP_SERVERS"
# In a URL, or alone.
ADDRESS = re.compile(r"([^@/]+):(\d+)(?=/|$)")


@dataclass
class ProxiedBroker(Broker):
    """Tells its clients to reach it at another port."""

    advertised_port: int

    def command(self) -> list[str]:
        return [*super().command()[:-1], f"tcp://127.0.0.1:{self.advertised_port}"]


class ProxiedShop(Shop):
    """What it tells of itself are the true addresses; its processes are told the proxies'."""

    def processes(self) -> list[Process]:
        ports: dict[str, int] = json.loads(env.text("PROXIES"))
        if self.broker and KAFKA in ports:
            self.broker = ProxiedBroker(self.broker.port, ports[KAFKA])
        return [replace(each, environment=over_proxies(each.environment, ports)) for each in super().processes()]


def over_proxies(environment: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, str]:
    """The environment with the proxies' addresses in place of the true ones."""
    known = {name: port for name, port in ports.items() if name in environment}
    told = {name: ADDRESS.sub(f"127.0.0.1:{port}", environment[name]) for name, port in known.items()}
    return {**environment, **told}


def main() -> int:
    state = State(Path(env.text("SHOP_FOLDER")))
    state.prepare()
    return run_locked(ProxiedShop.from_environment(state))


if __name__ == "__main__":
    sys.exit(main())
