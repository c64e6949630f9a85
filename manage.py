"""`manage.py <service> <command>`: one entry for the Django projects of all services."""

import os
import sys

from services.registry import SERVICES


def main() -> None:
    """Run a management command under the named project's settings; refuse to guess the project."""
    if len(sys.argv) < 2 or sys.argv[1] not in SERVICES:
        sys.exit(f"usage: manage.py <{'|'.join(SERVICES)}> <command> [options]")
    project = sys.argv.pop(1)
    os.environ["DJANGO_SETTINGS_MODULE"] = SERVICES[project].settings
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not installed for this Python: use .venv/bin/python (`make venv` creates it)")
    try:
        execute_from_command_line([f"manage.py {project}", *sys.argv[1:]])
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py {project}: {error}")


if __name__ == "__main__":
    main()
