"""`python -m services.common.serve <service> --listen 127.0.0.1:8000`: the web server of every service.

waitress reads a request whole before a thread sees it, and buffers the answer: who sends or reads slowly holds a
connection, never a thread (docs/decisions/0025).
"""

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType

from django.core.handlers.wsgi import WSGIHandler
from waitress.server import create_server

THREADS = 8
# A connection on which nothing comes for so long is closed; and where so many are open, the next one waits.
SILENT_SECONDS = 30
CONNECTIONS = 800  # below the 1,024 files that a process may open by default
# The services refuse bodies over 64 KiB in their own words; beyond this nothing is even taken in.
LARGEST_BODY = 4 * 1024 * 1024
LARGEST_HEADERS = 16 * 1024


def main() -> int:
    """Serve until SIGTERM or Ctrl-C: requests that a thread has begun are answered first, for 5 s at most."""
    parser = argparse.ArgumentParser(prog="python -m services.common.serve", description=main.__doc__)
    parser.add_argument("service", help="gateway, orders, payments; the project <service>_proj is served")
    parser.add_argument("--listen", action="append", required=True, metavar="HOST:PORT", help="may be said again")
    parser.add_argument("--threads", type=int, default=THREADS, help="requests at work at once, in each process")
    parser.add_argument("--processes", type=int, default=1, help="that share the addresses")
    given = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    sockets = [listening(address) for address in given.listen]
    if given.processes == 1:
        return serve(given.service, sockets, given.threads)
    return serve_together(given.service, sockets, given.threads, given.processes)


def end(_: int, __: FrameType | None) -> None:
    sys.exit(0)


def listening(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    try:
        return socket.create_server((host, int(port)), backlog=1024)
    except (OSError, ValueError, OverflowError) as error:
        sys.exit(f"cannot listen on {address}: {error}")


def serve(service: str, sockets: Sequence[socket.socket], threads: int) -> int:
    """Answer until this process is told to end."""
    application: WSGIHandler = import_module(f"{service}_proj.wsgi").application
    server = create_server(
        application,
        sockets=list(sockets),
        threads=threads,
        channel_timeout=SILENT_SECONDS,
        cleanup_interval=5,
        connection_limit=CONNECTIONS,
        max_request_body_size=LARGEST_BODY,
        max_request_header_size=LARGEST_HEADERS,
        asyncore_use_poll=True,  # select() knows 1,024 files
        clear_untrusted_proxy_headers=False,  # the settings say whether a proxy is believed
        ident="",
    )
    server.run()
    return 0


def serve_together(service: str, sockets: Sequence[socket.socket], threads: int, processes: int) -> int:
    """So many processes; where one ends by itself all do, and whoever started them starts them again."""
    children: set[int] = set()
    try:
        for _ in range(processes):
            if (child := os.fork()) == 0:
                children.clear()  # they are its parent's
                return serve(service, sockets, threads)
            children.add(child)
        children.discard(os.wait()[0])
    except SystemExit:
        return 0
    finally:
        for child in children:
            os.kill(child, signal.SIGTERM)
        for child in children:
            os.waitpid(child, 0)
    return 1


if __name__ == "__main__":
    sys.exit(main())
