"""Starting a child that never outlives us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def dies_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` by which the kernel sends `stop_signal` when the thread that starts the child ends.

    Start children from the main thread only. Linux alone has this; elsewhere children outlive a `kill -9`.
    """
    if sys.platform != "linux":
        return None
    parent = os.getpid()

    def ask_the_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return ask_the_kernel


def start_child(
    command: Sequence[str],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> "subprocess.Popen[bytes]":
    """Start the command in a process group of its own, so that a terminal's Ctrl-C reaches only the supervisor."""
    return subprocess.Popen(
        command, env=environment, process_group=0, preexec_fn=dies_with_parent(stop_signal), **options
    )
