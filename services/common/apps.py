"""What the three projects share, as an app: its commands, texts and fault points, and a line at its start."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "services.common"
    label = "common"
    fault_points = ("use_case.before_commit", "use_case.after_commit")

    def ready(self) -> None:
        from services.common.connections import is_long_running, log_connections

        if is_long_running():
            log_connections()
