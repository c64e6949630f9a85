"""`make_signing_key`: a pair of Ed25519 keys, the one to sign with and the one for readers."""

from typing import Any

from django.core.management.base import BaseCommand

from ...keys import PrivateKey


class Command(BaseCommand):
    help = "Print a new pair of Ed25519 keys: PrivateKey for who sends to a topic, PublicKey for who reads it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        key = PrivateKey.generate()
        self.stdout.write(f'PrivateKey("{key.text}")\nPublicKey("{key.public.text}")')
