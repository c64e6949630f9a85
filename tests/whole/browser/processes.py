"""The processes of a running shop, to be stopped and killed by what they do."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def children_of(pid):
    """All descendants, the nearest first."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *children_of(child)]
    return found


def processes(shop, words):
    """The shop's processes whose command contains the words."""
    return [pid for pid in children_of(shop.process.pid) if words in command_of(pid)]


def send(pids, number):
    for pid in pids:
        os.kill(pid, number)


@contextmanager
def frozen(shop, words):
    """The processes hang: they keep their sockets and answer nothing."""
    pids = processes(shop, words)
    assert pids, words
    send(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        send(pids, signal.SIGCONT)


@contextmanager
def killed(shop, words):
    """The processes are dead; the supervisor, held back meanwhile, starts them again afterwards."""
    os.kill(shop.process.pid, signal.SIGSTOP)
    try:
        pids = processes(shop, words)
        assert pids, words
        send(pids, signal.SIGKILL)
        yield
    finally:
        os.kill(shop.process.pid, signal.SIGCONT)
