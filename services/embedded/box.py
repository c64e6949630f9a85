"""What `make run` prints when everything is ready."""

from collections.abc import Mapping


def box(ports: Mapping[str, int]) -> str:
    """The one box with the words `shop is ready`, the addresses and the logins."""
    web = f"http://localhost:{ports['UI_PORT']}"
    gateway, orders, payments = (
        f"http://localhost:{ports[name]}" for name in ("GATEWAY_PORT", "ORDERS_PORT", "PAYMENTS_PORT")
    )
    rows = [
        "shop is ready",
        "",
        f"web shop     {web}/",
        f"REST API     {gateway}/api/v1/   {gateway}/swagger-ui/",
        f"orders       {orders}/admin/   {orders}/swagger-ui/",
        f"payments     {payments}/admin/   {payments}/swagger-ui/",
        f"users        {gateway}/admin/",
        "",
        "shoppers     demo / demo-password (has money)",
        "             newcomer / newcomer-password (has no account)",
        "staff        admin / admin-password (all three admins)",
        "",
        "Ctrl-C stops everything and keeps the data",
    ]
    width = max(map(len, rows))
    lines = [f"│ {row.ljust(width)} │" for row in rows]
    return "\n".join(["", f"┌{'─' * (width + 2)}┐", *lines, f"└{'─' * (width + 2)}┘", ""])
