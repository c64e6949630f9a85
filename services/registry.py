"""The one list of services: what starts, types or tests them reads it, so that a new one is entered here alone.

It is read before Django is set up, and stands on the standard library alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

STAFF = ("create_staff", "--username", "admin", "--password", "admin-password")


@dataclass(frozen=True, slots=True)
class Step:
    """A command that `make run` carries out at each start, once the service's database is migrated."""

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()  # web servers that must answer first


@dataclass(frozen=True, slots=True)
class Service:
    """The Django project `<name>_proj` over the app `services.<name>`; its database and its role have its name, too."""

    name: str
    ports: Mapping[str, int]  # where its web server listens: variables and their defaults, the service's own first
    calls: tuple[str, ...] = ()  # services whose API it uses
    sends_to: str = ""
    receives_from: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def settings(self) -> str:
        return f"{self.name}_proj.settings"

    @property
    def database_url(self) -> str:
        """The variable that names its database."""
        return f"{self.name.upper()}_DATABASE_URL"

    @property
    def port(self) -> str:
        """The variable of the port by which other services reach it."""
        return next(iter(self.ports))

    @property
    def kafka_clients(self) -> dict[str, str]:
        """Its long-running commands that speak Kafka, by their roles."""
        sending = {"relay": "relay_outbox"} if self.sends_to else {}
        return sending | ({"consumer": "consume_inbox"} if self.receives_from else {})

    @property
    def workers(self) -> dict[str, str]:
        """All its long-running commands, by their roles."""
        return {**self.kafka_clients, "chores": "run_chores"}


SERVICES = {
    service.name: service
    for service in (
        Service(
            "gateway",
            ports={"GATEWAY_PORT": 8000, "UI_PORT": 3000},
            calls=("orders", "payments"),
            steps=(Step("users", ("create_demo_users",), needs=("gateway", "orders", "payments")),),
        ),
        Service(
            "orders",
            ports={"ORDERS_PORT": 8001},
            calls=("payments",),
            sends_to="outbox",
            receives_from="inbox",
            steps=(Step("catalogue", ("load_catalogue",)), Step("orders.staff", STAFF)),
        ),
        Service(
            "payments",
            ports={"PAYMENTS_PORT": 8002},
            sends_to="inbox",
            receives_from="outbox",
            steps=(Step("payments.staff", STAFF),),
        ),
    )
}
# In examples/: none of the shop, which does not know it. `make run` starts it beside them where LOYALTY=1.
EXAMPLE = Service("loyalty", ports={"LOYALTY_PORT": 8003})
