"""What `make run` prints when everything is ready."""

from collections.abc import Mapping

from services.registry import SERVICES


def box(ports: Mapping[str, int]) -> str:
    """The one box with the words `shop is ready`, the addresses and the logins."""
    web = f"http://localhost:{ports['UI_PORT']}"
    urls = {name: f"http://localhost:{ports[service.port]}" for name, service in SERVICES.items()}
    gateway = urls.pop("gateway")
    rows = [
        "shop is ready",
        "",
        f"web shop     {web}/",
        f"REST API     {gateway}/api/v1/   {gateway}/swagger-ui/",
        *(f"{name:<12} {url}/admin/   {url}/swagger-ui/" for name, url in urls.items()),
        f"users        {gateway}/admin/",
        "",
        "shoppers     demo / demo-password (has money)",
        "             newcomer / newcomer-password (has no account)",
        "staff        admin / admin-password (all admins)",
        "",
        "Ctrl-C stops everything and keeps the data",
    ]
    width = max(map(len, rows))
    lines = [f"│ {row.ljust(width)} │" for row in rows]
    return "\n".join(["", f"┌{'─' * (width + 2)}┐", *lines, f"└{'─' * (width + 2)}┘", ""])
