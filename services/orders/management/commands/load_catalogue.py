"""`manage.py orders load_catalogue`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from services.orders.use_cases import load_catalogue

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue.json"


class Command(BaseCommand):
    help = "Adds the demo products that the catalogue lacks; products that are there stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_catalogue(catalogue=json.loads(CATALOGUE.read_text(encoding="utf-8")))
        self.stdout.write(f"{added} products added")
