"""One run of the shop in its folder: refuse what cannot work, start, stop, leave nothing behind."""

import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from services.common import env
from services.embedded.box import frame
from services.embedded.lock import Held, lock
from services.embedded.output import Output
from services.embedded.ports import is_free
from services.embedded.shop import Shop
from services.embedded.state import State
from services.embedded.supervisor import Supervisor

SECONDS_FOR_ORPHANS = 10.0


def run(*, servers_alone: bool = False) -> int:
    """Run the shop, or PostgreSQL and the broker alone, until a signal; returns the exit code.

    One clear line where it cannot start.
    """
    state = State(Path(env.text("SHOP_FOLDER", str(env.ROOT / ".shop"))).resolve())
    try:
        state.prepare()
        with lock(state.lock):
            shop = Shop.from_environment(state)
            return run_locked(shop.without_services() if servers_alone else shop)
    except Held as holder:
        sys.exit(f"the shop runs already (process {holder}); its state is in {state.folder}")
    except ImproperlyConfigured as mistake:
        sys.exit(str(mistake))


def run_locked(shop: Shop) -> int:
    if shop.state.was_killed():
        wait_for_orphans(shop)
    refuse_busy_ports(shop.ports)
    if shop.postgres:
        shop.postgres.prepare()
    processes = shop.processes()
    output = Output([process.name for process in processes] + ["supervisor"])
    shop.state.write_environment(shop.environment())
    supervisor = Supervisor(
        processes,
        output,
        on_ready=lambda: output.plain(frame(shop.said_when_ready())),
        on_change=shop.state.write_processes,
    )
    code = supervisor.run()
    shop.state.forget_run()
    return code


def wait_for_orphans(shop: Shop) -> None:
    """Give the processes of a killed run the moment that they need to end."""
    if shop.postgres:
        shop.postgres.end_orphan()
    deadline = time.monotonic() + SECONDS_FOR_ORPHANS
    while time.monotonic() < deadline and not all(map(is_free, shop.ports.values())):
        time.sleep(0.05)


def refuse_busy_ports(ports: dict[str, int]) -> None:
    """Exit with a line for each port that is taken, and its variable, before anything starts."""
    users: dict[int, str] = {}
    for name, port in ports.items():
        if other := users.get(port):
            sys.exit(f"{other} and {name} are both {port}: set one of them to another port")
        users[port] = name
    if busy := [
        f"port {port} is busy: free it, or set {name} to another" for port, name in users.items() if not is_free(port)
    ]:
        sys.exit("\n".join(busy))
