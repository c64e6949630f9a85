"""The storm's proxy does to connections what it says, and to nothing else."""

import socket
import threading

import pytest

from tests.support.backing_services import wait_until
from tests.support.proxy import End, Proxy


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        yield server


@pytest.fixture
def proxy(listener):
    proxy = Proxy(*listener.getsockname())
    yield proxy
    proxy.close()


@pytest.fixture
def ends(proxy, listener):
    """Both ends of a connection through the proxy."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        server, _ = listener.accept()
        server.settimeout(10)
        with server:
            client.sendall(b"hello")
            assert server.recv(10) == b"hello"
            yield client, server


def is_silent(end):
    end.settimeout(0.3)
    with pytest.raises(TimeoutError):
        end.recv(1)
    end.settimeout(10)
    return True


def test_both_ways_pass(ends):
    client, server = ends
    server.sendall(b"well")
    assert client.recv(10) == b"well"


def test_end_of_one_side_reaches_the_other(ends):
    client, server = ends
    client.close()
    assert server.recv(10) == b""


def test_cut_is_told_to_both_ends_and_the_next_connection_passes(ends, proxy, listener):
    assert proxy.reset() == 1
    for end in ends:
        with pytest.raises(ConnectionResetError):
            end.recv(1)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10):
        listener.accept()[0].close()


def test_nothing_passes_while_it_is_held_and_nothing_is_lost(ends, proxy):
    client, server = ends
    proxy.hold()
    client.sendall(b"a")
    client.close()
    assert is_silent(server)
    proxy.release()
    assert (server.recv(10), server.recv(10)) == (b"a", b"")


@pytest.mark.parametrize("gone", End)
def test_half_open_connection_is_cut_at_one_end_and_silent_at_the_other(ends, proxy, gone):
    lost, left = ends if gone is End.CLIENT else reversed(ends)
    assert proxy.leave_half_open(gone) == 1
    with pytest.raises(ConnectionResetError):
        lost.recv(1)
    left.sendall(b"is anybody there?")
    assert is_silent(left)
    proxy.bury()
    with pytest.raises(ConnectionResetError):
        left.recv(1)


def test_client_is_cut_off_where_nobody_listens(proxy, listener):
    listener.close()
    # The reset may come while the connection is still being made.
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client,
    ):
        client.recv(1)


def test_no_thread_is_left(listener):
    before = threading.active_count()
    Proxy(*listener.getsockname()).close()
    wait_until(lambda: threading.active_count() == before, seconds=5, what="its thread is gone")
