"""One `pytest` for several Django projects.

pytest-django loads one settings module a process, so a run that spans projects is split into one child process for
each, two at a time; a run inside one project stays in this process. Backing services are started once, here.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.registry import SERVICES

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = {
    **{name: [f"tests/{name}", "tests/every_project"] for name in SERVICES},
    # What all services share, under the settings of one.
    "common": ["tests/common"],
    "messaging": ["tests/messaging"],
    # The example, which is no part of the shop.
    "loyalty": ["examples/loyalty/loyalty"],
    # Orders and payments in one process, stepped through by hand.
    "saga": ["tests/saga"],
    # Servers, installations and files of the shop; these tests touch no database of a project.
    "servers": [
        "tests/embedded",
        "tests/whole/containers",
        "tests/whole/failover",
        "tests/whole/restores",
        "tests/whole/wheel",
    ],
    # The whole shop as processes, driven from outside.
    "whole": ["tests/whole/browser", "tests/whole/faults", "tests/whole/flow", "tests/whole/kafka"],
}
SETTINGS = {
    **{name: service.settings for name, service in SERVICES.items()},
    "common": SERVICES["orders"].settings,
    "messaging": "tests.messaging.settings",
    "loyalty": "tests.support.loyalty_settings",
    "saga": "tests.saga.settings",
    **dict.fromkeys(("servers", "whole"), "gateway_proj.settings"),
}
# Together in a lane of their own: two lanes keep two cores busy.
WAITING = ("whole", "servers")
NOT_TESTS = {"proof", "support"}
PASS_THROUGH = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow")
NO_TESTS = pytest.ExitCode.NO_TESTS_COLLECTED
COUNTS = "SHOP_TEST_COUNTS"  # where a child leaves its totals; set means "I am a child"


def passes_through(options):
    return any(getattr(options, name, False) for name in PASS_THROUGH)


@pytest.hookimpl(tryfirst=True)  # before pytest-django looks for its settings
def pytest_load_initial_conftests(early_config):
    options = early_config.known_args_namespace
    if COUNTS in os.environ or passes_through(options):
        return
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # an exported one must not decide; --ds still does
    chosen = [name for name in PROJECTS if selected(name, options.file_or_dir)]
    if len(chosen) == 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS[chosen[0]]
    from tests.support.backing_services import start_backing_services

    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    start_backing_services(stack)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    if "DJANGO_SETTINGS_MODULE" in os.environ or passes_through(config.option):
        return None
    if not any(selected(name, config.option.file_or_dir) for name in PROJECTS):
        return None  # no project's path: pytest itself says what is wrong
    known = {ROOT / folder for folders in PROJECTS.values() for folder in folders}
    if forgotten := {str(folder) for folder in folders_of_tests() if not known & {folder, *folder.parents}}:
        raise pytest.UsageError(f"these folders belong to no project in tests/projects.py: {forgotten}")
    return fan_out(config)


def folders_of_tests():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    return {folder for folder in folders if folder.relative_to(ROOT / "tests").parts[0] not in NOT_TESTS}


def fan_out(config):
    typed = config.option.file_or_dir
    wanted = {name: paths for name in PROJECTS if (paths := selected(name, typed))}
    run = Run(config)
    # A function, not SIG_IGN: that would be inherited, and it is the child that answers Ctrl-C.
    previous = signal.signal(signal.SIGINT, lambda number, _: run.stopped.set())
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda lane: run.lane(lane, wanted), lanes(config, wanted)))
    signal.signal(signal.SIGINT, previous)
    print(f"\ntotal: {run.total['passed']} passed, {run.failures()} failed, {run.total['skipped']} skipped")
    return max((code for code in run.codes if code != NO_TESTS), default=NO_TESTS)


def lanes(config, wanted):
    """What runs as processes waits most of its time: the others run beside it, unless somebody looks on."""
    looked_at = getattr(config.option, "usepdb", False) or getattr(config.option, "capture", None) == "no"
    beside = [name for name in wanted if name in WAITING]
    others = [name for name in wanted if name not in WAITING]
    return [list(wanted)] if looked_at else [lane for lane in (beside, others) if lane]


class Run:
    """What all children have counted together, and whether any more are to start."""

    def __init__(self, config):
        self.limit, self.stopped, self.children = config.option.maxfail, threading.Event(), set()
        self.total, self.codes = Counter(), []
        self.flags = [arg for arg in config.invocation_params.args if str(arg) not in config.option.file_or_dir]
        if getattr(config.option, "lf", False) and failed_last_time():
            self.flags.append("--last-failed-no-failures=none")  # else a project without failures runs whole
        self.caches = config.pluginmanager.has_plugin("cacheprovider")

    def failures(self):
        return self.total["failed"] + self.total["error"]

    def lane(self, names, wanted):
        """One child after the other; each line says whose it is where two lanes run."""
        for name in names:
            if self.stopped.is_set():
                return
            cache = [f"--override-ini=cache_dir=.pytest_cache/{name}"] if self.caches else []
            self.child(name, [*self.flags, *cache, *wanted[name]], marked=len(names) < len(wanted))
            if self.codes[-1] and self.limit and self.failures() >= self.limit:
                self.stop()

    def stop(self):
        self.stopped.set()
        for child in list(self.children):
            child.send_signal(signal.SIGINT)

    def child(self, name, arguments, *, marked):
        with tempfile.NamedTemporaryFile("r") as counts:
            environment = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS[name], COUNTS: counts.name}
            print(f"\n── {name}", flush=True)
            output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} if marked else {}
            process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=environment, **output)
            self.children.add(process)
            for line in process.stdout or ():
                print(f"{name:>9} │ {line}", end="", flush=True)
            code = abs(process.wait())
            self.children.discard(process)
            died = {"failed": 1} if code not in (0, NO_TESTS) else {}  # killed by a signal, or never got to collect
            self.total += Counter(json.loads(counts.read() or "null") or died)
            self.codes.append(code)


def failed_last_time():
    files = ROOT.glob(".pytest_cache/*/v/cache/lastfailed")
    return any(file.read_text().strip() != "{}" for file in files)


def selected(name, typed):
    folders = [ROOT / folder for folder in PROJECTS[name]]
    if not typed:
        return [os.path.relpath(folder) for folder in folders if folder.is_dir()]
    found = []
    for path in typed:
        target = Path(path.partition("::")[0]).resolve()
        if any(target.is_relative_to(folder) for folder in folders):
            found.append(path)
        else:  # a folder above: "tests" or "."
            found += [
                os.path.relpath(folder) for folder in folders if folder.is_dir() and folder.is_relative_to(target)
            ]
    return found


def pytest_terminal_summary(terminalreporter):
    if COUNTS in os.environ:
        counts = {name: len(found) for name, found in terminalreporter.stats.items() if name}
        Path(os.environ[COUNTS]).write_text(json.dumps(counts))
