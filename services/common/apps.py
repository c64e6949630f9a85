"""What the three projects share, as an app: for its management commands alone."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "services.common"
    label = "common"
