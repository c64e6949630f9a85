"""Clients that send or read slowly hold connections, and no thread: everybody else is served meanwhile."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests

LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"  # more than a socket holds
KINDS = {
    "silent": b"",
    "one byte": b"G",
    "half a header": b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Le",
    "half a body": b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
    "half a chunk": b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n{",
    "reads nothing": f"GET {LARGE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
}
CONNECTIONS = 64  # of each kind, where a process has eight threads
SERVICES = ("gateway", "orders", "payments")


@pytest.fixture
def address(shop):
    return {"gateway": shop.url, "orders": shop.orders_url, "payments": shop.payments_url}


@pytest.fixture
def connect(address):
    with ExitStack() as stack:

        def connect(service, begun):
            port = int(address[service].rpartition(":")[2])
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            connection.sendall(begun)

        yield connect


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("service", SERVICES)
def test_honest_requests_are_answered_beside_slow_ones(address, connect, service, kind):
    for _ in range(CONNECTIONS):
        connect(service, KINDS[kind])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: requests.get(f"{address[service]}/readyz", timeout=5), range(32)))
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("service", SERVICES)
def test_body_beyond_all_measure_is_refused_before_it_comes(address, service):
    port = int(address[service].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
