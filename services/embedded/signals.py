"""Signals as something that `selectors` can wait for."""

import signal
import socket

CAUGHT = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Readable whenever one of `CAUGHT` has come; they have no other effect from here on."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        # Said explicitly: a job started with `&` in a script inherits SIGINT ignored.
        for number in CAUGHT:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def fileno(self) -> int:
        return self._reader.fileno()

    def read(self) -> list[int]:
        """The numbers of those that came since."""
        try:
            return list(self._reader.recv(4096))
        except BlockingIOError:
            return []

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._reader.close()
        self._writer.close()
