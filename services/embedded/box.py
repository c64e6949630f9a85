"""What `make run` prints when everything is ready."""

from collections.abc import Mapping, Sequence

from services.registry import EXAMPLE, SERVICES


def about_the_shop(ports: Mapping[str, int]) -> list[str]:
    """The words `shop is ready`, the addresses and the logins."""
    web = f"http://localhost:{ports['UI_PORT']}"
    urls = {name: f"http://localhost:{ports[service.port]}" for name, service in SERVICES.items()}
    gateway, with_example = urls.pop("gateway"), EXAMPLE.port in ports
    return [
        "shop is ready",
        "",
        f"web shop     {web}/",
        f"REST API     {gateway}/api/v1/   {gateway}/swagger-ui/",
        *(f"{name:<12} {url}/admin/   {url}/swagger-ui/" for name, url in urls.items()),
        f"users        {gateway}/admin/",
        *([f"{EXAMPLE.name:<12} points for orders that are paid: each user's account page"] if with_example else []),
        "",
        "shoppers     demo / demo-password (has money)",
        "             newcomer / newcomer-password (has no account)",
        "staff        admin / admin-password (all admins)",
        "",
        "Ctrl-C stops everything and keeps the data",
    ]


def about_servers(servers: Mapping[str, str]) -> list[str]:
    """Where the servers are that run, for any program on this machine."""
    return ["servers are ready", "", *(f"{name:<12} {address}" for name, address in servers.items()), "", *HINT]


HINT = [
    "manage.py of the shop finds them by itself; your own project makes a database of its own there",
    "Ctrl-C stops both and keeps what PostgreSQL has; the broker forgets",
]


def frame(rows: Sequence[str]) -> str:
    """The rows in one box."""
    width = max(map(len, rows))
    lines = [f"│ {row.ljust(width)} │" for row in rows]
    return "\n".join(["", f"┌{'─' * (width + 2)}┐", *lines, f"└{'─' * (width + 2)}┘", ""])
