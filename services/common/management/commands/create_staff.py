"""`create_staff --username NAME --password PASSWORD`: the staff login of the embedded shop."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Makes the superuser where there is none of that name; one that is there stays as it is."""

    requires_system_checks = ()
    help = "Create a superuser of the embedded shop, unless there is one of that name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--password", required=True)

    def handle(self, *_: Any, username: str, password: str, **__: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("a password on the command line is for the embedded shop alone: use createsuperuser")
        users = get_user_model()._default_manager
        if not users.filter(username=username).exists():
            users.create_superuser(username=username, password=password)
