"""What `make run` prints when everything is ready."""

from collections.abc import Mapping

LOGINS = "demo / demo-password (has money) · newcomer / newcomer-password (no account)"


def box(ports: Mapping[str, int]) -> str:
    """The one box with the words `shop is ready`, the addresses and the logins."""
    gateway, orders, payments = (
        f"http://localhost:{ports[name]}" for name in ("GATEWAY_PORT", "ORDERS_PORT", "PAYMENTS_PORT")
    )
    rows = [
        "shop is ready",
        "",
        f"web shop     http://localhost:{ports['UI_PORT']}/",
        f"REST API     {gateway}/api/v1/",
        f"Swagger UI   {gateway}/swagger-ui/  {orders}/swagger-ui/  {payments}/swagger-ui/",
        f"admin        {gateway}/admin/  {orders}/admin/  {payments}/admin/",
        "",
        f"logins       {LOGINS}",
        "staff        admin / admin-password",
        "",
        "Ctrl-C stops everything and keeps the data",
    ]
    width = max(map(len, rows))
    lines = [f"│ {row.ljust(width)} │" for row in rows]
    return "\n".join(["", f"┌{'─' * (width + 2)}┐", *lines, f"└{'─' * (width + 2)}┘", ""])
