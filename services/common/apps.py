"""What the three projects share, as an app: management commands, and what each process says at its start."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "services.common"
    label = "common"

    def ready(self) -> None:
        from services.common.connections import is_long_running, log_connections

        if is_long_running():
            log_connections()
