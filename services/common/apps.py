"""What the three projects share, as an app: its commands, texts and fault points."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "services.common"
    label = "common"
    fault_points = ("use_case.before_commit", "use_case.after_commit")
