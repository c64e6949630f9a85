"""A web server that is told to end answers what it has begun."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import requests

from services.common.env import ROOT
from services.embedded.ports import free_port
from tests.support.backing_services import wait_until

LOCK = "LOCK TABLE messaging_deadletter IN ACCESS EXCLUSIVE MODE"
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'messaging_deadletter'::regclass"


def is_up(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/livez", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def test_request_that_was_begun_is_answered_whole(shop):
    for processes in (1, 2):
        port = free_port()
        server = shop.start(
            "-m", "services.common.serve", "orders", f"--listen=127.0.0.1:{port}", f"--processes={processes}"
        )
        wait_until(lambda port=port: is_up(port), seconds=30, what="the server")
        with psycopg.connect(shop.values["ORDERS_DATABASE_URL"]) as holder, ThreadPoolExecutor(1) as pool:
            holder.execute(LOCK)
            answer = pool.submit(requests.get, f"http://127.0.0.1:{port}/metrics", timeout=20)
            wait_until(lambda holder=holder: holder.execute(WAITS).fetchone() == (1,), seconds=10, what="it waits")
            server.send_signal(signal.SIGTERM)
            wait_until(lambda port=port: refuses(port), seconds=10, what="nothing new is begun")
            holder.rollback()
            assert "shop_dead_letters" in answer.result().text
        assert server.wait(10) == 0


def refuses(port):
    """Whether nobody answers any more."""
    try:
        requests.get(f"http://127.0.0.1:{port}/livez", timeout=0.2)
    except requests.RequestException:
        return True
    return False


def test_port_that_is_taken_is_told_in_one_line(shop):
    port = shop.url.rpartition(":")[2]
    command = [sys.executable, "-m", "services.common.serve", "gateway", f"--listen=127.0.0.1:{port}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
