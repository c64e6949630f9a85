"""Messaging knows nothing of a shop: what proves that it can be a package of its own, before anybody builds it."""

import subprocess
import sys

from tests.projects import ROOT

IMPORT_ALL = """
import pkgutil, sys
import django; django.setup()
import services.messaging
for module in pkgutil.walk_packages(services.messaging.__path__, "services.messaging."):
    __import__(module.name)
print(*sys.modules)
"""


def test_whole_of_messaging_imports_nothing_of_the_shop():
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("services.")}
    assert {name for name in ours if not name.startswith("services.messaging")} == set()
    assert {"services.messaging.sending.relay", "services.messaging.management.commands.redrive"} <= ours
