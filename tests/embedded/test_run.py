"""What `make run` refuses before it starts anything, and what it never leaves behind."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from services.embedded.lock import Held, lock
from services.embedded.ports import free_port
from services.embedded.shop import PORTS
from services.embedded.state import State
from tests.support.backing_services import wait_until


@pytest.fixture
def ports():
    return {name: str(free_port()) for name in PORTS}


def test_a_busy_port_is_one_line_with_its_variable(run_shop, ports, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = str(other.getsockname()[1])
        done = run_shop(**{**ports, "ORDERS_PORT": busy})
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == ("", f"port {busy} is busy: free it, or set ORDERS_PORT to another\n")
    assert not (tmp_path / "shop" / "postgres").exists()
    assert not (tmp_path / "shop" / "lock").exists()


def test_one_port_for_two_is_told(run_shop, ports):
    done = run_shop(**{**ports, "UI_PORT": ports["GATEWAY_PORT"]})
    assert (
        done.stderr == f"GATEWAY_PORT and UI_PORT are both {ports['GATEWAY_PORT']}: set one of them to another port\n"
    )


def test_a_port_that_is_no_number_is_told(run_shop, ports):
    done = run_shop(**{**ports, "UI_PORT": "three"})
    assert done.stderr == "UI_PORT must be a whole number, not 'three'\n"


def test_two_databases_without_the_third_are_told(run_shop, ports):
    done = run_shop(**{**ports, "ORDERS_DATABASE_URL": "postgres://a:b@c/d", "PAYMENTS_DATABASE_URL": ""})
    assert "PAYMENTS_DATABASE_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_second_start_is_refused(run_shop, ports, tmp_path):
    state = State(tmp_path / "shop")
    state.prepare()
    with lock(state.lock):
        done = run_shop(**ports)
    assert done.returncode == 1
    assert done.stderr.startswith(f"the shop runs already (process {os.getpid()})")


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    path = tmp_path / "lock"
    hold = "import pathlib, sys, time; from services.embedded.lock import lock\n"
    hold += "with lock(pathlib.Path(sys.argv[1])): time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(path)])
    wait_until(lambda: path.exists() and path.read_text() == str(holder.pid), seconds=5, what="the lock")
    with pytest.raises(Held, match=str(holder.pid)), lock(path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with lock(path):
        assert path.read_text() == str(os.getpid())
    assert not path.exists()


def test_passwords_and_environment_are_for_the_owner_alone(tmp_path):
    state = State(tmp_path)
    state.prepare()
    assert state.password("orders") == state.password("orders") != state.password("payments")
    state.write_environment({"ORDERS_URL": "http://127.0.0.1:1"})
    files = [tmp_path / "passwords" / "orders", state.environment, *state.secrets.iterdir()]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
