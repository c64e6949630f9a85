"""The shop's processes: what `make run` starts, in which order, with which environment."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from services.common import env
from services.embedded import loyalty
from services.embedded.box import about_servers, about_the_shop
from services.embedded.broker import Broker
from services.embedded.ports import free_port
from services.embedded.postgres import Postgres
from services.embedded.probes import HttpProbe
from services.embedded.process import Launch, Process
from services.embedded.state import State
from services.registry import EXAMPLE, SERVICES, Service

PORTS = {
    **{name: port for service in SERVICES.values() for name, port in service.ports.items()},
    **EXAMPLE.ports,
    "EMBEDDED_POSTGRES_PORT": 54329,
    "EMBEDDED_KAFKA_PORT": 19092,
}
# A clone has no collected static files, and needs none.
PYTHON = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore:No directory at:UserWarning"}


@dataclass
class Shop:
    """The embedded servers, where no real ones are named, and the ports of everything."""

    state: State
    ports: dict[str, int]
    postgres: Postgres | None
    broker: Broker | None
    has_services: bool = True

    @classmethod
    def from_environment(cls, state: State) -> "Shop":
        """As the environment and `.env` want it."""
        ports = {name: env.integer(name, default) for name, default in PORTS.items()}
        own_postgres, own_broker = needs_postgres(), "KAFKA_BOOTSTRAP_SERVERS" not in env.values()
        postgres_port, broker_port = ports["EMBEDDED_POSTGRES_PORT"], ports["EMBEDDED_KAFKA_PORT"]
        if not loyalty.is_wanted():
            del ports[EXAMPLE.port]
        if not own_postgres:
            del ports["EMBEDDED_POSTGRES_PORT"]
        if not own_broker:
            del ports["EMBEDDED_KAFKA_PORT"]
        return cls(
            state,
            ports,
            Postgres(state.postgres, postgres_port, state.password("postgres")) if own_postgres else None,
            Broker(broker_port) if own_broker else None,
        )

    def without_services(self) -> "Shop":
        """Its servers alone, with their ports. Exits where none of them is ours to run."""
        if not (self.postgres or self.broker):
            sys.exit("the environment names servers of its own: there is none to start")
        own = {name: port for name, port in self.ports.items() if name.startswith("EMBEDDED_")}
        return replace(self, ports=own, has_services=False)

    def said_when_ready(self) -> list[str]:
        if self.has_services:
            return about_the_shop(self.ports)
        postgres = {"PostgreSQL": self.postgres.superuser_url()} if self.postgres else {}
        return about_servers(postgres | ({"Kafka": self.broker.bootstrap_servers()} if self.broker else {}))

    def environment(self) -> dict[str, str]:
        """What tells any process of ours where this shop is."""
        values = {"EMBEDDED": "1", "SECRETS_DIR": str(self.state.secrets)}
        values |= {name: str(port) for name, port in self.ports.items()}
        for name, service in SERVICES.items():
            own = self.postgres and self.postgres.url(name, self.state.password(name))
            values[service.database_url] = own or env.text(service.database_url)
            for called in service.calls:
                values[f"{called.upper()}_URL"] = f"http://127.0.0.1:{self._port_of(SERVICES[called])}"
        if self.example:
            values |= {EXAMPLE.database_url: self.example.database_url, **self.example.for_the_shop()}
        if self.broker:
            return values | {"KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers(), "KAFKA_PROFILE": "embedded"}
        return values | {"KAFKA_BOOTSTRAP_SERVERS": env.text("KAFKA_BOOTSTRAP_SERVERS")}

    @property
    def example(self) -> loyalty.Loyalty | None:
        """Where it is wanted."""
        if EXAMPLE.port not in self.ports:
            return None
        own = self.postgres and self.postgres.url(EXAMPLE.name, self.state.password(EXAMPLE.name))
        url = own or env.text(EXAMPLE.database_url)
        return loyalty.Loyalty(self.state, url, self.ports[EXAMPLE.port], self._port_of(SERVICES["payments"]))

    def processes(self) -> list[Process]:
        """Everything, in the order of start."""
        environment = {**os.environ, **self.environment(), **PYTHON}
        servers = [*self._own_postgres(environment), *self._own_broker(environment)]
        if not self.has_services:
            return servers
        names = {server.name for server in servers}
        example = self.example.processes(environment, names) if self.example else []
        return [*servers, *services(self.ports, environment, names), *example]

    def _port_of(self, service: Service) -> int:
        return self.ports.get(service.port, PORTS[service.port])

    def _own_postgres(self, environment: Mapping[str, str]) -> list[Process]:
        if self.postgres is None:
            return []
        postgres = self.postgres
        server = Process(
            "postgres",
            lambda: Launch(postgres.command(), postgres.ready),
            stop_signal=signal.SIGINT,
            environment=environment,
            folder="/",
        )
        for_superuser = {**environment, "POSTGRES_SUPERUSER_URL": postgres.superuser_url()}
        command = [sys.executable, "-m", "services.embedded.databases"]
        return [server, step("databases", command, for_superuser, needs=["postgres"])]

    def _own_broker(self, environment: Mapping[str, str]) -> list[Process]:
        if self.broker is None:
            return []
        broker = self.broker
        return [Process("broker", lambda: Launch(broker.command(), broker.ready), environment=environment)]


def needs_postgres() -> bool:
    """Whether no real databases are named; some of them without the others is a mistake that is told."""
    missing = [service.database_url for service in SERVICES.values() if service.database_url not in env.values()]
    if 0 < len(missing) < len(SERVICES):
        sys.exit(f"set all *_DATABASE_URL variables or none: {' and '.join(missing)} not set")
    return bool(missing)


def manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def step(
    name: str,
    command: list[str],
    environment: Mapping[str, str],
    needs: Sequence[str] = (),
    follows: Sequence[str] = (),
) -> Process:
    return Process(
        name, lambda: Launch(command), needs, follows, once=True, environment=environment, folder=str(env.ROOT)
    )


def services(ports: Mapping[str, int], environment: Mapping[str, str], servers: set[str]) -> list[Process]:
    """Steps and long-running processes of all services; `servers` are the ones that we run ourselves."""

    def make(name: str, *words: str, needs: Sequence[str], follows: Sequence[str] = ()) -> Process:
        return step(name, manage(*words), environment, needs, follows)

    def run(name: str, launch: Callable[[], Launch], needs: Sequence[str], follows: Sequence[str] = ()) -> Process:
        return Process(name, launch, needs, follows, environment=environment, folder=str(env.ROOT))

    databases = [name for name in ("postgres", "databases") if name in servers]
    broker = [name for name in ("broker",) if name in servers]
    listed = [make(f"{name}.migrate", name, "migrate", "--verbosity=0", needs=databases) for name in SERVICES]
    listed.append(make("topics", "orders", "create_topics", needs=databases, follows=broker))
    late = []
    for name, service in SERVICES.items():
        base = [*databases, f"{name}.migrate"]
        listed.append(run(name, partial(web, service, ports), base))
        for role, command in service.workers.items():
            speaks_kafka = role in service.kafka_clients
            needs, follows = ([*base, *broker], ["topics"]) if speaks_kafka else (base, ())
            listed.append(run(f"{name}.{role}", partial(messaging, name, command), needs, follows))
        late += [make(each.name, name, *each.command, needs=[base[-1], *each.needs]) for each in service.steps]
    return [*listed, *late]


def web(service: Service, ports: Mapping[str, int]) -> Launch:
    """One server on all the service's ports."""
    listens_on = [ports[name] for name in service.ports]
    command = [sys.executable, "-m", "services.common.serve", service.name]
    command += [f"--listen=127.0.0.1:{port}" for port in listens_on]
    return Launch(command, HttpProbe(listens_on[0]))


def messaging(service: str, command: str) -> Launch:
    """A relay, a consumer or chores, with a probe on a port that is free now."""
    port = free_port()
    return Launch(manage(service, command, f"--probe-port={port}"), HttpProbe(port))
