"""A worker that starts while its database is away waits for it, as one does whose database goes later."""

import signal
import socket

import pytest

from services.embedded.ports import answers, free_port
from tests.support.backing_services import stop, wait_until
from tests.support.proxied_shop import ADDRESS
from tests.support.proxy import Proxy

# Several attempts: one is up to two connections, with TLS and without.
CONNECTIONS = 6


@pytest.mark.parametrize("command", ["relay_outbox", "consume_inbox", "run_chores"])
def test_database_that_is_away_at_the_start_is_waited_for(shop, command):
    url, probe = shop.values["ORDERS_DATABASE_URL"], free_port()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
        nobody.settimeout(60)
        away = ADDRESS.sub(f"127.0.0.1:{port}", url)
        # As in production: the tests of a run allow a server without fsync, and this one is not theirs.
        variables = {"ORDERS_DATABASE_URL": away, "ALLOW_UNSAFE_DATABASE": "0"}
        process = shop.start("manage.py", "orders", command, f"--probe-port={probe}", **variables)
        for _ in range(CONNECTIONS):
            nobody.accept()[0].close()
    host, real_port = ADDRESS.search(url).groups()
    proxy = Proxy(host, int(real_port), own_port=port)
    try:
        wait_until(lambda: answers(probe) or process.poll() is not None, seconds=60, what="the worker's probe")
        assert process.poll() is None
    finally:
        stop(process, signal.SIGTERM)
        proxy.close()
