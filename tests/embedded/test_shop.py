"""The list of the shop's processes, and the shop that it makes."""

import pytest
import requests

from services.embedded.broker import Broker
from services.embedded.ports import free_port
from services.embedded.postgres import Postgres
from services.embedded.shop import PORTS, Shop
from services.embedded.state import State
from services.registry import EXAMPLE, SERVICES


@pytest.fixture
def state(tmp_path):
    state = State(tmp_path)
    state.prepare()
    return state


@pytest.mark.parametrize("own_postgres", [True, False])
@pytest.mark.parametrize("own_broker", [True, False])
def test_each_process_needs_only_what_stands_before_it(state, own_postgres, own_broker):
    postgres = Postgres(state.postgres, free_port(), "password") if own_postgres else None
    broker = Broker(free_port()) if own_broker else None
    before = set()
    ports = {name: port for name, port in PORTS.items() if own_postgres or name != EXAMPLE.port}  # else it wants a URL
    for process in Shop(state, ports, postgres, broker).processes():
        assert {*process.needs, *process.follows} <= before, process.name
        before.add(process.name)
    assert ("postgres" in before, "broker" in before) == (own_postgres, own_broker)


def test_the_gateway_answers_on_both_its_ports(shop):
    for url in (shop.url, shop.ui_url, shop.orders_url, shop.payments_url):
        assert requests.get(f"{url}/readyz", timeout=5).status_code == 200


def test_a_command_in_another_shell_finds_the_running_shop(shop):
    done = shop.manage("orders", "migrate", "--check")
    assert done.returncode == 0, done.stderr
    assert oct((shop.folder / "environment").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize("service", SERVICES)
def test_doctor_finds_nothing_wrong_with_a_running_shop(shop, service):
    done = shop.manage(service, "doctor")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"ok"}


@pytest.mark.parametrize("service", SERVICES)
def test_staff_sign_in_to_each_admin(shop, service):
    url = f"http://localhost:{shop.ports[SERVICES[service].port]}/admin/login/?next=/admin/"
    with requests.Session() as browser:
        browser.get(url, timeout=5)
        token = next(value for name, value in browser.cookies.items() if name.endswith("csrf"))
        form = {"username": "admin", "password": "admin-password", "csrfmiddlewaretoken": token}
        answer = browser.post(url, data=form, headers={"Referer": url}, timeout=5)
    assert answer.status_code == 200
    assert answer.url.endswith("/admin/")
