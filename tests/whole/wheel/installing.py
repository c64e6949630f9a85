"""The wheel, and a virtual environment of its own that has it: nothing there leads back to this repository."""

import os
import re
import subprocess
import sys

import pytest

from services.common.env import ROOT
from tests.whole.wheel.readme import PACKAGE

UNREACHABLE = re.compile(r"Retrying \(Retry|Connection ?Error|name resolution", re.IGNORECASE)


def pip(*words, cwd):
    """Run pip as a user would; skip the test where no package registry answers."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    if done.returncode and UNREACHABLE.search(output):
        pytest.skip("no package registry answers, and a fresh environment needs one")
    assert done.returncode == 0, output


def build_wheel(folder):
    pip("wheel", "--no-deps", "--wheel-dir", folder, PACKAGE, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel, folder):
    """Make an environment with the wheel and what it depends on, in this project's versions; returns its `bin`."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    constraints = folder / "constraints.txt"
    pinned = re.findall(r"^\S+==\S+", (ROOT / "requirements/runtime.txt").read_text(), re.MULTILINE)
    constraints.write_text("\n".join(pinned))  # without hashes, for the wheel itself has none
    programs = folder / "venv/bin"
    pip("--python", programs / "python", "install", "--constraint", constraints, f"{wheel}[ed25519]", cwd=folder)
    return programs
