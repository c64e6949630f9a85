"""Questions whether a child is ready; asking never blocks for long."""

import socket
import time

SECONDS_TO_ANSWER = 5.0


class HttpProbe:
    """Whether `GET path` on 127.0.0.1 answers 200. A call asks or collects the answer, and waits for neither."""

    def __init__(self, port: int, path: str = "/readyz") -> None:
        self.port, self.path = port, path
        self._connection: socket.socket | None = None
        self._asked_at = 0.0

    def __call__(self) -> bool:
        try:
            if self._connection is None:
                self._ask()
            return self._is_ready()
        except BlockingIOError:  # no answer yet
            if time.monotonic() - self._asked_at > SECONDS_TO_ANSWER:
                self._close()
        except OSError:  # nobody listens
            self._close()
        return False

    def _ask(self) -> None:
        self._connection = socket.socket()
        self._connection.settimeout(0.2)
        self._connection.connect(("127.0.0.1", self.port))
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        self._connection.sendall(request.encode())
        self._connection.setblocking(False)
        self._asked_at = time.monotonic()

    def _is_ready(self) -> bool:
        assert self._connection is not None  # noqa: S101 - `_ask` came before
        status_line = self._connection.recv(64)
        self._close()
        return status_line[9:12] == b"200"

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
