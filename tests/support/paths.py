"""The paths between a whole shop's processes and its servers, each over a proxy; by the variable that names its end."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from services.registry import SERVICES
from tests.support.proxied_shop import ADDRESS, KAFKA
from tests.support.proxy import Proxy

Paths = dict[str, Proxy]

# How they are called.
NAMES = {
    "ORDERS_URL": "gateway → orders",
    "PAYMENTS_URL": "gateway → payments",
    **{service.database_url: f"{name} → PostgreSQL" for name, service in SERVICES.items()},
    KAFKA: "services → Kafka",
}


@contextmanager
def proxied(environment: Mapping[str, str], ports: Mapping[str, int], kafka_port: int | None) -> Iterator[Paths]:
    """A proxy for each path; none to Kafka where its brokers advertise no `kafka_port`."""
    with ExitStack() as stack:
        paths: Paths = {}
        for name, (host, port) in addresses(environment, ports, proxies_kafka=kafka_port is not None).items():
            paths[name] = Proxy(host, port, own_port=kafka_port or 0 if name == KAFKA else 0)
            stack.callback(paths[name].close)
        yield paths


def addresses(
    environment: Mapping[str, str], ports: Mapping[str, int], *, proxies_kafka: bool
) -> dict[str, tuple[str, int]]:
    """What the environment names, and what the shop starts itself where it names nothing."""
    own = {name: ports[f"{name.removesuffix('_URL')}_PORT"] for name in ("ORDERS_URL", "PAYMENTS_URL")}
    servers = {service.database_url: ports["EMBEDDED_POSTGRES_PORT"] for service in SERVICES.values()}
    servers |= {KAFKA: ports["EMBEDDED_KAFKA_PORT"]} if proxies_kafka else {}
    named = {name: found for name in servers if (found := ADDRESS.search(environment.get(name, "")))}
    at_home = {name: ("127.0.0.1", port) for name, port in {**own, **servers}.items()}
    return {**at_home, **{name: (found[1], int(found[2])) for name, found in named.items()}}
