"""Several workers in one process, for development: each in a thread of its own."""

import queue
import signal
import threading
from collections.abc import Sequence
from types import FrameType

from django.db import connections

from .worker import Worker


def run_together(workers: Sequence[Worker]) -> None:
    """Blocks until a signal comes, or one of them ends by an error, which is raised once all have stopped."""
    ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def work(worker: Worker) -> None:
        try:
            worker.work()
        except BaseException as error:
            ended.put(error)
        else:
            ended.put(None)
        finally:
            connections.close_all()

    def stop_all(_: int = 0, __: FrameType | None = None) -> None:
        for worker in workers:
            worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_all)
    threads = [threading.Thread(target=work, args=[worker], name=worker.name) for worker in workers]
    for thread in threads:
        thread.start()
    first = ended.get()
    stop_all()
    for thread in threads:
        thread.join()
    if first is not None:
        raise first
