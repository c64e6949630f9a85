"""`manage.py <service> doctor`: is everything as it must be, and what to do where it is not."""

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand

from services.common.doctor import examine


class Command(BaseCommand):
    help = "Look at database, broker, clocks, topics, other services and all facts; exit 1 where something is wrong."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.CRITICAL)  # the lines below say it
        try:
            checks = list(examine())
        finally:
            logging.disable(logging.NOTSET)
        for check in checks:
            self.stdout.write(f"{'ok' if check.good else 'WRONG':<6} {check.name:<28} {check.text}")
            if not check.good:
                self.stdout.write(f"       {check.advice}")
        if not all(check.good for check in checks):
            sys.exit(1)
