"""Chromium as the tests and the screenshots start it."""

import os
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

PATH = os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")


def installed():
    return Path(PATH).exists()


@contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=ARGUMENTS)
        yield browser
        browser.close()
